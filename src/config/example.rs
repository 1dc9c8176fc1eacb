//! The commented `hookglass.toml` that `hookglass config --example` prints.

use super::spec::{Kind, SPECS, Spec};

const HEAD: &str = "\
# hookglass.toml: the settings of hookglass. What is commented out is not set.
# A flag wins over a HOOKGLASS_* variable, a variable wins over this file.
";

const LIST: &str = "
# Address lists of your own, as many as you like. A request from an address in a list that
# applies is \"listed\", from any other one \"outside\". Without paths a list is for all paths,
# without a sender for all senders.
# [[list]]
# name = \"office\"
# allow = [\"203.0.113.0/24\", \"2001:db8::/32\"]
# paths = [\"/shop\"]
# sender = \"systeme-io\"
";

const SECRET: &str = "
# The secrets that senders sign with, as many as you like, each for a path and all below. They
# are copied to the database at start; the page never shows them. Instead of a value, a file to
# read it from.
# [[secret]]
# path = \"/shop\"
# name = \"stripe live\"
# value = \"whsec_…\"
";

/// Every setting, explained and commented out.
#[must_use]
pub fn example() -> String {
    let entries = SPECS.iter().map(entry).collect::<String>();
    format!("{HEAD}{entries}{LIST}{SECRET}")
}

fn entry(spec: &Spec) -> String {
    let value = match spec.kind {
        Kind::Switch => spec.example.to_owned(),
        Kind::Many => format!("[\"{}\"]", spec.example),
        Kind::Text | Kind::Path => format!("\"{}\"", spec.example),
    };
    format!(
        "\n# {}\n# Default: {}.\n# {} = {value}\n",
        spec.meaning, spec.default, spec.name
    )
}
