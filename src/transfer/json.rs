//! JSON: one array of [`Record`]s, a line each, so that a text tool can still cut it.

use std::io;

use super::record::Record;
use crate::request::CapturedRequest;

pub(super) fn begin(out: &mut impl io::Write) -> io::Result<()> {
    out.write_all(b"[")
}

/// Writes one request, with the comma that the one before it needs.
pub(super) fn write_json(
    out: &mut impl io::Write,
    request: &CapturedRequest,
    first: bool,
) -> io::Result<()> {
    out.write_all(if first { b"\n" } else { b",\n" })?;
    serde_json::to_writer(out, &Record::from(request))?;
    Ok(())
}

pub(super) fn end(out: &mut impl io::Write) -> io::Result<()> {
    out.write_all(b"\n]\n")
}
