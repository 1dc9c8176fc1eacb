//! Bytes into what a person reads. Pure: no I/O, no clock, no framework.
//!
//! Every view is made on reading, from the bytes as they came; one that cannot be made says why, and
//! at which byte. What is shown is always a slice of what was sent, never something written anew.

pub mod body;
pub mod form;
pub mod hex;
pub mod json;
pub mod multipart;
pub mod text;
