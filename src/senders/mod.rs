//! Who sent a request, what it says happened, and whether its address is one of theirs.
//!
//! The catalogue is data (`catalog/*.toml`, docs/senders.md), compiled once at start; a user's folder adds to it.
//! Pure: no clock, and no I/O but reading the data files. Nothing here refuses a request: all of it is
//! shown beside the request, which is stored either way.

mod body_values;
mod braces;
mod catalogue;
mod check;
mod clause;
pub mod client_address;
mod compile;
mod definition;
mod embedded;
mod event;
mod facts;
mod filter;
mod forwarding;
mod guess;
mod handshake;
mod identify;
mod judge;
pub mod lists;
mod money;
mod noise;
mod retry;
mod rule_index;
mod sample;
mod selector;
pub mod signature;
mod template;

pub use catalogue::{Catalogue, CatalogueError};
pub use check::SampleFault;
pub use client_address::ProxyTrust;
pub use handshake::{HANDSHAKE_BODY_MAX, Handshake};
pub use judge::Judge;
pub use lists::{AddressList, Lists};
pub use sample::Sample;
