//! Small trees that break one rule of `text` each, and their neighbours that do not.

use crate::tidy::tests::{clean, errors, one_error};

const LIB: &str = "crates/zephyr-api/src/lib.rs";

#[test]
fn a_module_without_a_first_word_is_found() {
    one_error(&[(LIB, "pub mod a;\n")], LIB, "begin with `//!`");
    one_error(&[("xtask/src/a/b.rs", "fn a() {}\n")], "xtask/src/a/b.rs", "begin with `//!`");
    clean(&[(LIB, "//! What it is for.\n"), ("crates/zephyr-api/build.rs", "fn main() {}\n")]);
    clean(&[("crates/zephyr-api/tests/it/main.rs", "mod a;\n")]);
}

#[test]
fn a_long_file_is_found_outside_tests() {
    let long = format!("//! Long.\n{}", "// x\n".repeat(800));
    one_error(&[(LIB, &long)], LIB, "801 lines");
    clean(&[("crates/zephyr-api/tests/it/main.rs", &long), (LIB, &long[..long.len() - 5])]);
}

#[test]
fn tabs_and_trailing_white_space_are_found() {
    one_error(&[("a.md", "one\ttwo\n")], "a.md:1", "tab");
    one_error(&[("a.toml", "one\ntwo \n")], "a.toml:2", "white space");
    one_error(&[("a.toml", "one\r\n")], "a.toml:1", "white space");
    one_error(&[("a.toml", "one")], "a.toml", "line break");
    clean(&[("a.snap", "as the program printed it \n")]);
}

#[test]
fn unwanted_words_are_found_in_code_only() {
    for word in [
        concat!("#[", "allow(dead_code)]"),
        concat!("todo", "!()"),
        concat!("unimplemented", "!()"),
        concat!("// FIX", "ME"),
    ] {
        let text = format!("//! x\n{word}\n");
        one_error(&[(LIB, &text)], &format!("{LIB}:2"), "has `");
        clean(&[("CONTRIBUTING.md", &text)]);
    }
    one_error(&[(LIB, concat!("//! x\n#![", "allow(dead_code)]\n"))], LIB, "expect");
}

#[test]
fn folders_of_one_machine_are_found_in_any_text() {
    for folder in ["wo\u{72}k", "ro\u{6f}t", "ho\u{6d}e"] {
        one_error(&[("a.snap", &format!("see \"/{folder}/x\"\n"))], "a.snap:1", folder);
        clean(&[("a.snap", &format!("https://example.com/{folder}/x and ./{folder}/x\n"))]);
    }
}

#[test]
fn the_page_machine_knows_nothing_of_incidents() {
    const PAGE: &str = "crates/zephyr-core/src/page/mod.rs";
    for import in [
        "use crate::incident::State;",
        "use crate::{incident, limits};",
        "use super::super::incident;",
        "fn a(x: crate::incident::State) {}",
        "use crate::{\n    limits,\n    incident::State,\n};",
    ] {
        one_error(&[(PAGE, &format!("//! x\n{import}\n"))], PAGE, "`incident`");
    }
    clean(&[(PAGE, "//! Not crate::incident.\nuse crate::{IncidentId, limits};\nuse crate::incident_id;\n")]);
    clean(&[("crates/zephyr-core/src/world.rs", "//! x\nuse crate::incident::State;\n")]);
}

#[test]
fn each_broken_line_is_named() {
    let found = errors(&[("a.md", "a \nb\nc \n")]);
    assert_eq!(found.len(), 2, "{found:#?}");
}
