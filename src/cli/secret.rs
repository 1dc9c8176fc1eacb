//! `hookglass secret`: the secrets that senders sign with.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;

use super::token::minute;
use super::{CliError, complain};
use crate::config::{SecretCommand, Settings};
use crate::request::Timestamp;
use crate::secret::{EndpointSecret, Hidden, SECRETS_MAX_OF_PATH};
use crate::store::secrets::{self, Added};
use crate::store::{Database, OpenError};

/// A longer secret is a file that was piped in by mistake.
const MAX_BYTES: u64 = 16 * 1024;

pub(super) fn run(
    out: &mut impl Write,
    input: &mut impl BufRead,
    command: &SecretCommand,
    settings: &Settings,
) -> Result<(), CliError> {
    match command {
        SecretCommand::Add { path, name } => {
            let secret = EndpointSecret::new(path, name, ask(input)?.reveal())
                .map_err(|error| CliError::Usage(error.to_string()))?;
            add(&mut open(settings)?, &secret)
        }
        SecretCommand::List => list(out, &open(settings)?),
        SecretCommand::Remove { path, name } => remove(&mut open(settings)?, path, name),
    }
}

fn open(settings: &Settings) -> Result<Database, OpenError> {
    Database::open(&settings.db)
}

/// A secret out of a file; `-` is the standard input.
pub(super) fn from_file(path: &Path) -> Result<Hidden, CliError> {
    if path == Path::new("-") {
        return read(&mut std::io::stdin().lock());
    }
    let file = File::open(path)
        .map_err(|error| CliError::Usage(format!("{}: {error}", path.display())))?;
    read(&mut BufReader::new(file))
}

/// From the standard input, since a command line can be read by every user of the machine. Line ends at
/// its end are not part of it.
fn ask(input: &mut impl BufRead) -> Result<Hidden, CliError> {
    if std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        complain("paste the secret, then press Enter and Ctrl-D");
    }
    read(input)
}

fn read(input: &mut impl BufRead) -> Result<Hidden, CliError> {
    let mut text = String::new();
    let mut limited = input.take(MAX_BYTES + 1);
    limited
        .read_to_string(&mut text)
        .map_err(|error| CliError::Usage(format!("the secret cannot be read: {error}")))?;
    if text.len() as u64 > MAX_BYTES {
        return Err(CliError::Usage(
            "what was given is too long for a secret; give the secret alone".to_owned(),
        ));
    }
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        return Err(CliError::Usage(
            "nothing was given; give the secret there: hookglass secret add /shop stripe < FILE"
                .to_owned(),
        ));
    }
    Ok(Hidden::new(secret.to_owned()))
}

fn add(db: &mut Database, secret: &EndpointSecret) -> Result<(), CliError> {
    let (path, name) = (&secret.path, &secret.name);
    match db.write(|db| secrets::add(db, secret, Timestamp::now()))? {
        Added::Yes => Ok(()),
        Added::NameTaken => Err(CliError::Failed(format!(
            "{path} has a secret {name:?} already; remove it, or choose another name"
        ))),
        Added::TooMany => Err(CliError::Failed(format!(
            "{path} has {SECRETS_MAX_OF_PATH} secrets already; remove one first"
        ))),
    }
}

fn list(out: &mut impl Write, db: &Database) -> Result<(), CliError> {
    for secret in db.read(secrets::list)? {
        let (path, name) = (secret.path.escape_debug(), secret.name.escape_debug());
        let origin = match secret.from_file {
            true => "from hookglass.toml".to_owned(),
            false => format!("added {}", minute(secret.created_at)),
        };
        writeln!(out, "{path}\t{name}\t{origin}")?;
    }
    Ok(())
}

fn remove(db: &mut Database, path: &str, name: &str) -> Result<(), CliError> {
    let path = &EndpointSecret::path_of(path);
    if db.write(|db| secrets::remove(db, path, name))? {
        return Ok(());
    }
    Err(CliError::Failed(format!(
        "{path} has no secret {name:?}; `hookglass secret list` shows them"
    )))
}
