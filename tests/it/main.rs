//! Behaviour, through real sockets and a real database file.

mod access;
mod capture;
mod crash;
mod harness;
mod storage;
mod structure;
mod wire;
