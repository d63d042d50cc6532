//! What a real terminal shows: 40 and 80 columns, with colours and without, where only ASCII can be shown.
//!
//! The terminal is made by `script` (Debian: bsdutils); where there is none, nothing is tested.

use std::process::{Command, Output};

use serde_json::Value;

use crate::harness::{Place, seen, skipped};
use crate::proxy::Canned;

/// An incident that began the evening before, as a server tells of it a minute and a half after midnight. Its clock is
/// said to run faster, so that it may differ from this machine's.
fn server() -> Canned {
    let told: Value = serde_json::from_str(include_str!("../fixtures/terminal.json")).unwrap();
    Canned::new(move |path| (200, told[path].to_string()))
}

/// What a terminal of so many columns shows; `None` where there is no terminal to be had.
fn shown(place: &Place, columns: u32, envs: &[(&str, &str)], args: &[&str]) -> Option<String> {
    let Ok(found) = Command::new("script").arg("--version").output() else { return None };
    assert!(found.status.success(), "{}", seen(&found));
    let words: Vec<String> = args.iter().map(|word| format!("'{word}'")).collect();
    let typed = format!("stty rows 50 columns {columns}; exec {} {}", env!("CARGO_BIN_EXE_zephyr"), words.join(" "));
    let mut command = place.command(&[]);
    let env: Vec<(String, String)> = command
        .get_envs()
        .filter_map(|(name, value)| Some((name.to_str()?.to_owned(), value?.to_str()?.to_owned())))
        .collect();
    command = Command::new("script");
    command.env_clear().envs(env).envs(envs.iter().copied()).current_dir(place.path("."));
    let Output { status, stdout, .. } =
        command.args(["--quiet", "--return", "--command", &typed, "/dev/null"]).output().unwrap();
    let text = String::from_utf8(stdout).unwrap().replace("\r\n", "\n");
    assert!(status.success(), "{text}");
    Some(text)
}

/// As the eye sees it, without what colours are made of.
fn without_styles(text: &str) -> String {
    let mut plain = String::new();
    let mut parts = text.split("\u{1b}[");
    plain.push_str(parts.next().unwrap());
    for part in parts {
        plain.push_str(part.split_once('m').unwrap().1);
    }
    plain
}

/// Compares with a snapshot. Times stay as they are: the server's clock stands still.
fn same(width: &str, name: &str, text: &str) {
    insta::with_settings!({
        filters => vec![(r"\b[0-9a-f]{12}\b", "[HASH]")],
        omit_expression => true,
        snapshot_suffix => name,
    }, { insta::assert_snapshot!(width, text) });
}

const ASCII: [(&str, &str); 3] = [("LC_ALL", "C"), ("NO_COLOR", "1"), ("TERM", "xterm")];
const COLOURS: [(&str, &str); 2] = [("LC_ALL", "C.UTF-8"), ("TERM", "xterm-256color")];

const COMMANDS: [(&str, &[&str]); 5] = [
    ("overview", &[]),
    ("show", &["incident", "show", "INC-1"]),
    ("timeline", &["incident", "timeline", "INC-1"]),
    ("check", &["check"]),
    ("oncall", &["oncall"]),
];

#[test]
fn forty_columns_no_colour_and_no_utf_8_show_everything() {
    let (place, server) = (Place::new(), server());
    for (name, args) in COMMANDS {
        let Some(text) = shown(&place, 40, &ASCII, &[&["--server", &server.url], args].concat()) else {
            return skipped("forty_columns_no_colour_and_no_utf_8_show_everything", "`script` is not there");
        };
        assert!(text.is_ascii() && !text.contains('\u{1b}'), "{text}");
        // Only a word that is longer than that goes beyond the edge, and the terminal breaks it there.
        let too_long = text.lines().find(|line| line.len() > 40 && line.trim().contains(' ') && !line.contains("://"));
        assert_eq!(too_long, None, "{text}");
        same("forty", name, &text);
    }
}

#[test]
fn colours_are_never_the_only_sign_and_eighty_columns_are_kept() {
    let (place, server) = (Place::new(), server());
    for (name, args) in COMMANDS {
        let args = [&["--server", &server.url], args].concat();
        let Some(coloured) = shown(&place, 80, &COLOURS, &args) else {
            return skipped("colours_are_never_the_only_sign_and_eighty_columns_are_kept", "`script` is not there");
        };
        let plain = [("NO_COLOR", "1"), COLOURS[0], COLOURS[1]];
        let plain = shown(&place, 80, &plain, &args).unwrap();
        assert!(coloured.contains('\u{1b}') || name == "check", "{name}: {coloured}");
        assert_eq!(without_styles(&coloured), plain, "{name}");
        let too_long = plain.lines().find(|line| line.chars().count() > 80);
        assert_eq!(too_long, None, "{plain}");
        same("eighty", name, &plain);
    }
}

#[test]
fn a_pipe_is_given_whole_lines_and_no_colours() {
    let (place, server) = (Place::new(), server());
    for (name, args) in COMMANDS {
        let mut command = place.command(&[&["--server", &server.url], args].concat());
        let output = command.env("TERM", "xterm-256color").output().unwrap();
        let text = seen(&output);
        assert!(text.starts_with("exit 0\n") && !text.contains('\u{1b}'), "{text}");
        same("pipe", name, &text);
    }
}
