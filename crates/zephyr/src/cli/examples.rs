//! Every help has an example, and every example can be typed.

use clap::{Command, CommandFactory as _, Parser as _};

use super::Cli;

/// The lines of a help that begin with the program's name, with a line that goes on joined to the next.
fn examples(command: &Command) -> Vec<String> {
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let joined = help.replace("\\\n", " ");
    let indented = joined.lines().filter_map(|line| line.strip_prefix("  "));
    indented.filter(|line| line.split(' ').next() == Some("zephyr")).map(str::to_owned).collect()
}

/// As a shell would take the line apart.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in line.split('"').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

fn check(command: &Command, path: &[&str]) {
    let examples = examples(command);
    for example in &examples {
        Cli::try_parse_from(words(example)).unwrap_or_else(|error| panic!("{example}\n{error}"));
    }
    let own = |example: &String| words(example).iter().take(path.len()).eq(path.iter());
    assert!(examples.iter().any(own), "`{} --help` has no example of it", path.join(" "));
    for below in command.get_subcommands() {
        check(below, &[path, &[below.get_name()]].concat());
    }
}

#[test]
fn every_command_has_an_example_and_each_can_be_typed() {
    check(&Cli::command(), &["zephyr"]);
}

#[test]
fn lines_are_taken_apart_as_a_shell_does() {
    assert_eq!(words("zephyr open  \"a b\" --x 1"), ["zephyr", "open", "a b", "--x", "1"]);
}
