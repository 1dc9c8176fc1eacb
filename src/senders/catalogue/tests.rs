use std::fs;

use super::*;
use crate::request::{Arrival, Head};

const MINIMAL: &str = "id = \"shop\"\nname = \"Shop\"\nmatch = [\"header.x-shop @90\"]\n";

/// A folder with these files, and the catalogue with it.
fn load(files: &[(&str, &str)]) -> (Catalogue, Vec<String>) {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let (catalogue, errors) = Catalogue::load(Some(dir.path()));
    let prefix = format!("{}/", dir.path().display());
    let errors = errors
        .iter()
        .map(|error| error.to_string().replace(&prefix, ""))
        .collect();
    (catalogue, errors)
}

fn sender_of(catalogue: &Catalogue, head: &str) -> Option<String> {
    let head = Head::new(format!("POST / HTTP/1.1\r\n{head}\r\n\r\n"));
    catalogue.identify(&head, b"", Arrival::Whole).sender
}

#[test]
fn the_embedded_files_are_whole() {
    let (catalogue, errors) = Catalogue::load(None);
    assert_eq!(errors, []);
    assert_eq!(catalogue.version().len(), 16);
    assert_eq!(catalogue.version(), Catalogue::embedded().version());
    for id in catalogue.sender_ids() {
        assert!(
            catalogue
                .sender_docs(id)
                .is_some_and(|docs| docs.contains("read 20")),
            "{id}: sources"
        );
    }
}

#[test]
fn systeme_io_has_its_eleven_samples_and_two_languages() {
    let catalogue = Catalogue::embedded();
    let samples: Vec<_> = catalogue
        .samples()
        .filter(|sample| sample.sender == "systeme-io")
        .collect();
    assert_eq!(samples.len(), 11);
    assert_eq!(samples[1].id, "contact.optin.completed:blog-page");
    assert_eq!(samples[1].label, "Blog page form subscribed");
    assert!(
        samples[1]
            .headers
            .contains(&("User-Agent".to_owned(), "Symfony".to_owned()))
    );
    let sale = samples
        .iter()
        .find(|sample| sample.id == "customer.sale.completed")
        .unwrap();
    assert!(
        sale.body.windows(7).any(|bytes| bytes == br"\\u00e9"),
        "byte for byte"
    );

    let label = |kind, variant, lang| catalogue.label("systeme-io", kind, variant, lang);
    assert_eq!(
        label("customer.sale.completed", None, "sq"),
        Some("Shitje e re")
    );
    assert_eq!(
        label("customer.sale.completed", None, "de"),
        Some("New sale")
    );
    assert_eq!(
        label("contact.optin.completed", Some("funnel-step"), "en"),
        Some("Funnel step form subscribed")
    );
    assert_eq!(
        label("contact.optin.completed", None, "en"),
        Some("Form subscribed")
    );
    assert_eq!(label("contact.optin.completed", Some("other"), "en"), None);
    assert_eq!(
        label("contact.email.opened", None, "en"),
        Some("Contact event")
    );
    assert_eq!(label("order.made", None, "en"), None);
    assert_eq!(catalogue.label("nobody", "order.made", None, "en"), None);
    assert_eq!(catalogue.sender_name("systeme-io"), Some("systeme.io"));
    let (addresses, source) = catalogue.sender_addresses("systeme-io").unwrap();
    assert_eq!((addresses.len(), source.is_some()), (3, true));
    assert_eq!(catalogue.signatures("systeme-io").len(), 1);
}

#[test]
fn a_users_file_adds_a_sender_or_takes_the_place_of_one() {
    let (catalogue, errors) = load(&[("shop.toml", MINIMAL), ("notes.txt", "not a sender")]);
    assert_eq!(errors, [""; 0]);
    assert_eq!(sender_of(&catalogue, "X-Shop: 1").as_deref(), Some("shop"));
    assert_ne!(catalogue.version(), Catalogue::embedded().version());

    let own = MINIMAL.replace("\"shop\"", "\"systeme-io\"");
    let (catalogue, _) = load(&[("own.toml", &own)]);
    assert_eq!(catalogue.sender_name("systeme-io"), Some("Shop"));
    assert_eq!(
        catalogue
            .samples()
            .filter(|sample| sample.sender == "systeme-io")
            .count(),
        0
    );
    assert_eq!(
        sender_of(
            &catalogue,
            "User-Agent: SystemeIO-Webhook\r\nX-Webhook-Event: SALE_NEW"
        ),
        None
    );
}

#[test]
fn a_broken_file_is_named_by_place_and_key_and_stops_nothing() {
    let event = "[[event]]\ntype = \"a\"\nlabel = { en = \"A\" }\n";
    let cases = [
        (
            format!("{MINIMAL}colour = 1\n"),
            "4: colour: unknown field `colour`",
        ),
        (
            MINIMAL.replace("\"Shop\"", "7"),
            "2: name: invalid type: integer `7`",
        ),
        (MINIMAL.replace("name", "# name"), "missing field `name`"),
        (
            MINIMAL.replace("\"shop\"", "\"My shop\""),
            "1: id: `My shop`: an id is",
        ),
        (
            MINIMAL.replace("header.x-shop", "cookie.x"),
            "3: match: `cookie.x` is no selector",
        ),
        (
            "id = \"shop\"\nname = \"Shop\"\nmatch = [\n  \"header.a\",\n  \"body.b ~= (\",\n]\n"
                .to_owned(),
            "5: match: `body.b ~= (`: the pattern is broken",
        ),
        (
            format!("{MINIMAL}event_type = \"{{body.a\"\n"),
            "4: event_type: `{body.a` has a brace",
        ),
        (
            format!("{MINIMAL}time = [\"{{body.a}}\",\n  \"{{body.a|money}}\"]\n"),
            "5: time: `money` is no filter",
        ),
        (
            format!("{MINIMAL}[ips]\nallow = [\"10.0.0.0/8\",\n\"host\"]\n"),
            "6: ips.allow: `host` is neither",
        ),
        (
            format!("{MINIMAL}{event}title = \"{{body}} }}\"\n"),
            "7: event.title: ",
        ),
        (
            format!("{MINIMAL}{event}when = \"body.a ==\"\n"),
            "7: event.when: ",
        ),
        (
            format!("{MINIMAL}{event}sample = \"../../secret\"\n"),
            "7: event.sample: `../../secret` leads out",
        ),
        (
            format!("{MINIMAL}{event}sample = \"none.json\"\n"),
            "7: event.sample: none.json: ",
        ),
        (
            format!("{MINIMAL}{event}").replace("en =", "sq ="),
            "6: event.label: a label needs `en`",
        ),
        (
            format!("{MINIMAL}{event}").replace("\"a\"", "\"a*b\""),
            "5: event.type: `a*b`",
        ),
        (
            format!("{MINIMAL}sample_headers = [\"no colon\"]\n"),
            "4: sample_headers: a header line is",
        ),
        (
            format!("{MINIMAL}[[signature]]\nkind = \"rot13\"\nvalue = \"raw\"\n"),
            "5: signature.kind: unknown variant",
        ),
        (
            format!("{MINIMAL}[[signature]]\nkind = \"equal\"\nvalue = \"cookie\"\n"),
            "6: signature.value: `cookie` is no selector",
        ),
        ("id = \n".to_owned(), "1: id: "),
    ];
    for (text, expected) in cases {
        let good = MINIMAL.replace("shop", "good");
        let (catalogue, errors) = load(&[("bad.toml", &text), ("good.toml", &good)]);
        assert_eq!(errors.len(), 1, "{text}: {errors:?}");
        assert!(errors[0].starts_with("bad.toml:"), "{}", errors[0]);
        assert!(errors[0].contains(expected), "{expected}: {}", errors[0]);
        assert_eq!(sender_of(&catalogue, "X-Good: 1").as_deref(), Some("good"));
        assert!(catalogue.sender_name("systeme-io").is_some());
    }
}

#[test]
fn a_folder_that_is_not_there_is_said() {
    let (catalogue, errors) = Catalogue::load(Some(Path::new("/nowhere/senders")));
    assert_eq!((errors.len(), errors[0].line), (1, None));
    assert!(errors[0].to_string().starts_with("/nowhere/senders: "));
    assert!(catalogue.sender_name("systeme-io").is_some());
}

#[test]
fn the_heavier_rule_wins_then_the_one_with_more_clauses() {
    let sender =
        |id: &str, rule: &str| format!("id = \"{id}\"\nname = \"{id}\"\nmatch = [\"{rule}\"]\n");
    let (catalogue, _) = load(&[
        ("a.toml", &sender("a", "header.x-a @60")),
        ("b.toml", &sender("b", "header.x-b @70")),
        ("c.toml", &sender("c", "header.x-b & header.x-c @70")),
    ]);
    assert_eq!(sender_of(&catalogue, "X-A: 1").as_deref(), Some("a"));
    assert_eq!(
        sender_of(&catalogue, "X-A: 1\r\nX-B: 1").as_deref(),
        Some("b")
    );
    assert_eq!(
        sender_of(&catalogue, "X-B: 1\r\nX-C: 1").as_deref(),
        Some("c")
    );
}

#[test]
fn the_page_on_ones_own_senders_is_true() {
    let page = include_str!("../../../docs/senders.md");
    let example = page
        .split("```toml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    let body = r#"{"event":"order.paid","shop":{"id":7},"customer":{"email":"Ana@example.com"},"total":583,"currency":"jpy"}"#;
    let (catalogue, errors) = load(&[
        ("shop.toml", example.unwrap()),
        ("samples/shop/order.paid.json", body),
    ]);
    assert_eq!(errors, [""; 0]);
    let sample = catalogue
        .samples()
        .find(|sample| sample.sender == "shop")
        .unwrap();
    assert_eq!(
        (sample.id.as_str(), &sample.body[..]),
        ("order.paid", body.as_bytes())
    );

    let title = |headers: &str, body: &str| {
        let head = Head::new(format!("POST / HTTP/1.1\r\n{headers}\r\n"));
        let found = catalogue.identify(&head, body.as_bytes(), Arrival::Whole);
        assert_eq!(found.sender.as_deref(), Some("shop"));
        (found.title.unwrap(), found.variant, found.attempt)
    };
    let own = "X-Shop-Topic: order.paid\r\nX-Shop-Delivery: 9\r\nX-Shop-Retry: 0\r\n";
    let paid = "Order: Ana@example.com paid 583 JPY".to_owned();
    assert_eq!(title(own, body), (paid.clone(), None, Some("1".to_owned())));
    assert_eq!(title("", body), (paid, None, None));
    let abroad = body
        .replace("order.paid", "order.shipped")
        .replace("\"total\"", "\"customs\"");
    let shipped = "Shipped abroad: Ana@example.com".to_owned();
    assert_eq!(
        title("", &abroad),
        (shipped, Some("abroad".to_owned()), None)
    );
    let other = body.replace("order.paid", "order.lost");
    assert_eq!(title("", &other).0, "Order: order.lost of ana@example.com");

    for word in [
        "json", "first", "firstkey", "add", "upper", "lower", "cents", "date", "default", "trim",
    ] {
        assert!(
            page.contains(&format!("`{word}")),
            "the filter {word} is not described"
        );
    }
}
