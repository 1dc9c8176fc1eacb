//! Signatures: whether a request is its sender's, and if not, what went wrong on the way.
//!
//! What this folder offers to the rest:
//!
//! - [`Catalogue::check_signature`](super::Catalogue::check_signature): a request, its sender's id and the
//!   endpoint's [`NamedSecret`]s to a [`SignatureReport`]: a [`SignatureStatus`] (verified, wrong with a
//!   [`Diagnosis`], not checked, no secret, not signed) and the sender's own time. Each of them has a
//!   sentence (`Display`) and the status a word (`as_str`).
//! - [`Catalogue::sign`](super::Catalogue::sign): a sample as a [`Draft`] to the same draft with its
//!   signature, and its time, in the sender's own form.
//! - [`Catalogue::signatures`](super::Catalogue::signatures): how a sender signs, to tell what to paste.
//!
//! Pure, as all of `senders`: when a signature counts as stale is told by when it arrived, never by a
//! clock. Secrets are compared in constant time, wiped when dropped, and never printed. The search for a
//! diagnosis is bounded (`diagnose`), so that a body of 32 MB costs a few passes at most.
//!
//! `table` → `scheme` is the way of a catalogue file, `exchange` → `filling` → `proof` that of a request.

mod body_form;
mod check;
mod diagnose;
mod encoding;
mod exchange;
mod filling;
mod json_text;
mod key;
mod message;
mod origin;
mod place;
mod proof;
mod report;
mod rewrite;
mod scheme;
mod secret;
mod sign;
mod table;
mod timestamp;
mod token;
mod value;

pub use body_form::BodyForm;
pub use encoding::Encoding;
pub use key::{KeyForm, Misread};
pub use proof::Hash;
pub use report::{Deviation, Diagnosis, Match, NotChecked, SignatureReport, SignatureStatus};
pub use scheme::SignatureScheme;
pub use secret::NamedSecret;
pub use sign::{Draft, SignError};
pub use table::SignatureKind;
pub(super) use table::SignatureTable;
pub use timestamp::TimestampCheck;

#[cfg(test)]
mod tests;
