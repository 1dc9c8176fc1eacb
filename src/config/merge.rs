//! The layers, one over the other.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use super::args::Cli;
use super::error::ConfigError;
use super::file::{self, FileLayer};
use super::nearest::nearest;
use super::parse;
use super::platform::Platform;
use super::settings::{Loaded, LogFilter, LogFormat, Setting, Settings, Source, show_bytes};
use super::spec::{self, SPECS};
use crate::secret::Hidden;
use crate::senders::ProxyTrust;

/// The variable that names the file; the one setting that the file cannot hold.
pub(super) const CONFIG_VARIABLE: &str = "HOOKGLASS_CONFIG";

/// A setting's values in one layer, before they are parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Given {
    pub values: Vec<OsString>,
    pub source: Source,
}

/// What one layer gives, by the setting's name.
pub(super) type Layer = BTreeMap<&'static str, Given>;

/// Merges flags, variables, file and defaults into settings.
///
/// # Errors
/// A value that cannot be read, a named file that is missing, or values that contradict each other.
pub fn load(cli: &Cli, platform: &Platform) -> Result<Loaded, ConfigError> {
    let named = cli.config.as_ref().map(|path| path.as_os_str());
    let variable = platform.variables.get(CONFIG_VARIABLE);
    let named = named.or(variable.map(OsString::as_os_str));
    let file = file::read(named.map(OsStr::as_ref), platform)?;
    let mut merge = Merge {
        layers: [flags(cli), variables(platform), file.layer.clone()],
        platform,
        report: Vec::new(),
    };
    let settings = merge.settings(&file)?;
    check(&settings)?;
    let mut report = merge.report;
    report.sort_by_key(|line| SPECS.iter().position(|spec| spec.name == line.name));
    report.extend(file.report);
    Ok(Loaded {
        settings,
        report,
        file: file.path,
        warnings: slips(platform),
    })
}

fn flags(cli: &Cli) -> Layer {
    let mut layer = Layer::new();
    for (name, values) in cli.flags() {
        let source = Source::Flag(format!("--{name}"));
        layer.insert(name, Given { values, source });
    }
    layer
}

fn variables(platform: &Platform) -> Layer {
    let given = |spec: &'static spec::Spec| {
        let name = spec.variable();
        let values = vec![platform.variables.get(&name)?.clone()];
        let source = Source::Variable(name);
        Some((spec.name, Given { values, source }))
    };
    SPECS.iter().filter_map(given).collect()
}

/// Variables that are near one of ours and yet none. Only near ones: Kubernetes sets
/// `HOOKGLASS_SERVICE_HOST` and the like for a service of this name.
fn slips(platform: &Platform) -> Vec<String> {
    let mut known: Vec<String> = SPECS.iter().map(spec::Spec::variable).collect();
    known.push(CONFIG_VARIABLE.to_owned());
    let unknown = |name: &&String| !known.contains(name);
    let warning = |name: &String| {
        let near = nearest(name, known.iter().map(String::as_str));
        Some(format!(
            "{name} is no setting; did you mean {}?",
            near.first()?
        ))
    };
    platform
        .variables
        .keys()
        .filter(unknown)
        .filter_map(warning)
        .collect()
}

/// Values that are right alone and wrong together.
fn check(settings: &Settings) -> Result<(), ConfigError> {
    let conflict = |text: String| Err(ConfigError::Conflict(text));
    if settings.no_auth && !settings.listen.ip().is_loopback() {
        return conflict(format!(
            "no-auth would show every stored request to whoever reaches {}; listen on 127.0.0.1, or leave no-auth out and sign in",
            settings.listen
        ));
    }
    if settings.max_memory < settings.max_body {
        return conflict(format!(
            "max-memory ({}) is less than max-body ({}), so the largest body would never fit; raise one or lower the other",
            show_bytes(settings.max_memory),
            show_bytes(settings.max_body)
        ));
    }
    Ok(())
}

/// The strongest layer first.
struct Merge<'a> {
    layers: [Layer; 3],
    platform: &'a Platform,
    report: Vec<Setting>,
}

impl Merge<'_> {
    fn settings(&mut self, file: &FileLayer) -> Result<Settings, ConfigError> {
        let on_off = |on: &bool| if *on { "on" } else { "off" }.to_owned();
        let bytes = |bytes: &u64| show_bytes(*bytes);
        let trust_proxy = self.many("trust-proxy", proxy)?;
        let header = self.one("client-ip-header", parse::header_name, Clone::clone)?;
        let proxies = self.proxies(&trust_proxy, header.as_deref())?;
        Ok(Settings {
            listen: self.or_default("listen", parse::listen, ToString::to_string)?,
            db: self.db()?,
            public_url: self.one("public-url", parse::public_url, |url| {
                url.as_str().to_owned()
            })?,
            trust_proxy,
            proxies,
            reject_outside: self.or_default("reject-outside", parse::switch, on_off)?,
            catalogue: self.path("catalogue")?,
            max_body: self.or_default("max-body", parse::size_above_zero, bytes)?,
            max_memory: self.or_default("max-memory", parse::size_above_zero, bytes)?,
            min_free: self.or_default("min-free", parse::size, bytes)?,
            max_connections: self.one("max-connections", parse::count, ToString::to_string)?,
            no_auth: self.or_default("no-auth", parse::switch, on_off)?,
            allow_host: self.many("allow-host", parse::host)?,
            token: self.one("token", parse::token, Hidden::masked)?,
            log: self.or_default("log", parse::log, |log: &LogFilter| log.text.clone())?,
            log_format: self.or_default("log-format", parse::log_format, |format| {
                match format {
                    LogFormat::Text => "text",
                    LogFormat::Json => "json",
                }
                .to_owned()
            })?,
            lists: file.lists.clone(),
            secrets: file.secrets.clone(),
            handshakes: !self.or_default("no-handshakes", parse::switch, on_off)?,
        })
    }

    /// The proxies together, which may contradict each other though each is right.
    fn proxies(&self, values: &[String], header: Option<&str>) -> Result<ProxyTrust, ConfigError> {
        if header.is_some() && values.is_empty() {
            return Err(ConfigError::Conflict(
                "client-ip-header is read from trusted proxies only; name yours with --trust-proxy ADDRESS (loopback for one on this machine)".to_owned(),
            ));
        }
        ProxyTrust::parse(values, header).map_err(ConfigError::Conflict)
    }

    fn given(&self, name: &str) -> Option<Given> {
        self.layers
            .iter()
            .find_map(|layer| layer.get(name))
            .cloned()
    }

    fn note(&mut self, name: &str, shown: String, source: Source) {
        let name = name.to_owned();
        self.report.push(Setting {
            name,
            shown,
            source,
        });
    }

    /// A setting that may be absent.
    fn one<T>(
        &mut self,
        name: &'static str,
        parse: fn(&str) -> Result<T, String>,
        show: impl Fn(&T) -> String,
    ) -> Result<Option<T>, ConfigError> {
        let Some(given) = self.given(name) else {
            self.note(name, default_of(name).to_owned(), Source::Default);
            return Ok(None);
        };
        // A flag given twice: the later one.
        let last = given
            .values
            .last()
            .map_or(OsStr::new(""), OsString::as_os_str);
        let value = text(last)
            .and_then(parse)
            .map_err(|problem| at(&given, name, problem))?;
        self.note(name, show(&value), given.source);
        Ok(Some(value))
    }

    /// A setting whose default is written in [`SPECS`].
    fn or_default<T>(
        &mut self,
        name: &'static str,
        parse: fn(&str) -> Result<T, String>,
        show: impl Fn(&T) -> String,
    ) -> Result<T, ConfigError> {
        let value = self.one(name, parse, &show)?;
        if let Some(value) = value {
            return Ok(value);
        }
        let value = parse(default_of(name)).map_err(ConfigError::Conflict)?;
        if let Some(line) = self.report.last_mut() {
            line.shown = show(&value);
        }
        Ok(value)
    }

    /// A setting with several values; a stronger layer replaces a weaker one whole.
    fn many(
        &mut self,
        name: &'static str,
        parse: fn(&str) -> Result<String, String>,
    ) -> Result<Vec<String>, ConfigError> {
        let Some(given) = self.given(name) else {
            self.note(name, default_of(name).to_owned(), Source::Default);
            return Ok(Vec::new());
        };
        let mut values = Vec::new();
        for value in &given.values {
            let parts = text(value).map_err(|problem| at(&given, name, problem))?;
            for part in parts
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
            {
                values.push(parse(part).map_err(|problem| at(&given, name, problem))?);
            }
        }
        self.note(name, values.join(", "), given.source);
        Ok(values)
    }

    fn path(&mut self, name: &'static str) -> Result<Option<PathBuf>, ConfigError> {
        let Some(given) = self.given(name) else {
            self.note(name, default_of(name).to_owned(), Source::Default);
            return Ok(None);
        };
        let last = given.values.last().filter(|value| !value.is_empty());
        let Some(last) = last else {
            return Err(at(&given, name, "the path is empty; name one".to_owned()));
        };
        let path = self.platform.working_dir.join(last);
        self.note(name, path.display().to_string(), given.source);
        Ok(Some(path))
    }

    fn db(&mut self) -> Result<PathBuf, ConfigError> {
        if let Some(path) = self.path("db")? {
            return Ok(path);
        }
        let Some(path) = self.platform.default_db() else {
            let problem =
                "no data folder is known here (HOME is not set); name the database with --db FILE";
            return Err(ConfigError::Conflict(problem.to_owned()));
        };
        if let Some(line) = self.report.last_mut() {
            line.shown = path.display().to_string();
        }
        Ok(path)
    }
}

/// One proxy as written, once it is known to mean something.
fn proxy(text: &str) -> Result<String, String> {
    ProxyTrust::parse(&[text.to_owned()], None).map(|_| text.to_owned())
}

fn default_of(name: &str) -> &'static str {
    spec::find(name).map_or("", |spec| spec.default)
}

fn text(value: &OsStr) -> Result<&str, String> {
    value
        .to_str()
        .ok_or_else(|| "the value is not UTF-8; write it in UTF-8".to_owned())
}

fn at(given: &Given, name: &str, problem: String) -> ConfigError {
    let place = match &given.source {
        Source::File(..) => format!("{}: {name}", given.source),
        source => source.to_string(),
    };
    ConfigError::Value { place, problem }
}
