//! Sample events: what a sender's request looks like, to try an endpoint out.

/// A request as its sender would send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// `contact.tag.added`, with a variant `contact.optin.completed:blog-page`.
    pub id: String,
    /// The sender's id.
    pub sender: String,
    pub event_type: String,
    pub variant: Option<String>,
    /// The event in English.
    pub label: String,
    /// The header lines that the sender is known to send.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}
