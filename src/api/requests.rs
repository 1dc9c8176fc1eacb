//! Reading requests: a page of the list, one whole, its body alone.

use std::net::IpAddr;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use serde::{Deserialize, Serialize};

use super::among::{Delivery, Differences};
use super::error::{ApiError, optional};
use crate::inspector::{AppState, signature};
use crate::request::{Against, CapturedRequest, RequestId, RequestSummary};
use crate::senders::signature::{SignatureReport, SignatureStatus};
use crate::store::{Page, PathScope, Scope, StoreError};
use crate::transfer::Record;

/// Requests on a page of the list.
const LIMIT_DEFAULT: u32 = 50;
const LIMIT_MAX: u32 = 500;

#[derive(Deserialize)]
pub(super) struct ListQuery {
    path: Option<String>,
    before: Option<String>,
    after: Option<String>,
    limit: Option<String>,
    /// `show` lists browser noise too.
    noise: Option<String>,
    /// The attempts of one delivery only.
    delivery: Option<String>,
}

/// A page of the list; `next` is the query of the following one.
#[derive(Serialize)]
pub(super) struct List {
    requests: Vec<Item>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// One row of the list; the words are those of the export.
#[derive(Serialize)]
struct Item {
    id: String,
    received_at: String,
    method: String,
    path: String,
    body_bytes: u64,
    arrival: &'static str,
    sample: bool,
    noise: bool,
    client_addr: Option<IpAddr>,
    claimed_addr: Option<IpAddr>,
    verdict: &'static str,
    verdict_list: Option<String>,
    sender: Option<String>,
    event_type: Option<String>,
    variant: Option<String>,
    guessed: bool,
    title: Option<String>,
    answer_status: u16,
    delivery: Option<Delivery>,
    /// What its body differs from.
    differs_from: Option<&'static str>,
}

/// A request as the export writes it, and what it is among others.
#[derive(Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    record: Record<'a>,
    delivery: Option<Delivery>,
    changes: Option<Differences>,
    signature: Signature,
}

/// What came of checking the signature with the secrets of the request's path.
#[derive(Serialize)]
struct Signature {
    status: &'static str,
    reason: String,
    /// The name of the secret that held.
    secret: Option<String>,
}

impl From<SignatureReport> for Signature {
    fn from(report: SignatureReport) -> Self {
        Self {
            status: report.status.as_str(),
            reason: report.status.to_string(),
            secret: match report.status {
                SignatureStatus::Verified(matched) => Some(matched.secret),
                _ => None,
            },
        }
    }
}

impl From<RequestSummary> for Item {
    fn from(row: RequestSummary) -> Self {
        Self {
            id: row.id.to_string(),
            received_at: row.received_at.rfc3339(),
            method: row.method,
            path: row.path,
            body_bytes: row.body_bytes,
            arrival: row.arrival.as_str(),
            sample: row.sample,
            noise: row.noise,
            client_addr: row.client_addr,
            claimed_addr: row.claimed_addr,
            verdict: row.verdict.as_str(),
            verdict_list: row.verdict_list,
            sender: row.sender,
            event_type: row.event_type,
            variant: row.variant,
            guessed: row.guessed,
            title: row.title,
            answer_status: row.answer_status,
            delivery: row.attempt.map(Delivery::from),
            differs_from: row.differs_from.map(Against::as_str),
        }
    }
}

pub(super) async fn list(
    State(state): State<AppState>,
    Query(query): Query<ListQuery>,
) -> Result<Json<List>, ApiError> {
    let scope = Scope {
        path: PathScope::new(query.path.as_deref().unwrap_or("/")),
        noise: query.noise.as_deref() == Some("show"),
    };
    let limit = limit(query.limit.as_deref())?;
    let after = request_id("after", query.after.as_deref())?;
    let page = Page {
        before: request_id("before", query.before.as_deref())?,
        after,
        limit,
    };
    state.live.followed().await;
    let rows = match request_id("delivery", query.delivery.as_deref())? {
        Some(delivery) => state.store.delivery(delivery, page).await?,
        None => state.store.page(scope, page).await?,
    };
    let full = rows.len() == limit as usize;
    let (newest, oldest) = (
        rows.first().map(|row| row.id),
        rows.last().map(|row| row.id),
    );
    let next = match after {
        Some(_) => newest.map(|id| format!("after={id}")),
        None => oldest.map(|id| format!("before={id}")),
    };
    Ok(Json(List {
        requests: rows.into_iter().map(Item::from).collect(),
        next: next.filter(|_| full),
    }))
}

pub(super) async fn one(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let request = find(&state, &id).await?;
    state.live.followed().await;
    let attempt = state.store.attempt(request.id).await?;
    let changes = state.store.changes(request.id).await?;
    let secrets = signature::secrets(&state, &request).await?;
    // A large body takes its time to check and to encode.
    let json = tokio::task::spawn_blocking(move || {
        let report = signature::report(&request, secrets, &state.catalogue);
        serde_json::to_vec(&Whole {
            record: Record::from(&request),
            delivery: attempt.map(Delivery::from),
            changes: changes.map(Differences::from),
            signature: report.into(),
        })
    });
    let json = json.await.map_err(|_| StoreError::Closed)?;
    let json = json.map_err(|error| StoreError::Unreadable(error.to_string()))?;
    Ok(([(CONTENT_TYPE, "application/json")], json).into_response())
}

/// The body's bytes as they came, in a form that no browser acts on.
pub(super) async fn body(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let request = find(&state, &id).await?;
    let headers = [
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{}.body\"", request.id),
        ),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox".to_owned(),
        ),
    ];
    Ok((headers, request.received.body).into_response())
}

#[derive(Serialize)]
pub(super) struct Endpoint {
    path: String,
    requests: u64,
    last_at: String,
}

/// The hundred busiest paths.
pub(super) async fn endpoints(
    State(state): State<AppState>,
) -> Result<Json<Vec<Endpoint>>, ApiError> {
    let endpoints = state.store.endpoints().await?.into_iter();
    let endpoints = endpoints.map(|endpoint| Endpoint {
        path: endpoint.path,
        requests: endpoint.requests,
        last_at: endpoint.last_at.rfc3339(),
    });
    Ok(Json(endpoints.collect()))
}

async fn find(state: &AppState, id: &str) -> Result<CapturedRequest, ApiError> {
    let parsed = id
        .parse::<RequestId>()
        .map_err(|error| ApiError::BadRequest(error.to_string()))?;
    let found = state.store.request(parsed).await?;
    found.ok_or_else(|| ApiError::NotFound(format!("there is no request {parsed}")))
}

fn limit(text: Option<&str>) -> Result<u32, ApiError> {
    let within = |text: &str| {
        text.parse()
            .ok()
            .filter(|limit| (1..=LIMIT_MAX).contains(limit))
    };
    let expected = format!("a number from 1 to {LIMIT_MAX}");
    Ok(optional("limit", text, within, &expected)?.unwrap_or(LIMIT_DEFAULT))
}

pub(super) fn request_id(name: &str, text: Option<&str>) -> Result<Option<RequestId>, ApiError> {
    optional(name, text, |text| text.parse().ok(), "a request id")
}
