//! How fast requests are captured, as ratios in one interleaved run.
//!
//! `cargo bench --bench capture -- catalogue` tells what the whole catalogue costs a capture, beside systeme.io
//! alone. `cargo bench --bench capture [-- SECONDS ROUNDS]` starts the real binary (synchronous=FULL, the
//! whole pipeline on) and a bare axum handler that reads the body and stores nothing, each a process
//! of its own, and loads them in turn from loopback: the same 1.6 KB systeme.io sale, keep-alive.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a bench that can't run says so and ends; its figures are small"
)]

mod bare;
mod load;
mod ours;
mod servers;
mod sqlite;

use std::time::Duration;

use load::Run;

const CONNECTIONS: [usize; 3] = [1, 64, 256];

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    if arguments.first().is_some_and(|first| first == "bare") {
        return bare::serve();
    }
    if let [senders @ ("whole" | "alone"), db] = words(&arguments)[..] {
        return ours::serve(db, senders == "whole");
    }
    if arguments.first().is_some_and(|first| first == "catalogue") {
        return catalogues();
    }
    let number = |place: usize, default| {
        arguments
            .get(place)
            .and_then(|a| a.parse().ok())
            .unwrap_or(default)
    };
    let (seconds, rounds) = (Duration::from_secs(number(0, 3)), number(1, 5));
    println!("{rounds} rounds of {seconds:?} each, in turn; medians\n");
    println!(
        "{:>5}  {:<10} {:>9} {:>9} {:>9} {:>7}",
        "conns", "server", "req/s", "p50 µs", "p99 µs", "errors"
    );
    for connections in CONNECTIONS {
        compare(connections, seconds, rounds);
    }
    against_sqlite(seconds, rounds);
}

fn words(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

/// What knowing all senders costs, beside knowing the one that is sent.
fn catalogues() {
    let (seconds, rounds) = (Duration::from_secs(3), 15);
    let (whole, alone) = (servers::knowing("whole"), servers::knowing("alone"));
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for addr in [whole.addr, alone.addr] {
        load::run(addr, 64, seconds);
    }
    for _ in 0..rounds {
        ours.push(load::run(whole.addr, 64, seconds));
        theirs.push(load::run(alone.addr, 64, seconds));
    }
    print_row(64, "all", &ours);
    print_row(64, "one", &theirs);
    let rates = ours.iter().zip(&theirs).map(|(a, b)| a.rate / b.rate);
    println!("   64  ratio of rates {:.3}", median(rates));
}

fn compare(connections: usize, seconds: Duration, rounds: u64) {
    let hookglass = servers::hookglass();
    let bare = servers::bare();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    load::run(hookglass.addr, connections, seconds / 3);
    load::run(bare.addr, connections, seconds / 3);
    for _ in 0..rounds {
        ours.push(load::run(hookglass.addr, connections, seconds));
        theirs.push(load::run(bare.addr, connections, seconds));
    }
    print_row(connections, "hookglass", &ours);
    print_row(connections, "bare", &theirs);
    let ratio = |of: fn(&Run) -> f64| median(ours.iter().zip(&theirs).map(|(a, b)| of(a) / of(b)));
    println!(
        "{connections:>5}  {:<10} {:>9.2} {:>9.2} {:>9.2}   WAL {:.0} MiB\n",
        "ratio",
        ratio(|run| run.rate),
        ratio(|run| run.p50),
        ratio(|run| run.p99),
        hookglass.wal_mib(),
    );
}

fn print_row(connections: usize, name: &str, runs: &[Run]) {
    println!(
        "{connections:>5}  {name:<10} {:>9.0} {:>9.0} {:>9.0} {:>7}",
        median(runs.iter().map(|run| run.rate)),
        median(runs.iter().map(|run| run.p50)),
        median(runs.iter().map(|run| run.p99)),
        runs.iter().map(|run| run.errors).sum::<u64>(),
    );
}

/// One sender against SQLite alone committing one such row on the same disk.
fn against_sqlite(seconds: Duration, rounds: u64) {
    let hookglass = servers::hookglass();
    let mut alone = sqlite::Alone::open();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        ours.push(load::run(hookglass.addr, 1, seconds).p50);
        theirs.push(alone.p50(seconds));
    }
    let ratio = median(ours.iter().zip(&theirs).map(|(a, b)| a / b));
    println!(
        "    1  p50: hookglass {:.0} µs, SQLite alone {:.0} µs, ratio {ratio:.2}",
        median(ours.into_iter()),
        median(theirs.into_iter()),
    );
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
