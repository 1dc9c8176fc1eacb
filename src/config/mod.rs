//! What was asked for: flags, then `HOOKGLASS_*` variables, then `hookglass.toml`, then defaults,
//! parsed to types here and nowhere else.
//!
//! [`Cli`] is the command line, [`SPECS`] the one list of settings that all layers share,
//! [`load`] merges the layers into [`Settings`], with where each value came from.
//! It reads the environment and one file through [`Platform`], opens nothing and starts nothing.

mod args;
mod error;
mod example;
mod file;
mod merge;
pub mod nearest;
mod parse;
mod platform;
mod settings;
mod spec;

pub use args::{
    Cli, Command, ConfigArgs, ExportArgs, OpenArgs, SecretArgs, SecretCommand, SendArgs,
    SendersCommand, ServeArgs, TokenArgs, TokenCommand,
};
pub use error::ConfigError;
pub use example::example;
pub use merge::load;
pub use parse::PublicUrl;
pub use platform::Platform;
pub use settings::{Loaded, LogFilter, LogFormat, Setting, Settings, Source, show_bytes};
pub use spec::{Kind, SPECS, Spec};

#[cfg(test)]
mod tests;
