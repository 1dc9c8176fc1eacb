//! When to look and how often, so that captures keep their throughput: while they come fast, following
//! takes a small part of the time, and catches up afterwards.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// Captures come fast when more than one comes in this time, or when the writer is at work on them for
/// more than one part of [`PARTS`] of the time (a slow disk does not take many), and that has gone on
/// for [`BURST`].
const EVERY: Duration = Duration::from_millis(5);
const PARTS: u32 = 4;
const BURST: Duration = Duration::from_millis(250);
/// One slow commit is no rush.
const COMMIT_MAX: Duration = Duration::from_millis(25);
/// After this time without one, nothing is left of the longest rush.
const MEMORY: Duration = Duration::from_secs(1);
/// While captures come fast, a pause is this many times as long as the work before it.
const RUSH_PAUSES: u32 = 100;
/// Else it is a few times as long, up to a time that nobody sees: what comes meanwhile is one batch.
const PAUSES: u32 = 5;
const UNSEEN: Duration = Duration::from_millis(20);
/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// How often it is looked whether the rush is over.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Beats with each commit; what listens is woken.
#[derive(Debug, Default)]
pub struct Pulse {
    stored: AtomicU64,
    /// Microseconds that the writer was at work on them.
    worked_us: AtomicU64,
    woken: Notify,
}

impl Pulse {
    /// So many requests have been committed, which took so long.
    pub fn beat(&self, requests: usize, took: Duration) {
        let requests = u64::try_from(requests).unwrap_or(0);
        let took = took.min(COMMIT_MAX).as_micros();
        self.stored.fetch_add(requests, Ordering::Relaxed);
        self.worked_us
            .fetch_add(u64::try_from(took).unwrap_or(0), Ordering::Relaxed);
        self.woken.notify_one();
    }

    /// Returns once something was committed since this last returned.
    pub(super) async fn felt(&self) {
        self.woken.notified().await;
    }

    fn total(&self) -> (u64, u64) {
        let get = |total: &AtomicU64| total.load(Ordering::Relaxed);
        (get(&self.stored), get(&self.worked_us))
    }
}

/// How fast captures come.
pub(super) struct Pace<'a> {
    pulse: &'a Pulse,
    seen: (u64, u64),
    /// If they came no faster than what is no rush, the latest would come now.
    due: Instant,
}

impl<'a> Pace<'a> {
    pub(super) fn new(pulse: &'a Pulse) -> Self {
        Self {
            pulse,
            seen: pulse.total(),
            due: Instant::now(),
        }
    }

    /// Whether captures come so fast that following has to hold back.
    pub(super) fn is_rush(&mut self) -> bool {
        let (now, total) = (Instant::now(), self.pulse.total());
        let new = u32::try_from(total.0 - self.seen.0).unwrap_or(u32::MAX);
        let worked = Duration::from_micros(total.1 - self.seen.1);
        self.seen = total;
        let taken = EVERY.saturating_mul(new).max(worked * PARTS).min(MEMORY);
        self.due = (self.due.max(now) + taken).min(now + MEMORY);
        self.due - now > BURST
    }

    /// Rests after work that took so long; `more` is left to do.
    pub(super) async fn rest(&mut self, worked: Duration, more: bool) {
        let end = Instant::now() + (worked * RUSH_PAUSES).min(PAUSE_MAX);
        if !self.is_rush() {
            // While there is more, half of the time is left to others.
            let pause = if more {
                worked
            } else {
                (worked * PAUSES).min(UNSEEN)
            };
            return tokio::time::sleep(pause.min(PAUSE_MAX)).await;
        }
        while self.is_rush() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left.min(LOOK_EVERY)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICK: Duration = Duration::from_micros(200);

    #[test]
    fn a_handful_is_no_rush_and_hundreds_are() {
        let pulse = Pulse::default();
        let mut pace = Pace::new(&pulse);
        assert!(!pace.is_rush());
        for _ in 0..20 {
            pulse.beat(1, QUICK);
        }
        assert!(!pace.is_rush());
        pulse.beat(256, QUICK);
        assert!(pace.is_rush());
        std::thread::sleep(MEMORY - BURST + EVERY);
        assert!(!pace.is_rush(), "it is over");
    }

    #[test]
    fn on_a_slow_disk_few_are_a_rush() {
        let pulse = Pulse::default();
        let mut pace = Pace::new(&pulse);
        let slow = Duration::from_millis(20);
        pulse.beat(1, Duration::from_secs(3));
        assert!(!pace.is_rush(), "one slow commit is none");
        for _ in 0..10 {
            pulse.beat(1, slow);
        }
        assert!(pace.is_rush());
    }

    #[tokio::test]
    async fn in_a_rush_following_takes_a_small_part_of_the_time() {
        let pulse = Pulse::default();
        let mut pace = Pace::new(&pulse);
        let began = Instant::now();
        pace.rest(Duration::from_millis(1), true).await;
        assert!(began.elapsed() < Duration::from_millis(50));
        pulse.beat(1000, QUICK);
        let began = Instant::now();
        pace.rest(Duration::from_millis(2), false).await;
        assert!(began.elapsed() >= Duration::from_millis(190));
    }
}
