//! The command: one file for each word that can follow `hookglass`.
//!
//! [`run`] loads the settings, dispatches, and says in one sentence on the standard error what went
//! wrong. Commands write to what they are given, so that tests can read it.

mod config;
mod error;

use std::io::{self, Write};
use std::process::ExitCode;

use crate::config::{Cli, Command, Platform, load};

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
        _ => Err(CliError::Failed(
            "this command is not wired to the store yet".to_owned(),
        )),
    }
}
