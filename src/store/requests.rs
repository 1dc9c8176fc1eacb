//! Requests: storing one, a page of the list, one whole.

use rusqlite::{Connection, OptionalExtension, params};

use super::Stored;
use super::endpoints::{self, Tally};
use super::error::StoreError;
use super::handshakes;
use super::row::{self, SUMMARY_COLUMNS, SUMMARY_TABLES, WHOLE_COLUMNS};
use crate::request::{CapturedRequest, NewRequest, Received, RequestId, RequestSummary};

/// Past this many endpoints below a path, its list is read from the list of all.
const MERGED_ENDPOINTS_MAX: usize = 50;

const METHOD_CHARS: usize = 64;

/// Which paths are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathScope {
    All,
    /// This path (without a slash at its end) and all below it.
    Under(String),
}

impl PathScope {
    /// The scope of a path as it stands in a URL; `/` is all.
    #[must_use]
    pub fn new(path: &str) -> Self {
        match path.trim_end_matches('/') {
            "" => Self::All,
            path => Self::Under(path.to_owned()),
        }
    }

    /// Whether a request to `path` is in this scope.
    #[must_use]
    pub fn holds(&self, path: &str) -> bool {
        match self {
            Self::All => true,
            Self::Under(top) => path
                .strip_prefix(top.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
        }
    }
}

/// Which requests are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    pub path: PathScope,
    /// Browser noise (`/favicon.ico`) too.
    pub noise: bool,
}

/// Which part of a list: by key, never by offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Only those older than this one.
    pub before: Option<RequestId>,
    /// Only those newer than this one; of these the oldest come first into the page.
    pub after: Option<RequestId>,
    pub limit: u32,
}

impl Page {
    /// In which order rows are taken, so that the page begins at its end of the list.
    pub(super) fn order(self) -> &'static str {
        if self.after.is_some() { "ASC" } else { "DESC" }
    }
}

/// How many requests a scope holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Without noise, or with it where the scope asks for it.
    pub shown: u64,
    pub noise: u64,
}

/// Inserts one request under `id`, inside the writer's transaction.
pub(super) fn insert(
    db: &Connection,
    id: i64,
    new: &NewRequest,
    derived_from: i64,
    tally: &mut Tally,
) -> rusqlite::Result<Stored> {
    let NewRequest {
        received,
        judged,
        answer_status,
        handshake,
    } = new;
    let (client, verdict, identity) = (&judged.client, &judged.verdict, &judged.identity);
    let path = received.head.url_path();
    let endpoint = tally.endpoint(db, &path, received.received_at, identity.noise)?;
    db.prepare_cached(INSERT)?.execute(params![
        id,
        endpoint,
        received.received_at.0,
        i64::try_from(received.took_us).unwrap_or(i64::MAX),
        received.peer.to_string(),
        received.secure,
        method(received),
        i64::try_from(received.body.len()).unwrap_or(i64::MAX),
        received
            .declared_bytes
            .map(|n| i64::try_from(n).unwrap_or(i64::MAX)),
        received.arrival.as_str(),
        received.arrival_reason,
        received.sample,
        answer_status,
        client.addr.map(|addr| addr.to_string()),
        client.claimed.map(|addr| addr.to_string()),
        client.steps.join("\n"),
        derived_from,
        verdict.kind.as_str(),
        verdict.list,
        verdict.reason,
        identity.sender,
        identity.rule,
        identity.event_type,
        identity.event_source,
        identity.guessed,
        identity.variant,
        identity.title,
        identity.delivery_id,
        identity.attempt,
        identity.sent_at,
        identity.noise,
        (!received.trailers.is_empty()).then_some(&received.trailers[..]),
        &received.head.raw()[..],
        &received.body[..],
    ])?;
    if let Some(answer) = handshake {
        handshakes::insert(db, id, answer)?;
    }
    Ok(Stored {
        id: RequestId::new(id).unwrap_or_else(row::zero_id),
        path,
    })
}

/// What a list shows of a method: refused garbage may begin with kilobytes of it.
fn method(received: &Received) -> String {
    received.head.method().chars().take(METHOD_CHARS).collect()
}

const INSERT: &str = "INSERT INTO requests (id, endpoint_id, received_at, took_us, peer, secure, method, \
     body_bytes, declared_bytes, arrival, arrival_reason, sample, answer_status, client_addr, claimed_addr, \
     client_steps, derived_from, verdict, verdict_list, verdict_reason, sender, rule, event_type, event_source, \
     guessed, variant, title, delivery_id, attempt, sent_at, noise, trailers, head, body) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, \
     ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34)";

/// A page of the list, newest first.
pub(super) fn page(
    db: &Connection,
    scope: &Scope,
    page: Page,
) -> Result<Vec<RequestSummary>, StoreError> {
    let endpoints = match &scope.path {
        PathScope::All => None,
        PathScope::Under(path) => Some(endpoints::under(db, path, MERGED_ENDPOINTS_MAX + 1)?),
    };
    let mut rows = match endpoints {
        None => range(db, Source::All, scope.noise, page)?,
        Some(endpoints) if endpoints.len() > MERGED_ENDPOINTS_MAX => {
            let PathScope::Under(path) = &scope.path else {
                return Ok(Vec::new());
            };
            range(db, Source::Under(path), scope.noise, page)?
        }
        Some(endpoints) => {
            let mut merged = Vec::new();
            for endpoint in endpoints {
                merged.extend(range(db, Source::Endpoint(endpoint), scope.noise, page)?);
            }
            merged.sort_unstable_by_key(|row| row.id);
            if page.after.is_none() {
                merged.reverse();
            }
            merged.truncate(page.limit as usize);
            merged
        }
    };
    rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.id));
    Ok(rows)
}

/// Where a range of the list is read from; each has an index that gives the order.
#[derive(Clone, Copy)]
enum Source<'a> {
    All,
    Endpoint(i64),
    Under(&'a str),
}

/// At most `page.limit` rows: the newest of those before, or the oldest of those after.
fn range(
    db: &Connection,
    source: Source<'_>,
    noise: bool,
    page: Page,
) -> Result<Vec<RequestSummary>, StoreError> {
    let place = match source {
        Source::All => "?1 IS ?2",
        Source::Endpoint(_) => "requests.endpoint_id = ?1 AND ?2 IS NULL",
        // The plus keeps SQLite from reading every endpoint's requests to sort them.
        Source::Under(_) => {
            "+requests.endpoint_id IN (SELECT id FROM endpoints WHERE path = ?1 OR (path >= ?1 || '/' AND path < ?2))"
        }
    };
    let order = page.order();
    let sql = format!(
        "SELECT {SUMMARY_COLUMNS} FROM {SUMMARY_TABLES} \
         WHERE {place} AND requests.id > ?3 AND requests.id < ?4 AND (?5 OR NOT requests.noise) \
         ORDER BY requests.id {order} LIMIT ?6"
    );
    let after = page.after.map_or(-1, RequestId::get);
    let before = page.before.map_or(i64::MAX, RequestId::get);
    let mut statement = db.prepare_cached(&sql)?;
    let none: Option<String> = None;
    let rows = match source {
        Source::All => statement.query_map(
            params![none, none, after, before, noise, page.limit],
            row::summary,
        )?,
        Source::Endpoint(id) => statement.query_map(
            params![id, none, after, before, noise, page.limit],
            row::summary,
        )?,
        Source::Under(path) => statement.query_map(
            params![
                path,
                endpoints::end_of(path),
                after,
                before,
                noise,
                page.limit
            ],
            row::summary,
        )?,
    };
    rows.map(|row| row?).collect()
}

/// The ids just newer and just older than `id`.
pub(super) fn neighbours(
    db: &Connection,
    scope: &Scope,
    id: RequestId,
) -> Result<(Option<RequestId>, Option<RequestId>), StoreError> {
    let one = |before, after| {
        let limit = 1;
        let page = Page {
            before,
            after,
            limit,
        };
        self::page(db, scope, page).map(|rows| rows.first().map(|row| row.id))
    };
    Ok((one(None, Some(id))?, one(Some(id), None)?))
}

pub(super) fn get(db: &Connection, id: RequestId) -> Result<Option<CapturedRequest>, StoreError> {
    let sql = format!("SELECT {WHOLE_COLUMNS} FROM requests WHERE id = ?1");
    let found = db
        .prepare_cached(&sql)?
        .query_row([id.get()], row::whole)
        .optional()?
        .transpose()?;
    let Some(mut request) = found else {
        return Ok(None);
    };
    request.handshake = handshakes::get(db, id.get())?;
    Ok(Some(request))
}
