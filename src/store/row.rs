//! Rows of `requests` as the types they hold.

use std::net::IpAddr;

use rusqlite::Row;
use rusqlite::types::FromSql;

use super::error::StoreError;
use crate::request::{
    Against, Arrival, Attempt, AttemptSummary, CapturedRequest, ClientAddress, Head, Identity,
    Judged, Received, RequestId, RequestSummary, Timestamp, ToldBy, Verdict, VerdictKind,
};

pub(super) const SUMMARY_COLUMNS: &str = "requests.id AS id, received_at, method, path, body_bytes, arrival, \
     sample, client_addr, claimed_addr, verdict, verdict_list, sender, event_type, guessed, variant, title, \
     answer_status, requests.noise AS noise, attempts.delivery AS delivery, attempts.number AS number, \
     attempts.told_by AS told_by, \
     (SELECT max(number) FROM attempts AS others WHERE others.delivery = attempts.delivery) AS attempts, \
     shape_marks.against AS against";

/// Where [`SUMMARY_COLUMNS`] are read from.
pub(super) const SUMMARY_TABLES: &str = "requests JOIN endpoints ON endpoints.id = requests.endpoint_id \
     LEFT JOIN attempts ON attempts.request_id = requests.id \
     LEFT JOIN shape_marks ON shape_marks.request_id = requests.id";

pub(super) const WHOLE_COLUMNS: &str = "id, received_at, took_us, peer, secure, method, declared_bytes, arrival, \
     arrival_reason, sample, answer_status, client_addr, claimed_addr, client_steps, verdict, verdict_list, \
     verdict_reason, verdict_at_arrival, sender, rule, event_type, event_source, guessed, variant, title, \
     delivery_id, attempt, sent_at, noise, trailers, head, body";

/// A row as the database gave it, or why it can't be read as one of ours.
type Parsed<T> = rusqlite::Result<Result<T, StoreError>>;

/// Reads whole requests until their bytes pass `max`: memory stays flat whatever the bodies' sizes.
pub(super) fn until_bytes(
    rows: &mut rusqlite::Rows<'_>,
    max: usize,
) -> Result<Vec<CapturedRequest>, StoreError> {
    let (mut batch, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let request = whole(row)??;
        bytes += request.received.body.len() + request.received.head.raw().len();
        batch.push(request);
        if bytes >= max {
            break;
        }
    }
    Ok(batch)
}

/// What an id that the table can't hold reads as.
pub(super) fn zero_id() -> RequestId {
    RequestId::new(0).unwrap_or_else(|| unreachable!("zero is not negative"))
}

/// An id of SQL's.
pub(super) fn id(value: i64) -> RequestId {
    RequestId::new(value).unwrap_or_else(zero_id)
}

/// A count as SQL has it.
pub(super) fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A count of SQL's.
pub(super) fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// Reads [`SUMMARY_COLUMNS`].
pub(super) fn summary(row: &Row<'_>) -> Parsed<RequestSummary> {
    let raw = RawSummary {
        id: row.get("id")?,
        arrival: row.get("arrival")?,
        verdict: row.get("verdict")?,
        body_bytes: row.get("body_bytes")?,
    };
    let rest = (addr(row, "client_addr")?, addr(row, "claimed_addr")?);
    let build = |id, arrival, verdict| -> rusqlite::Result<RequestSummary> {
        Ok(RequestSummary {
            id,
            received_at: Timestamp(row.get("received_at")?),
            method: row.get("method")?,
            path: row.get("path")?,
            body_bytes: u64::try_from(raw.body_bytes).unwrap_or(0),
            arrival,
            sample: row.get("sample")?,
            client_addr: rest.0,
            claimed_addr: rest.1,
            verdict,
            verdict_list: row.get("verdict_list")?,
            sender: row.get("sender")?,
            event_type: row.get("event_type")?,
            guessed: row.get("guessed")?,
            variant: row.get("variant")?,
            title: row.get("title")?,
            answer_status: row.get("answer_status")?,
            noise: row.get("noise")?,
            attempt: attempt(row)?,
            differs_from: row
                .get::<_, Option<String>>("against")?
                .as_deref()
                .and_then(Against::parse),
        })
    };
    match parse_words(raw.id, &raw.arrival, &raw.verdict) {
        Ok((id, arrival, verdict)) => build(id, arrival, verdict).map(Ok),
        Err(error) => Ok(Err(error)),
    }
}

/// Reads `delivery`, `number`, `told_by` and `attempts`; a word that no version writes counts as none.
pub(super) fn attempt(row: &Row<'_>) -> rusqlite::Result<Option<Attempt>> {
    let delivery: Option<i64> = row.get("delivery")?;
    let told_by: Option<String> = row.get("told_by")?;
    let (Some(delivery), Some(told_by)) = (
        delivery.and_then(RequestId::new),
        told_by.as_deref().and_then(ToldBy::parse),
    ) else {
        return Ok(None);
    };
    Ok(Some(Attempt {
        delivery,
        number: count(row.get("number")?),
        of: count(row.get("attempts")?),
        told_by,
    }))
}

/// An attempt as the list of its delivery shows it.
pub(super) fn attempt_summary(row: &Row<'_>) -> Parsed<AttemptSummary> {
    let (arrival, verdict): (String, String) = (row.get("arrival")?, row.get("verdict")?);
    match parse_words(row.get("id")?, &arrival, &verdict) {
        Ok((id, arrival, verdict)) => Ok(Ok(AttemptSummary {
            id,
            number: count(row.get("number")?),
            received_at: Timestamp(row.get("received_at")?),
            arrival,
            answer_status: row.get("answer_status")?,
            verdict,
            verdict_list: row.get("verdict_list")?,
        })),
        Err(error) => Ok(Err(error)),
    }
}

struct RawSummary {
    id: i64,
    arrival: String,
    verdict: String,
    body_bytes: i64,
}

/// Reads [`WHOLE_COLUMNS`].
pub(super) fn whole(row: &Row<'_>) -> Parsed<CapturedRequest> {
    let peer: String = row.get("peer")?;
    let (arrival, verdict): (String, String) = (row.get("arrival")?, row.get("verdict")?);
    let parsed = parse_words(row.get("id")?, &arrival, &verdict).and_then(|words| {
        let peer = peer.parse().map_err(|_| unreadable("peer", &peer))?;
        Ok((words, peer))
    });
    let ((id, arrival, kind), peer) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return Ok(Err(error)),
    };
    let at_arrival: Option<String> = row.get("verdict_at_arrival")?;
    let trailers: Option<Vec<u8>> = row.get("trailers")?;
    let declared: Option<i64> = row.get("declared_bytes")?;
    let took: i64 = row.get("took_us")?;
    Ok(Ok(CapturedRequest {
        id,
        received: Received {
            received_at: Timestamp(row.get("received_at")?),
            took_us: u64::try_from(took).unwrap_or(0),
            peer,
            secure: row.get("secure")?,
            head: Head::new(row.get::<_, Vec<u8>>("head")?),
            body: row.get::<_, Vec<u8>>("body")?.into(),
            trailers: trailers.unwrap_or_default().into(),
            declared_bytes: declared.and_then(|bytes| u64::try_from(bytes).ok()),
            arrival,
            arrival_reason: row.get("arrival_reason")?,
            sample: row.get("sample")?,
        },
        judged: Judged {
            client: client(row)?,
            verdict: Verdict {
                kind,
                list: row.get("verdict_list")?,
                reason: row.get("verdict_reason")?,
            },
            identity: identity(row)?,
        },
        answer_status: row.get("answer_status")?,
        handshake: None,
        verdict_at_arrival: at_arrival.as_deref().and_then(VerdictKind::parse),
    }))
}

fn client(row: &Row<'_>) -> rusqlite::Result<ClientAddress> {
    let steps: String = row.get("client_steps")?;
    Ok(ClientAddress {
        addr: addr(row, "client_addr")?,
        claimed: addr(row, "claimed_addr")?,
        steps: steps.lines().map(str::to_owned).collect(),
    })
}

fn identity(row: &Row<'_>) -> rusqlite::Result<Identity> {
    Ok(Identity {
        sender: row.get("sender")?,
        rule: row.get("rule")?,
        event_type: row.get("event_type")?,
        event_source: row.get("event_source")?,
        guessed: row.get("guessed")?,
        variant: row.get("variant")?,
        title: row.get("title")?,
        delivery_id: row.get("delivery_id")?,
        attempt: row.get("attempt")?,
        sent_at: row.get("sent_at")?,
        noise: row.get("noise")?,
    })
}

fn addr(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<IpAddr>> {
    let text: Option<String> = Option::column_result(row.get_ref(column)?)?;
    Ok(text.and_then(|text| text.parse().ok()))
}

fn parse_words(
    id: i64,
    arrival: &str,
    verdict: &str,
) -> Result<(RequestId, Arrival, VerdictKind), StoreError> {
    Ok((
        RequestId::new(id).ok_or_else(|| unreadable("id", &id.to_string()))?,
        Arrival::parse(arrival).ok_or_else(|| unreadable("arrival", arrival))?,
        VerdictKind::parse(verdict).ok_or_else(|| unreadable("verdict", verdict))?,
    ))
}

pub(super) fn unreadable(column: &str, value: &str) -> StoreError {
    StoreError::Unreadable(format!("{column} {value:?}"))
}
