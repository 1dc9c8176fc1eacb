//! What can be wrong with a setting, said in one sentence that tells what to do.

use std::path::PathBuf;

/// A start that cannot go on; the command exits with 2.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file was named, or is there, and cannot be read.
    #[error("cannot read the settings in {}: {source}; mend that or name another file with --config", path.display())]
    Unreadable {
        path: PathBuf,
        source: std::io::Error,
    },
    /// One value; `place` is the flag, the variable or `file:line: key`.
    #[error("{place}: {problem}")]
    Value { place: String, problem: String },
    /// Values that are right alone and wrong together, or one that is missing.
    #[error("{0}")]
    Conflict(String),
}
