//! Exports: streamed in the order of arrival, in constant memory.

use std::io;

use axum::body::Body;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::{self, Stream};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use serde::Deserialize;

use super::error::{ApiError, optional};
use super::requests::request_id;
use crate::inspector::AppState;
use crate::request::{RequestId, Timestamp};
use crate::store::export::{Selection, batch};
use crate::store::{PathScope, Store, StoreError};
use crate::transfer::{Exporter, Format, file_name};

#[derive(Deserialize)]
pub(super) struct ExportQuery {
    format: Option<String>,
    path: Option<String>,
    after: Option<String>,
    before: Option<String>,
    id: Option<String>,
}

pub(super) async fn export(
    State(state): State<AppState>,
    Query(query): Query<ExportQuery>,
) -> Result<Response, ApiError> {
    let formats = "one of json, ndjson, csv";
    let format = optional(
        "format",
        query.format.as_deref(),
        |text| text.parse().ok(),
        formats,
    )?;
    let format = format.unwrap_or(Format::Ndjson);
    let path = query.path.as_deref().unwrap_or("/");
    let time = |name, text: Option<&str>| {
        optional(
            name,
            text,
            Timestamp::parse,
            "a time like 2026-11-24T07:12:34Z",
        )
    };
    let selection = Selection {
        path: PathScope::new(path),
        since: time("after", query.after.as_deref())?,
        until: time("before", query.before.as_deref())?,
        only: request_id("id", query.id.as_deref())?,
    };
    let name = file_name(path, Timestamp::now(), format);
    let headers = [
        (CONTENT_TYPE, format.content_type().to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    let running = Running {
        store: state.store.clone(),
        selection,
        exporter: Exporter::new(format),
        step: Step::Begin,
    };
    Ok((headers, Body::from_stream(running.stream())).into_response())
}

struct Running {
    store: Store,
    selection: Selection,
    exporter: Exporter,
    step: Step,
}

#[derive(Clone, Copy)]
enum Step {
    Begin,
    After(Option<RequestId>),
    Done,
}

impl Running {
    /// A failure cuts the stream off: the chunked coding lets the reader see that the end is missing.
    fn stream(self) -> impl Stream<Item = io::Result<Bytes>> {
        stream::unfold(self, |mut running| async move {
            let piece = running.next().await?;
            let piece = piece.map_err(|error| {
                tracing::error!("an export broke off: {error}");
                running.step = Step::Done;
                io::Error::other(error)
            });
            Some((piece, running))
        })
    }

    async fn next(&mut self) -> Option<Result<Bytes, StoreError>> {
        let mut out = Vec::new();
        let written: Result<(), StoreError> = match self.step {
            Step::Done => return None,
            Step::Begin => {
                self.step = Step::After(None);
                infallible(self.exporter.begin(&mut out));
                Ok(())
            }
            Step::After(after) => self.write_batch(after, &mut out).await,
        };
        Some(written.map(|()| Bytes::from(out)))
    }

    /// Reads and encodes off the async threads.
    async fn write_batch(
        &mut self,
        after: Option<RequestId>,
        out: &mut Vec<u8>,
    ) -> Result<(), StoreError> {
        let (selection, mut exporter) = (self.selection.clone(), self.exporter.clone());
        let written = self.store.read(move |db| {
            let mut out = Vec::new();
            let requests = batch(db, &selection, after)?;
            for request in &requests {
                infallible(exporter.one(&mut out, request));
            }
            Ok((out, exporter, requests.last().map(|last| last.id)))
        });
        let (written, exporter, last) = written.await?;
        *out = written;
        self.exporter = exporter;
        self.step = match last {
            Some(last) => Step::After(Some(last)),
            None => {
                infallible(self.exporter.end(out));
                Step::Done
            }
        };
        Ok(())
    }
}

/// A `Vec` takes all that is written to it.
fn infallible(written: io::Result<()>) {
    if let Err(error) = written {
        tracing::error!("an export could not be written: {error}");
    }
}
