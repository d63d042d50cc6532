//! Runs the stages in order, times them, stops at the first that fails, and always ends with a summary.
//!
//! Deliberately not here: which stages there are (`stages`).
//!
//! A test that cannot run where it is (no PostgreSQL, no reference files) says so instead of passing silently: it
//! appends one line, `name — why`, to the file named by the environment variable `ZEPHYR_SKIPPED`, which is set for
//! every stage. These lines are repeated at the end.

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::stages::{Action, CI, Stage};
use crate::{say, tidy};

/// What became of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Passed,
    Failed,
    Skipped,
    NotRun,
}

/// Runs every stage; `false` when one failed.
pub fn run(root: &Path) -> anyhow::Result<bool> {
    let target = root.join("target");
    std::fs::create_dir_all(&target).context("cannot make the folder `target`")?;
    let list = target.join("skipped.txt");
    std::fs::write(&list, "").context("cannot empty the list of skipped tests")?;

    let started = now();
    let mut skipped = Vec::new();
    let mut ends: Vec<(&str, End, Duration)> = Vec::new();
    for stage in CI {
        let began = now();
        let end = if ends.iter().any(|(_, end, _)| *end == End::Failed) {
            End::NotRun
        } else if let Some(file) = stage.needs.filter(|file| !root.join(file).exists()) {
            skipped.push(format!("{} — there is no {file} yet", stage.name));
            End::Skipped
        } else {
            say::print(&format!("==> {}", stage.name));
            match run_stage(root, stage, &list) {
                Ok(true) => End::Passed,
                Ok(false) => End::Failed,
                Err(error) => {
                    say::talk(&format!("{error:#}"));
                    End::Failed
                }
            }
        };
        let took = began.elapsed();
        if end == End::Passed || end == End::Failed {
            say::print(&format!("<== {} {} after {}", stage.name, word(end), seconds(took)));
        }
        ends.push((stage.name, end, took));
    }
    let said = std::fs::read_to_string(&list).context("cannot read the list of skipped tests")?;
    skipped.extend(said.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned));
    say::print(&summary(&ends, &skipped, started.elapsed()));
    Ok(ends.iter().all(|(_, end, _)| matches!(end, End::Passed | End::Skipped)))
}

#[expect(clippy::disallowed_methods, reason = "xtask is a composition root of its own and times its stages")]
fn now() -> Instant {
    Instant::now()
}

fn run_stage(root: &Path, stage: &Stage, skipped: &Path) -> anyhow::Result<bool> {
    match stage.action {
        Action::Tidy => tidy::run(root),
        Action::Cargo(args) => cargo_with(root, args, &[], &[("ZEPHYR_SKIPPED", skipped)]),
    }
}

/// Runs cargo in the root; `false` when it failed, which it has said itself.
pub fn cargo(root: &Path, args: &[&str], more: &[String]) -> anyhow::Result<bool> {
    cargo_with(root, args, more, &[])
}

/// Writes the pages that are made from the code. The test that compares them knows how they are made.
pub fn generate(root: &Path) -> anyhow::Result<bool> {
    let args = ["test", "--quiet", "--package", "zephyr", "--test", "it", "generated"];
    cargo_with(root, &args, &[], &[("ZEPHYR_GEN", Path::new("1"))])
}

fn cargo_with(root: &Path, args: &[&str], more: &[String], envs: &[(&str, &Path)]) -> anyhow::Result<bool> {
    if let Some(component) = args.first().and_then(|tool| missing_component(root, tool)) {
        anyhow::bail!("{component} is not installed; run: rustup component add {component}");
    }
    let status = Command::new("cargo")
        .args(args)
        .args(more)
        .envs(envs.iter().copied())
        .current_dir(root)
        .stdin(Stdio::null())
        .status()
        .context("cannot start cargo")?;
    Ok(status.success())
}

fn missing_component(root: &Path, tool: &str) -> Option<&'static str> {
    let component = match tool {
        "fmt" => "rustfmt",
        "clippy" => "clippy",
        _ => return None,
    };
    let asked = Command::new("cargo")
        .args([tool, "--version"])
        .current_dir(root)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if asked.is_ok_and(|status| status.success()) { None } else { Some(component) }
}

fn word(end: End) -> &'static str {
    match end {
        End::Passed => "passed",
        End::Failed => "FAILED",
        End::Skipped => "SKIPPED",
        End::NotRun => "not run",
    }
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

fn summary(ends: &[(&str, End, Duration)], skipped: &[String], whole: Duration) -> String {
    let mut text = String::from("\nSummary\n");
    for (name, end, took) in ends {
        let time = if matches!(end, End::Passed | End::Failed) { seconds(*took) } else { String::new() };
        let _ = writeln!(text, "  {:<8} {time:>9}  {name}", word(*end));
    }
    for line in skipped {
        let _ = writeln!(text, "SKIPPED: {line}");
    }
    let verdict = match ends.iter().find(|(_, end, _)| *end == End::Failed) {
        Some((name, ..)) => format!("FAILED at: {name}"),
        None if skipped.is_empty() => "All passed".to_owned(),
        None => format!("Passed, but {} skipped", skipped.len()),
    };
    let _ = write!(text, "{verdict}, after {}", seconds(whole));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_names_the_failed_stage_and_shouts_what_was_skipped() {
        let second = Duration::from_secs(1);
        let ends = [("a", End::Passed, second), ("b", End::Failed, second), ("c", End::NotRun, Duration::ZERO)];
        let text = summary(&ends, &["postgres contract — no server".to_owned()], second);
        assert!(text.contains("FAILED at: b"), "{text}");
        assert!(text.contains("SKIPPED: postgres contract — no server"), "{text}");
        assert!(text.contains("  not run             c"), "{text}");
    }

    #[test]
    fn something_skipped_is_never_all_passed() {
        let ends = [("a", End::Passed, Duration::ZERO)];
        assert!(summary(&ends, &[], Duration::ZERO).contains("All passed"));
        assert!(summary(&ends, &["x — y".to_owned()], Duration::ZERO).contains("Passed, but 1 skipped"));
    }
}
