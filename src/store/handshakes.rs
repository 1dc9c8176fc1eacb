//! What senders' checks of their URL were answered.

use rusqlite::{Connection, OptionalExtension, params};

use crate::request::HandshakeAnswer;

/// Inside the writer's transaction, beside the request itself.
pub(super) fn insert(db: &Connection, id: i64, answer: &HandshakeAnswer) -> rusqlite::Result<()> {
    let lines = answer
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}"));
    db.prepare_cached(
        "INSERT INTO handshake_answers (request_id, content_type, headers, body) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![
        id,
        answer.content_type,
        lines.collect::<Vec<_>>().join("\n"),
        answer.body
    ])?;
    Ok(())
}

pub(super) fn get(db: &Connection, id: i64) -> rusqlite::Result<Option<HandshakeAnswer>> {
    db.prepare_cached(
        "SELECT content_type, headers, body FROM handshake_answers WHERE request_id = ?1",
    )?
    .query_row([id], |row| {
        let lines: String = row.get(1)?;
        let headers = lines.lines().filter_map(|line| line.split_once(": "));
        Ok(HandshakeAnswer {
            content_type: row.get(0)?,
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            body: row.get(2)?,
        })
    })
    .optional()
}
