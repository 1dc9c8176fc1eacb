//! Whether captures can be stored now: set by the writer, read by pages and probes.

use std::fmt;
use std::sync::Mutex;

use super::error::CaptureError;
use super::lock;

/// The outcome of the latest attempt to store.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Health {
    #[default]
    Ok,
    /// Senders are being turned away; the text says why.
    Failing(CaptureError),
}

impl Health {
    #[must_use]
    pub fn is_ok(&self) -> bool {
        *self == Self::Ok
    }
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok => f.write_str("ok"),
            Self::Failing(error) => write!(f, "{error}"),
        }
    }
}

#[derive(Default)]
pub(super) struct HealthCell(Mutex<Health>);

impl HealthCell {
    pub(super) fn get(&self) -> Health {
        lock(&self.0).clone()
    }

    /// Logs a change, and only a change.
    pub(super) fn set(&self, next: Health) {
        let mut current = lock(&self.0);
        if *current == next {
            return;
        }
        match &next {
            Health::Ok => tracing::info!("requests are stored again"),
            Health::Failing(error) => tracing::error!("{error}"),
        }
        *current = next;
    }
}
