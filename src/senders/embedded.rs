//! The catalogue's files inside the binary.

use std::borrow::Cow;

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "src/senders/catalog/"]
struct Files;

/// The senders' files, by name.
pub(super) fn senders() -> Vec<(String, Cow<'static, [u8]>)> {
    let mut names: Vec<_> = Files::iter()
        .filter(|name| name.ends_with(".toml") && !name.contains('/'))
        .collect();
    names.sort();
    names
        .into_iter()
        .filter_map(|name| Some((name.to_string(), Files::get(&name)?.data)))
        .collect()
}

/// A file by its path below the catalogue's folder.
pub(super) fn file(path: &str) -> Option<Vec<u8>> {
    Files::get(path).map(|file| file.data.into_owned())
}
