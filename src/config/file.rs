//! `hookglass.toml`: found, read, and walked key by key, so that every complaint names file and line.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::error::ConfigError;
use super::merge::{Given, Layer};
use super::nearest::hint;
use super::parse;
use super::platform::Platform;
use super::settings::{Setting, Source};
use super::spec::{self, Kind, SPECS};
use crate::secret::{EndpointSecret, SECRETS_MAX_OF_PATH};
use crate::senders::AddressList;
use crate::senders::lists::parse_net;

const LIST_KEYS: [&str; 4] = ["name", "allow", "paths", "sender"];
const SECRET_KEYS: [&str; 4] = ["path", "name", "value", "file"];

/// What the file says.
#[derive(Debug, Default)]
pub(super) struct FileLayer {
    pub path: Option<PathBuf>,
    pub layer: Layer,
    pub lists: Vec<AddressList>,
    pub secrets: Vec<EndpointSecret>,
    /// One line of the report for each list and each secret.
    pub report: Vec<Setting>,
}

/// Reads the named file, which must be there, or else the first of the usual ones that is.
pub(super) fn read(named: Option<&Path>, platform: &Platform) -> Result<FileLayer, ConfigError> {
    if let Some(named) = named {
        let path = platform.working_dir.join(named);
        let text = std::fs::read_to_string(&path).map_err(|source| ConfigError::Unreadable {
            path: path.clone(),
            source,
        })?;
        return parse_text(&text, &path);
    }
    for path in platform.config_candidates() {
        match std::fs::read_to_string(&path) {
            Ok(text) => return parse_text(&text, &path),
            Err(error) if missing(&error) => {}
            Err(source) => return Err(ConfigError::Unreadable { path, source }),
        }
    }
    Ok(FileLayer::default())
}

fn missing(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory)
}

/// Reads the text of a file; `path` is for messages and for relative paths.
pub(super) fn parse_text(text: &str, path: &Path) -> Result<FileLayer, ConfigError> {
    let walk = Walk { text, path };
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        walk.error(at, "", error.message())
    })?;
    let mut file = FileLayer {
        path: Some(path.to_owned()),
        ..FileLayer::default()
    };
    for (key, value) in in_order(table.get_ref()) {
        let (name, at) = (key.get_ref().as_ref(), key.span().start);
        if name == "list" {
            walk.lists(value, &mut file)?;
            continue;
        }
        if name == "secret" {
            walk.secrets(value, &mut file)?;
            continue;
        }
        let Some(spec) = spec::find(name) else {
            let known = SPECS.iter().map(|spec| spec.name).chain(["list", "secret"]);
            let problem = format!(
                "there is no such setting{}; `hookglass config --example` shows all",
                hint(name, known)
            );
            return Err(walk.error(at, name, &problem));
        };
        let mut values = walk.values(name, value, spec.kind)?;
        if spec.kind == Kind::Path {
            let folder = path.parent().unwrap_or(Path::new(""));
            for value in values.iter_mut().filter(|value| !value.is_empty()) {
                *value = folder.join(&value).into();
            }
        }
        let source = Source::File(path.to_owned(), walk.line(at));
        file.layer.insert(spec.name, Given { values, source });
    }
    Ok(file)
}

type Entry<'a, 'i> = (&'a Spanned<DeString<'i>>, &'a Spanned<DeValue<'i>>);

/// The entries as they stand in the file, so that the first mistake is the one reported.
fn in_order<'a, 'i>(table: &'a DeTable<'i>) -> Vec<Entry<'a, 'i>> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

struct Walk<'a> {
    text: &'a str,
    path: &'a Path,
}

impl Walk<'_> {
    fn line(&self, at: usize) -> usize {
        let before = &self.text.as_bytes()[..at.min(self.text.len())];
        before.iter().filter(|&&byte| byte == b'\n').count() + 1
    }

    fn error(&self, at: usize, key: &str, problem: &str) -> ConfigError {
        let mut place = format!("{}:{}", self.path.display(), self.line(at));
        if !key.is_empty() {
            place = format!("{place}: {key}");
        }
        ConfigError::Value {
            place,
            problem: problem.to_owned(),
        }
    }

    /// A setting's value as texts, as flags and variables give it.
    fn values(
        &self,
        key: &str,
        value: &Spanned<DeValue<'_>>,
        kind: Kind,
    ) -> Result<Vec<OsString>, ConfigError> {
        let wanted = |what: &str| {
            let found = found(value);
            let problem = format!("this is {found}, but {what} is wanted");
            Err(self.error(value.span().start, key, &problem))
        };
        match (value.get_ref(), kind) {
            (DeValue::String(text), _) => Ok(vec![text.as_ref().into()]),
            (DeValue::Boolean(on), Kind::Switch) => Ok(vec![on.to_string().into()]),
            (_, Kind::Switch) => wanted("true or false"),
            (DeValue::Integer(number), Kind::Text) => {
                let digits = i64::from_str_radix(number.as_str(), number.radix());
                digits.map_or_else(
                    |_| wanted("a smaller number"),
                    |number| Ok(vec![number.to_string().into()]),
                )
            }
            (DeValue::Array(items), Kind::Many) => items
                .iter()
                .map(|item| Ok(self.text_of(key, item)?.into()))
                .collect(),
            (_, Kind::Many) => wanted("an array of texts, like [\"a\", \"b\"],"),
            _ => wanted("a text in quotes"),
        }
    }

    fn text_of<'v>(
        &self,
        key: &str,
        value: &'v Spanned<DeValue<'_>>,
    ) -> Result<&'v str, ConfigError> {
        value.get_ref().as_str().ok_or_else(|| {
            let problem = format!("{} is no text; put it in quotes", found(value));
            self.error(value.span().start, key, &problem)
        })
    }

    /// All texts of an array, each parsed, with the error at its own line.
    fn each<T>(
        &self,
        key: &str,
        value: &Spanned<DeValue<'_>>,
        parse: fn(&str) -> Result<T, String>,
    ) -> Result<Vec<T>, ConfigError> {
        let items: Vec<&Spanned<DeValue<'_>>> = match value.get_ref() {
            DeValue::Array(items) => items.iter().collect(),
            _ => vec![value],
        };
        items
            .into_iter()
            .map(|item| {
                parse(self.text_of(key, item)?)
                    .map_err(|problem| self.error(item.span().start, key, &problem))
            })
            .collect()
    }

    /// The tables under lines like `[[list]]`, with their places.
    fn tables<'v, 'i>(
        &self,
        key: &str,
        value: &'v Spanned<DeValue<'i>>,
    ) -> Result<Vec<(&'v DeTable<'i>, usize)>, ConfigError> {
        let wanted = |at| {
            let problem = format!("write each {key} under a line [[{key}]], with two brackets");
            self.error(at, key, &problem)
        };
        let items = value
            .get_ref()
            .as_array()
            .ok_or_else(|| wanted(value.span().start))?;
        items
            .iter()
            .map(|item| {
                let at = item.span().start;
                let table = item.get_ref().as_table().ok_or_else(|| wanted(at))?;
                Ok((table, at))
            })
            .collect()
    }

    fn secrets(
        &self,
        value: &Spanned<DeValue<'_>>,
        file: &mut FileLayer,
    ) -> Result<(), ConfigError> {
        for (table, at) in self.tables("secret", value)? {
            let secret = self.secret(table, at)?;
            let same =
                |other: &EndpointSecret| (&other.path, &other.name) == (&secret.path, &secret.name);
            if file.secrets.iter().any(same) {
                let problem = format!(
                    "there are two secrets named \"{}\" for {}; rename one",
                    secret.name, secret.path
                );
                return Err(self.error(at, "secret", &problem));
            }
            file.report.push(Setting {
                name: format!("secret \"{}\"", secret.name),
                shown: format!("{} for {}", secret.value.masked(), secret.path),
                source: Source::File(self.path.to_owned(), self.line(at)),
            });
            let of_path = |other: &&EndpointSecret| other.path == secret.path;
            if file.secrets.iter().filter(of_path).count() >= SECRETS_MAX_OF_PATH {
                let path = &secret.path;
                let problem = format!("{path} has {SECRETS_MAX_OF_PATH} secrets already");
                return Err(self.error(at, "secret", &problem));
            }
            file.secrets.push(secret);
        }
        Ok(())
    }

    fn secret(&self, table: &DeTable<'_>, at: usize) -> Result<EndpointSecret, ConfigError> {
        let (mut path, mut name, mut secret) = ("/".to_owned(), None, None);
        for (key, value) in in_order(table) {
            let label = format!("secret.{}", key.get_ref());
            let text = self.text_of(&label, value)?;
            let wrong = |problem: String| self.error(value.span().start, &label, &problem);
            match key.get_ref().as_ref() {
                "path" => path = parse::path(text).map_err(wrong)?,
                "name" => name = Some(text.trim().to_owned()),
                "value" => secret = Some(text.to_owned()),
                "file" => {
                    let file = self.path.parent().unwrap_or(Path::new("")).join(text);
                    let text = std::fs::read_to_string(&file)
                        .map_err(|error| wrong(format!("{}: {error}", file.display())))?;
                    secret = Some(text.trim_end_matches(['\r', '\n']).to_owned());
                }
                other => {
                    let problem = format!(
                        "a secret has no such key{}; it has {}",
                        hint(other, SECRET_KEYS),
                        SECRET_KEYS.join(", ")
                    );
                    return Err(self.error(key.span().start, &label, &problem));
                }
            }
        }
        let missing = |problem: &str| self.error(at, "secret", problem);
        let name = name.filter(|name| !name.is_empty());
        let name =
            name.ok_or_else(|| missing("the secret has no name; add name = \"stripe live\""))?;
        let secret = secret.filter(|secret| !secret.is_empty()).ok_or_else(|| {
            missing("the secret has no value; add value = \"…\", or file = \"…\" to read it from")
        })?;
        EndpointSecret::new(&path, &name, &secret).map_err(|error| missing(&error.to_string()))
    }

    fn lists(&self, value: &Spanned<DeValue<'_>>, file: &mut FileLayer) -> Result<(), ConfigError> {
        let mut names = BTreeSet::new();
        for (table, at) in self.tables("list", value)? {
            let list = self.list(table, at)?;
            if !names.insert(list.name.clone()) {
                let problem = format!("there are two lists named \"{}\"; rename one", list.name);
                return Err(self.error(at, "list", &problem));
            }
            file.report.push(Setting {
                name: format!("list \"{}\"", list.name),
                shown: describe(&list),
                source: Source::File(self.path.to_owned(), self.line(at)),
            });
            file.lists.push(list);
        }
        Ok(())
    }

    fn list(&self, table: &DeTable<'_>, at: usize) -> Result<AddressList, ConfigError> {
        let (mut name, mut allow, mut paths, mut sender) = (None, Vec::new(), Vec::new(), None);
        for (key, value) in in_order(table) {
            let label = format!("list.{}", key.get_ref());
            match key.get_ref().as_ref() {
                "name" => name = Some(self.text_of(&label, value)?.trim().to_owned()),
                "allow" => allow = self.each(&label, value, parse_net)?,
                "paths" => paths = self.each(&label, value, parse::path)?,
                "sender" => sender = Some(self.text_of(&label, value)?.to_owned()),
                other => {
                    let problem = format!(
                        "a list has no such key{}; it has {}",
                        hint(other, LIST_KEYS),
                        LIST_KEYS.join(", ")
                    );
                    return Err(self.error(key.span().start, &label, &problem));
                }
            }
        }
        let Some(name) = name.filter(|name| !name.is_empty()) else {
            return Err(self.error(at, "list", "the list has no name; add name = \"office\""));
        };
        if allow.is_empty() {
            let problem =
                format!("list \"{name}\" allows no address; add allow = [\"203.0.113.0/24\"]");
            return Err(self.error(at, "list", &problem));
        }
        Ok(AddressList {
            name,
            allow,
            paths,
            sender,
        })
    }
}

/// What stands where something else is wanted.
fn found(value: &Spanned<DeValue<'_>>) -> &'static str {
    match value.get_ref() {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a time",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}

fn describe(list: &AddressList) -> String {
    let join = |items: Vec<String>| items.join(", ");
    let mut text = join(list.allow.iter().map(ToString::to_string).collect());
    if !list.paths.is_empty() {
        text = format!("{text} for {}", join(list.paths.clone()));
    }
    if let Some(sender) = &list.sender {
        text = format!("{text} as {sender}");
    }
    text
}
