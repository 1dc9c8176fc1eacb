use proptest::prelude::*;

use super::*;

const JSON: Option<&str> = Some("application/json");
const FORM: Option<&str> = Some("application/x-www-form-urlencoded");

fn lines(body: &str) -> Vec<String> {
    Outline::read(body.as_bytes(), JSON, None).unwrap().lines()
}

#[test]
fn paths_stand_with_their_types_in_the_order_of_the_text() {
    let body = r#"{"type":"x","data":{"fields":[],"items":[{"sku":1,"tags":["a",null]},{"sku":"b","new":{}}]},
        "ok":true,"a b":1.5,"gone":null}"#;
    assert_eq!(
        lines(body),
        [
            "$: object",
            "$.type: string",
            "$.data: object",
            "$.data.fields: []",
            "$.data.items: array",
            "$.data.items[]: object",
            "$.data.items[].sku: string, number",
            "$.data.items[].tags: array",
            "$.data.items[].tags[]: string, null",
            "$.data.items[].new: object",
            "$.ok: boolean",
            "$['a b']: number",
            "$.gone: null",
        ]
    );
    assert_eq!(lines("[]"), ["$: []"]);
    assert_eq!(lines("42"), ["$: number"]);
}

#[test]
fn a_path_leads_to_its_first_value_of_a_type() {
    let outline = Outline::read(br#"{"a":[1,"x",2]}"#, JSON, None).unwrap();
    let element = &outline.parts[2];
    let node = |kind| element.node(Types::default().with(kind));
    assert_eq!(node(ValueType::String), Some(3));
    assert_eq!(node(ValueType::Number), Some(2));
    assert_eq!(node(ValueType::Null), None);
}

#[test]
fn keys_that_are_data_stand_as_one_path() {
    for key in [
        "123",
        "2026-11-24",
        "10.0.0.1",
        "4b2a6b7e-2f0a-4c59-9d0c-0d8f6a9b1c2d",
        "9f86d081884c7d65",
        "ana@example.com",
    ] {
        let body = format!("{{\"by\":{{\"{key}\":{{\"n\":1}}}}}}");
        assert_eq!(
            lines(&body)[2..],
            ["$.by.*: object", "$.by.*.n: number"],
            "{key}"
        );
    }
    for name in [
        "address_line1",
        "deadbeef",
        "utm_source",
        "x-y",
        "a.b",
        "feedfacecafebabe",
        "@type",
    ] {
        let body = format!("{{\"{name}\":1}}");
        assert!(!lines(&body)[1].contains('*'), "{name}");
    }
}

#[test]
fn many_keys_of_one_type_are_data_and_a_large_object_is_not() {
    let object = |count: usize, value: &dyn Fn(usize) -> String| {
        let members: Vec<_> = (0..count)
            .map(|n| format!("\"k{}\":{}", "x".repeat(n % 40) + &n.to_string(), value(n)))
            .collect();
        lines(&format!("{{\"o\":{{{}}}}}", members.join(","))).len()
    };
    let alike = |n: usize| format!("{{\"n\":{n}}}");
    let mixed = |n: usize| {
        if n.is_multiple_of(2) {
            "1".into()
        } else {
            "\"a\"".into()
        }
    };
    let text = |_| "\"a\"".to_owned();
    assert_eq!(object(51, &alike), 4);
    assert_eq!(object(50, &alike), 102);
    assert_eq!(object(120, &mixed), 122, "a repository has as many fields");
    assert_eq!(object(120, &text), 122);
    assert_eq!(object(10_000, &mixed), 3);
}

#[test]
fn brackets_of_a_form_nest_and_its_values_are_texts() {
    let body = b"type=a&data%5Bc%5D%5Bd%5D=1&l[]=x&l[]=y&i[0][n]=1&i[1][n]=2&o[=2&123=x";
    let outline = Outline::read(body, FORM, None).unwrap();
    assert_eq!(
        outline.lines(),
        [
            "$: object",
            "$.type: string",
            "$.data: object",
            "$.data.c: object",
            "$.data.c.d: string",
            "$.l: array",
            "$.l[]: string",
            "$.i: array",
            "$.i[]: object",
            "$.i[].n: string",
            "$['o[']: string",
            "$.*: string",
        ]
    );
}

#[test]
fn what_has_no_names_has_no_outline() {
    for (body, kind) in [
        (&b""[..], JSON),
        (b"{\"a\":", JSON),
        (b"hello", Some("text/plain")),
        (b"\x00\x01", None),
        (b"--x\r\n", Some("multipart/form-data; boundary=x")),
    ] {
        assert!(Outline::read(body, kind, None).is_none(), "{body:?}");
    }
    assert!(Outline::read(b"{\"a\":1}", JSON, Some("gzip")).is_none());
    assert!(
        Outline::read(b"{\"a\":1}", FORM, None).is_some(),
        "curl calls all a form"
    );
}

fn is_bounded(outline: &Outline) -> bool {
    let lengths = outline.lines();
    let types = " object, array, [], string, number, boolean, null".len() + 1;
    outline.parts.len() <= BODY_PATHS
        && outline
            .parts
            .iter()
            .all(|part| part.depth <= DEPTH && part.bytes <= PATH_BYTES)
        && lengths.iter().all(|line| line.len() <= PATH_BYTES + types)
}

#[test]
fn hostile_bodies_stay_bounded() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let nested = "{\"a\":".repeat(50_000) + "1" + &"}".repeat(50_000);
    let wide: Vec<_> = (0..10_000)
        .map(|n| format!("\"k{n}\":{}", if n % 2 == 0 { "1" } else { "{}" }))
        .collect();
    let wide = format!("{{{}}}", wide.join(","));
    let objects: Vec<_> = (0..2_000).map(|n| format!("{{\"f{n}x\":1}}")).collect();
    let objects = format!("[{}]", objects.join(","));
    let long = format!("{{\"{}\":{{\"x\":1}}}}", "é".repeat(10_000));
    for body in [deep, nested, wide, objects, long] {
        let outline = Outline::read(body.as_bytes(), JSON, None).unwrap();
        assert!(is_bounded(&outline));
    }
    let many = "[".to_owned() + &"0,".repeat(300_000) + "0]";
    assert!(Outline::read(many.as_bytes(), JSON, None).is_none());
}

proptest! {
    #[test]
    fn any_bytes_are_outlined_or_not(body in proptest::collection::vec(any::<u8>(), 0..400)) {
        for kind in [JSON, FORM, None] {
            if let Some(outline) = Outline::read(&body, kind, None) {
                prop_assert!(is_bounded(&outline));
            }
        }
    }

    #[test]
    fn any_json_is_outlined_with_parents_first(body in "[{}\\[\\]\",:a0-2 ]{0,60}") {
        if let Some(outline) = Outline::read(body.as_bytes(), JSON, None) {
            for (place, part) in outline.parts.iter().enumerate() {
                prop_assert!(part.parent.is_none_or(|above| above < place));
                prop_assert!(!part.types.is_empty());
            }
        }
    }

    #[test]
    fn any_form_is_outlined(body in "[a-b0-9\\[\\]&=%]{0,80}") {
        let outline = Outline::read(body.as_bytes(), FORM, None);
        prop_assert!(outline.is_none_or(|outline| is_bounded(&outline)));
    }
}
