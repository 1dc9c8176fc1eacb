use super::*;
use proptest::prelude::*;

/// Any valid JSON text: random white space, escapes, spellings of numbers, duplicate keys.
pub(crate) fn json_text() -> impl Strategy<Value = String> {
    let space = || "[ \n\r\t]{0,2}";
    let scalar = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("false".to_owned()),
        "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,5})?([eE][+-]?[0-9]{1,3})?",
        string(),
    ];
    let value = (space(), scalar, space()).prop_map(|(a, value, b)| a + &value + &b);
    value.prop_recursive(6, 48, 5, move |inner| {
        let member = (
            space(),
            prop_oneof![string(), Just("\"a\"".to_owned())],
            space(),
            inner.clone(),
        )
            .prop_map(|(a, key, b, value)| format!("{a}{key}{b}:{value}"));
        let list =
            prop::collection::vec(inner, 0..5).prop_map(|all| format!("[{}]", all.join(",")));
        let object =
            prop::collection::vec(member, 0..5).prop_map(|all| format!("{{{}}}", all.join(",")));
        (space(), prop_oneof![list, object], space()).prop_map(|(a, value, b)| a + &value + &b)
    })
}

fn string() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z_]{1,4}",
        Just(" ".to_owned()),
        Just("'".to_owned()),
        Just("é😀\u{202e}".to_owned()),
        Just("\\\"\\\\\\/\\n".to_owned()),
        "\\\\u[0-9a-fA-F]{4}",
        Just("\\ud83d\\ude00".to_owned()),
        Just(".[0]$".to_owned()),
    ];
    prop::collection::vec(piece, 0..4).prop_map(|all| format!("\"{}\"", all.concat()))
}

/// The text put together again from the tokens of the index and the white space between.
fn rejoined(doc: &Document<'_>) -> String {
    let mut pieces: Vec<(usize, &str)> = Vec::new();
    for node in (0..).map_while(|number| doc.node(number)) {
        let span = doc.span(node);
        if let Some(key) = doc.raw_key(node) {
            pieces.push((key.as_ptr().addr() - doc.source().as_ptr().addr(), key));
        }
        if doc.kind(node).is_container() {
            pieces.push((span.start, &doc.source()[span.start..=span.start]));
            pieces.push((span.end - 1, &doc.source()[span.end - 1..span.end]));
        } else {
            pieces.push((span.start, doc.raw(node)));
        }
    }
    pieces.sort_by_key(|piece| piece.0);
    let mut out = String::new();
    for (at, piece) in pieces {
        let between = &doc.source()[out.len()..at];
        assert!(
            between.chars().all(|c| " \n\r\t,:".contains(c)),
            "{between:?}"
        );
        out.push_str(between);
        out.push_str(piece);
    }
    out + doc.source()[doc.span(doc.root()).end..].trim_start_matches([',', ':'])
}

proptest! {
    #[test]
    fn tokens_and_what_stands_between_are_the_input(text in json_text()) {
        let doc = Document::parse(text.as_bytes()).map_err(|e| TestCaseError::fail(format!("{e}: {text}")))?;
        prop_assert_eq!(rejoined(&doc), text);
    }

    #[test]
    fn the_index_is_a_tree(text in json_text()) {
        let doc = Document::parse(text.as_bytes()).unwrap();
        let mut seen = 1;
        for node in (0..).map_while(|number| doc.node(number)) {
            prop_assert_eq!(doc.children(node).count(), doc.len(node));
            for child in doc.children(node) {
                prop_assert_eq!(doc.parent(child), Some(node));
                seen += 1;
            }
        }
        prop_assert_eq!(seen, doc.node_count());
    }

    #[test]
    fn strings_are_decoded_as_serde_json_does(text in json_text()) {
        let doc = Document::parse(text.as_bytes()).unwrap();
        for node in (0..).map_while(|number| doc.node(number)) {
            if doc.kind(node) == Kind::String && let Ok(theirs) = serde_json::from_str::<String>(doc.raw(node)) {
                prop_assert_eq!(doc.text(node), theirs);
            }
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused_at_a_place(bytes: Vec<u8>) {
        if let Err(error) = Document::parse(&bytes) {
            prop_assert!(error.byte <= bytes.len());
            let _ = (error.to_string(), error.excerpt(&bytes).to_string());
        }
    }

    #[test]
    fn a_cut_text_never_panics(text in json_text(), cut in 0_usize..400) {
        let bytes = &text.as_bytes()[..cut.min(text.len())];
        if let Err(error) = Document::parse(bytes) {
            let _ = error.excerpt(bytes).to_string();
        }
    }
}

#[test]
fn look_ups_find_what_most_parsers_would() {
    let doc = Document::parse(
        br#"{"data":{"id":1,"f\u0069elds":[{"value":"a\/b"},[]],"id":2},"none":null,"1":{"x":""}}"#,
    )
    .unwrap();
    for (path, raw) in [
        ("data.id", Some("2")),
        ("data.fields.0.value", Some(r#""a\/b""#)),
        ("data.fields.1", Some("[]")),
        ("data.fields.2", None),
        ("data.fields.x", None),
        ("data.nothing", None),
        ("none", Some("null")),
        ("none.x", None),
        ("1.x", Some(r#""""#)),
    ] {
        assert_eq!(doc.lookup(path).map(|node| doc.raw(node)), raw, "{path}");
    }
    assert_eq!(doc.lookup(""), Some(doc.root()));
    let value = doc.lookup("data.fields.0.value").unwrap();
    assert_eq!(doc.text(value), "a/b");
    assert!(doc.has_escape(value));
    assert_eq!(doc.depth(value), 4);
    assert!(doc.is_empty(doc.lookup("data.fields.1").unwrap()));
    assert!(doc.is_empty(doc.lookup("1.x").unwrap()));
    assert!(!doc.is_empty(doc.lookup("none").unwrap()));
    assert_eq!(
        doc.key(doc.lookup("data.fields").unwrap()).unwrap(),
        "fields"
    );
    assert_eq!(
        doc.raw_key(doc.lookup("data.fields").unwrap()),
        Some(r#""f\u0069elds""#)
    );
    assert_eq!(doc.node(99), None);
}

#[test]
fn every_token_stays_as_sent() {
    let sent = r#"{"id":12345678901234567890,"price":1.10,"x":1E400,"id":-0,"e":"\u00e9\/\ud800"}"#;
    let doc = Document::parse(sent.as_bytes()).unwrap();
    let tokens: Vec<_> = doc.children(doc.root()).map(|node| doc.raw(node)).collect();
    assert_eq!(
        tokens,
        [
            "12345678901234567890",
            "1.10",
            "1E400",
            "-0",
            r#""\u00e9\/\ud800""#
        ]
    );
}

#[test]
fn any_depth_is_as_good_as_three() {
    for depth in [10_000, 1_000_000] {
        let text = "[".repeat(depth) + &"]".repeat(depth);
        let doc = Document::parse(text.as_bytes()).unwrap();
        let innermost = doc.node(u32::try_from(depth).unwrap() - 1).unwrap();
        assert_eq!(doc.depth(innermost), depth - 1);
        let error = Document::parse(&text.as_bytes()[..text.len() - 1]).unwrap_err();
        assert_eq!(error.byte, text.len() - 1);
    }
}

#[test]
fn an_error_says_where_and_why() {
    for (text, said) in [
        (
            &b"{\n  \"a\": tru\n}"[..],
            "line 2, column 11 (byte 12): found U+000A, where `true` is due",
        ),
        (
            b"[1,]",
            "line 1, column 4 (byte 3): found `]`, where a value after the comma is due",
        ),
        (
            b"{\"a\":1",
            "line 1, column 7 (byte 6): the text ends where `,` or `}` is due",
        ),
        (
            "[\"é\", 'x']".as_bytes(),
            "line 1, column 7 (byte 7): found `'`, where a value is due",
        ),
        (
            b"\"\xff\"",
            "line 1, column 2 (byte 1): this byte is not UTF-8, which JSON has to be",
        ),
        (
            b"[01]",
            "line 1, column 3 (byte 2): a number has no zeros in front",
        ),
        (
            b" ",
            "line 1, column 2 (byte 1): there is nothing but white space",
        ),
    ] {
        let error = Document::parse(text).unwrap_err();
        let said = if text.contains(&b'\'') {
            said.replace("a value is", "a value after the comma is")
        } else {
            said.to_owned()
        };
        assert_eq!(error.to_string(), said);
    }
    let error = Document::parse_bounded(b"[1,2,3]", 3).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 1, column 6 (byte 5): there are more than 3 values"
    );
}

#[test]
fn an_excerpt_points_at_the_place() {
    let text = b"{\n\t\"a\": tru\xc3\xa9\n}";
    let error = Document::parse(text).unwrap_err();
    assert_eq!(
        error.excerpt(text).to_string(),
        " \"a\": tru\u{e9}\n         ^"
    );
    let long = format!("[{}oops{}]", "1,".repeat(5000), ",1".repeat(5000));
    let error = Document::parse(long.as_bytes()).unwrap_err();
    let shown = error.excerpt(long.as_bytes());
    assert_eq!(shown.at, "o");
    assert!(shown.before.starts_with('…') && shown.after.ends_with('…'));
    assert!(shown.to_string().len() < 300);
    let end = Document::parse(b"[").unwrap_err();
    assert_eq!(end.excerpt(b"[").to_string(), "[\n ^");
}

#[test]
fn a_byte_order_mark_is_tolerated() {
    let doc = Document::parse(b"\xef\xbb\xbf{\"a\":1}").unwrap();
    assert!(doc.has_bom());
    assert_eq!(doc.lookup("a").map(|node| doc.raw(node)), Some("1"));
}
