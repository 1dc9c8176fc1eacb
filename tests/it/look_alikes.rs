//! Bodies that are nearly a sender's, or nobody's: with nothing but their Content-Type they are told as nobody's
//! rather than as another sender's.

use hookglass::request::{Arrival, Head, Identity};
use hookglass::senders::{Catalogue, Sample};
use serde_json::{Map, Value, json};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
/// Not a sender but a form of body that several have, and that a mutilated body can be, too.
const CONVENTION: &str = "url-check";

/// What a body is told as when it comes with its Content-Type alone.
fn told(catalogue: &Catalogue, content_type: &str, body: &[u8]) -> Identity {
    let head =
        format!("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: {content_type}\r\n\r\n");
    catalogue.identify(&Head::new(head.into_bytes()), body, Arrival::Whole)
}

/// Collects what was told wrong, so that one run shows all of it.
#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    /// The body may be nobody's or one of the senders', and else nobody's.
    fn look(&mut self, catalogue: &Catalogue, content_type: &str, body: &[u8], senders: &[&str]) {
        let identity = told(catalogue, content_type, body);
        if let (Some(sender), Some(rule)) = (&identity.sender, &identity.rule)
            && !senders.contains(&sender.as_str())
            && sender != CONVENTION
        {
            let mut body = String::from_utf8_lossy(body).into_owned();
            if let Some((end, _)) = body.char_indices().nth(200) {
                body.truncate(end);
            }
            self.0
                .push(format!("{senders:?} → {sender} by `{rule}`: {body}"));
        }
    }

    fn json(&mut self, catalogue: &Catalogue, body: &Value, senders: &[&str]) {
        self.look(catalogue, JSON, body.to_string().as_bytes(), senders);
    }

    #[track_caller]
    fn none(self) {
        assert!(
            self.0.is_empty(),
            "{} are misnamed:\n{}",
            self.0.len(),
            self.0.join("\n")
        );
    }
}

fn objects(catalogue: &Catalogue) -> Vec<(&Sample, Map<String, Value>)> {
    let samples = catalogue.samples();
    samples
        .filter_map(|sample| match serde_json::from_slice(&sample.body) {
            Ok(Value::Object(object)) => Some((sample, object)),
            _ => None,
        })
        .collect()
}

#[test]
fn a_sample_that_lost_one_of_its_keys_is_nobody_elses() {
    let catalogue = Catalogue::embedded();
    let mut faults = Faults::default();
    for (sample, object) in objects(&catalogue) {
        for key in object.keys() {
            let mut rest = object.clone();
            rest.remove(key);
            faults.json(&catalogue, &Value::Object(rest), &[&sample.sender]);
        }
        for (key, value) in &object {
            let mut alone = Map::new();
            alone.insert(key.clone(), value.clone());
            faults.json(&catalogue, &Value::Object(alone), &[&sample.sender]);
        }
    }
    for sample in catalogue.samples() {
        let form = String::from_utf8_lossy(&sample.body);
        let is_form = |(name, value): &(String, String)| {
            name.eq_ignore_ascii_case("content-type") && value.starts_with(FORM)
        };
        if sample.headers.iter().any(is_form) {
            let fields: Vec<_> = form.trim().split('&').collect();
            for place in 0..fields.len() {
                let mut rest = fields.clone();
                rest.remove(place);
                faults.look(
                    &catalogue,
                    FORM,
                    rest.join("&").as_bytes(),
                    &[&sample.sender],
                );
            }
        }
    }
    faults.none();
}

#[test]
fn a_sample_inside_of_something_else_is_nobody_elses() {
    let catalogue = Catalogue::embedded();
    let mut faults = Faults::default();
    for (sample, object) in objects(&catalogue) {
        let object = Value::Object(object);
        for wrapped in [
            json!({"event": "x", "data": object}),
            json!({"id": "evt_1", "type": "a.b", "data": {"object": object}}),
            json!({"type": "object.created", "created_at": "2026-11-24T10:00:00Z", "object": object}),
            json!({"payload": object}),
            json!({"body": object, "headers": {"content-type": JSON}}),
            json!({"resource": object, "id": 7}),
            json!([object]),
            json!({"events": [object]}),
            flattened(&object),
        ] {
            faults.json(&catalogue, &wrapped, &[&sample.sender]);
        }
    }
    faults.none();
}

/// As automation platforms hand things on: `customer__address__city`.
fn flattened(value: &Value) -> Value {
    fn into(out: &mut Map<String, Value>, path: &str, value: &Value) {
        match value {
            Value::Object(members) => {
                for (key, member) in members {
                    let path = if path.is_empty() {
                        key.clone()
                    } else {
                        format!("{path}__{key}")
                    };
                    into(out, &path, member);
                }
            }
            other => {
                out.insert(path.to_owned(), other.clone());
            }
        }
    }
    let mut out = Map::new();
    into(&mut out, "", value);
    Value::Object(out)
}

#[test]
fn two_samples_in_one_body_are_nobody_elses() {
    let catalogue = Catalogue::embedded();
    let mut faults = Faults::default();
    // The smallest of each sender; each pair once, and as often the one as the other with the last word.
    let mut smallest = objects(&catalogue);
    smallest.sort_by_key(|(sample, _)| (sample.sender.clone(), sample.body.len()));
    smallest.dedup_by(|(larger, _), (smaller, _)| larger.sender == smaller.sender);
    for (place, (one, object)) in smallest.iter().enumerate() {
        for (distance, (other, more)) in smallest[place + 1..].iter().enumerate() {
            let (mut both, last) = if distance % 2 == 0 {
                (object.clone(), more)
            } else {
                (more.clone(), object)
            };
            both.extend(last.clone());
            faults.json(
                &catalogue,
                &Value::Object(both),
                &[&one.sender, &other.sender],
            );
        }
    }
    faults.none();
}

const TYPE_KEYS: [&str; 8] = [
    "event",
    "type",
    "action",
    "topic",
    "event_type",
    "eventType",
    "event_name",
    "kind",
];
const TYPES: [&str; 14] = [
    "x",
    "ping",
    "test",
    "created",
    "a.b",
    "user.created",
    "order.created",
    "order/paid",
    "payment.succeeded",
    "payment_intent.succeeded",
    "contact.created",
    "message.received",
    "invoice.paid",
    "subscription.updated",
];

/// What anybody might send who had never heard of the senders.
fn generic_bodies() -> Vec<Value> {
    let ids = [
        Value::Null,
        json!("evt_1"),
        json!("0b7c52f0-9a4e-4d0c-8a52-6f5a1b0f3c11"),
        json!(42),
    ];
    let times = [
        ("created_at", json!("2026-11-24T10:00:00Z")),
        ("created", json!(1_764_000_000)),
        ("timestamp", json!(1_764_000_000_123_i64)),
        ("", Value::Null),
    ];
    let person = json!({"id": 1, "email": "ada@example.com", "name": "Ada"});
    let insides = [
        ("data", json!({})),
        ("data", json!({"id": "1", "object": person})),
        ("payload", person.clone()),
        ("object", person.clone()),
        (
            "resource",
            json!({"id": "7", "status": "paid", "amount": 100, "currency": "EUR"}),
        ),
        ("user", person),
        ("", Value::Null),
    ];
    let mut bodies = Vec::new();
    for key in TYPE_KEYS {
        for name in TYPES {
            for id in &ids {
                for (time, moment) in &times {
                    for (inside, value) in &insides {
                        let mut body = Map::new();
                        body.insert(key.to_owned(), name.into());
                        for (key, value) in [("id", id), (*time, moment), (*inside, value)] {
                            if !key.is_empty() && !value.is_null() {
                                body.insert(key.to_owned(), value.clone());
                            }
                        }
                        bodies.push(Value::Object(body));
                    }
                }
            }
        }
    }
    bodies
}

#[test]
fn a_body_that_anybody_might_send_is_nobodys() {
    let catalogue = Catalogue::embedded();
    let mut faults = Faults::default();
    for body in generic_bodies() {
        faults.json(&catalogue, &body, &[]);
    }
    for body in [
        json!({"event": "x", "data": {"a": 1}}),
        json!({"type": "a.b", "id": "evt_1", "data": {}, "livemode": false, "api_version": "1"}),
        json!({"type": "a.b", "timestamp": "2026-11-24T10:00:00Z", "data": {"id": "1"}}),
        json!({"object": "event", "id": "evt_1", "type": "a.b", "data": {"object": {}}}),
        json!({"event": {"type": "a.b", "id": "1"}, "data": {}, "webhook_id": "1"}),
        json!({"meta": {"event_name": "a"}, "data": {"type": "orders", "attributes": {"total": 1}}}),
        json!({"data": {"type": "contacts", "id": "1", "attributes": {"email": "ada@example.com"}}}),
        json!({"webhook": {"id": 1}, "event": "a", "account": {"id": 1}, "user": {"id": 1}}),
        json!({"ref": "refs/heads/main", "before": "0", "after": "1", "commits": [], "repository": {"name": "a"}}),
        json!({"action": "opened", "issue": {"number": 1}, "repository": {"full_name": "a/b"}, "sender": {"login": "a"}}),
        json!({"object_kind": "push", "project": {"id": 1}}),
        json!({"status": "firing", "alerts": [{"labels": {"alertname": "a"}}]}),
        json!({"title": "a", "state": "alerting", "message": "b"}),
        json!({"incident": {"id": "1", "status": "open"}, "event": "incident.triggered"}),
        json!({"update_id": 1, "text": "a"}),
        json!({"message": {"text": "a", "chat": {"id": 1}, "from": {"id": 1}}}),
        json!({"text": "a"}),
        json!({"content": "a", "username": "b"}),
        json!({"token": "a", "challenge": "b"}),
        json!({"token": "a", "challenge": "b", "type": "url_verification"}),
        json!({"challenge": "b"}),
        json!({"name": "Ada", "email": "ada@example.com", "message": "a"}),
        json!({"first_name": "Ada", "last_name": "L", "email": "ada@example.com", "phone": "1", "tags": ["a"]}),
        json!({"id": 1, "email": "ada@example.com", "created_at": "2026-11-24", "updated_at": "2026-11-24"}),
        json!({"id": 1, "line_items": [{"id": 1, "sku": "a", "quantity": 1}], "total_price": "1.00", "currency": "EUR"}),
        json!({"order_id": 1, "status": "processing", "total": "1.00", "billing": {"email": "ada@example.com"}}),
        json!({"transaction_id": "1", "amount": 100, "currency": "EUR", "status": "paid", "customer_email": "ada@example.com"}),
        json!({"orderId": "1", "event": "ORDER_PAID", "buyer": {"email": "a"}, "product": {"id": 1, "name": "b"}}),
        json!({"form_id": "1", "fields": {"a": "b"}, "submitted_at": "2026-11-24T10:00:00Z"}),
        json!({"formId": "1", "submissionId": "2", "data": {"fields": [{"label": "a", "value": "b"}]}}),
        json!({"event": "booking.created", "start": "2026-11-24T10:00:00Z", "attendee": {"email": "a"}}),
        json!({"entry": [{"id": "1", "time": 1}], "object": "thing"}),
        json!({"records": [{"id": "1", "fields": {"a": "b"}}]}),
        json!({"page": {"id": "1", "title": "a"}, "entity": {"id": "1", "type": "page"}, "type": "page.created"}),
        json!({"Records": [{"eventName": "a", "eventSource": "b"}]}),
        json!({"Type": "Notification", "Message": "a"}),
        json!({"RecordType": "a", "MessageID": "b", "Email": "c"}),
        json!({"specversion": "1.0", "id": "1", "source": "/a", "type": "a.b", "data": {}}),
        json!({"subscription": {"id": "1"}, "event": {"id": "1"}}),
        json!({"subscriptionId": "1", "resource": "a", "changeType": "created"}),
        json!({"value": [{"id": "1", "resource": "a"}]}),
        json!({"jsonrpc": "2.0", "method": "a", "params": {}, "id": 1}),
        json!({"query": "{ a }", "variables": {}}),
        json!({}),
        json!([]),
        json!([{}]),
        json!([1, "a", null]),
        json!([{"event": "delivered", "email": "ada@example.com", "timestamp": 1}]),
        json!([{"type": "a", "data": {}}, {"type": "b", "data": {}}]),
        json!(null),
        json!(true),
        json!(1),
        json!("a"),
    ] {
        faults.json(&catalogue, &body, &[]);
    }
    for (content_type, body) in [
        (FORM, ""),
        (FORM, "name=Ada&email=ada%40example.com&message=Hello"),
        (FORM, "id=1&event=a&data%5Bid%5D=1"),
        (
            FORM,
            "event=sale&product=a&price=1.00&email=ada%40example.com",
        ),
        (FORM, "token=a&command=%2Fa&text=b&user_id=1"),
        (FORM, "From=%2B1555&To=%2B1556&Body=a"),
        (
            FORM,
            "from=ada%40example.com&to=b%40example.com&subject=a&text=b",
        ),
        (FORM, "payload=%7B%22event%22%3A%22a%22%7D"),
        (
            FORM,
            "txn_id=1&payment_status=Completed&payer_email=ada%40example.com",
        ),
        (FORM, "type=subscribe&data%5Bemail%5D=ada%40example.com"),
        (JSON, ""),
        (JSON, "{"),
        (JSON, "{\"a\":"),
        ("text/plain", ""),
        ("text/plain", "ok"),
        ("text/plain; charset=utf-8", "{\"event\":\"a\"}"),
        ("application/xml", "<event><type>a</type><id>1</id></event>"),
        (
            "text/xml; charset=utf-8",
            "<?xml version=\"1.0\"?><notification><id>1</id></notification>",
        ),
        ("application/octet-stream", "\0\u{1}\u{2}"),
        (
            "multipart/form-data; boundary=a",
            "--a\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\nada@example.com\r\n--a--\r\n",
        ),
    ] {
        faults.look(&catalogue, content_type, body.as_bytes(), &[]);
    }
    faults.none();
}
