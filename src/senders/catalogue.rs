//! All known senders: the embedded files, and those of the user's folder, which go before them.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use sha2::{Digest, Sha256};

use super::compile::{self, Sender};
use super::embedded;
use super::event::find_named;
use super::rule_index::RuleIndex;
use super::sample::Sample;
use super::selector::Selectors;
use super::signature::SignatureScheme;

/// What derives a request's identity is part of the version: raise it when the code's answer changes.
const ENGINE: &[u8] = b"1";

/// The known senders, compiled.
#[derive(Debug)]
pub struct Catalogue {
    pub(super) selectors: Selectors,
    pub(super) senders: Vec<Sender>,
    pub(super) rules: RuleIndex,
    samples: Vec<Sample>,
    version: String,
}

/// A file that could not be taken, and why. The rest of the catalogue works.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{}{}: {message}", .file.display(), line_suffix(*.line), key_suffix(.key))]
pub struct CatalogueError {
    pub file: PathBuf,
    /// Counted from 1; `None` where the file could not be read at all.
    pub line: Option<usize>,
    /// The key that the line belongs to, with its table (`event.title`); may be empty.
    pub key: String,
    pub message: String,
}

fn line_suffix(line: Option<usize>) -> String {
    line.map_or_else(String::new, |line| format!(":{line}"))
}

fn key_suffix(key: &str) -> String {
    if key.is_empty() {
        String::new()
    } else {
        format!(": {key}")
    }
}

impl Catalogue {
    /// The senders that come with the binary.
    #[must_use]
    pub fn embedded() -> Self {
        Self::load(None).0
    }

    /// The embedded senders and those of a folder: `*.toml` there, samples below it. A file there with
    /// the id of an embedded one takes its place; one that is broken is named and left out.
    #[must_use]
    pub fn load(user_dir: Option<&Path>) -> (Self, Vec<CatalogueError>) {
        Self::load_with(user_dir, &[])
    }

    /// Like [`Catalogue::load`], with some more files, which go before all others. Their samples stand in
    /// the folder that each is in.
    #[must_use]
    pub fn load_with(user_dir: Option<&Path>, files: &[PathBuf]) -> (Self, Vec<CatalogueError>) {
        let mut loading = Loading::new();
        for (name, source) in embedded::senders() {
            loading.add_embedded(&name, &source);
        }
        if let Some(dir) = user_dir {
            loading.add_folder(dir);
        }
        for file in files {
            loading.add_file(file);
        }
        loading.finish()
    }

    /// A few of the embedded senders, to tell what the others cost (benches/).
    #[must_use]
    pub fn only(ids: &[&str]) -> Self {
        let mut loading = Loading::new();
        for (name, source) in embedded::senders() {
            if ids.iter().any(|id| name.strip_suffix(".toml") == Some(id)) {
                loading.add_embedded(&name, &source);
            }
        }
        loading.finish().0
    }

    /// Changes when anything does that an identity depends on.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The name of an event in a language (English where it has none); of an unknown variant none.
    #[must_use]
    pub fn label(
        &self,
        sender: &str,
        event_type: &str,
        variant: Option<&str>,
        lang: &str,
    ) -> Option<&str> {
        let sender = self.sender(sender)?;
        let mut handshakes = sender.handshakes.iter();
        let entry = match handshakes.find(|entry| entry.event_type == event_type) {
            Some(handshake) => &handshake.event,
            None => find_named(&sender.events, event_type, variant)?,
        };
        entry.label_in(lang)
    }

    /// The name of a sender as people write it: `systeme.io`.
    #[must_use]
    pub fn sender_name(&self, id: &str) -> Option<&str> {
        Some(&self.sender(id)?.name)
    }

    /// Whether what this file tells may come from several senders: it answers, and names none.
    #[must_use]
    pub fn names_nobody(&self, id: &str) -> bool {
        self.sender(id).is_some_and(|sender| sender.names_nobody)
    }

    /// Where the facts on a sender are from, and when they were read.
    #[must_use]
    pub fn sender_docs(&self, id: &str) -> Option<&str> {
        self.sender(id)?.docs.as_deref()
    }

    /// The ids of all senders, sorted.
    pub fn sender_ids(&self) -> impl Iterator<Item = &str> {
        self.senders.iter().map(|sender| sender.id.as_str())
    }

    /// The addresses that a sender publishes, and where it does.
    #[must_use]
    pub fn sender_addresses(&self, id: &str) -> Option<(&[IpNet], Option<&str>)> {
        let sender = self.sender(id)?;
        Some((&sender.ips, sender.ips_source.as_deref()))
    }

    /// How a sender signs.
    #[must_use]
    pub fn signatures(&self, id: &str) -> &[SignatureScheme] {
        self.sender(id).map_or(&[], |sender| &sender.signatures)
    }

    /// Whether a sender's file is one of the user's.
    #[must_use]
    pub fn is_user_file(&self, id: &str) -> bool {
        self.sender(id)
            .is_some_and(|sender| sender.origin == Origin::User)
    }

    /// A sender's file as it is written.
    #[must_use]
    pub fn source(&self, id: &str) -> Option<&str> {
        Some(&self.sender(id)?.source)
    }

    /// The sender that a file describes, as long as no other file has taken its place.
    #[must_use]
    pub fn sender_of_file(&self, file: &Path) -> Option<&str> {
        let mut senders = self.senders.iter();
        Some(&senders.find(|sender| sender.file == file)?.id)
    }

    /// The line of a sender's file that a rule stands on, counted from 1.
    #[must_use]
    pub fn rule_line(&self, sender: &str, rule: &str) -> Option<usize> {
        let mut rules = self.sender(sender)?.rules.iter();
        Some(rules.find(|known| known.text == rule)?.line)
    }

    /// Whether there is a way to check a sender's signatures, for which it takes a secret.
    #[must_use]
    pub fn takes_secret(&self, id: &str) -> bool {
        let mut schemes = self.signatures(id).iter();
        schemes.any(|scheme| scheme.reason().is_none())
    }

    /// All sample events, by sender and in the order of their files.
    pub fn samples(&self) -> impl Iterator<Item = &Sample> {
        self.samples.iter()
    }

    pub(super) fn sender(&self, id: &str) -> Option<&Sender> {
        let place = self
            .senders
            .binary_search_by(|sender| sender.id.as_str().cmp(id));
        place.ok().map(|place| &self.senders[place])
    }
}

/// Whose file a sender is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Origin {
    #[default]
    Embedded,
    User,
}

/// A catalogue while its files are read.
struct Loading {
    selectors: Selectors,
    senders: Vec<(Sender, Vec<Sample>)>,
    hash: Sha256,
    errors: Vec<CatalogueError>,
}

impl Loading {
    fn new() -> Self {
        Self {
            selectors: Selectors::default(),
            senders: Vec::new(),
            hash: Sha256::new_with_prefix(ENGINE),
            errors: Vec::new(),
        }
    }

    fn add_embedded(&mut self, name: &str, source: &[u8]) {
        self.add(Path::new(name), source, Origin::Embedded, &|path| {
            embedded::file(path).ok_or_else(|| "there is no such file".to_owned())
        });
    }

    fn add_folder(&mut self, dir: &Path) {
        let mut files = match toml_files(dir) {
            Ok(files) => files,
            Err(error) => return self.refuse(dir, error.to_string()),
        };
        files.sort();
        files.iter().for_each(|file| self.add_file(file));
    }

    fn add_file(&mut self, file: &Path) {
        let folder = file.parent().unwrap_or(Path::new(""));
        match std::fs::read(file) {
            Ok(source) => self.add(file, &source, Origin::User, &|path| {
                std::fs::read(folder.join(path)).map_err(|error| error.to_string())
            }),
            Err(error) => self.refuse(file, error.to_string()),
        }
    }

    /// Compiles a file. A later one with the same id takes the place of an earlier one.
    fn add(
        &mut self,
        file: &Path,
        source: &[u8],
        origin: Origin,
        read: &dyn Fn(&str) -> Result<Vec<u8>, String>,
    ) {
        let Ok(source) = std::str::from_utf8(source) else {
            return self.refuse(file, "the file is not UTF-8".to_owned());
        };
        let sender = match compile::sender(source, &mut self.selectors) {
            Ok(sender) => Sender {
                file: file.to_owned(),
                origin,
                ..sender
            },
            Err(fault) => {
                self.errors.push(CatalogueError {
                    file: file.to_owned(),
                    line: Some(fault.line),
                    key: fault.key,
                    message: fault.message,
                });
                return;
            }
        };
        self.hash.update(source.len().to_le_bytes());
        self.hash.update(source);
        let samples = self.samples(file, &sender, read);
        self.senders.retain(|(other, _)| other.id != sender.id);
        self.senders.push((sender, samples));
    }

    /// A sample that cannot be read is named; the sender works without it.
    fn samples(
        &mut self,
        file: &Path,
        sender: &Sender,
        read: &dyn Fn(&str) -> Result<Vec<u8>, String>,
    ) -> Vec<Sample> {
        let mut samples = Vec::with_capacity(sender.samples.len());
        for entry in &sender.samples {
            let body = match read(&entry.path) {
                Ok(body) => body,
                Err(reason) => {
                    self.errors.push(CatalogueError {
                        file: file.to_owned(),
                        line: Some(entry.line),
                        key: "event.sample".to_owned(),
                        message: format!("{}: {reason}", entry.path),
                    });
                    continue;
                }
            };
            samples.push(entry.with_body(&sender.id, body));
        }
        samples
    }

    fn refuse(&mut self, file: &Path, message: String) {
        self.errors.push(CatalogueError {
            file: file.to_owned(),
            line: None,
            key: String::new(),
            message,
        });
    }

    fn finish(mut self) -> (Catalogue, Vec<CatalogueError>) {
        self.senders.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
        let (senders, samples): (Vec<_>, Vec<_>) = self.senders.into_iter().unzip();
        let catalogue = Catalogue {
            rules: RuleIndex::new(&senders, &self.selectors),
            selectors: self.selectors,
            senders,
            samples: samples.into_iter().flatten().collect(),
            version: hex(&self.hash.finalize()[..8]),
        };
        (catalogue, self.errors)
    }
}

fn toml_files(dir: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            files.push(path);
        }
    }
    Ok(files)
}

/// In lower case.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
mod tests;
