//! Why a command ended, and the exit code that goes with it.

use std::io;

use super::{EXIT_FAILURE, EXIT_USAGE};
use crate::config::ConfigError;
use crate::server::StartError;
use crate::store::{OpenError, StoreError};

/// What a command ends with when it does not work; the text is one sentence for a person.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// What was typed cannot work; says what would.
    #[error("{0}")]
    Usage(String),
    /// It was tried and failed.
    #[error("{0}")]
    Failed(String),
    /// A setting is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The server can't start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The database can't be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database is open, and refused a read or a write.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The standard output, or the file that was named, takes no more.
    #[error("cannot write the output: {0}")]
    Output(#[from] io::Error),
}

impl CliError {
    /// The code that the process ends with.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Config(_) | Self::Start(_) | Self::Open(_) => EXIT_USAGE,
            Self::Failed(_) | Self::Store(_) | Self::Output(_) => EXIT_FAILURE,
        }
    }

    /// Whoever read the output has seen enough (`hookglass export | head`): no failure of ours.
    #[must_use]
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}
