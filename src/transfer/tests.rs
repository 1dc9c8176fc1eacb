//! What all formats promise, over any request that can be stored.

use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;
use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::request::{
    Arrival, ClientAddress, Head, Identity, Judged, Received, RequestId, Timestamp, Verdict,
    VerdictKind,
};

/// What formulas and cell borders are made of.
const NASTY: &str = "[=+@＝＋－＠﹦;|,\t\r\n\" 'aé\u{a0}-]{0,12}";
const DOCS: &str = include_str!("../../docs/export.md");

fn words() -> impl Strategy<Value = Option<String>> {
    option::of(NASTY)
}

fn head() -> impl Strategy<Value = Vec<u8>> {
    let line = ("[A-Z]{1,5}", "/[a-z%;=+@|\"]{0,9}", NASTY, NASTY).prop_map(
        |(method, path, query, value)| {
            format!("{method} {path}?{query} HTTP/1.1\r\nContent-Type: {value}\r\nX-A: 1\r\nx-a: 2\r\n\r\n")
                .into_bytes()
        },
    );
    prop_oneof![line, proptest::collection::vec(any::<u8>(), 0..80)]
}

fn received() -> impl Strategy<Value = Received> {
    let body = prop_oneof![
        NASTY.prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..80)
    ];
    let facts = (
        0..4_000_000_000_000_000_i64,
        any::<u64>(),
        any::<(IpAddr, u16)>(),
    );
    let rest = (
        option::of(any::<u64>()),
        0..Arrival::ALL.len(),
        words(),
        any::<(bool, bool)>(),
    );
    (facts, head(), body.clone(), body, rest).prop_map(|(facts, head, body, trailers, rest)| {
        Received {
            received_at: Timestamp(facts.0),
            took_us: facts.1,
            peer: SocketAddr::from(facts.2),
            secure: rest.3.0,
            head: Head::new(head),
            body: Bytes::from(body),
            trailers: Bytes::from(trailers),
            declared_bytes: rest.0,
            arrival: Arrival::ALL[rest.1],
            arrival_reason: rest.2,
            sample: rest.3.1,
        }
    })
}

fn identity() -> impl Strategy<Value = Identity> {
    let first = (words(), words(), words(), words(), words());
    let second = (words(), words(), words(), words(), any::<(bool, bool)>());
    (first, second).prop_map(|(first, second)| Identity {
        sender: first.0,
        rule: first.1,
        event_type: first.2,
        event_source: first.3,
        guessed: second.4.0,
        variant: first.4,
        title: second.0,
        delivery_id: second.1,
        attempt: second.2,
        sent_at: second.3,
        noise: second.4.1,
    })
}

prop_compose! {
    fn request()(
        id in 0..i64::MAX,
        received in received(),
        identity in identity(),
        addr in any::<Option<IpAddr>>(),
        claimed in any::<Option<IpAddr>>(),
        steps in proptest::collection::vec(NASTY, 0..3),
        kinds in (0..VerdictKind::ALL.len(), option::of(0..VerdictKind::ALL.len())),
        list in words(),
        reason in NASTY,
        answer_status in any::<u16>(),
    ) -> CapturedRequest {
        CapturedRequest {
            id: RequestId::new(id).unwrap(),
            received,
            judged: Judged {
                client: ClientAddress { addr, claimed, steps },
                verdict: Verdict { kind: VerdictKind::ALL[kinds.0], list, reason },
                identity,
            },
            answer_status,
            handshake: None,
            verdict_at_arrival: kinds.1.map(|kind| VerdictKind::ALL[kind]),
        }
    }
}

fn export(format: Format, requests: &[CapturedRequest]) -> Vec<u8> {
    let (mut out, mut exporter) = (Vec::new(), Exporter::new(format));
    exporter.begin(&mut out).unwrap();
    for request in requests {
        exporter.one(&mut out, request).unwrap();
    }
    exporter.end(&mut out).unwrap();
    assert_eq!(exporter.written(), requests.len() as u64);
    out
}

fn read_back(record: Record<'_>) -> CapturedRequest {
    CapturedRequest::try_from(record).unwrap()
}

/// Cells as a spreadsheet may cut them: with quotes, and by one that cares for no quotes.
fn cells(csv: &[u8], delimiter: u8) -> Vec<String> {
    let mut reader = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(csv);
    let quoted = reader.byte_records().flat_map(|line| {
        let line = line.unwrap();
        line.iter()
            .map(|cell| String::from_utf8(cell.to_vec()).unwrap())
            .collect::<Vec<_>>()
    });
    let text = std::str::from_utf8(csv).unwrap();
    let cut = text
        .split(|letter| letter == char::from(delimiter) || letter == '\n' || letter == '\r')
        .filter(|_| delimiter != b',')
        .map(str::to_owned);
    quoted.chain(cut).collect()
}

proptest! {
    #[test]
    fn json_and_ndjson_lose_nothing(requests in proptest::collection::vec(request(), 0..4)) {
        let json = export(Format::Json, &requests);
        let records: Vec<Record<'_>> = serde_json::from_slice(&json).unwrap();
        let back: Vec<_> = records.into_iter().map(read_back).collect();
        prop_assert_eq!(&back, &requests);

        let ndjson = export(Format::Ndjson, &requests);
        let lines: Vec<_> = ndjson.split_inclusive(|&byte| byte == b'\n').collect();
        prop_assert_eq!(lines.len(), requests.len());
        let back: Vec<_> = lines
            .into_iter()
            .map(|line| read_back(serde_json::from_slice(line).unwrap()))
            .collect();
        prop_assert_eq!(&back, &requests);
    }

    #[test]
    fn no_cell_starts_a_formula_in_any_locale(request in request()) {
        let csv = export(Format::Csv, &[request]);
        for delimiter in [b',', b';', b'\t', b'|'] {
            for cell in cells(&csv, delimiter) {
                let start = cell.trim_start_matches(|c: char| c.is_whitespace() || c == '"');
                prop_assert!(
                    !start.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦']),
                    "{:?} cut at {:?}", cell, char::from(delimiter)
                );
            }
        }
    }

    #[test]
    fn a_csv_line_has_every_column(requests in proptest::collection::vec(request(), 0..3)) {
        let csv = export(Format::Csv, &requests);
        let mut reader = ::csv::Reader::from_reader(&csv[..]);
        prop_assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), CSV_COLUMNS);
        prop_assert_eq!(reader.byte_records().map(Result::unwrap).count(), requests.len());
    }
}

fn sale() -> CapturedRequest {
    let head = "POST /shop?x=1 HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nX-Raw: \u{e9}\r\n\r\n";
    // Latin-1, as some senders write it: the whole head is then no UTF-8.
    let head: Vec<u8> = head
        .chars()
        .map(|letter| u8::try_from(letter).unwrap())
        .collect();
    CapturedRequest {
        id: RequestId::new(1_764_000_000_000_000_000).unwrap(),
        received: Received {
            received_at: Timestamp::parse("2026-11-24T07:12:34.000123Z").unwrap(),
            took_us: 812,
            peer: "127.0.0.1:50000".parse().unwrap(),
            secure: true,
            head: Head::new(head),
            body: Bytes::from_static(b"{\"price\":1.10}"),
            trailers: Bytes::new(),
            declared_bytes: Some(14),
            arrival: Arrival::Whole,
            arrival_reason: None,
            sample: false,
        },
        judged: Judged {
            client: ClientAddress {
                addr: Some("185.236.142.1".parse().unwrap()),
                claimed: None,
                steps: vec!["peer 127.0.0.1, a trusted proxy".to_owned()],
            },
            verdict: Verdict {
                kind: VerdictKind::Listed,
                list: Some("systeme.io".to_owned()),
                reason: "185.236.142.1 stands in the list systeme.io".to_owned(),
            },
            identity: Identity {
                sender: Some("systeme-io".to_owned()),
                title: Some("=HYPERLINK(\"http://evil\")".to_owned()),
                ..Identity::default()
            },
        },
        answer_status: 200,
        handshake: None,
        verdict_at_arrival: None,
    }
}

#[test]
fn bytes_that_are_no_text_stand_as_base64() {
    let json: serde_json::Value =
        serde_json::from_slice(&export(Format::Ndjson, &[sale()])).unwrap();
    assert_eq!(json["body"], "{\"price\":1.10}");
    assert!(json.get("body_base64").is_none());
    assert!(json.get("head").is_none());
    assert!(json["head_base64"].is_string());
    assert_eq!(
        json["headers"][2],
        serde_json::json!(["X-Raw", {"base64": "6Q=="}])
    );
    assert_eq!(json["headers"][0], serde_json::json!(["Host", "h"]));
    assert_eq!(json["query"], "x=1");
}

#[test]
fn the_csv_of_a_sale_reads_like_this() {
    let csv = String::from_utf8(export(Format::Csv, &[sale()])).unwrap();
    let (_, line) = csv.split_once("\r\n").unwrap();
    assert_eq!(
        line,
        "\"1gyqwmxkwm000\",\"2026-11-24T07:12:34.000123Z\",\"POST\",\"/shop\",\"x=1\",\"185.236.142.1\",\
         \"listed\",\"systeme.io\",\"systeme-io\",\"\",\"'=HYPERLINK(\"\"http://evil\"\")\",\"200\",\"14\",\
         \"application/json\",\"{\"\"price\"\":1.10}\"\r\n"
    );
}

#[test]
fn an_empty_export_is_still_its_format() {
    assert_eq!(export(Format::Json, &[]), b"[\n]\n");
    assert_eq!(export(Format::Ndjson, &[]), b"");
    assert_eq!(
        export(Format::Csv, &[])
            .iter()
            .filter(|&&byte| byte == b'\n')
            .count(),
        1
    );
}

#[test]
fn a_record_that_is_broken_says_which_key() {
    let request = sale();
    let mut record = Record::from(&request);
    record.verdict = "maybe".into();
    let error = CapturedRequest::try_from(record).unwrap_err();
    assert_eq!(error.to_string(), "`verdict` cannot be read: \"maybe\"");
}

#[test]
fn the_docs_list_every_key_and_column_and_no_other() {
    let mut text = sale();
    text.received.head = Head::new(&b"GET / HTTP/1.1\r\n\r\n"[..]);
    text.received.trailers = Bytes::from_static(b"\xff");
    let mut binary = sale();
    binary.received.body = Bytes::from_static(b"\xff");
    let keys = |request: &CapturedRequest| {
        let json = serde_json::to_value(Record::from(request)).unwrap();
        json.as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    let mut keys: Vec<_> = [keys(&text), keys(&binary)].concat();
    keys.sort();
    keys.dedup();

    let (json, csv) = DOCS
        .split_once("\n## JSON and NDJSON")
        .unwrap()
        .1
        .split_once("\n## CSV")
        .unwrap();
    let named = |section: &str| {
        let cells = section.lines().filter(|line| line.starts_with("| `"));
        let first = cells.map(|line| line.split('|').nth(1).unwrap().to_owned());
        first
            .flat_map(|cell| {
                cell.split(',')
                    .map(|key| key.trim().trim_matches('`').to_owned())
                    .collect::<Vec<_>>()
            })
            .collect::<Vec<_>>()
    };
    let mut documented = named(json);
    documented.sort();
    assert_eq!(documented, keys);
    assert_eq!(named(csv), CSV_COLUMNS);
}
