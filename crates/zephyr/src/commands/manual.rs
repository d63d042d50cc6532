//! `zephyr completions` and `zephyr man`. No server is asked.

use std::path::Path;

use serde::Serialize;

use crate::cli;
use crate::failure::{Exit, Failure};
use crate::manual;
use crate::printer::{Line, Printer};

/// What is printed for programs. Its names do not change.
#[derive(Debug, Serialize)]
struct Written {
    folder: String,
    pages: Vec<String>,
}

/// Prints the script for a shell.
pub fn completions(printer: &mut Printer, given: &cli::Completions, json: bool) -> Result<Exit, Failure> {
    if json {
        return Err(not_json("zephyr completions"));
    }
    printer.text(&manual::completions(given.shell));
    Ok(Exit::Done)
}

/// Prints the first page, or all of it as Markdown; or writes a page for each command.
pub fn pages(printer: &mut Printer, given: &cli::Manual, json: bool) -> Result<Exit, Failure> {
    match &given.out {
        Some(folder) => write(printer, folder, json),
        None if json => Err(not_json("zephyr man")),
        None => {
            let text = if given.markdown { manual::markdown() } else { manual::first_page() };
            printer.text(&text);
            Ok(Exit::Done)
        }
    }
}

fn not_json(command: &str) -> Failure {
    Failure::new(Exit::Usage, format!("`{command}` prints a text, and has no --json"))
}

fn write(printer: &mut Printer, folder: &Path, json: bool) -> Result<Exit, Failure> {
    let failed = |error: std::io::Error| {
        Failure::refused(format!("cannot write into {}", folder.display()))
            .why(error)
            .hint("name a folder that you may write to: `zephyr man --out DIR`")
    };
    let pages = manual::pages();
    std::fs::create_dir_all(folder).map_err(failed)?;
    for page in &pages {
        std::fs::write(folder.join(&page.name), &page.text).map_err(failed)?;
    }
    let pages: Vec<String> = pages.into_iter().map(|page| page.name).collect();
    let shown = folder.display().to_string();
    if json {
        printer.json(&Written { folder: shown, pages });
        return Ok(Exit::Done);
    }
    printer.line(format!("{} man pages are in {shown}", pages.len()));
    printer.say(Line::indented(2).faint("now: ").plain(&format!("man -l {}", folder.join("zephyr.1").display())));
    Ok(Exit::Done)
}
