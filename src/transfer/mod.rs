//! Stored requests as files: one file a format, written one request at a time.
//!
//! [`Exporter`] writes any format to anything that takes bytes; [`Record`] is a request as JSON,
//! here and in the API. Choosing requests, and where the bytes go, is the caller's business.

mod csv;
mod json;
mod name;
mod ndjson;
mod record;

use std::io;

use crate::request::CapturedRequest;

pub use csv::COLUMNS as CSV_COLUMNS;
pub use name::file_name;
pub use record::{Record, RecordError, Text};

#[cfg(test)]
mod tests;

/// What an export is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON array.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// For spreadsheets; not lossless.
    Csv,
}

/// A text names no format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no such format; write json, ndjson or csv")]
pub struct UnknownFormat;

impl Format {
    pub const ALL: [Self; 3] = [Self::Json, Self::Ndjson, Self::Csv];

    /// The word used in flags and URLs, and the file's ending.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
        }
    }

    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }
}

impl std::str::FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        Self::ALL
            .into_iter()
            .find(|format| format.as_str() == text)
            .ok_or(UnknownFormat)
    }
}

/// Writes an export: [`Exporter::begin`] once, [`Exporter::one`] for each request,
/// [`Exporter::end`] once. It holds nothing of what it wrote.
#[derive(Debug, Clone)]
pub struct Exporter {
    format: Format,
    written: u64,
}

impl Exporter {
    #[must_use]
    pub fn new(format: Format) -> Self {
        Self { format, written: 0 }
    }

    /// How many requests were written.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.written
    }

    /// What stands before the first request.
    ///
    /// # Errors
    /// When `out` takes no more.
    pub fn begin(&mut self, out: &mut impl io::Write) -> io::Result<()> {
        match self.format {
            Format::Json => json::begin(out),
            Format::Ndjson => Ok(()),
            Format::Csv => csv::write_header(out),
        }
    }

    /// One request.
    ///
    /// # Errors
    /// When `out` takes no more.
    pub fn one(&mut self, out: &mut impl io::Write, request: &CapturedRequest) -> io::Result<()> {
        match self.format {
            Format::Json => json::write_json(out, request, self.written == 0),
            Format::Ndjson => ndjson::write_ndjson(out, request),
            Format::Csv => csv::write_csv(out, request),
        }?;
        self.written += 1;
        Ok(())
    }

    /// What stands after the last request.
    ///
    /// # Errors
    /// When `out` takes no more.
    pub fn end(&mut self, out: &mut impl io::Write) -> io::Result<()> {
        match self.format {
            Format::Json => json::end(out),
            Format::Ndjson | Format::Csv => Ok(()),
        }
    }
}
