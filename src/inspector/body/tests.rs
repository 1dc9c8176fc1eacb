use super::*;

const TAG_ADDED: &str = r#"{"type":"contact.tag.added","data":{"contact":{"id":20756080,"email":"ana@example.com","fields":[]},"tag":{"id":7,"name":"caf\u00e9 \/ bar"}},"account":{"email":"owner@example.com"},"created_at":"2026-11-24T07:12:34+00:00"}"#;
const UGLY: &str =
    r#"{"id":12345678901234567890,"price":1.10,"x":1E400,"id":2,"e":"\u00e9","o":{"id":{"id":1}}}"#;

fn id() -> RequestId {
    RequestId::new(1_764_000_000_000_000_000).unwrap()
}

fn show(body: &[u8], content_type: &str, view: Option<ViewKind>, at: Option<&str>) -> String {
    BodyPane::new(id(), body, Some(content_type), None, view, at, "/shop")
        .render()
        .unwrap()
}

fn json(body: &str, view: ViewKind, at: Option<&str>) -> String {
    show(body.as_bytes(), "application/json", Some(view), at)
}

/// The page's text as a person reads it.
fn text(html: &str) -> String {
    let mut out = String::new();
    let mut in_tag = false;
    for letter in html.chars() {
        match letter {
            '<' => in_tag = true,
            '>' => in_tag = false,
            _ if !in_tag => out.push(letter),
            _ => {}
        }
    }
    out.replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#38;", "&")
}

#[track_caller]
fn assert_has(html: &str, parts: &[&str]) {
    let read = text(html);
    for part in parts {
        assert!(
            read.contains(part) || html.contains(part),
            "{part} is not in\n{html}"
        );
    }
}

/// Every tag that was opened is closed, in order.
#[track_caller]
fn assert_nested(html: &str) {
    let mut open: Vec<&str> = Vec::new();
    for piece in html.split('<').skip(1) {
        let tag = piece.split(['>', ' ']).next().unwrap();
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{piece}"),
            None => open.push(tag),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn a_small_body_is_a_whole_tree() {
    let html = json(TAG_ADDED, ViewKind::Tree, None);
    assert_nested(&html);
    assert_has(
        &html,
        &[
            r#""type": "contact.tag.added""#,
            r#""fields": []"#,
            r#""name": "caf\u00e9 \/ bar""#,
            "{ 4 keys }",
            "escapes as sent",
            "/shop?inspect=",
            "&#38;view=tree&#38;at=$.data.contact.email#n5",
            "Choose a line to see its path.",
        ],
    );
    assert!(!html.contains("data-node="), "nothing is left to load");
}

#[test]
fn every_token_appears_as_sent_in_every_view() {
    for view in [
        ViewKind::Tree,
        ViewKind::Paths,
        ViewKind::Pretty,
        ViewKind::Sent,
    ] {
        let html = json(UGLY, view, None);
        assert_nested(&html);
        assert_has(&html, &["12345678901234567890", "1.10", "1E400", r"\u00e9"]);
    }
    for view in [ViewKind::Tree, ViewKind::Paths] {
        assert_has(
            &json(UGLY, view, None),
            &[
                "JavaScript reads 12345678901234567000",
                "JavaScript reads Infinity",
                "duplicate key, 1 of 2; most parsers keep the last",
                "duplicate key, 2 of 2; most parsers keep the last",
                "at=node:1#n1",
            ],
        );
    }
}

#[test]
fn a_marked_value_shows_its_paths_without_scripts() {
    let html = json(TAG_ADDED, ViewKind::Tree, Some("$.data.tag.name"));
    assert_has(
        &html,
        &[
            r#"<bdi class="json">$.data.tag.name</bdi>"#,
            r#"<bdi class="template">{{data.tag.name}}</bdi>"#,
            "\ncafé / bar</pre>",
            r#" aria-current="true""#,
            "escapes decoded",
        ],
    );
    let first = json(UGLY, ViewKind::Tree, Some("node:1"));
    assert_has(
        &first,
        &[
            "the path may lead to another value",
            "\n12345678901234567890</pre>",
        ],
    );
    assert_has(
        &json(UGLY, ViewKind::Tree, Some("$.nope")),
        &["Nothing in this body"],
    );
}

#[test]
fn long_arrays_come_in_parts() {
    let items: Vec<_> = (0..46_000)
        .map(|n| format!(r#"{{"id":{n},"name":"item {n}","deep":{{"a":[1]}}}}"#))
        .collect();
    let body = format!(r#"{{"items":[{}]}}"#, items.join(","));
    let html = json(&body, ViewKind::Tree, None);
    assert_nested(&html);
    assert!(html.len() < 100_000, "{}", html.len());
    assert_has(
        &html,
        &[
            "… 45,900 more",
            "at=$.items%5B100%5D",
            "[ 46,000 items ]",
            r#"{ id: 84, name: "item 84", deep: {…} }"#,
        ],
    );
    assert!(html.matches("<a ").count() < 800);

    let far = json(&body, ViewKind::Tree, Some("$.items[45950].deep.a[0]"));
    assert_nested(&far);
    assert_has(
        &far,
        &[
            "$.items[45950].deep.a[0]",
            "45,936 before",
            r#"name: "item 45968""#,
        ],
    );
    assert!(far.len() < 150_000, "{}", far.len());

    let part = render_branch(id(), body.as_bytes(), 1, 100).unwrap();
    assert_nested(&part);
    assert!(part.starts_with("<li"));
    assert_has(
        &part,
        &["… 45,800 more", r#"data-from="200""#, "100:", "199:"],
    );
    assert!(!text(&part).contains("200:"));
    let inner = render_branch(id(), body.as_bytes(), 2, 0).unwrap();
    assert_nested(&inner);
    assert!(inner.starts_with("<details open>"), "{inner}");
    assert_has(
        &inner,
        &[r#""name": "item 0""#, r#"href="?inspect="#, r#"class="m""#],
    );
    assert_eq!(render_branch(id(), body.as_bytes(), 1, 46_000), None);
    assert_eq!(render_branch(id(), body.as_bytes(), u32::MAX, 0), None);
    assert_eq!(render_branch(id(), b"oops", 0, 0), None);
    assert_eq!(
        node_value(TAG_ADDED.as_bytes(), 9).as_deref(),
        Some("café / bar")
    );
}

#[test]
fn a_million_levels_are_a_page() {
    for depth in [10_000, 1_000_000] {
        let body = "[".repeat(depth) + "1" + &"]".repeat(depth);
        for view in ViewKind::ALL {
            let html = json(&body, view, None);
            assert!(html.len() < 150_000, "{view:?} {}", html.len());
        }
        let html = json(&body, ViewKind::Tree, Some(&format!("node:{depth}")));
        assert_nested(&html);
        assert_has(&html, &["levels above", "levels deep", "\n1</pre>"]);
        assert!(html.len() < 150_000, "{}", html.len());
    }
}

#[test]
fn what_senders_write_is_never_markup() {
    let body = "{\"<script>alert(1)</script>\":\"\\\"><img src=x onerror=alert(1)>\",\"a\u{202e}b\":\"\u{202e}</template>\",\"javascript:alert(1)\":[\"<b>\"]}";
    for view in ViewKind::ALL {
        for at in [
            None,
            Some("$['<script>alert(1)</script>']"),
            Some("\"><script>"),
        ] {
            let html = json(body, view, at);
            assert_nested(&html);
            for bad in [
                "<script",
                "<img",
                "</template",
                "<b>",
                "href=\"javascript",
                "\u{202e}",
            ] {
                assert!(!html.contains(bad), "{bad} {view:?}");
            }
        }
    }
    assert_has(
        &json(body, ViewKind::Tree, None),
        &[r#"<b class="hid">U+202E</b>"#],
    );
    let key = format!(r#"{{"{}":1}}"#, "k".repeat(10_000));
    assert!(json(&key, ViewKind::Tree, None).len() < 15_000);
}

#[test]
fn a_small_body_is_all_in_the_page_folded_below_three_levels() {
    let html = json(r#"{"a":{"b":{"c":{"d":{"e":1}}}}}"#, ViewKind::Tree, None);
    assert_nested(&html);
    assert_eq!(html.matches("<details open>").count(), 3);
    assert_eq!(html.matches("<details>").count(), 2);
    assert!(!html.contains("data-node="));
    let marked = json(
        r#"{"a":{"b":{"c":{"d":{"e":1}}}}}"#,
        ViewKind::Tree,
        Some("$.a.b.c.d.e"),
    );
    assert_eq!(marked.matches("<details open>").count(), 5);
}

#[test]
fn long_values_do_not_fill_the_page() {
    let values: Vec<_> = (0..150)
        .map(|_| format!("\"{}\"", "x".repeat(30_000)))
        .collect();
    let body = format!("[{}]", values.join(","));
    let html = json(&body, ViewKind::Tree, None);
    assert!(html.len() < 150_000, "{}", html.len());
    assert_has(&html, &["30.0 KB"]);
    assert_has(
        &json(&body, ViewKind::Tree, Some("$[1]")),
        &["30.0 KB in all"],
    );
}

#[test]
fn broken_json_is_shown_as_sent_with_the_place() {
    let html = show(b"{\n  \"a\": tru<\n}", "application/json", None, None);
    assert_nested(&html);
    assert_has(
        &html,
        &[
            "line 2, column 11 (byte 12)",
            r#"<mark id="error">&#60;</mark>"#,
            "\n          ^</pre>",
        ],
    );
    assert!(!html.contains(">Tree<"));
    let cut = show(b"{\"a\":", "application/json", Some(ViewKind::Tree), None);
    assert_has(
        &cut,
        &[
            "the text ends where a value is due",
            r#"<mark id="error"></mark>"#,
        ],
    );
    let far = format!("[{}oops", "1,".repeat(100_000));
    assert_has(
        &show(far.as_bytes(), "application/json", None, None),
        &["Show the place", "view=sent&#38;at=198001"],
    );
    assert_has(
        &show(b"\"\xff\"", "application/json", None, None),
        &["this byte is not UTF-8", r#"<b class="bad">\xFF</b>"#],
    );
}

#[test]
fn other_bodies_have_the_views_that_fit() {
    for (body, content_type, tabs, has) in [
        (&b""[..], "text/plain", "", "The request has no body."),
        (
            b"a=1&a=J%C3%A9r+o&<b>=%3Cb%3E&c",
            "application/x-www-form-urlencoded",
            "Form As sent Hex",
            "Jér o",
        ),
        (
            b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--",
            "multipart/form-data; boundary=x",
            "As sent Hex",
            "multipart",
        ),
        (b"<h1>hi</h1>", "text/html", "As sent Hex", "<h1>hi</h1>"),
        (
            b"caf\xe9",
            "text/plain; charset=latin1",
            "As sent Hex",
            "café",
        ),
        (b"\x89PNG\0\0", "image/png", "Hex", "89 50 4e 47"),
        (
            b"{a=1&b}",
            "application/x-www-form-urlencoded",
            "Form As sent Hex",
            "{a",
        ),
        (b"{hello}", "text/plain", "As sent Hex", "text · UTF-8"),
        (
            br#"{"a":1}"#,
            "application/x-www-form-urlencoded",
            "Tree Paths Pretty As sent Hex",
            "JSON, though sent as application/x-www-form-urlencoded",
        ),
        (
            b"[1]",
            "text/plain",
            "Tree Paths Pretty As sent Hex",
            "JSON, though sent as text/plain",
        ),
    ] {
        let html = show(body, content_type, None, None);
        assert_nested(&html);
        let found: Vec<_> = html
            .split("data-view=")
            .skip(1)
            .map(|piece| piece.split(['>', '<']).nth(1).unwrap())
            .collect();
        assert_eq!(found.join(" "), tabs);
        assert_has(&html, &[has]);
        assert!(!html.contains("<h1>") && !html.contains("Not valid JSON"));
    }
    let gzip = BodyPane::new(
        id(),
        b"\x1f\x8b",
        Some("application/json"),
        Some("gzip"),
        None,
        None,
        "/shop",
    );
    assert_has(
        &gzip.render().unwrap(),
        &["compressed with gzip, shown as sent", "1f 8b"],
    );
    let noise: Vec<u8> = (0..1_000_000_u32)
        .map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[1])
        .collect();
    for view in ViewKind::ALL {
        let html = show(
            &noise,
            "application/octet-stream",
            Some(view),
            Some("16384"),
        );
        assert!(html.len() < 150_000, "{}", html.len());
        assert_has(
            &html,
            &[
                "00004000  ",
                "bytes 16,384 to 32,768 of 1,000,000 B",
                "view=hex&#38;at=32768",
            ],
        );
    }
}

#[test]
fn the_pane_goes_into_a_page_unescaped() {
    #[derive(Template)]
    #[template(source = "<main>{{ pane }}</main>", ext = "html")]
    struct Page {
        pane: BodyPane,
    }
    let pane = BodyPane::new(id(), b"[\"<\"]", None, None, None, None, "");
    let html = Page { pane }.render().unwrap();
    assert!(html.contains("<section class=\"body\"") && html.contains("&#34;&#60;&#34;"));
}
