//! Whether requests that others wrote down are told right: payloads of public packages, sent through the catalogue
//! with their headers and with their Content-Type alone. docs/identification.md says what they are.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "tests"
)]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hookglass::request::{Arrival, Head, Identity};
use hookglass::senders::Catalogue;
use serde::Deserialize;

mod levels;

/// A line of what `extract.py` writes.
#[derive(Debug, Deserialize)]
struct Payload {
    corpus: String,
    /// The id that it should be told as; `None` where the catalogue has no such sender.
    sender: Option<String>,
    /// The event, as far as the corpus names it.
    event: Option<String>,
    /// Whether it is all that the sender sends. Other payloads only have to be nobody else's.
    whole: bool,
    headers: Vec<(String, String)>,
    body_base64: String,
}

impl Payload {
    fn body(&self) -> Vec<u8> {
        STANDARD.decode(&self.body_base64).unwrap()
    }

    fn head(&self, content_type_alone: bool) -> Head {
        let mut head = "POST / HTTP/1.1\r\nHost: localhost\r\n".to_owned();
        for (name, value) in &self.headers {
            if !content_type_alone || name.eq_ignore_ascii_case("content-type") {
                write!(head, "{name}: {value}\r\n").unwrap();
            }
        }
        head.push_str("\r\n");
        Head::new(head.into_bytes())
    }

    fn is_wrong(&self, identity: &Identity) -> bool {
        identity.sender.is_some() && identity.sender != self.sender
    }

    fn describe(&self, identity: &Identity, how: &str) -> String {
        let mut body = String::from_utf8_lossy(&self.body()).into_owned();
        if let Some((end, _)) = body.char_indices().nth(300) {
            body.truncate(end);
        }
        format!(
            "{}: {:?} is taken for {:?} {how} by `{}`: {body}",
            self.corpus,
            self.sender,
            identity.sender.as_deref().unwrap_or_default(),
            identity.rule.as_deref().unwrap_or_default(),
        )
    }
}

/// What became of the payloads of a sender in a corpus.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Tally {
    /// Whole payloads of a sender in the catalogue.
    whole: usize,
    /// Parts, answers of an API, and requests of senders that the catalogue does not have.
    others: usize,
    by_headers: usize,
    by_body: usize,
    wrong: usize,
    event_right: usize,
    event_wrong: usize,
    event_none: usize,
}

impl Tally {
    fn add(&mut self, payload: &Payload, full: &Identity, bare: &Identity) {
        self.wrong += usize::from(payload.is_wrong(full)) + usize::from(payload.is_wrong(bare));
        if !payload.whole || payload.sender.is_none() {
            self.others += 1;
            return;
        }
        self.whole += 1;
        self.by_headers += usize::from(full.sender == payload.sender);
        self.by_body += usize::from(bare.sender == payload.sender);
        if let Some(event) = &payload.event
            && full.sender == payload.sender
        {
            match &full.event_type {
                Some(told) if is_event(told, event) => self.event_right += 1,
                Some(_) => self.event_wrong += 1,
                None => self.event_none += 1,
            }
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            whole: self.whole + other.whole,
            others: self.others + other.others,
            by_headers: self.by_headers + other.by_headers,
            by_body: self.by_body + other.by_body,
            wrong: self.wrong + other.wrong,
            event_right: self.event_right + other.event_right,
            event_wrong: self.event_wrong + other.event_wrong,
            event_none: self.event_none + other.event_none,
        }
    }
}

/// A corpus may name only what kind of thing happened: `merge_request` is told as `merge_request.open`.
fn is_event(told: &str, expected: &str) -> bool {
    told.strip_prefix(expected)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn payloads() -> Vec<Payload> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("corpora");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpora/extract.py");
    let output = Command::new("python3")
        .arg("-B")
        .arg(script)
        .arg(&folder)
        .output()
        .unwrap_or_else(|error| panic!("python3 is needed for the corpora: {error}"));
    assert!(
        output.status.success(),
        "the corpora cannot be had (npm, pip, cargo and the network are needed, once):\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let lines = std::fs::read_to_string(folder.join("payloads.jsonl")).unwrap();
    let lines = lines.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn payloads_of_others_are_told_as_their_senders_and_never_as_anybody_elses() {
    let catalogue = Catalogue::embedded();
    let mut tallies: BTreeMap<(String, String), Tally> = BTreeMap::new();
    let mut wrong = Vec::new();
    for payload in payloads() {
        let body = payload.body();
        let [full, bare] = [false, true].map(|bare| {
            let told = catalogue.identify(&payload.head(bare), &body, Arrival::Whole);
            let nobody = { told.sender.as_deref() }.is_some_and(|id| catalogue.names_nobody(id));
            // What is answered without a name is not identified.
            if nobody { Identity::default() } else { told }
        });
        for (identity, how) in [(&full, "with headers"), (&bare, "without")] {
            if payload.is_wrong(identity) {
                wrong.push(payload.describe(identity, how));
            }
        }
        let sender = payload.sender.as_deref().unwrap_or("(none of ours)");
        let key = (payload.corpus.clone(), sender.to_owned());
        tallies.entry(key).or_default().add(&payload, &full, &bare);
    }
    print_table(&tallies);

    assert!(
        wrong.is_empty(),
        "{} are misnamed:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    let others: usize = tallies.values().map(|tally| tally.others).sum();
    assert!(
        others >= levels::OTHERS,
        "only {others} parts and requests of others"
    );
    let reached = by_sender(&tallies);
    for &(sender, by_headers, by_body, events) in levels::LEVELS {
        let tally = reached.get(sender).copied().unwrap_or_default();
        let now = (tally.by_headers, tally.by_body, tally.event_right);
        assert!(
            now.0 >= by_headers && now.1 >= by_body && now.2 >= events,
            "{sender}: {now:?} are told by their headers, by their body, with their event; it was {:?}",
            (by_headers, by_body, events)
        );
    }
}

fn by_sender(tallies: &BTreeMap<(String, String), Tally>) -> BTreeMap<&str, Tally> {
    let mut senders: BTreeMap<&str, Tally> = BTreeMap::new();
    for ((_, sender), tally) in tallies {
        let sum = senders.entry(sender).or_default();
        *sum = sum.plus(*tally);
    }
    senders
}

fn print_table(tallies: &BTreeMap<(String, String), Tally>) {
    println!(
        "| {:<45} | {:<16} | {:>5} | {:>7} | {:>9} | {:>7} | {:>9} | {:>5} | {:>8} | {:>8} | {:>7} | {:>6} |",
        "corpus",
        "sender",
        "whole",
        "headers",
        "not told",
        "body",
        "not told",
        "wrong",
        "event ok",
        "other ev",
        "no ev",
        "others"
    );
    let row = |corpus: &str, sender: &str, tally: &Tally| {
        println!(
            "| {corpus:<45} | {sender:<16} | {:>5} | {:>7} | {:>9} | {:>7} | {:>9} | {:>5} | {:>8} | {:>8} | {:>7} | {:>6} |",
            tally.whole,
            tally.by_headers,
            tally.whole - tally.by_headers,
            tally.by_body,
            tally.whole - tally.by_body,
            tally.wrong,
            tally.event_right,
            tally.event_wrong,
            tally.event_none,
            tally.others,
        );
    };
    for ((corpus, sender), tally) in tallies {
        row(corpus, sender, tally);
    }
    for (sender, tally) in by_sender(tallies) {
        row("all", sender, &tally);
    }
    let sum = tallies
        .values()
        .fold(Tally::default(), |sum, tally| sum.plus(*tally));
    row("all", "all", &sum);
}
