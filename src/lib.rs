//! hookglass stores every HTTP request that reaches it and shows it in a browser.
//!
//! The modules stand in the order in which data flows (ARCHITECTURE.md has the map):
//!
//! ```text
//! socket ─ capture ─▶ senders ─▶ store ─ commit ─▶ answer
//!                                  ├─▶ live ─▶ inspector · api
//!                                  └─▶ follow (behind the commit)
//! ```

#![cfg_attr(
    test,
    allow(
        clippy::significant_drop_tightening,
        reason = "a test holds what it holds to its end"
    )
)]

pub mod request;
pub mod secret;

pub mod capture;
pub mod config;
pub mod senders;
pub mod store;

pub mod follow;
pub mod live;
pub mod transfer;
pub mod view;

pub mod api;
pub mod cli;
pub mod inspector;
pub mod server;
