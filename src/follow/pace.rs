//! When to look and how often, so that captures keep their throughput: while they come fast, following
//! takes a small part of the time, and catches up afterwards.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// Captures come fast when more than one comes in this time, and that has gone on for [`BURST`].
const EVERY: Duration = Duration::from_millis(5);
const BURST: Duration = Duration::from_millis(250);
/// After this time without one, nothing is left of the longest rush.
const MEMORY: Duration = Duration::from_secs(1);
/// While captures come fast, a pause is this many times as long as the work before it.
const RUSH_PAUSES: u32 = 100;
/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// How often it is looked whether the rush is over.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Beats with each commit; what listens is woken.
#[derive(Debug, Default)]
pub struct Pulse {
    stored: AtomicU64,
    woken: Notify,
}

impl Pulse {
    /// So many requests have been committed.
    pub fn beat(&self, requests: usize) {
        let requests = u64::try_from(requests).unwrap_or(0);
        self.stored.fetch_add(requests, Ordering::Relaxed);
        self.woken.notify_one();
    }

    /// Returns once something was committed since this last returned.
    pub(super) async fn felt(&self) {
        self.woken.notified().await;
    }

    fn stored(&self) -> u64 {
        self.stored.load(Ordering::Relaxed)
    }
}

/// How fast captures come.
pub(super) struct Pace<'a> {
    pulse: &'a Pulse,
    seen: u64,
    /// If one came in each [`EVERY`], the latest would come now.
    due: Instant,
}

impl<'a> Pace<'a> {
    pub(super) fn new(pulse: &'a Pulse) -> Self {
        Self {
            pulse,
            seen: pulse.stored(),
            due: Instant::now(),
        }
    }

    /// Whether captures come so fast that following has to hold back.
    pub(super) fn is_rush(&mut self) -> bool {
        let (now, stored) = (Instant::now(), self.pulse.stored());
        let new = u32::try_from(stored - self.seen).unwrap_or(u32::MAX);
        self.seen = stored;
        let latest = self.due.max(now) + EVERY.saturating_mul(new).min(MEMORY);
        self.due = latest.min(now + MEMORY);
        self.due - now > BURST
    }

    /// Rests after work that took so long, and that left more to do.
    pub(super) async fn rest(&mut self, worked: Duration) {
        let end = Instant::now() + (worked * RUSH_PAUSES).min(PAUSE_MAX);
        if !self.is_rush() {
            // Half of the time is left to others.
            return tokio::time::sleep(worked.min(PAUSE_MAX)).await;
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

    #[test]
    fn a_handful_is_no_rush_and_hundreds_are() {
        let pulse = Pulse::default();
        let mut pace = Pace::new(&pulse);
        assert!(!pace.is_rush());
        for _ in 0..20 {
            pulse.beat(1);
        }
        assert!(!pace.is_rush());
        pulse.beat(256);
        assert!(pace.is_rush());
        std::thread::sleep(MEMORY - BURST + EVERY);
        assert!(!pace.is_rush(), "it is over");
    }

    #[tokio::test]
    async fn in_a_rush_following_takes_a_small_part_of_the_time() {
        let pulse = Pulse::default();
        let mut pace = Pace::new(&pulse);
        let began = Instant::now();
        pace.rest(Duration::from_millis(1)).await;
        assert!(began.elapsed() < Duration::from_millis(50));
        pulse.beat(1000);
        let began = Instant::now();
        pace.rest(Duration::from_millis(2)).await;
        assert!(began.elapsed() >= Duration::from_millis(190));
    }
}
