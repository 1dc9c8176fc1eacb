//! "Send a sample event": stores one of the catalogue's samples as its sender would send it, marked as
//! a sample, so that a first look needs no sender.

use axum::extract::{Form, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, http};
use bytes::Bytes;
use http::StatusCode;
use http::header::LOCATION;
use serde::Deserialize;

use super::AppState;
use crate::capture::Origin;
use crate::request::{Arrival, ClientAddress, NewRequest, Received, Timestamp};
use crate::senders::Sample;
use crate::store::CaptureError;

/// The form's fields.
#[derive(Deserialize)]
pub(super) struct SampleForm {
    #[serde(default)]
    path: String,
    /// A sample's name (`systeme-io:contact.tag.added`); the catalogue's first where it is left out.
    #[serde(default)]
    event: String,
}

pub(super) async fn send(
    State(state): State<AppState>,
    axum::Extension(origin): Extension<Origin>,
    Form(form): Form<SampleForm>,
) -> Response {
    let path = if is_path(&form.path) {
        form.path
    } else {
        "/".to_owned()
    };
    let found = state.catalogue.samples().find(|sample| {
        form.event.is_empty() || sample.name() == form.event || sample.id == form.event
    });
    let Some(sample) = found else {
        return (StatusCode::NOT_FOUND, "There is no such sample event.").into_response();
    };
    let received = as_received(sample, &path, origin);
    let client = ClientAddress {
        steps: vec!["sent from this page".into()],
        ..ClientAddress::default()
    };
    let judged = state.judge.judge(&received, client);
    let new = NewRequest {
        received,
        judged,
        answer_status: 200,
        handshake: None,
    };
    match state.store.capture(new).await {
        Ok(id) => {
            let target = format!("{path}?inspect={id}");
            (StatusCode::SEE_OTHER, [(LOCATION, target)]).into_response()
        }
        Err(error) => {
            let status = match error {
                CaptureError::NoSpace(_) => StatusCode::INSUFFICIENT_STORAGE,
                CaptureError::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            };
            (status, error.to_string()).into_response()
        }
    }
}

fn as_received(sample: &Sample, path: &str, origin: Origin) -> Received {
    Received {
        received_at: Timestamp::now(),
        took_us: 0,
        peer: origin.peer,
        secure: origin.secure,
        head: sample.head(path),
        body: Bytes::from(sample.body.to_vec()),
        trailers: Bytes::new(),
        declared_bytes: Some(sample.body.len() as u64),
        arrival: Arrival::Whole,
        arrival_reason: None,
        sample: true,
    }
}

/// What may stand as a target in the head that is made up.
fn is_path(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && !path.starts_with("/-/")
        && path
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'?' && byte != b'#')
}
