//! The command: one file for each word that can follow `hookglass`.
//!
//! [`run`] loads the settings, dispatches, and says in one sentence on the standard error what went
//! wrong. Commands write to what they are given, so that tests can read it.

mod config;
mod error;
mod export;
mod open;
mod post;
mod secret;
mod send;
mod senders;
mod serve;
mod token;

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;

use crate::config::{Cli, Command, Loaded, Platform, Settings, load};
use crate::senders::Catalogue;

pub use error::CliError;

/// It worked.
pub const EXIT_OK: u8 = 0;
/// It was understood, and failed.
pub const EXIT_FAILURE: u8 = 1;
/// It was not understood, or cannot work as it is set; clap exits with the same code.
pub const EXIT_USAGE: u8 = 2;

/// Does what was typed; the process is to end with the code.
#[must_use]
pub fn run(cli: &Cli, platform: &Platform) -> ExitCode {
    let result = dispatch(cli, platform, &mut io::stdout().lock());
    let code = match result {
        Ok(()) => EXIT_OK,
        Err(error) if error.is_closed_pipe() => EXIT_OK,
        Err(error) => {
            complain(&error.to_string());
            error.exit_code()
        }
    };
    ExitCode::from(code)
}

/// One line on the standard error; where that is closed there is nobody to tell.
fn complain(sentence: &str) {
    let _ = writeln!(io::stderr(), "hookglass: {sentence}");
}

fn dispatch(cli: &Cli, platform: &Platform, out: &mut impl Write) -> Result<(), CliError> {
    if let Some(Command::Config(args)) = &cli.command
        && args.example
    {
        // Before anything is loaded: it must work where the present file is broken.
        return config::print_example(out);
    }
    let loaded = load(cli, platform)?;
    for warning in &loaded.warnings {
        complain(&format!("warning: {warning}"));
    }
    match &cli.command {
        Some(Command::Config(_)) => config::print(out, &loaded, platform),
        Some(Command::Send(args)) => {
            let catalogue = read_catalogue(&loaded);
            let secret = args.secret_file.as_deref().map(secret::from_file);
            send::run(
                out,
                args,
                &catalogue,
                secret.transpose()?.as_ref(),
                loaded.settings.listen,
            )
        }
        Some(Command::Senders(args)) => senders::run(out, &args.command, &loaded.settings),
        Some(Command::Open(args)) => open::run(out, args, &loaded.settings),
        Some(Command::Secret(args)) => secret::run(
            out,
            &mut io::stdin().lock(),
            &args.command,
            &loaded.settings,
        ),
        Some(Command::Token(args)) => token::run(out, &args.command, &loaded.settings),
        Some(Command::Export(args)) => export::run(out, args, &loaded.settings),
        Some(Command::Serve(_)) | None => serve::run(out, &loaded.settings),
    }
}

/// How a person reaches the inspector: the public URL, or the address with the loopback in place of
/// "any".
fn base_url(settings: &Settings, listen: SocketAddr) -> String {
    if let Some(url) = &settings.public_url {
        return url.as_str().to_owned();
    }
    let host = match listen.ip() {
        IpAddr::V4(addr) if addr.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(addr) if addr.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        addr => addr,
    };
    format!("http://{}", SocketAddr::new(host, listen.port()))
}

/// The known senders. A file that cannot be taken is named and stops nothing.
fn read_catalogue(loaded: &Loaded) -> Catalogue {
    let (catalogue, faults) = Catalogue::load(loaded.settings.catalogue.as_deref());
    for fault in &faults {
        complain(&format!("warning: {fault}"));
    }
    catalogue
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    fn typed(folder: &std::path::Path, words: &[&str]) -> Result<String, CliError> {
        let platform = Platform {
            working_dir: folder.to_owned(),
            data_dir: Some(folder.to_owned()),
            ..Platform::default()
        };
        let words = std::iter::once("hookglass").chain(words.iter().copied());
        let mut out = Vec::new();
        dispatch(&Cli::try_parse_from(words).unwrap(), &platform, &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_broken_file_stops_a_command_but_not_the_example() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("hookglass.toml"), "listen = ").unwrap();
        let error = typed(folder.path(), &["config"]).unwrap_err();
        assert_eq!(error.exit_code(), EXIT_USAGE);
        assert!(error.to_string().contains("hookglass.toml:1"));
        assert!(
            typed(folder.path(), &["config", "--example"])
                .unwrap()
                .contains("# listen = ")
        );
    }

    #[test]
    fn a_reader_that_has_seen_enough_is_no_failure() {
        let closed = CliError::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert!(closed.is_closed_pipe());
        let full = CliError::from(io::Error::from(io::ErrorKind::StorageFull));
        assert!(!full.is_closed_pipe());
        assert_eq!(full.exit_code(), EXIT_FAILURE);
    }
}
