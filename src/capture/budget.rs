//! The memory that all bodies together may hold.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Cheap to clone; all clones share one account.
#[derive(Debug, Clone)]
pub(crate) struct Budget(Arc<Account>);

#[derive(Debug)]
struct Account {
    max: u64,
    used: AtomicU64,
}

/// A share of the budget, given back when dropped.
#[derive(Debug)]
pub(crate) struct Reserved {
    account: Arc<Account>,
    bytes: u64,
}

impl Budget {
    pub(crate) fn new(max: u64) -> Self {
        Self(Arc::new(Account {
            max,
            used: AtomicU64::new(0),
        }))
    }

    pub(crate) fn empty(&self) -> Reserved {
        Reserved {
            account: Arc::clone(&self.0),
            bytes: 0,
        }
    }
}

impl Reserved {
    /// Takes `bytes` more; `false`, and nothing taken, where the budget has no room.
    pub(crate) fn grow(&mut self, bytes: usize) -> bool {
        let bytes = bytes as u64;
        let used = self.account.used.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if used > self.account.max {
            self.account.used.fetch_sub(bytes, Ordering::Relaxed);
            return false;
        }
        self.bytes += bytes;
        true
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        self.account.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_comes_back_when_it_is_dropped() {
        let budget = Budget::new(10);
        let mut first = budget.empty();
        assert!(first.grow(6));
        let mut second = budget.empty();
        assert!(!second.grow(5));
        assert!(second.grow(4));
        drop(first);
        assert!(second.grow(6));
    }
}
