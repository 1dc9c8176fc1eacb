//! Requests that are tries of one delivery.

use serde::Serialize;

use super::{Arrival, RequestId, Timestamp, VerdictKind};

/// What told that requests are attempts of one delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ToldBy {
    /// The sender's own delivery id.
    SenderId,
    /// The same body, to the same path, soon after: most senders give no id.
    SameBody,
}

impl ToldBy {
    pub const ALL: [Self; 2] = [Self::SenderId, Self::SameBody];

    /// The word used in SQL and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SenderId => "sender-id",
            Self::SameBody => "same-body",
        }
    }

    /// The inverse of [`ToldBy::as_str`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|told| told.as_str() == text)
    }
}

/// Which attempt of its delivery a request is. A request that came once is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// A delivery is named by its first request.
    pub delivery: RequestId,
    /// Counted from 1, in the order of the commits.
    pub number: u64,
    /// How many attempts the delivery has by now.
    pub of: u64,
    pub told_by: ToldBy,
}

/// An attempt among the others of its delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptSummary {
    pub id: RequestId,
    pub number: u64,
    pub received_at: Timestamp,
    pub arrival: Arrival,
    /// What the sender was answered.
    pub answer_status: u16,
    pub verdict: VerdictKind,
    pub verdict_list: Option<String>,
}
