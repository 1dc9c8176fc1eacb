//! Requests for tests.

use bytes::Bytes;

use crate::request::{
    Arrival, CapturedRequest, ClientAddress, Head, Identity, Judged, Received, RequestId,
    Timestamp, Verdict, VerdictKind,
};

/// A JSON request to `/hook`, received in the second of its id.
pub(super) fn request(id: i64, body: &str) -> CapturedRequest {
    CapturedRequest {
        id: RequestId::new(id).unwrap(),
        received: Received {
            received_at: Timestamp(id * 1_000_000),
            took_us: 0,
            peer: ([127, 0, 0, 1], 1).into(),
            secure: false,
            head: Head::new(
                "POST /hook?n=1 HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n\r\n",
            ),
            body: Bytes::from(body.to_owned()),
            trailers: Bytes::new(),
            declared_bytes: None,
            arrival: Arrival::Whole,
            arrival_reason: None,
            sample: false,
        },
        judged: Judged {
            client: ClientAddress::default(),
            verdict: Verdict {
                kind: VerdictKind::NoList,
                list: None,
                reason: String::new(),
            },
            identity: Identity::default(),
        },
        answer_status: 200,
        handshake: None,
        verdict_at_arrival: None,
    }
}
