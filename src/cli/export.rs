//! `hookglass export`: the history as a file, with or without a running server.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::{CliError, complain};
use crate::config::{ExportArgs, Settings};
use crate::store::export::{Selection, batch};
use crate::store::{Database, PathScope};
use crate::transfer::Exporter;

pub(super) fn run(
    out: &mut impl Write,
    args: &ExportArgs,
    settings: &Settings,
) -> Result<(), CliError> {
    let db = Database::open(&settings.db)?;
    let written = match &args.output {
        Some(path) => {
            let cannot = |error: io::Error| {
                CliError::Failed(format!("can't write {}: {error}", path.display()))
            };
            if same_file(path, &settings.db) {
                let sentence = "the export would overwrite the database; name another file";
                return Err(CliError::Usage(sentence.to_owned()));
            }
            let mut file = BufWriter::new(File::create(path).map_err(cannot)?);
            let written = write(&mut file, &db, args)?;
            let file = file
                .into_inner()
                .map_err(|error| cannot(error.into_error()))?;
            file.sync_all().map_err(cannot)?;
            written
        }
        None => write(&mut BufWriter::new(out), &db, args)?,
    };
    let noun = if written == 1 { "request" } else { "requests" };
    complain(&format!("{written} {noun} exported"));
    Ok(())
}

/// Whether two names lead to one file that exists.
fn same_file(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}

/// One batch after the other: memory stays flat whatever the history's size.
fn write(out: &mut impl Write, db: &Database, args: &ExportArgs) -> Result<u64, CliError> {
    let selection = Selection {
        path: PathScope::new(&args.path),
        since: args.after,
        until: args.before,
        only: None,
    };
    let mut exporter = Exporter::new(args.format);
    exporter.begin(out)?;
    let mut after = None;
    loop {
        let requests = db.read(|db| batch(db, &selection, after))?;
        for request in &requests {
            exporter.one(out, request)?;
        }
        let Some(last) = requests.last() else {
            break;
        };
        after = Some(last.id);
    }
    exporter.end(out)?;
    out.flush()?;
    Ok(exporter.written())
}
