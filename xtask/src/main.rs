//! `cargo xtask`: what CI runs, what is run before a commit, and the checks that no compiler makes.
//!
//! Deliberately not here: anything that needs more than cargo, rustfmt and clippy.

mod ci;
mod dist;
mod fuzz;
mod say;
mod stages;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask ci              every stage that CI runs, in its order
cargo xtask fmt             format all code
cargo xtask clippy          lints, warnings are errors
cargo xtask tidy            the rules of the house
cargo xtask gen             write the pages that are made from the code
cargo xtask test [ARGS]     cargo test of the workspace
cargo xtask fuzz-api [ARGS] somebody else's fuzzer against the server; needs python3
cargo xtask dist            binary, tarball, Debian package, Dockerfile in target/dist-out
cargo xtask bench [ARGS]    the benchmark
cargo xtask faults [TEST]   the real binary, killed at each of its fault points
cargo xtask sim [ARGS]      the simulator, `cargo xtask sim --minutes 15`";

fn main() -> ExitCode {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let (task, rest) = match given.split_first() {
        Some((task, rest)) => (task.as_str(), rest),
        None => ("help", given.as_slice()),
    };
    match run(task, rest) {
        Ok(code) => code,
        Err(error) => {
            say::talk(&format!("xtask {task}: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(task: &str, rest: &[String]) -> anyhow::Result<ExitCode> {
    let root = root()?;
    let passed = match task {
        "ci" => ci::run(&root)?,
        "dist" => dist::run(&root)?,
        "fuzz-api" => fuzz::run(&root, rest)?,
        "tidy" => tidy::run(&root)?,
        "gen" => ci::generate(&root)?,
        "help" | "--help" | "-h" => {
            say::print(USAGE);
            true
        }
        other => match stages::COMMANDS.iter().find(|command| command.name == other) {
            Some(command) => ci::cargo(&root, command.args, rest)?,
            None => {
                say::talk(&format!("xtask: there is no task `{other}`\n{USAGE}"));
                return Ok(ExitCode::from(2));
            }
        },
    };
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The root of the repository: the folder above this package.
fn root() -> anyhow::Result<PathBuf> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().map(Path::to_owned).ok_or_else(|| anyhow::anyhow!("xtask has no folder above it"))
}
