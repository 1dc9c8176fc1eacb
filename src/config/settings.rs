//! The settings in force, as types, and where each came from.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use tracing_subscriber::filter::Targets;

use super::parse::PublicUrl;
use crate::secret::{EndpointSecret, Hidden};
use crate::senders::{AddressList, ProxyTrust};

/// Everything that can be set, ready to use.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The database file; absolute.
    pub db: PathBuf,
    /// The address that senders use, without a trailing slash.
    pub public_url: Option<PublicUrl>,
    /// The trusted proxies as written, to be shown.
    pub trust_proxy: Vec<String>,
    /// What they mean, with the header in which they name the client.
    pub proxies: ProxyTrust,
    /// Answer 403 to a verdict of `outside`.
    pub reject_outside: bool,
    /// The user's folder with sender files.
    pub catalogue: Option<PathBuf>,
    /// The largest body taken, in bytes.
    pub max_body: u64,
    /// The bodies in memory at once, in bytes.
    pub max_memory: u64,
    /// The disk space to leave free, in bytes.
    pub min_free: u64,
    /// The connections at once; `None` is as many as the limit on open files allows.
    pub max_connections: Option<usize>,
    /// Show the inspector to whoever reaches a loopback address.
    pub no_auth: bool,
    /// Host names beside localhost that `no_auth` answers to, in lower case.
    pub allow_host: Vec<String>,
    /// An API token from the environment or the file.
    pub token: Option<Hidden>,
    /// What is logged.
    pub log: LogFilter,
    /// How it is written.
    pub log_format: LogFormat,
    /// The user's own address lists, from `[[list]]` in the file.
    pub lists: Vec<AddressList>,
    /// The secrets that senders sign with, from `[[secret]]` in the file.
    pub secrets: Vec<EndpointSecret>,
    /// Answer senders' checks of the URL as they ask.
    pub handshakes: bool,
}

/// Which lines are logged.
#[derive(Debug, Clone, PartialEq)]
pub struct LogFilter {
    /// As written.
    pub text: String,
    /// Ready for the subscriber.
    pub targets: Targets,
}

/// How a line of the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The flag, as written: `--listen`.
    Flag(String),
    /// The variable's name.
    Variable(String),
    /// The file and the line of the key.
    File(PathBuf, usize),
    /// Nobody set it.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::Variable(name) => f.write_str(name),
            Self::File(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// One line of `hookglass config`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    pub name: String,
    /// The value as a person reads it; secrets are masked.
    pub shown: String,
    pub source: Source,
}

/// What [`super::load`] makes of all layers.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    pub settings: Settings,
    /// Each setting with its source, in the order of [`super::SPECS`], then the lists.
    pub report: Vec<Setting>,
    /// The file that was read.
    pub file: Option<PathBuf>,
    /// What looks like a slip and stops nothing, a sentence each.
    pub warnings: Vec<String>,
}

/// A size in the largest unit that says it exactly: `32 MiB`, `1500 bytes`.
#[must_use]
pub fn show_bytes(bytes: u64) -> String {
    const UNITS: [(u32, &str); 4] = [(40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")];
    UNITS
        .into_iter()
        .find(|&(shift, _)| bytes > 0 && bytes.trailing_zeros() >= shift)
        .map_or_else(
            || format!("{bytes} bytes"),
            |(shift, unit)| format!("{} {unit}", bytes >> shift),
        )
}
