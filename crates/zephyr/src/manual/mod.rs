//! The manual: completions for shells, man pages and the reference in Markdown, all made from what can be typed.
//!
//! Deliberately not here: any word about a command. Those stand beside its definition, in `cli`.

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::cli::Cli;
use crate::failure::Exit;

mod markdown;

pub use markdown::markdown;

/// The name of the program.
const NAME: &str = "zephyr";

/// A man page.
pub struct Page {
    /// `zephyr-incident-open.1`.
    pub name: String,
    /// In roff.
    pub text: String,
}

/// The script that a shell reads.
pub fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), NAME, &mut script);
    text(script)
}

/// `zephyr(1)`.
pub fn first_page() -> String {
    page(definitions()).text
}

/// A page for the program, and one for each command, the program's first.
pub fn pages() -> Vec<Page> {
    let mut pages = Vec::new();
    let mut commands = vec![definitions()];
    while let Some(command) = commands.pop() {
        commands.extend(visible(&command).cloned());
        pages.push(page(command));
    }
    pages
}

/// What can be typed, with everything that clap adds to it.
fn definitions() -> Command {
    let mut command = Cli::command();
    command.build();
    command
}

/// The commands below one.
fn visible(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|below| !below.is_hide_set())
}

fn page(command: Command) -> Page {
    let has_commands = visible(&command).next().is_some();
    let notes = notes(&command.get_after_help().map(ToString::to_string).unwrap_or_default());
    let version = format!("{NAME} {}", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command).source(version).manual(NAME);
    let mut made = Vec::new();
    // A vector takes whatever is written to it.
    let _ = man
        .render_title(&mut made)
        .and_then(|()| man.render_name_section(&mut made))
        .and_then(|()| man.render_synopsis_section(&mut made))
        .and_then(|()| man.render_description_section(&mut made))
        .and_then(|()| man.render_options_section(&mut made))
        .and_then(|()| if has_commands { man.render_subcommands_section(&mut made) } else { Ok(()) })
        .and_then(|()| notes.to_writer(&mut made))
        .and_then(|()| exit_status().to_writer(&mut made));
    Page { name: man.get_filename(), text: text(made) }
}

/// What stands below the flags: a section for the examples, another for the rest.
fn notes(after_help: &str) -> Roff {
    let mut roff = Roff::new();
    let is_example = |paragraph: &&str| paragraph.starts_with("Example");
    let (examples, rest): (Vec<&str>, Vec<&str>) = after_help.split("\n\n").partition(is_example);
    if !rest.is_empty() {
        roff.control("SH", ["NOTES"]);
    }
    for paragraph in rest {
        as_written(&mut roff, paragraph.lines());
    }
    for paragraph in examples {
        roff.control("SH", ["EXAMPLES"]);
        as_written(&mut roff, paragraph.lines().skip(1));
    }
    roff
}

/// Lines that are not joined.
fn as_written<'a>(roff: &mut Roff, lines: impl Iterator<Item = &'a str>) {
    roff.control("PP", []);
    roff.control("nf", []);
    for line in lines {
        roff.text([roman(line)]);
    }
    roff.control("fi", []);
}

fn exit_status() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["EXIT STATUS"]);
    for exit in Exit::ALL {
        roff.control("TP", []);
        roff.text([bold(exit.code().to_string())]);
        roff.text([roman(exit.meaning())]);
    }
    roff
}

/// What clap makes of UTF-8 is UTF-8.
fn text(made: Vec<u8>) -> String {
    String::from_utf8(made).unwrap_or_default()
}
