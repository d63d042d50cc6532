//! A page as a list of steps: files that it shows, and commands with what they print.
//!
//! A block `console` holds commands after `$ ` and below each what it prints. Before another block, a comment of its own
//! line says what the block is for: `<!-- file: zephyr.toml -->` that it is that file; with `, and the rest` that the
//! sections it lacks are those of `docs/rules/rest.toml`. `<!-- goes on from: docs/first-quarter.md -->` begins with the
//! files and the server of that page. Every other such comment is a mistake, so that no block is passed over.

use super::{beginning, read};

pub struct Page {
    pub steps: Vec<Step>,
}

#[derive(Debug)]
pub enum Step {
    /// A file that the reader writes.
    Write { line: usize, name: String, text: String },
    /// A command, and what it prints where the page says so.
    Run { line: usize, command: String, prints: Option<Vec<String>>, may_fail: bool },
}

impl Step {
    pub fn line(&self) -> usize {
        match self {
            Self::Write { line, .. } | Self::Run { line, .. } => *line,
        }
    }
}

/// A fenced block.
pub struct Block {
    pub line: usize,
    pub language: String,
    pub text: Vec<String>,
    /// The comment on the line before it.
    note: Option<String>,
}

enum Item {
    Block(Block),
    /// A comment on a line of its own.
    Note(usize, String),
}

impl Page {
    pub fn read(path: &str) -> Self {
        let mut steps = Vec::new();
        for item in items(path, &read(path)) {
            match item {
                Item::Note(line, note) => steps.extend(noted(path, line, &note)),
                Item::Block(block) => steps.extend(of_block(path, block)),
            }
        }
        Self { steps }
    }
}

/// The fenced blocks of a page.
pub fn blocks(path: &str) -> Vec<Block> {
    let only_blocks = |item| match item {
        Item::Block(block) => Some(block),
        Item::Note(..) => None,
    };
    items(path, &read(path)).into_iter().filter_map(only_blocks).collect()
}

fn items(path: &str, text: &str) -> Vec<Item> {
    let mut items = Vec::new();
    let mut open: Option<Block> = None;
    let mut note: Option<(usize, String)> = None;
    for (line, at) in text.lines().zip(1..) {
        if let Some(block) = &mut open {
            if line.trim_end() == "```" {
                items.extend(open.take().map(Item::Block));
            } else {
                block.text.push(line.to_owned());
            }
        } else if let Some(language) = line.trim_start().strip_prefix("```") {
            let note = note.take().map(|(_, note)| note);
            open = Some(Block { line: at, language: language.to_owned(), text: Vec::new(), note });
        } else {
            items.extend(note.take().map(|(line, note)| Item::Note(line, note)));
            let comment = line.strip_prefix("<!--").and_then(|line| line.strip_suffix("-->"));
            note = comment.map(|note| (at, note.trim().to_owned()));
        }
    }
    assert!(open.is_none(), "{path}: a block does not end");
    items.extend(note.map(|(line, note)| Item::Note(line, note)));
    items
}

fn noted(path: &str, line: usize, note: &str) -> Vec<Step> {
    if let Some(page) = note.strip_prefix("goes on from: ") {
        return beginning(page);
    }
    let rest = note.strip_prefix("rest: ").and_then(|rest| rest.split_once(" without "));
    let Some((name, without)) = rest else { panic!("{path}:{line}: nobody knows what this means: {note}") };
    vec![Step::Write { line, name: name.to_owned(), text: with_rest("", Some(without)) }]
}

fn of_block(path: &str, block: Block) -> Vec<Step> {
    let line = block.line;
    match (block.language.as_str(), block.note) {
        ("console", None) => commands(path, line, &block.text),
        // The README's commands come with remarks instead of what they print.
        ("sh", None) if path == "README.md" => {
            let run = |command: &String| Step::Run { line, command: command.clone(), prints: None, may_fail: false };
            block.text.iter().filter(|line| !line.is_empty()).map(run).collect()
        }
        ("sh" | "bash" | "shell" | "zsh", _) => panic!("{path}:{line}: commands stand in a block `console`"),
        (_, None) => Vec::new(),
        (_, Some(note)) => {
            let Some(named) = note.strip_prefix("file: ") else {
                panic!("{path}:{line}: nobody knows what this means: {note}")
            };
            let shown = block.text.join("\n");
            let (name, text) = match named.split_once(", and the rest") {
                None => (named, format!("{shown}\n")),
                Some((name, but)) => (name, with_rest(&shown, but.strip_prefix(" without "))),
            };
            vec![Step::Write { line, name: name.to_owned(), text }]
        }
    }
}

/// The sections shown, and after them those of the example that are not among them.
fn with_rest(shown: &str, without: Option<&str>) -> String {
    let rest = read("docs/rules/rest.toml");
    let wanted = |section: &&str| {
        let head = section.lines().next().unwrap_or_default();
        !shown.lines().any(|line| line == head) && without != Some(head)
    };
    let parts = [shown].into_iter().chain(rest.split("\n\n").filter(wanted)).map(str::trim_end);
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    format!("{}\n", parts.join("\n\n"))
}

fn commands(path: &str, line: usize, text: &[String]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for (written, at) in text.iter().zip(line + 1..) {
        if let Some(command) = written.strip_prefix("$ ") {
            if command == "echo $?"
                && let Some(Step::Run { may_fail, .. }) = steps.last_mut()
            {
                *may_fail = true;
            }
            let command = command.to_owned();
            steps.push(Step::Run { line: at, command, prints: Some(Vec::new()), may_fail: false });
            continue;
        }
        let Some(Step::Run { command, prints: Some(prints), may_fail, .. }) = steps.last_mut() else {
            panic!("{path}:{at}: a block `console` begins with a command after `$ `")
        };
        if let Some(more) = written.strip_prefix("> ").filter(|_| prints.is_empty() && goes_on(command)) {
            command.push('\n');
            command.push_str(more);
            continue;
        }
        *may_fail |= written.starts_with("error:");
        prints.push(written.clone());
    }
    assert!(!steps.is_empty(), "{path}:{line}: no command in a block `console`");
    steps
}

fn goes_on(command: &str) -> bool {
    command.ends_with('\\') || command.matches('\'').count() % 2 == 1
}
