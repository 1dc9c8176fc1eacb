//! HTTP/1 as it lies on the wire: heads, bodies and answers, with their time limits.
//!
//! An HTTP library would refuse, normalise or drop what hookglass is there to show (`<` in a target,
//! the spelling of header names, a head that breaks a rule), so this stage is its own; `httparse`
//! reads the head, and RFC 9112 is the rule for the rest.

pub(super) mod body;
mod chunked;
pub(super) mod head;
pub(super) mod stream;
