//! Completions for shells and the manual, made from what can be typed.

use std::fs;
use std::process::Command;

use crate::harness::{Place, seen};

/// What bash would offer after these words, the last of which is not finished.
fn offered(script: &std::path::Path, words: &[&str]) -> Vec<String> {
    let (last, before) = (words.last().unwrap(), words[words.len() - 2]);
    let asked = format!(
        "source {}; COMP_WORDS=({}); COMP_CWORD={}; _zephyr zephyr '{last}' '{before}'; echo ${{COMPREPLY[@]}}",
        script.display(),
        words.join(" "),
        words.len() - 1,
    );
    let output = Command::new("bash").args(["--norc", "--noprofile", "-c", &asked]).output().unwrap();
    assert!(output.status.success(), "{}", seen(&output));
    String::from_utf8(output.stdout).unwrap().split_whitespace().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_flags_and_values() {
    let place = Place::new();
    let script = place.path("completions");
    fs::write(&script, place.run(&["completions", "bash"]).stdout).unwrap();
    assert_eq!(offered(&script, &["zephyr", "inc"]), ["incident"]);
    assert_eq!(offered(&script, &["zephyr", "incident", "se"]), ["severity", "service"]);
    assert_eq!(offered(&script, &["zephyr", "incident", "open", "--sum"]), ["--summary"]);
    assert_eq!(offered(&script, &["zephyr", "incident", "resolve", "--reported-by", "c"]), ["customer"]);
}

#[test]
fn other_shells_are_given_scripts_with_every_command() {
    let place = Place::new();
    for (shell, first) in [("zsh", "#compdef zephyr"), ("fish", "#"), ("elvish", "use"), ("powershell", "using")] {
        let output = place.run(&["completions", shell]);
        let script = String::from_utf8(output.stdout).unwrap();
        assert!(script.trim_start().starts_with(first), "{shell}: {script}");
        for command in ["incident", "ring-again", "completions", "explain"] {
            assert!(script.contains(command), "{shell} has no {command}");
        }
    }
    let unknown = place.see(&["completions", "tcsh"]);
    assert!(unknown.starts_with("exit 2") && unknown.contains("bash, elvish, fish, powershell, zsh"), "{unknown}");
}

#[test]
fn every_command_has_a_man_page() {
    let place = Place::new();
    let made = place.json(&["man", "--out", "man1"]);
    let pages: Vec<&str> = made["pages"].as_array().unwrap().iter().map(|page| page.as_str().unwrap()).collect();
    assert!(pages.contains(&"zephyr-page-ring-again.1") && pages.len() > 30, "{pages:?}");
    let first = fs::read_to_string(place.path("man1/zephyr.1")).unwrap();
    assert_eq!(String::from_utf8(place.run(&["man"]).stdout).unwrap(), first);
    for section in ["NAME", "SYNOPSIS", "OPTIONS", "SUBCOMMANDS", "EXAMPLES", "\"EXIT STATUS\""] {
        assert!(first.contains(&format!(".SH {section}\n")), "{section}: {first}");
    }
    let open = fs::read_to_string(place.path("man1/zephyr-incident-open.1")).unwrap();
    assert!(open.contains("\\-\\-reported\\-by") && !open.contains("SUBCOMMANDS"), "{open}");
    let refused = place.see(&["man", "--out", "zephyr.toml"]);
    assert!(refused.starts_with("exit 1") && refused.contains("cannot write into zephyr.toml"), "{refused}");
}
