//! Keeps a reserve free on the disk, so that hookglass is not what fills it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::error::CaptureError;

/// How often the disk is asked; at most this much is written past the reserve unnoticed.
const EVERY: Duration = Duration::from_secs(1);

pub(super) struct SpaceGuard {
    folder: PathBuf,
    min_free: u64,
    asked: Option<Instant>,
    verdict: Result<(), CaptureError>,
}

impl SpaceGuard {
    pub(super) fn new(database: &Path, min_free: u64) -> Self {
        let folder = match database.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        Self {
            folder,
            min_free,
            asked: None,
            verdict: Ok(()),
        }
    }

    /// `NoSpace` while less than the reserve is free. A disk that gives no answer counts as roomy:
    /// SQLite will say so when it is full.
    pub(super) fn check(&mut self) -> Result<(), CaptureError> {
        if self.asked.is_none_or(|asked| asked.elapsed() >= EVERY) {
            self.asked = Some(Instant::now());
            self.verdict = match free_bytes(&self.folder) {
                Some(free) if free < self.min_free => Err(CaptureError::NoSpace(format!(
                    "{} MiB are free on the disk, the reserve is {} MiB (--min-free)",
                    free >> 20,
                    self.min_free >> 20
                ))),
                _ => Ok(()),
            };
        }
        self.verdict.clone()
    }
}

#[cfg(unix)]
fn free_bytes(folder: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(folder).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

#[cfg(not(unix))]
fn free_bytes(_: &Path) -> Option<u64> {
    None
}
