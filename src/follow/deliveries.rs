//! Which requests are attempts of one delivery. Pure but for what it is handed to look deliveries up with.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::limits::SAME_BODY_WINDOW;
use crate::request::{Arrival, CapturedRequest, Timestamp, ToldBy};
use crate::store::deliveries::{Delivery, DeliveryKey, NewAttempt};

/// The deliveries that a batch of requests belongs to, as they stand behind it.
#[derive(Debug, Default)]
pub(super) struct Deliveries {
    pub(super) kept: HashMap<DeliveryKey, Delivery>,
    pub(super) attempts: Vec<NewAttempt>,
}

impl Deliveries {
    /// Adds the next request; whether it is another attempt. `find` is asked for what is kept of a delivery.
    pub(super) fn add<E>(
        &mut self,
        request: &CapturedRequest,
        find: impl FnOnce(&DeliveryKey) -> Result<Option<Delivery>, E>,
    ) -> Result<bool, E> {
        let Some((key, told_by)) = key(request) else {
            return Ok(false);
        };
        let before = match self.kept.get(&key) {
            Some(&delivery) => Some(delivery),
            None => find(&key)?,
        };
        let at = request.received.received_at;
        let before = before.filter(|before| told_by == ToldBy::SenderId || is_soon(before, at));
        let now = match before {
            None => Delivery {
                first: request.id,
                attempts: 1,
                last: request.id,
                last_at: at,
            },
            Some(before) => Delivery {
                attempts: before.attempts + 1,
                last: request.id,
                last_at: before.last_at.max(at),
                ..before
            },
        };
        let attempt = |request, number| NewAttempt {
            request,
            delivery: now.first,
            number,
            told_by,
        };
        // Only with the second attempt there is something to tell of the first.
        if now.attempts == 2 {
            self.attempts.push(attempt(now.first, 1));
        }
        if now.attempts > 1 {
            self.attempts.push(attempt(request.id, now.attempts));
        }
        self.kept.insert(key, now);
        Ok(now.attempts > 1)
    }
}

fn is_soon(before: &Delivery, at: Timestamp) -> bool {
    at <= before.last_at.plus(SAME_BODY_WINDOW)
}

/// What tells a request's delivery from all others; `None` for one that can't be told to be a retry.
fn key(request: &CapturedRequest) -> Option<(DeliveryKey, ToldBy)> {
    let (received, identity) = (&request.received, &request.judged.identity);
    let path = received.head.url_path();
    if let Some(id) = &identity.delivery_id {
        let sender = identity.sender.as_deref().unwrap_or_default();
        let parts = [sender.as_bytes(), id.as_bytes(), path.as_bytes()];
        return Some((hash(ToldBy::SenderId, &parts), ToldBy::SenderId));
    }
    let tells = received.arrival == Arrival::Whole && !received.body.is_empty() && !identity.noise;
    let method = received.head.method();
    // An event may stand in a header or in the query alone.
    let parts = [
        method.as_bytes(),
        path.as_bytes(),
        received.head.query().unwrap_or_default(),
        identity.sender.as_deref().unwrap_or_default().as_bytes(),
        identity
            .event_type
            .as_deref()
            .unwrap_or_default()
            .as_bytes(),
        &received.body,
    ];
    tells.then(|| (hash(ToldBy::SameBody, &parts), ToldBy::SameBody))
}

/// Each part with its length, so that no two lists of parts are one text.
fn hash(told_by: ToldBy, parts: &[&[u8]]) -> DeliveryKey {
    let mut hash = Sha256::new_with_prefix(told_by.as_str());
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    let hash: [u8; 32] = hash.finalize().into();
    let mut key = DeliveryKey::default();
    key.copy_from_slice(&hash[..16]);
    key
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::super::made;
    use super::*;

    /// The number of each request's attempt; 1 where it stands alone.
    fn numbers(requests: &[CapturedRequest]) -> Vec<u64> {
        let mut deliveries = Deliveries::default();
        for request in requests {
            let Ok(_) = deliveries.add::<Infallible>(request, |_| Ok(None));
        }
        let number = |request: &CapturedRequest| {
            let mut found = deliveries.attempts.iter();
            found
                .find(|attempt| attempt.request == request.id)
                .map_or(1, |attempt| attempt.number)
        };
        requests.iter().map(number).collect()
    }

    fn with_id(id: i64, body: &str, delivery: &str) -> CapturedRequest {
        let mut request = made::request(id, body);
        request.judged.identity.sender = Some("shop".into());
        request.judged.identity.delivery_id = Some(delivery.into());
        request
    }

    fn at_path(mut request: CapturedRequest, path: &str) -> CapturedRequest {
        let head = format!("POST {path} HTTP/1.1\r\nHost: h\r\n\r\n");
        request.received.head = crate::request::Head::new(head.into_bytes());
        request
    }

    const DAY_S: i64 = 24 * 3600;

    #[test]
    fn one_delivery_id_is_one_delivery_whatever_the_body_and_the_time() {
        let mut cut = with_id(2, "{\"a\"", "d1");
        cut.received.arrival = Arrival::Incomplete;
        let requests = [
            with_id(1, "{\"a\":1}", "d1"),
            cut,
            with_id(3, "{\"a\":1}", "d2"),
            with_id(90 * DAY_S, "{\"a\":2}", "d1"),
        ];
        assert_eq!(numbers(&requests), [1, 2, 1, 3]);
    }

    #[test]
    fn without_an_id_the_same_body_is_another_attempt_for_a_day_from_the_latest() {
        let at = |id| made::request(id, "{\"a\":1}");
        let requests = [
            at(1),
            made::request(2, "{\"a\":2}"),
            at(1 + DAY_S),
            at(1 + 2 * DAY_S),
            at(2 + 3 * DAY_S),
            at(3 + 3 * DAY_S),
        ];
        assert_eq!(numbers(&requests), [1, 1, 2, 3, 1, 2]);
    }

    #[test]
    fn nothing_is_grouped_over_paths_methods_or_senders() {
        let mut put = made::request(3, "{}");
        put.received.head = crate::request::Head::new("PUT /hook HTTP/1.1\r\n\r\n");
        let mut other_sender = with_id(6, "{}", "d1");
        other_sender.judged.identity.sender = Some("else".into());
        let requests = [
            made::request(1, "{}"),
            at_path(made::request(2, "{}"), "/other"),
            put,
            with_id(4, "{}", "d1"),
            at_path(with_id(5, "{}", "d1"), "/other"),
            other_sender,
        ];
        assert_eq!(numbers(&requests), [1; 6]);
    }

    #[test]
    fn what_can_not_be_told_to_be_a_retry_is_none() {
        let mut noise = made::request(5, "{}");
        noise.judged.identity.noise = true;
        let mut cut = made::request(6, "{}");
        cut.received.arrival = Arrival::TooLarge;
        let requests = [
            made::request(1, ""),
            made::request(2, ""),
            made::request(3, "{}"),
            noise,
            cut,
        ];
        assert_eq!(numbers(&requests), [1; 5]);
    }
}
