//! What it costs to tell a request: with the whole catalogue, as a ratio to systeme.io alone.
//!
//! `cargo bench --bench identify`: both in turn over the same requests, medians of many rounds.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench that can't run says so and ends"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use hookglass::request::{Arrival, Head};
use hookglass::senders::Catalogue;

const ROUNDS: usize = 41;
const CALLS: u32 = 2_000;

struct Request {
    name: String,
    head: Head,
    body: Vec<u8>,
}

fn main() {
    let load = Instant::now();
    let whole = Catalogue::embedded();
    println!(
        "{} senders and {} samples, read in {:.1} ms\n",
        whole.sender_ids().count(),
        whole.samples().count(),
        load.elapsed().as_secs_f64() * 1e3
    );
    let alone = Catalogue::only(&["systeme-io"]);
    println!(
        "{:<44} {:>9} {:>9} {:>7}",
        "request", "whole µs", "alone µs", "ratio"
    );
    for request in &requests(&whole) {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            ours.push(time(&whole, request));
            theirs.push(time(&alone, request));
        }
        let (ours, theirs) = (median(ours), median(theirs));
        println!(
            "{:<44} {ours:>9.2} {theirs:>9.2} {:>7.2}",
            request.name,
            ours / theirs
        );
    }
    let mut all: Vec<_> = whole
        .samples()
        .map(|sample| {
            let request = Request {
                name: sample.name(),
                head: sample.head("/"),
                body: sample.body.clone(),
            };
            (
                median((0..5).map(|_| time(&whole, &request)).collect()),
                request.name,
            )
        })
        .collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let at = |share: usize| &all[(all.len() - 1) * share / 100];
    println!(
        "\nall samples: median {:.2} µs, 99 of 100 below {:.2} µs, slowest {:.2} µs ({})",
        at(50).0,
        at(99).0,
        at(100).0,
        at(100).1
    );
}

/// The sale that the capture bench sends, what nobody knows, and a sender with a large body.
fn requests(catalogue: &Catalogue) -> Vec<Request> {
    let sample = |name: &str| {
        let mut samples = catalogue.samples();
        let sample = samples
            .find(|sample| sample.name() == name)
            .expect("a sample");
        Request {
            name: name.to_owned(),
            head: sample.head("/shop"),
            body: sample.body.clone(),
        }
    };
    let unknown = Request {
        name: "unknown, JSON of 20 keys".to_owned(),
        head: Head::new(
            "POST /x HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nUser-Agent: x\r\n\r\n",
        ),
        body: format!(
            "{{{}}}",
            (0..20)
                .map(|n| format!("\"key{n}\":\"value\""))
                .collect::<Vec<_>>()
                .join(",")
        )
        .into_bytes(),
    };
    let common = Request {
        name: "unknown, keys that many have".to_owned(),
        head: Head::new("POST /x HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n\r\n"),
        body: br#"{"id":"1","type":"a.b","event":"x","data":{"id":1,"object":{}},"created_at":"2026-01-01T00:00:00Z","payload":{},"account":{},"user":{}}"#.to_vec(),
    };
    vec![
        sample("systeme-io:customer.sale.completed"),
        sample("stripe:invoice.paid"),
        sample("github:push"),
        unknown,
        common,
    ]
}

/// Microseconds a call.
fn time(catalogue: &Catalogue, request: &Request) -> f64 {
    let start = Instant::now();
    for _ in 0..CALLS {
        black_box(catalogue.identify(
            black_box(&request.head),
            black_box(&request.body),
            Arrival::Whole,
        ));
    }
    let elapsed: Duration = start.elapsed();
    elapsed.as_secs_f64() * 1e6 / f64::from(CALLS)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
