//! From the socket to the answer: accept, read one request whole, judge it, store it, say so.
//!
//! [`accept`] takes connections and [`connection`] reads requests off them ([`wire`]); webhooks go
//! through [`hook`], requests for hookglass's own pages through [`relay`]. A request is answered with
//! success only after the store has committed it.

mod accept;
mod answer;
mod budget;
mod connection;
mod connections;
mod handshake;
mod hook;
pub mod limits;
mod redact;
mod relay;
mod wire;

pub use accept::serve;
pub use connections::connections_max;
pub use hook::Hook;
pub use redact::Redactor;
pub use relay::{Origin, Pages};
