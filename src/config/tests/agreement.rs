//! Flags, variables, keys of the file, the example and the docs are one list.

use std::collections::BTreeSet;

use clap::CommandFactory;

use super::super::*;
use super::{Machine, source_of};

const DOCS: &str = include_str!("../../../docs/settings.md");

#[test]
fn every_setting_has_its_flag_and_every_flag_its_setting() {
    let command = Cli::command();
    let flags: BTreeSet<_> = command
        .get_arguments()
        .filter_map(|arg| arg.get_long())
        .filter(|long| !["config", "help", "version"].contains(long))
        .collect();
    let settings = SPECS
        .iter()
        .filter(|spec| spec.has_flag)
        .map(|spec| spec.name);
    assert_eq!(flags, settings.collect());
}

#[test]
fn every_setting_is_read_from_every_layer() {
    for spec in SPECS {
        let value = match spec.kind {
            Kind::Switch => "on",
            _ => spec.example,
        };
        let quoted = match spec.kind {
            Kind::Switch => "true".to_owned(),
            _ => format!("{value:?}"),
        };
        // What some settings need beside them.
        let rest = if spec.name == "client-ip-header" {
            "trust-proxy = \"caddy\"\n"
        } else {
            ""
        };
        let file = Machine::new().file(&format!("{rest}{} = {quoted}\n", spec.name));
        let by_file = file.load(&[]).unwrap();
        let Source::File(..) = source_of(&by_file, spec.name) else {
            panic!("{} is not read from the file", spec.name);
        };
        let machine = Machine::new().file(rest).with(&spec.variable(), value);
        let by_variable = machine.load(&[]).unwrap();
        assert_eq!(
            source_of(&by_variable, spec.name),
            Source::Variable(spec.variable())
        );
        if let Some(flag) = spec.flag() {
            let by_flag = machine.load(&[&format!("{flag}={value}")]).unwrap();
            assert_eq!(source_of(&by_flag, spec.name), Source::Flag(flag));
            assert_eq!(by_flag.settings, by_variable.settings, "{}", spec.name);
        }
    }
}

#[test]
fn the_example_file_sets_nothing_and_is_right_once_uncommented() {
    let commented = example();
    let loaded = Machine::new().file(&commented).load(&[]).unwrap();
    assert!(
        loaded
            .report
            .iter()
            .all(|line| line.source == Source::Default)
    );
    // A comment's sentence has a space after its first word and no `=`; a setting has both.
    let is_setting = |line: &&str| line.contains(" = ") || line.contains("[[");
    let uncommented: Vec<_> = commented
        .lines()
        .filter(is_setting)
        .map(|line| line.trim_start_matches("# "))
        .collect();
    let loaded = Machine::new()
        .file(&uncommented.join("\n"))
        .load(&[])
        .unwrap();
    assert!(
        loaded
            .report
            .iter()
            .all(|line| line.source != Source::Default)
    );
    assert_eq!(loaded.settings.lists.len(), 1);
}

#[test]
fn the_docs_table_is_the_list_of_settings() {
    let rows: Vec<_> = DOCS
        .lines()
        .filter(|line| line.starts_with("| `"))
        .collect();
    let expected: Vec<_> = SPECS
        .iter()
        .map(|spec| {
            let flag = spec
                .flag()
                .map_or("none".to_owned(), |flag| format!("`{flag}`"));
            let default = spec.default;
            format!(
                "| `{}` | {flag} | `{}` | {default} | {} |",
                spec.name,
                spec.variable(),
                spec.meaning
            )
        })
        .collect();
    assert_eq!(
        rows,
        expected,
        "docs/settings.md is to have these rows:\n{}",
        expected.join("\n")
    );
}

#[test]
fn the_help_tells_the_same_defaults() {
    for spec in SPECS.iter().filter(|spec| spec.has_flag) {
        let command = Cli::command();
        let arg = command
            .get_arguments()
            .find(|arg| arg.get_long() == Some(spec.name));
        let help = arg.unwrap().get_help().unwrap().to_string();
        let told = help
            .split_once("[default: ")
            .map(|(_, rest)| rest.trim_end_matches(']'));
        // What is off, absent or told in words elsewhere needs no default in the help.
        let untold = ["none", "off"].contains(&spec.default) || spec.kind == Kind::Path;
        assert_eq!(told, (!untold).then_some(spec.default), "--{}", spec.name);
    }
}
