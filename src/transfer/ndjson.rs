//! NDJSON: one [`Record`] a line.

use std::io;

use super::record::Record;
use crate::request::CapturedRequest;

/// Writes one request and the end of its line.
pub(super) fn write_ndjson(out: &mut impl io::Write, request: &CapturedRequest) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &Record::from(request))?;
    out.write_all(b"\n")
}
