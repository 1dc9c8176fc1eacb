//! Behaviour, through real sockets and a real database file.
#![expect(
    clippy::unwrap_used,
    clippy::significant_drop_tightening,
    clippy::expect_used,
    reason = "a test fails by a panic"
)]

mod access;
mod capture;
mod command;
mod crash;
mod deliveries;
mod handshakes;
mod harness;
mod look_alikes;
mod pages;
mod shapes;
mod signatures;
mod storage;
mod structure;
mod wire;
