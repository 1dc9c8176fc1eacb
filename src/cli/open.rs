//! `hookglass open`: another one-time link, for who can write the database file.

use std::io::Write;

use super::{CliError, base_url};
use crate::config::{OpenArgs, Settings};
use crate::request::Timestamp;
use crate::secret;
use crate::server::{LOGIN_CODE_TIME, login_path, new_login_code};
use crate::store::{Database, access};

pub(super) fn run(
    out: &mut impl Write,
    args: &OpenArgs,
    settings: &Settings,
) -> Result<(), CliError> {
    let mut db = Database::open(&settings.db)?;
    let code = new_login_code()?;
    let (hash, now) = (secret::hash(&code), Timestamp::now());
    db.write(|db| access::add_login_code(db, &hash, now, now.plus(LOGIN_CODE_TIME)))?;
    let base = base_url(settings, settings.listen);
    writeln!(out, "{base}{}", login_path(&code, &args.path))?;
    Ok(())
}
