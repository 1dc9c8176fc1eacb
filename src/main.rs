//! The `hookglass` command: everything is in the library.

use std::process::ExitCode;

use clap::Parser;
use hookglass::cli;
use hookglass::config::{Cli, Platform};

fn main() -> ExitCode {
    cli::run(&Cli::parse(), &Platform::from_process())
}
