//! (being laid)

pub mod body;
