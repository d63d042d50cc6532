//! What CI does, as data: the one place to add a stage, drop one or move one.
//!
//! Deliberately not here: how stages are run (`ci`).

/// One stage of `cargo xtask ci`.
#[derive(Debug, Clone, Copy)]
pub struct Stage {
    /// As printed, and in the summary.
    pub name: &'static str,
    /// What it does.
    pub action: Action,
    /// A file without which there is nothing to run yet; the stage is then said to be skipped, loudly.
    pub needs: Option<&'static str>,
}

/// What a stage does.
#[derive(Debug, Clone, Copy)]
pub enum Action {
    /// The checks of `tidy`, in this process.
    Tidy,
    /// `cargo` with these arguments.
    Cargo(&'static [&'static str]),
}

/// A task that is nothing but cargo with fixed arguments, and then what else was given.
#[derive(Debug, Clone, Copy)]
pub struct Command {
    /// `cargo xtask NAME`.
    pub name: &'static str,
    /// Arguments of cargo.
    pub args: &'static [&'static str],
}

const CLIPPY: &[&str] = &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];

const FAULTS: &[&str] = &[
    "test",
    "--locked",
    "--quiet",
    "--package",
    "zephyr",
    "--features",
    "fault-points",
    "--test",
    "faults",
    "--target-dir",
    "target/fault",
    "--",
    "--nocapture",
];

/// In the order in which they run.
pub const CI: &[Stage] = &[
    Stage { name: "format", action: Action::Cargo(&["fmt", "--all", "--", "--check"]), needs: None },
    Stage { name: "clippy", action: Action::Cargo(CLIPPY), needs: None },
    Stage { name: "tidy", action: Action::Tidy, needs: None },
    Stage {
        name: "unit, contract and snapshot tests",
        action: Action::Cargo(&["test", "--workspace", "--locked", "--quiet"]),
        needs: None,
    },
    Stage {
        name: "killed at every fault point",
        // A build of its own: what is shipped has no such points.
        action: Action::Cargo(FAULTS),
        needs: Some("crates/zephyr/tests/faults/main.rs"),
    },
    Stage {
        name: "simulator",
        action: Action::Cargo(&[
            "run",
            "--release",
            "--locked",
            "--quiet",
            "--package",
            "zephyr-sim",
            "--bin",
            "zephyr-sim",
            "--",
            "run",
            "--seeds",
            "2000",
        ]),
        needs: Some("crates/zephyr-sim/src/main.rs"),
    },
    Stage {
        name: "the demo, as the README starts it",
        action: Action::Cargo(&["run", "--release", "--locked", "--quiet", "--", "demo", "--exit"]),
        needs: None,
    },
];

/// `cargo xtask fmt`, `clippy`, `test`, `sim`, `faults`, `bench`.
pub const COMMANDS: &[Command] = &[
    Command { name: "fmt", args: &["fmt", "--all"] },
    Command { name: "clippy", args: CLIPPY },
    Command { name: "test", args: &["test", "--workspace"] },
    Command {
        name: "sim",
        args: &["run", "--release", "--quiet", "--package", "zephyr-sim", "--bin", "zephyr-sim", "--"],
    },
    Command { name: "faults", args: FAULTS },
    Command { name: "bench", args: &["bench", "--quiet", "--package", "zephyr", "--bench", "table", "--"] },
];
