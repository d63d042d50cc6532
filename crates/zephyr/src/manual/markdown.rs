//! The reference of the command line as one page of Markdown.

use std::fmt::Write as _;

use clap::{Arg, ArgAction, Command};

use super::{definitions, visible};
use crate::failure::Exit;

/// Whether flags hold for one command or for all.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    All,
    One,
}

/// The whole page.
pub fn markdown() -> String {
    let program = definitions();
    let mut page = format!(
        "# Command line\n\nEverything that can be typed. `zephyr COMMAND --help` prints it in the terminal, and `zephyr man` as\n\
         man pages.\n\n{}\n",
        after_help(&program)
    );
    page.push_str("\n## With every command\n\n");
    page.push_str(&arguments(&program, Scope::All));
    page.push_str(
        "\nA flag beats its variable. [Configuration by environment](environment.md) has the variables that have no flag.\n\
         \n## Exit codes\n\n| code | |\n|---|---|\n",
    );
    for exit in Exit::ALL {
        // Writing to a string cannot fail.
        let _ = writeln!(page, "| {} | {} |", exit.code(), exit.meaning());
    }
    for command in visible(&program) {
        describe(command, &mut page);
    }
    page
}

/// One command, then those below it.
fn describe(command: &Command, page: &mut String) {
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    let _ = write!(page, "\n## {name}\n\n{}.\n", about(command));
    let usage = command.clone().render_usage().to_string();
    let _ = write!(page, "\nUsage: `{}`\n", usage.trim_start_matches("Usage: "));
    let arguments = arguments(command, Scope::One);
    if !arguments.is_empty() {
        let _ = write!(page, "\n{arguments}");
    }
    let _ = write!(page, "\n{}\n", after_help(command));
    for below in visible(command) {
        describe(below, page);
    }
}

fn about(command: &Command) -> String {
    command.get_about().map(ToString::to_string).unwrap_or_default()
}

/// What stands below the flags: examples as a list, a table as it is, and any other paragraph as one.
fn after_help(command: &Command) -> String {
    let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    // A line that goes on is one command.
    let joined = text.replace(" \\\n    ", " ");
    let paragraphs = joined.split("\n\n").map(|paragraph| match paragraph.split_once(":\n  ") {
        Some((title, block)) if title.starts_with("Example") => {
            let items: Vec<String> = block.split("\n  ").map(|line| format!("- `{line}`")).collect();
            format!("{title}:\n\n{}", items.join("\n"))
        }
        Some((title, block)) => format!("{title}:\n\n```text\n{}\n```", block.replace("\n  ", "\n")),
        None => paragraph.to_owned(),
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// A table of arguments and flags; empty where there are none.
fn arguments(command: &Command, scope: Scope) -> String {
    let is_ours = |arg: &&Arg| {
        let is_helping = matches!(arg.get_action(), ArgAction::Help | ArgAction::Version);
        let is_global = arg.is_global_set();
        !arg.is_hide_set() && !is_helping && is_global == (scope == Scope::All)
    };
    let mut rows = String::new();
    for arg in command.get_arguments().filter(is_ours) {
        let _ = writeln!(rows, "| `{}` | {} |", cell(&typed(arg)), cell(&meaning(arg)));
    }
    if rows.is_empty() { rows } else { format!("| | |\n|---|---|\n{rows}") }
}

/// `--sev 1|2|3`, `INC-7`.
fn typed(arg: &Arg) -> String {
    let is_switch = !arg.get_action().takes_values();
    let names = arg.get_value_names().unwrap_or_default();
    let value = names.iter().map(|name| name.to_string()).collect::<Vec<_>>().join(" ");
    match arg.get_long() {
        Some(long) if is_switch => format!("--{long}"),
        Some(long) => format!("--{long} {value}"),
        None => value,
    }
}

/// Its help, then what it may be, what it is where it is left out, and the variable that says it too.
fn meaning(arg: &Arg) -> String {
    let mut text = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let possible = arg.get_possible_values();
    if arg.get_action().takes_values() && !possible.is_empty() {
        let names: Vec<String> = possible.iter().map(|value| format!("`{}`", value.get_name())).collect();
        let _ = write!(text, ": {}", names.join(", "));
    }
    if let [default] = arg.get_default_values()
        && arg.get_action().takes_values()
    {
        let _ = write!(text, " [default: `{}`]", default.to_string_lossy());
    }
    if let Some(variable) = arg.get_env() {
        let _ = write!(text, " [variable: `{}`]", variable.to_string_lossy());
    }
    if arg.is_required_set() {
        text.push_str(" [required]");
    }
    text
}

/// A pipe would end the cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
