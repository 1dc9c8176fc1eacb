//! Deliveries and their attempts: which requests are tries of one thing.

use rusqlite::{Connection, OptionalExtension, params};

use super::error::StoreError;
use super::requests::Page;
use super::row::{self, SUMMARY_COLUMNS, SUMMARY_TABLES};
use crate::request::{Attempt, AttemptSummary, RequestId, RequestSummary, Timestamp, ToldBy};

/// What tells one delivery from another, hashed: 128 bits, so that nobody can make two alike.
pub type DeliveryKey = [u8; 16];

/// A delivery as it stands: the next attempt is counted on from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivery {
    /// The request that names it.
    pub first: RequestId,
    pub attempts: u64,
    pub last: RequestId,
    pub last_at: Timestamp,
}

/// A request that was found to be an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewAttempt {
    pub request: RequestId,
    pub delivery: RequestId,
    pub number: u64,
    pub told_by: ToldBy,
}

/// # Errors
/// When the database can't be read.
pub fn find(db: &Connection, key: &DeliveryKey) -> Result<Option<Delivery>, StoreError> {
    let found = db
        .prepare_cached(
            "SELECT first_id, attempts, last_id, last_at FROM deliveries WHERE key = ?1",
        )?
        .query_row([key], |row| {
            Ok(Delivery {
                first: row::id(row.get(0)?),
                attempts: row::count(row.get(1)?),
                last: row::id(row.get(2)?),
                last_at: Timestamp(row.get(3)?),
            })
        })
        .optional()?;
    Ok(found)
}

/// Keeps how a delivery stands now.
///
/// # Errors
/// When the database can't be written.
pub fn keep(db: &Connection, key: &DeliveryKey, delivery: &Delivery) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO deliveries (key, first_id, attempts, last_id, last_at) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT (key) DO UPDATE SET first_id = excluded.first_id, attempts = excluded.attempts, \
         last_id = excluded.last_id, last_at = excluded.last_at",
    )?
    .execute(params![
        key,
        delivery.first.get(),
        row::number(delivery.attempts),
        delivery.last.get(),
        delivery.last_at.0,
    ])?;
    Ok(())
}

/// Adds an attempt; of a request that is gone by now, none.
///
/// # Errors
/// When the database can't be written.
pub fn add(db: &Connection, attempt: &NewAttempt) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO attempts (request_id, delivery, number, told_by) \
         SELECT ?1, ?2, ?3, ?4 WHERE EXISTS (SELECT 1 FROM requests WHERE id = ?1)",
    )?
    .execute(params![
        attempt.request.get(),
        attempt.delivery.get(),
        row::number(attempt.number),
        attempt.told_by.as_str(),
    ])?;
    Ok(())
}

/// Which attempt a request is, where it is one of several.
pub(super) fn attempt(db: &Connection, id: RequestId) -> Result<Option<Attempt>, StoreError> {
    let found = db
        .prepare_cached(
            "SELECT delivery, number, told_by, \
             (SELECT max(number) FROM attempts AS others WHERE others.delivery = attempts.delivery) AS attempts \
             FROM attempts WHERE request_id = ?1",
        )?
        .query_row([id.get()], row::attempt)
        .optional()?;
    Ok(found.flatten())
}

/// The attempts of a delivery, oldest first: the first, the last, and `beside` on either side of `number`.
pub(super) fn attempts(
    db: &Connection,
    attempt: &Attempt,
    beside: u64,
) -> Result<Vec<AttemptSummary>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT requests.id AS id, number, received_at, arrival, answer_status, verdict, verdict_list \
         FROM attempts JOIN requests ON requests.id = attempts.request_id \
         WHERE delivery = ?1 AND (number IN (1, ?2) OR number BETWEEN ?3 AND ?4) ORDER BY number",
    )?;
    let rows = statement.query_map(
        params![
            attempt.delivery.get(),
            row::number(attempt.of),
            row::number(attempt.number.saturating_sub(beside)),
            row::number(attempt.number.saturating_add(beside)),
        ],
        row::attempt_summary,
    )?;
    rows.map(|row| row?).collect()
}

/// A page of a delivery's attempts, newest first. Numbers rise with ids, and are what the index has.
pub(super) fn page(
    db: &Connection,
    delivery: RequestId,
    page: Page,
) -> Result<Vec<RequestSummary>, StoreError> {
    const NUMBER: &str = "(SELECT number FROM attempts WHERE delivery = ?1 AND request_id =";
    let order = page.order();
    let sql = format!(
        "SELECT {SUMMARY_COLUMNS} FROM {SUMMARY_TABLES} WHERE attempts.delivery = ?1 \
         AND attempts.number >= coalesce({NUMBER} ?2), 0) AND requests.id > ?2 \
         AND attempts.number <= coalesce({NUMBER} ?3), {max}) AND requests.id < ?3 \
         ORDER BY attempts.number {order} LIMIT ?4",
        max = i64::MAX,
    );
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map(
        params![
            delivery.get(),
            page.after.map_or(-1, RequestId::get),
            page.before.map_or(i64::MAX, RequestId::get),
            page.limit,
        ],
        row::summary,
    )?;
    let mut rows: Vec<_> = rows.map(|row| row?).collect::<Result<_, StoreError>>()?;
    rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.id));
    Ok(rows)
}
