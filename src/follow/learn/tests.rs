use proptest::prelude::*;

use super::*;
use crate::request::Difference;

const JSON: Option<&str> = Some("application/json");

fn nothing() -> Learnt {
    let key = ShapeKey {
        sender: "shop".into(),
        event_type: "order".into(),
        variant: String::new(),
    };
    Learnt::new(key, id(1))
}

fn id(number: i64) -> RequestId {
    RequestId::new(number).unwrap()
}

fn outline(body: &str) -> Outline {
    Outline::read(body.as_bytes(), JSON, None).unwrap()
}

/// `new $.a: number`, a line a change.
fn said(changes: Option<&Changes>) -> Vec<String> {
    let list = changes.map(|changes| &changes.list[..]).unwrap_or_default();
    list.iter()
        .map(|change| match change.what {
            Difference::Lost => format!("lost {}", change.path),
            what => format!("{} {}: {}", what.as_str(), change.path, change.types),
        })
        .collect()
}

/// What is said of the last of the bodies.
fn last(bodies: &[&str], documented: Option<&Learnt>) -> Vec<String> {
    let mut learnt = nothing();
    let mut changes = None;
    for (number, body) in (1..).zip(bodies) {
        let mut room = u64::MAX;
        changes = learnt.learn(&outline(body), id(number), documented, &mut room);
    }
    said(changes.as_ref())
}

fn after_five(body: &str, next: &str) -> Vec<String> {
    last(&[body, body, body, body, body, next], None)
}

const ORDER: &str = r#"{"id":1,"buyer":{"name":"a","mail":"b"},"items":[{"sku":"x"}]}"#;

#[test]
fn new_lost_and_changed_paths_are_said_once_there_are_enough() {
    let next = r#"{"id":"1","buyer":{"name":"a","phone":"c"},"items":[{"sku":"x"}]}"#;
    assert_eq!(
        after_five(ORDER, next),
        [
            "type $.id: string",
            "new $.buyer.phone: string",
            "lost $.buyer.mail"
        ]
    );
    assert!(
        last(&[ORDER, ORDER, ORDER, ORDER, next], None).is_empty(),
        "four are not enough"
    );
    assert!(after_five(ORDER, ORDER).is_empty());
}

#[test]
fn of_a_branch_only_the_top_is_said() {
    for (next, expected) in [
        (r#"{"id":1,"items":[{"sku":"x"}]}"#, "lost $.buyer"),
        (
            r#"{"id":1,"buyer":null,"items":[{"sku":"x"}]}"#,
            "type $.buyer: null",
        ),
        (
            r#"{"id":1,"buyer":{"name":"a","mail":"b"},"items":[]}"#,
            "type $.items: []",
        ),
        (
            r#"{"id":{"x":{"y":1}},"buyer":{"name":"a","mail":"b"},"items":[{"sku":"x"}]}"#,
            "type $.id: object",
        ),
        (
            r#"{"id":1,"buyer":{"name":"a","mail":"b"},"items":[{"sku":"x"}],"new":{"a":[{"b":1}]}}"#,
            "new $.new: object",
        ),
    ] {
        assert_eq!(after_five(ORDER, next), [expected], "{next}");
    }
}

#[test]
fn what_comes_only_sometimes_is_not_missed_and_is_said_once() {
    let with = r#"{"a":1,"coupon":{"code":"x"}}"#;
    let without = r#"{"a":1}"#;
    assert_eq!(
        last(&[with, with, with, with, with, without], None),
        ["lost $.coupon"]
    );
    assert!(last(&[with, with, with, with, with, without, without], None).is_empty());
    // The code came whenever the coupon did.
    let odd = r#"{"a":1,"coupon":{}}"#;
    let bodies = [without, with, with, without, with, with, with, odd];
    assert_eq!(last(&bodies, None), ["lost $.coupon.code"]);
}

#[test]
fn fields_is_an_empty_list_twelve_times_and_an_object_three_times() {
    let mut learnt = nothing();
    let mut room = u64::MAX;
    for number in 1..=15 {
        let fields = if number % 5 == 0 {
            r#"{"slug":"a"}"#
        } else {
            "[]"
        };
        let body = format!(r#"{{"fields":{fields}}}"#);
        let _ = learnt.learn(&outline(&body), id(number), None, &mut room);
    }
    let fields = &learnt.shape.paths[&1];
    let count = |kind: ValueType| fields.types[kind.index()].map(|seen| seen.events);
    assert_eq!(fields.path, "$.fields");
    assert_eq!(count(ValueType::EmptyArray), Some(12));
    assert_eq!(count(ValueType::Object), Some(3));
    assert_eq!(
        fields.seen,
        Seen {
            events: 15,
            first: id(1),
            last: id(15)
        }
    );
    let slug = &learnt.shape.paths[&2];
    assert_eq!((slug.path.as_str(), slug.seen.events), ("$.fields.slug", 3));
    assert_eq!((slug.seen.first, slug.seen.last), (id(5), id(15)));
}

#[test]
fn samples_are_the_measure_until_enough_events_came() {
    let mut samples = nothing();
    let mut room = u64::MAX;
    let _ = samples.learn(
        &outline(r#"{"id":1,"fields":[],"note":"a"}"#),
        id(0),
        None,
        &mut room,
    );
    let real = r#"{"id":1,"fields":{"a":1},"extra":true}"#;
    assert_eq!(
        last(&[real], Some(&samples)),
        ["type $.fields: object", "new $.extra: boolean"],
        "what is missing is not said"
    );
    assert!(
        last(&[real, real], Some(&samples)).is_empty(),
        "nor said twice"
    );
    let noted = r#"{"id":1,"fields":{"a":1},"extra":true,"note":"b"}"#;
    assert_eq!(
        last(&[real, real, real, real, real, noted], Some(&samples)),
        ["new $.note: string"],
        "five real ones are"
    );
}

#[test]
fn keys_that_come_one_by_one_become_one_path() {
    let mut learnt = nothing();
    let (mut room, mut marked) = (10_000, 0);
    for number in 1..=500_i64 {
        let body = format!(r#"{{"by":{{"u{number}x":{{"n":{number}}}}},"a":1}}"#);
        let changes = learnt.learn(&outline(&body), id(number), None, &mut room);
        marked += u64::from(changes.is_some());
    }
    let paths: Vec<_> = learnt
        .shape
        .paths
        .values()
        .map(|path| path.path.as_str())
        .collect();
    assert_eq!(paths, ["$", "$.by", "$.a", "$.by.*", "$.by.*.n"]);
    assert_eq!(room, 10_000 - 5);
    assert!(marked < 60, "{marked} of 500 are marked");
    let any = &learnt.shape.paths[&learnt.places["$.by.*"]];
    assert_eq!(
        (any.seen.events, any.seen.first, any.seen.last),
        (500, id(1), id(500))
    );
    assert_eq!(
        any.types[ValueType::Object.index()].map(|seen| seen.events),
        Some(500)
    );
}

#[test]
fn a_full_shape_learns_no_more_and_marks_nothing_for_it() {
    let mut learnt = nothing();
    let mut room = u64::MAX;
    for number in 0..40_i64 {
        let names: Vec<_> = (0..100)
            .map(|n| {
                format!(
                    "\"f{number}_{n}\":{}",
                    if n % 2 == 0 { "1" } else { "\"a\"" }
                )
            })
            .collect();
        let body = format!("{{\"o{number}\":{{{}}}}}", names.join(","));
        let _ = learnt.learn(&outline(&body), id(number + 1), None, &mut room);
    }
    assert!(learnt.shape.paths.len() <= SHAPE_PATHS);
    assert!(learnt.shape.left_out > 0);
    let body = r#"{"unheard":{"of":1}}"#;
    let changes = learnt.learn(&outline(body), id(100), None, &mut 0);
    assert!(
        !said(changes.as_ref())
            .iter()
            .any(|line| line.contains("unheard"))
    );
}

#[test]
fn only_so_many_changes_are_kept_and_all_are_counted() {
    let mut learnt = nothing();
    let mut room = u64::MAX;
    for number in 1..=5 {
        let _ = learnt.learn(&outline("{}"), id(number), None, &mut room);
    }
    let names: Vec<_> = (0..120)
        .map(|n| format!("\"f_{n}\":{}", if n % 2 == 0 { "1" } else { "\"a\"" }))
        .collect();
    let body = format!("{{{}}}", names.join(","));
    let changes = learnt
        .learn(&outline(&body), id(6), None, &mut room)
        .unwrap();
    assert_eq!(
        (changes.total, changes.list.len()),
        (120, super::super::limits::CHANGES)
    );
}

/// Few names and types, so that bodies meet.
fn value(depth: u32) -> BoxedStrategy<String> {
    let leaf = proptest::sample::select(vec!["1", "\"a\"", "null", "true", "[]", "{}"]);
    let leaf = leaf.prop_map(str::to_owned).boxed();
    if depth == 0 {
        return leaf;
    }
    let member =
        ("[a-c]", value(depth - 1)).prop_map(|(name, value)| format!("\"{name}\":{value}"));
    let object =
        proptest::collection::vec(member, 0..4).prop_map(|all| format!("{{{}}}", all.join(",")));
    let list = proptest::collection::vec(value(depth - 1), 0..3)
        .prop_map(|all| format!("[{}]", all.join(",")));
    prop_oneof![leaf, object, list].boxed()
}

proptest! {
    #[test]
    fn any_bodies_are_learnt_and_counted_truly(bodies in proptest::collection::vec(value(3), 1..12)) {
        let mut learnt = nothing();
        let mut room = u64::MAX;
        for (number, body) in (1..).zip(&bodies) {
            let new = outline(body);
            let seen_before = learnt.shape.paths.values().map(|path| path.path.clone()).collect::<Vec<_>>();
            let changes = learnt.learn(&new, id(number), None, &mut room);
            for change in changes.iter().flat_map(|changes| &changes.list) {
                prop_assert_eq!(change.what == Difference::New, !seen_before.contains(&change.path));
            }
        }
        prop_assert_eq!(learnt.shape.seen.events, bodies.len() as u64);
        for path in learnt.shape.paths.values() {
            let having = bodies.iter().filter(|body| {
                outline(body).lines().iter().any(|line| line.starts_with(&format!("{}: ", path.path)))
            });
            prop_assert_eq!(path.seen.events, having.count() as u64, "{}", path.path);
        }
    }
}
