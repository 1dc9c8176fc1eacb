//! `hookglass senders`: the catalogue for who reads it, and for who adds to it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{CliError, complain};
use crate::config::nearest::nearest;
use crate::config::{SendersCommand, Settings};
use crate::request::{Arrival, CapturedRequest, Identity};
use crate::senders::{Catalogue, CatalogueError};
use crate::transfer::Record;

pub(super) fn run(
    out: &mut impl Write,
    command: &SendersCommand,
    settings: &Settings,
) -> Result<(), CliError> {
    let folder = settings.catalogue.as_deref();
    match command {
        SendersCommand::List => list(out, &load(folder, &[])),
        SendersCommand::Show { id } => show(out, &load(folder, &[]), id),
        SendersCommand::Check { files } => check(out, folder, files),
        SendersCommand::Test { file, request } => test(out, folder, file, request),
    }
}

/// The catalogue with some more files; a fault in one that was not asked for is a warning.
fn load(folder: Option<&Path>, files: &[PathBuf]) -> Catalogue {
    let (catalogue, faults) = Catalogue::load_with(folder, files);
    for fault in faults {
        complain(&format!("warning: {fault}"));
    }
    catalogue
}

fn list(out: &mut impl Write, catalogue: &Catalogue) -> Result<(), CliError> {
    let width = |text: &dyn Fn(&str) -> usize| catalogue.sender_ids().map(text).max().unwrap_or(0);
    let ids = width(&str::len);
    let names = width(&|id| name(catalogue, id).chars().count());
    for id in catalogue.sender_ids() {
        let samples = catalogue
            .samples()
            .filter(|sample| sample.sender == id)
            .count();
        writeln!(
            out,
            "{id:ids$}  {:names$}  {samples:3} samples{}",
            name(catalogue, id),
            match catalogue.is_user_file(id) {
                true => ", your file",
                false => "",
            }
        )?;
    }
    Ok(())
}

fn name<'c>(catalogue: &'c Catalogue, id: &'c str) -> &'c str {
    catalogue.sender_name(id).unwrap_or(id)
}

/// The file itself: it says all there is, and is what a person starts from to write another.
fn show(out: &mut impl Write, catalogue: &Catalogue, id: &str) -> Result<(), CliError> {
    let Some(source) = catalogue.source(id) else {
        let near = nearest(id, catalogue.sender_ids());
        let hint = match near.is_empty() {
            true => String::new(),
            false => format!("did you mean {}? ", near.join(" or ")),
        };
        return Err(CliError::Usage(format!(
            "there is no sender \"{id}\"; {hint}`hookglass senders list` shows all"
        )));
    };
    out.write_all(source.as_bytes())?;
    Ok(())
}

/// Reads files as they would be read at start, and sends their samples through the whole catalogue.
fn check(out: &mut impl Write, folder: Option<&Path>, files: &[PathBuf]) -> Result<(), CliError> {
    let files = toml_files(files)?;
    let (catalogue, faults) = Catalogue::load_with(folder, &files);
    let mut wrong = 0;
    for file in &files {
        let of_file: Vec<_> = faults.iter().filter(|fault| fault.file == *file).collect();
        for fault in &of_file {
            writeln!(out, "{fault}")?;
        }
        wrong += of_file.len();
        let Some(id) = catalogue.sender_of_file(file) else {
            continue;
        };
        let faults = catalogue.check_samples(id);
        for fault in &faults {
            writeln!(out, "{}: sample {fault}", file.display())?;
        }
        wrong += faults.len();
        if of_file.is_empty() && faults.is_empty() {
            let samples = catalogue
                .samples()
                .filter(|sample| sample.sender == id)
                .count();
            writeln!(out, "{}: {id}, {samples} samples: right", file.display())?;
        }
    }
    warn_of_others(&faults, &files);
    match wrong {
        0 => Ok(()),
        1 => Err(CliError::Failed("there is 1 fault".to_owned())),
        _ => Err(CliError::Failed(format!("there are {wrong} faults"))),
    }
}

fn warn_of_others(faults: &[CatalogueError], files: &[PathBuf]) {
    for fault in faults.iter().filter(|fault| !files.contains(&fault.file)) {
        complain(&format!("warning: {fault}"));
    }
}

/// The files that were named, and those of the folders that were.
fn toml_files(named: &[PathBuf]) -> Result<Vec<PathBuf>, CliError> {
    let mut files = Vec::new();
    for path in named {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let cannot = |error| CliError::Failed(format!("{}: {error}", path.display()));
        let mut found = Vec::new();
        for entry in fs::read_dir(path).map_err(cannot)? {
            let file = entry.map_err(cannot)?.path();
            if file.extension().is_some_and(|ending| ending == "toml") {
                found.push(file);
            }
        }
        if found.is_empty() {
            let path = path.display();
            return Err(CliError::Failed(format!(
                "{path}: there is no .toml file in it"
            )));
        }
        found.sort();
        files.extend(found);
    }
    Ok(files)
}

/// What a file makes of a stored request: one of an export, or as the API gives it.
fn test(
    out: &mut impl Write,
    folder: Option<&Path>,
    file: &Path,
    request: &Path,
) -> Result<(), CliError> {
    let (catalogue, faults) = Catalogue::load_with(folder, &[file.to_owned()]);
    let Some(sender) = catalogue.sender_of_file(file) else {
        let fault = faults.iter().find(|fault| fault.file == file);
        let why = fault.map_or_else(|| file.display().to_string(), ToString::to_string);
        return Err(CliError::Failed(why));
    };
    let mut wrong = 0;
    let requests = read_requests(request)?;
    for request in &requests {
        let received = &request.received;
        let identity = catalogue.identify(&received.head, &received.body, received.arrival);
        writeln!(out, "{} {}", received.head.method(), received.head.path())?;
        describe(out, &catalogue, &identity)?;
        if received.arrival != Arrival::Whole {
            writeln!(
                out,
                "  its body did not arrive whole, so no value of it counts"
            )?;
        }
        wrong += usize::from(identity.sender.as_deref() != Some(sender));
    }
    match wrong {
        0 => Ok(()),
        _ => Err(CliError::Failed(format!(
            "{wrong} of {} requests are not told as this sender's",
            requests.len()
        ))),
    }
}

fn describe(
    out: &mut impl Write,
    catalogue: &Catalogue,
    identity: &Identity,
) -> Result<(), CliError> {
    let rule = identity.rule.as_ref().map(|rule| {
        let line = identity
            .sender
            .as_deref()
            .and_then(|sender| catalogue.rule_line(sender, rule));
        line.map_or_else(|| rule.clone(), |line| format!("{rule} (line {line})"))
    });
    let source = identity.event_source.as_ref();
    let fields = [
        ("sender", identity.sender.clone()),
        ("told by", rule),
        ("event type", identity.event_type.clone()),
        ("which stands at", source.cloned()),
        ("variant", identity.variant.clone()),
        ("title", identity.title.clone()),
        ("delivery id", identity.delivery_id.clone()),
        ("attempt", identity.attempt.clone()),
        ("its own time", identity.sent_at.clone()),
    ];
    for (name, value) in fields {
        match (name, value) {
            (_, Some(value)) => writeln!(out, "  {name:15}  {value}")?,
            ("sender" | "event type" | "title", None) => writeln!(out, "  {name:15}  none")?,
            _ => {}
        }
    }
    Ok(())
}

/// A request as JSON, an array of them, or one a line.
fn read_requests(file: &Path) -> Result<Vec<CapturedRequest>, CliError> {
    let failed = |why: String| CliError::Failed(format!("{}: {why}", file.display()));
    let text = fs::read_to_string(file).map_err(|error| failed(error.to_string()))?;
    let records: Vec<Record<'_>> = if text.trim_start().starts_with('[') {
        serde_json::from_str(&text).map_err(|error| failed(error.to_string()))?
    } else {
        serde_json::Deserializer::from_str(&text)
            .into_iter()
            .collect::<Result<_, _>>()
            .map_err(|error| failed(error.to_string()))?
    };
    if records.is_empty() {
        return Err(failed("there is no request in it".to_owned()));
    }
    records
        .into_iter()
        .map(|record| CapturedRequest::try_from(record).map_err(|error| failed(error.to_string())))
        .collect()
}
