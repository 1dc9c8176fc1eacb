//! `hookglass token`: API tokens for programs.

use std::io::Write;

use super::{CliError, complain};
use crate::config::{Settings, TokenCommand};
use crate::request::Timestamp;
use crate::secret::{self, Kind};
use crate::store::{Database, StoreError, access};

pub(super) fn run(
    out: &mut impl Write,
    command: &TokenCommand,
    settings: &Settings,
) -> Result<(), CliError> {
    let mut db = Database::open(&settings.db)?;
    match command {
        TokenCommand::New { name } => create(out, &mut db, name),
        TokenCommand::List => list(out, &db),
        TokenCommand::Revoke { name } => revoke(&mut db, name),
    }
}

/// Prints the token alone, so that a script can take it from there.
fn create(out: &mut impl Write, db: &mut Database, name: &str) -> Result<(), CliError> {
    let token = Kind::ApiToken
        .generate()
        .map_err(|error| StoreError::Unreadable(format!("the system's randomness: {error}")))?;
    let hash = secret::hash(&token);
    if !db.write(|db| access::add_token(db, name, &hash, Timestamp::now()))? {
        return Err(CliError::Failed(format!(
            "there is a token {name:?} already; revoke it, or choose another name"
        )));
    }
    writeln!(out, "{token}")?;
    complain("it is shown only now; send it as `Authorization: Bearer hgt_…`");
    Ok(())
}

fn list(out: &mut impl Write, db: &Database) -> Result<(), CliError> {
    for token in db.read(access::tokens)? {
        let used = token.used_at.map_or_else(
            || "never used".into(),
            |at| format!("last used {}", minute(at)),
        );
        let (name, made) = (token.name.escape_debug(), minute(token.created_at));
        writeln!(out, "{name}\tmade {made}\t{used}")?;
    }
    Ok(())
}

fn revoke(db: &mut Database, name: &str) -> Result<(), CliError> {
    if db.write(|db| access::revoke_token(db, name))? {
        return Ok(());
    }
    Err(CliError::Failed(format!(
        "there is no token {name:?}; `hookglass token list` shows them"
    )))
}

/// `2026-11-24 07:12 UTC`
pub(super) fn minute(at: Timestamp) -> String {
    let text = at.rfc3339();
    let minute = text.get(..16).unwrap_or(&text).replace('T', " ");
    format!("{minute} UTC")
}
