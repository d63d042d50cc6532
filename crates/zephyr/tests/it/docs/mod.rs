//! The pages of `docs` and the README: every command in them is run, and every link leads somewhere.

mod links;
mod operate;
mod page;
mod rules;
mod sandbox;

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use self::page::{Page, Step};
use self::sandbox::Sandbox;
use crate::harness::project;

/// Every page, `docs/concepts.md`, in the order of the alphabet.
pub fn pages() -> Vec<String> {
    let mut found = vec!["README.md".to_owned()];
    let mut folders = vec![PathBuf::from("docs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(project().join(&folder)).unwrap() {
            let path = folder.join(entry.unwrap().file_name());
            if project().join(&path).is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path.to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

fn read(path: &str) -> String {
    std::fs::read_to_string(project().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn every_command_of_every_page_prints_what_the_page_says() {
    let pages: Vec<String> = pages().into_iter().filter(|path| path != "README.md").collect();
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(path) = pages.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(failure) = run(path) {
                        wrong.lock().unwrap().push(failure);
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_commands_of_the_readme_work_as_written() {
    if let Err(failure) = run("README.md") {
        panic!("{failure}");
    }
    // What takes too long here is run by CI, whose stages say so.
    let stages = read("xtask/src/stages.rs");
    assert!(stages.contains(r#"&["run", "--release", "--locked", "--quiet", "--", "demo", "--exit"]"#));
    assert!(read(".ci/run").contains("cargo xtask ci"));
}

/// Runs a page in a sandbox of its own.
fn run(path: &str) -> Result<(), String> {
    let page = Page::read(path);
    if page.steps.is_empty() {
        return Ok(());
    }
    let mut sandbox = Sandbox::new();
    for step in &page.steps {
        sandbox.take(step).map_err(|failure| format!("{path}:{}: {failure}", step.line()))?;
    }
    Ok(())
}

/// What a page does until its server runs; another page goes on from there.
fn beginning(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for step in Page::read(path).steps {
        let serves = matches!(&step, Step::Run { command, .. } if sandbox::serves(command));
        let writes = matches!(step, Step::Write { .. });
        if serves || writes {
            steps.push(step);
        }
        if serves {
            return steps;
        }
    }
    panic!("{path} starts no server")
}
