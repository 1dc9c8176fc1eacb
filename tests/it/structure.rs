//! The arrows of ARCHITECTURE.md, the lists in docs/, and what templates and scripts must not hold.

use std::fs;
use std::path::{Path, PathBuf};

use hookglass::capture::limits;
use hookglass::follow::limits as followed;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                found.push((path.strip_prefix(root()).unwrap().to_owned(), text));
            }
        }
    }
    found
}

/// The code before the unit tests, without comments.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]").next().unwrap();
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn each_outside_technology_is_named_in_its_own_modules_only() {
    let homes: [(&str, &[&str]); 4] = [
        ("rusqlite", &["store"]),
        ("axum", &["capture/relay.rs", "inspector", "api", "server"]),
        ("clap", &["cli", "config", "main.rs"]),
        ("askama", &["inspector"]),
    ];
    for (path, text) in files("src") {
        if path.extension().is_none_or(|ending| ending != "rs") {
            continue;
        }
        let place = path.strip_prefix("src").unwrap();
        for (name, homes) in homes {
            let named = code(&text).contains(&format!("{name}::"));
            let at_home = homes
                .iter()
                .any(|home| place.starts_with(home) || place.with_extension("").starts_with(home));
            assert!(!named || at_home, "{} names {name}", path.display());
        }
    }
}

#[test]
fn modules_depend_one_way() {
    let forbidden: [(&str, &[&str]); 8] = [
        (
            "request",
            &[
                "capture",
                "senders",
                "store",
                "live",
                "follow",
                "view",
                "transfer",
                "inspector",
                "api",
                "cli",
                "server",
                "config",
            ],
        ),
        (
            "view",
            &[
                "capture",
                "senders",
                "store",
                "live",
                "follow",
                "transfer",
                "inspector",
                "api",
                "cli",
                "server",
                "config",
            ],
        ),
        (
            "senders",
            &[
                "capture",
                "store",
                "live",
                "follow",
                "transfer",
                "inspector",
                "api",
                "cli",
                "server",
                "config",
            ],
        ),
        (
            "store",
            &[
                "capture",
                "senders",
                "live",
                "follow",
                "view",
                "transfer",
                "inspector",
                "api",
                "cli",
                "server",
                "config",
            ],
        ),
        (
            "transfer",
            &[
                "capture",
                "senders",
                "store",
                "live",
                "follow",
                "view",
                "inspector",
                "api",
                "cli",
                "server",
                "config",
            ],
        ),
        (
            "capture",
            &[
                "inspector",
                "api",
                "cli",
                "server",
                "config",
                "transfer",
                "follow",
                "view",
            ],
        ),
        (
            "follow",
            &[
                "capture",
                "inspector",
                "api",
                "cli",
                "server",
                "config",
                "transfer",
            ],
        ),
        ("inspector", &["api", "cli", "server", "config", "transfer"]),
    ];
    for (path, text) in files("src") {
        let place = path.strip_prefix("src").unwrap().with_extension("");
        for (module, others) in forbidden {
            if !place.starts_with(module) {
                continue;
            }
            for other in others {
                let used = code(&text).contains(&format!("crate::{other}"));
                assert!(!used, "{} uses {other}", path.display());
            }
        }
    }
}

#[test]
fn pure_modules_have_no_clock_and_no_async() {
    for folder in ["src/view", "src/transfer", "src/senders"] {
        for (path, text) in files(folder) {
            if path.extension().is_some_and(|ending| ending == "rs") {
                for word in [
                    "async fn",
                    "tokio::",
                    "SystemTime",
                    "Instant::now",
                    "Timestamp::now",
                ] {
                    assert!(!code(&text).contains(word), "{} has {word}", path.display());
                }
            }
        }
    }
}

#[test]
fn text_becomes_markup_in_one_place_only() {
    for (path, text) in files("static") {
        if path.ends_with("fragment.mjs") {
            continue;
        }
        for sink in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "DOMParser",
            "eval(",
            "new Function",
            "document.write",
            "setHTML",
        ] {
            assert!(!text.contains(sink), "{} has {sink}", path.display());
        }
    }
    for (path, text) in files("templates") {
        for word in [
            "|safe",
            "| safe",
            "style=",
            "<script>",
            "javascript:",
            "onclick",
        ] {
            assert!(!text.contains(word), "{} has {word}", path.display());
        }
    }
}

#[test]
fn the_page_of_limits_tells_the_limits_in_force() {
    let page = fs::read_to_string(root().join("docs/limits.md")).unwrap();
    let row = |start: &str| {
        let line = page
            .lines()
            .find(|line| line.starts_with(&format!("| {start}")));
        line.unwrap_or_else(|| panic!("no row {start}")).to_owned()
    };
    let kib = |bytes: usize| format!("{} KiB", bytes / 1024);
    let s = |time: std::time::Duration| format!("{} s", time.as_secs());
    for (start, figure) in [
        ("request target", kib(limits::TARGET_MAX)),
        ("method", format!("{} bytes", limits::METHOD_MAX)),
        ("head |", kib(limits::HEAD_MAX)),
        ("header lines", limits::HEADERS_MAX.to_string()),
        ("body", kib(limits::KEPT_OF_TOO_LARGE)),
        (
            "a sender's check",
            kib(hookglass::senders::HANDSHAKE_BODY_MAX),
        ),
        ("first byte of a connection", s(limits::HEAD_TIME)),
        ("a body without a byte", s(limits::BODY_STALL)),
        (
            "a body slower",
            format!("{} bytes/s", limits::BODY_MIN_RATE),
        ),
        ("a body slower", s(limits::BODY_GRACE)),
        ("a whole body", s(limits::BODY_TIME)),
        ("between two requests", s(limits::IDLE_TIME)),
        ("a reader", s(limits::WRITE_STALL)),
        ("connections", limits::CONNECTIONS_MAX.to_string()),
        ("connections", limits::FILES_RESERVED.to_string()),
        (
            "the same body",
            format!("{} h", followed::SAME_BODY_WINDOW.as_secs() / 3600),
        ),
        ("real events", followed::ENOUGH_EVENTS.to_string()),
        ("paths of a body", followed::BODY_PATHS.to_string()),
        ("paths of a body", format!("{} levels", followed::DEPTH)),
        ("paths of a body", format!("{} bytes", followed::PATH_BYTES)),
        ("an object's keys", followed::DICTIONARY_KEYS.to_string()),
        ("paths kept", followed::SHAPE_PATHS.to_string()),
        ("paths kept", followed::ALL_PATHS.to_string()),
        ("event types", followed::SENDER_SHAPES.to_string()),
        ("event types", followed::SHAPES.to_string()),
        ("changes kept", followed::CHANGES.to_string()),
    ] {
        assert!(row(start).contains(&figure), "{start}: {figure}");
    }
}

#[test]
fn the_api_page_names_each_route() {
    let page = fs::read_to_string(root().join("docs/api.md")).unwrap();
    let routes = fs::read_to_string(root().join("src/api/mod.rs")).unwrap();
    let routes = routes.split(".route(\"").skip(1);
    let routes: Vec<_> = routes.map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(routes.len() > 4);
    for route in routes {
        let shown = route.replace("{id}", "ID");
        assert!(page.contains(&shown), "{shown}");
    }
}
