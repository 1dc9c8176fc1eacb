use std::fmt::Write;
use std::sync::LazyLock;

use super::*;
use proptest::prelude::*;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::embedded);

/// The parts of an identity that are there, one a line.
fn shown(identity: &Identity) -> String {
    let mut out = String::new();
    let fields = [
        ("sender", &identity.sender),
        ("type", &identity.event_type),
        ("from", &identity.event_source),
        ("variant", &identity.variant),
        ("title", &identity.title),
        ("delivery", &identity.delivery_id),
        ("attempt", &identity.attempt),
        ("sent", &identity.sent_at),
    ];
    for (name, value) in fields {
        if let Some(value) = value {
            writeln!(out, "{name}: {value}").unwrap();
        }
    }
    if identity.guessed {
        out.push_str("guessed\n");
    }
    if identity.noise {
        out.push_str("noise\n");
    }
    out
}

fn head(line: &str, headers: &[&str]) -> Head {
    let headers: String = headers
        .iter()
        .map(|header| format!("{header}\r\n"))
        .collect();
    Head::new(format!("{line} HTTP/1.1\r\nHost: h\r\n{headers}\r\n"))
}

fn post(headers: &[&str], body: &str) -> String {
    let head = head("POST /hook", headers);
    shown(&CATALOGUE.identify(&head, body.as_bytes(), Arrival::Whole))
}

#[test]
fn each_sample_is_told_and_titled() {
    let catalogue = &*CATALOGUE;
    let mut out = String::new();
    for sample in catalogue
        .samples()
        .filter(|sample| sample.sender == "systeme-io")
    {
        let lines: Vec<_> = sample
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        let lines: Vec<_> = lines.iter().map(String::as_str).collect();
        let identity = catalogue.identify(&head("POST /", &lines), &sample.body, Arrival::Whole);
        assert_eq!(
            identity.sender.as_deref(),
            Some("systeme-io"),
            "{}",
            sample.id
        );
        assert_eq!(
            identity.event_type.as_deref(),
            Some(sample.event_type.as_str())
        );
        assert_eq!(identity.event_source.as_deref(), Some("$.type"));
        assert_eq!(identity.variant, sample.variant);
        assert_eq!((&identity.delivery_id, &identity.attempt), (&None, &None));
        assert!(
            identity
                .rule
                .as_deref()
                .is_some_and(|rule| rule.starts_with("body.type ~= "))
        );
        assert!(!identity.guessed && !identity.noise);
        let (title, sent_at) = (identity.title.unwrap(), identity.sent_at.unwrap());
        writeln!(out, "{} | {sent_at} | {title}", sample.id).unwrap();
    }
    insta::assert_snapshot!(out, @r#"
    contact.optin.completed:funnel-step | 2021-10-05T08:10:29+00:00 | Opt-in: owner+aslkfkvmk@example.com on Squeeze page
    contact.optin.completed:blog-page | 2021-10-05T10:25:23+00:00 | Opt-in: owner+sdadk@example.com on Home page of Test blog
    customer.sale.completed | 2021-09-10T14:23:33+00:00 | Sale: test-1922@systeme.io bought Comment cr\u00e9er un blog qui rapporte for 5.83 EUR
    contact.tag.added | 2021-10-05T09:52:38+00:00 | Tag added: MyAwesomeTag to owner+lksdllfnsnkfdls@example.com
    contact.tag.removed | 2021-10-05T09:54:08+00:00 | Tag removed: MyAwesomeTag from owner+test@example.com
    contact.webinar.registered | 2021-10-05T10:37:06+00:00 | Webinar: owner+wklm@example.com registered on Webinar registration for 2021-10-05 15:00 UTC
    contact.course.enrolled | 2021-10-05T11:12:29+00:00 | Course: owner+kek@example.com enrolled in webhook data structure doc
    contact.course_bundle.enrolled | 2021-10-05T15:42:47+00:00 | Course bundle: owner+test@example.com enrolled in webhook data structure doc
    contact.campaign.finished | 2021-10-05T15:42:53+00:00 | Campaign finished: test campaign by owner+luiklas@example.com
    contact.page.visited | 2021-10-05T16:29:02+00:00 | Page visited: Thank You \/ Download Page by owner+asdfg@example.com
    contact.email_link.clicked | 2021-10-07T10:07:08+00:00 | Email link clicked: owner@example.com in test email webhook
    "#);
}

#[test]
fn a_sale_of_the_settings_channel_is_told_by_its_headers() {
    let headers = [
        "Accept: application/json",
        "Content-Type: application/json",
        "User-Agent: SystemeIO-Webhook",
        "X-Webhook-Event: SALE_NEW",
        "x-webhook-message-id: 01900000-0000-7000-8000-000000000001",
        "x-webhook-event-timestamp: 2026-10-01T08:00:00+00:00",
    ];
    let body = r#"{"customer":{"id":1,"email":"ana@example.com","fields":{}},"order":{"id":2,"totalPrice":1990,"vat":0.0},"pricePlan":{"name":"Kursi i par\u00eb","amount":1990,"currency":"eur"}}"#;
    insta::assert_snapshot!(post(&headers, body), @r#"
    sender: systeme-io
    type: SALE_NEW
    from: X-Webhook-Event
    title: Sale: ana@example.com bought Kursi i parë for 19.90 EUR
    delivery: 01900000-0000-7000-8000-000000000001
    sent: 2026-10-01T08:00:00+00:00
    "#);
    // Cut off, or of another shape: the headers still tell, and the label stands in for the title.
    insta::assert_snapshot!(post(&headers, r#"{"customer":{"#), @r#"
    sender: systeme-io
    type: SALE_NEW
    from: X-Webhook-Event
    title: New sale
    delivery: 01900000-0000-7000-8000-000000000001
    sent: 2026-10-01T08:00:00+00:00
    "#);
}

#[test]
fn types_without_an_example_are_taken_by_their_prefix() {
    let post = |kind: &str, data: &str| {
        post(
            &["User-Agent: Symfony"],
            &format!(
                r#"{{"type":"{kind}","data":{data},"account":{{"email":"o@example.com"}},"created_at":"2026-01-01T00:00:00+00:00"}}"#
            ),
        )
    };
    let contact = r#"{"contact":{"email":"ana@example.com"}}"#;
    insta::assert_snapshot!(post("contact.email.opened", contact), @r#"
    sender: systeme-io
    type: contact.email.opened
    from: $.type
    title: Contact: contact.email.opened for ana@example.com
    sent: 2026-01-01T00:00:00+00:00
    "#);
    insta::assert_snapshot!(post("subscription.payment.failed", r#"{"x":1}"#), @r#"
    sender: systeme-io
    type: subscription.payment.failed
    from: $.type
    title: Subscription: subscription.payment.failed
    sent: 2026-01-01T00:00:00+00:00
    "#);
    insta::assert_snapshot!(post("contact.optin.completed", contact), @r#"
    sender: systeme-io
    type: contact.optin.completed
    from: $.type
    title: Opt-in: ana@example.com
    sent: 2026-01-01T00:00:00+00:00
    "#);
    insta::assert_snapshot!(post("contact.tag.added", r#"{"x":1}"#), @r#"
    sender: systeme-io
    type: contact.tag.added
    from: $.type
    title: Tag added
    sent: 2026-01-01T00:00:00+00:00
    "#);
}

#[test]
fn what_is_only_alike_is_not_named() {
    let bodies = [
        r#"{"type":"contact.tag.added","data":{"x":1}}"#,
        r#"{"type":"contact.tag.added","data":{"x":1},"account":"acct_1","created_at":1}"#,
        r#"{"type":"customer.created","data":{"object":{}},"account":{"email":null},"created_at":1}"#,
        r#"{"type":"contacts.added","data":{"x":1},"account":{"email":"a"},"created_at":1}"#,
    ];
    for body in bodies {
        let found = post(&["User-Agent: Symfony"], body);
        assert!(
            !found.contains("sender") && found.contains("guessed"),
            "{body}: {found}"
        );
    }
    assert!(!post(&["X-Webhook-Event: SALE_NEW"], "{}").contains("sender"));
}

#[test]
fn a_strange_title_stays_one_short_line() {
    let name = "a\\n\\u0000b".repeat(200);
    let body = format!(
        r#"{{"type":"contact.tag.added","data":{{"tag":{{"name":"{name}"}},"contact":{{"email":"a@b"}}}},"account":{{"email":"o"}},"created_at":"x"}}"#
    );
    let identity = CATALOGUE.identify(&head("POST /", &[]), body.as_bytes(), Arrival::Whole);
    let title = identity.title.unwrap();
    assert_eq!(title.chars().count(), MAX_TITLE_CHARS + 1);
    assert!(title.starts_with("Tag added: a  ba  b") && title.ends_with('…'));
}

#[test]
fn a_body_that_is_not_whole_tells_nothing() {
    let catalogue = &*CATALOGUE;
    let form = head(
        "POST /",
        &["Content-Type: application/x-www-form-urlencoded"],
    );
    let whole = catalogue.identify(&form, b"event=order.paid", Arrival::Whole);
    assert_eq!(whole.event_source.as_deref(), Some("form field event"));
    for arrival in [Arrival::TooLarge, Arrival::Incomplete, Arrival::Refused] {
        assert_eq!(
            catalogue.identify(&form, b"event=order.paid", arrival),
            Identity::default()
        );
    }
}

#[test]
fn unknown_senders_are_guessed_by_usual_names() {
    let json = |body: &str| guess(&[], body);
    let cases = [
        (json(r#"{"type":"a.b"}"#), "a.b < $.type"),
        (json(r#"{"event":"order_paid"}"#), "order_paid < $.event"),
        (json(r#"{"type":"x","event_type":"y"}"#), "y < $.event_type"),
        (json(r#"{"type":"x","eventType":"y"}"#), "y < $.eventType"),
        (json(r#"{"event_name":"y"}"#), "y < $.event_name"),
        (
            json(r#"{"topic":"orders/create"}"#),
            "orders/create < $.topic",
        ),
        (json(r#"{"action":"opened"}"#), "opened < $.action"),
        (
            json(r#"{"kind":"calendar#event"}"#),
            "calendar#event < $.kind",
        ),
        (json(r#"{"event":{"x":1},"type":"x"}"#), "x < $.type"),
        (json(r#"{"event":"two words","type":"x"}"#), "x < $.type"),
        (json(r#"{"type":7}"#), "-"),
        (json(r#"{"type":"7"}"#), "-"),
        (json(r#"{"type":""}"#), "-"),
        (json(r#"{"a":{"type":"x"}}"#), "-"),
        (json(r#"[{"type":"x"}]"#), "-"),
        (json("type=x"), "-"),
        (json(&format!(r#"{{"type":"{}"}}"#, "x".repeat(101))), "-"),
        (
            guess(
                &["Content-Type: application/x-www-form-urlencoded"],
                "a=1&type=x",
            ),
            "x < form field type",
        ),
        (
            guess(&["X-Shop-Topic: orders/create"], "{}"),
            "orders/create < X-Shop-Topic",
        ),
        (
            guess(&["x-quux-event: push"], r#"{"action":"x"}"#),
            "push < x-quux-event",
        ),
        (
            guess(&["X-Quux-Event-Type: p", "X-Quux-Event: push"], ""),
            "push < X-Quux-Event",
        ),
        (
            guess(&["X-Foo-Event: a", "Ce-Type: com.example.made"], ""),
            "com.example.made < Ce-Type",
        ),
        (guess(&["X-Event: a"], ""), "a < X-Event"),
        (guess(&["X-Event: not a type"], ""), "-"),
        (
            guess(&["X-Event-Id: a", "Event: b", "X-Revent: c"], ""),
            "-",
        ),
    ];
    for (found, expected) in cases {
        assert_eq!(found, expected);
    }
}

fn guess(headers: &[&str], body: &str) -> String {
    let found = CATALOGUE.identify(&head("POST /x", headers), body.as_bytes(), Arrival::Whole);
    assert_eq!(
        (found.guessed, found.sender),
        (found.event_type.is_some(), None)
    );
    match (found.event_type, found.event_source) {
        (Some(event_type), Some(source)) => format!("{event_type} < {source}"),
        _ => "-".to_owned(),
    }
}

proptest! {
    #[test]
    fn any_request_has_an_identity(
        raw in proptest::collection::vec(any::<u8>(), 0..200),
        body in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let _ = CATALOGUE.identify(&Head::new(raw), &body, Arrival::Whole);
    }

    #[test]
    fn a_cut_or_bent_sample_has_an_identity(
        sample in 0_usize..11,
        cut in 0_usize..2000,
        at in 0_usize..2000,
        byte in any::<u8>(),
    ) {
        let catalogue = &*CATALOGUE;
        let mut body = catalogue.samples().nth(sample).map(|sample| sample.body.clone()).unwrap_or_default();
        if let Some(place) = body.get_mut(at) {
            *place = byte;
        }
        body.truncate(cut);
        let _ = catalogue.identify(&head("POST /", &["User-Agent: Symfony"]), &body, Arrival::Whole);
    }
}
