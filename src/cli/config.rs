//! `hookglass config`: what is in force, and from where.

use std::io::Write;

use super::CliError;
use crate::config::{Loaded, Platform, example};

/// Prints a `hookglass.toml` with everything commented out.
pub(super) fn print_example(out: &mut impl Write) -> Result<(), CliError> {
    Ok(out.write_all(example().as_bytes())?)
}

/// Prints a line for each setting: name, value, source.
pub(super) fn print(
    out: &mut impl Write,
    loaded: &Loaded,
    platform: &Platform,
) -> Result<(), CliError> {
    match &loaded.file {
        Some(file) => writeln!(out, "# {}", file.display())?,
        None => {
            let looked = platform.config_candidates();
            let looked: Vec<_> = looked
                .iter()
                .map(|path| path.display().to_string())
                .collect();
            writeln!(out, "# no settings file; looked for {}", looked.join(", "))?;
        }
    }
    let width = |text: fn(&crate::config::Setting) -> &str| {
        let lengths = loaded.report.iter().map(|line| text(line).chars().count());
        lengths.max().unwrap_or(0)
    };
    let names = width(|line| &line.name);
    let values = width(|line| &line.shown);
    for line in &loaded.report {
        let (name, shown, source) = (&line.name, &line.shown, &line.source);
        writeln!(out, "{name:names$}  {shown:values$}  {source}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Cli, load};
    use clap::Parser;

    #[test]
    fn each_setting_stands_with_its_source() {
        let platform = Platform {
            working_dir: "/srv".into(),
            variables: [("HOOKGLASS_TOKEN".to_owned(), "0123456789abcdef".into())].into(),
            ..Platform::default()
        };
        let words = ["hookglass", "config", "--db", "x.db", "--max-body", "1MB"];
        let loaded = load(&Cli::try_parse_from(words).unwrap(), &platform).unwrap();
        let mut out = Vec::new();
        print(&mut out, &loaded, &platform).unwrap();
        let text = String::from_utf8(out).unwrap();
        let line = |name: &str| {
            let line = text.lines().find(|line| line.starts_with(name));
            line.unwrap()
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(
            line("#"),
            "# no settings file; looked for /srv/hookglass.toml"
        );
        assert_eq!(line("listen"), "listen 127.0.0.1:4665 default");
        assert_eq!(line("db"), "db /srv/x.db --db");
        assert_eq!(line("max-body"), "max-body 1000000 bytes --max-body");
        assert_eq!(
            line("token"),
            "token (hidden, 16 characters) HOOKGLASS_TOKEN"
        );
        assert!(!text.contains("0123456789abcdef"));
    }
}
