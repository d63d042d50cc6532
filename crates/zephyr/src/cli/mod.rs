//! What can be typed: definitions for clap and nothing else. `settings` turns them into what the commands work with.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use zephyr_core::PersonId;

use crate::env;
use crate::serve::database::Address;

mod audit;
mod check;
#[cfg(test)]
mod examples;
mod incident;
mod init;
mod manual;
pub mod oncall;
mod page;
pub mod policy;
mod reach;
mod serve;
mod store;
mod token;
mod values;
mod when;
mod why;

pub use audit::{Audit, When};
pub use check::{Check, CheckFormat, Doctor, Simulate};
pub use incident::{End, Incident, List, One, Open, Reopen, Resolve, SetService, SetSeverity, Show, Timeline, Update};
pub use init::Init;
pub use manual::{Completions, Manual};
pub use page::{Decline, OnTarget, Page, RingAgain, Stop};
pub use reach::{Contact, Drill, DrillPage, OneDrill, Verify};
pub use serve::{Demo, Serve};
pub use store::{CopyTo, Store};
pub use token::{CreateToken, RevokeToken, Token};
pub use values::{IncidentArg, LogFormat};
pub use when::Moment;
pub use why::{Missed, Report, Why};

/// Incident response and on-call, on your own machine.
#[derive(Debug, Parser)]
#[command(name = "zephyr", version, max_term_width = 80, disable_help_subcommand = true)]
#[command(after_help = "\
Without a command it shows what is open, who has it and what is due.

Examples:
  zephyr
  zephyr incident open --sev 2 --summary \"Checkout p99 elevated in eu-frankfurt\"
  zephyr ack

Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 no server reached, 4 done but no page is out yet.")]
pub struct Cli {
    #[command(flatten)]
    pub connection: Connection,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// How to reach a server; every command takes these.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub struct Connection {
    /// The server, `http://127.0.0.1:7878`; of several, with commas, the first that answers. Else the one that runs on
    /// this machine
    #[arg(long = "server", global = true, env = env::SERVER, value_name = "URL", value_delimiter = ',')]
    pub servers: Vec<String>,
    /// The token to show it; else the machine's own. Better given by the environment: others can see a command line
    #[arg(long, global = true, env = env::TOKEN, value_name = "TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// Who you are; with the machine's own token only, where your user name is not your name in the policy
    #[arg(long = "as", global = true, env = env::AS, value_name = "PERSON")]
    pub person: Option<PersonId>,
    /// The folder that the server keeps its data in [default: ./zephyr-data]
    #[arg(long, global = true, env = env::DATA, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The PostgreSQL database that the server shares with its replicas, `postgres://user@host/name`; else a file in the
    /// data folder. Better given by the environment: others can see a command line
    #[arg(long, global = true, env = env::DATABASE, value_name = "URL", hide_env_values = true)]
    pub database: Option<Address>,
    /// Print the answer of the API as JSON
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Begin here: a small policy file and three templates, in your own repository
    Init(Init),
    /// Run the server: pages, console, status page and API
    #[command(after_help = "\
Examples:
  zephyr serve
  zephyr serve --policy my-company/zephyr.toml --listen 127.0.0.1:7900
  zephyr serve --data /var/lib/zephyr --public-url https://zephyr.example.com --log json")]
    Serve(Serve),
    /// Read a policy file: what is wrong with it, else whom it would page now
    #[command(after_help = "\
Examples:
  zephyr check
  zephyr check my-company/zephyr.toml --json
  zephyr check --horizon 366d
  zephyr check --horizon 366d --format github
  zephyr check --explain unknown-zone")]
    Check(Check),
    /// Who would ring when, on which device, if an incident were opened and nobody answered
    Simulate(Simulate),
    /// Open an incident, look at it, end it
    #[command(subcommand)]
    #[command(after_help = "\
Examples:
  zephyr incident open --sev 2 --summary \"Checkout p99 elevated in eu-frankfurt\"
  zephyr incident show
  zephyr incident resolve")]
    Incident(Incident),
    /// Answer pages, hand them on, stop them
    #[command(subcommand)]
    #[command(after_help = "\
Examples:
  zephyr page list
  zephyr page decline INC-7")]
    Page(Page),
    /// Answer everything that is ringing for me
    #[command(after_help = "\
Examples:
  zephyr ack
  zephyr ack --as maya")]
    Ack,
    /// Practise being paged: a real page with nothing wrong
    #[command(subcommand)]
    #[command(after_help = "\
Examples:
  zephyr drill page maya
  zephyr drill list")]
    Drill(Drill),
    /// How I am reached, and the code that shows it
    #[command(subcommand)]
    #[command(after_help = "\
Examples:
  zephyr contact list
  zephyr contact verify sms")]
    Contact(Contact),
    /// Who is on call now, at another time, and in the days ahead
    #[command(after_help = "\
Examples:
  zephyr oncall
  zephyr oncall who --at 2027-03-28T02:30
  zephyr oncall schedule platform --days 7")]
    Oncall(oncall::Oncall),
    /// Why somebody was rung at that moment, what was skipped, and what happens next
    Why(Why),
    /// Figures to learn from
    #[command(
        subcommand,
        after_help = "\
Examples:
  zephyr report missed --days 90"
    )]
    Report(Report),
    /// Which policy is in force, since when and by whom; apply another
    #[command(subcommand)]
    #[command(after_help = "\
Examples:
  zephyr policy apply --dry-run
  zephyr policy diff")]
    Policy(policy::Policy),
    /// Let a person or a program use the API
    #[command(subcommand)]
    #[command(after_help = "\
Examples:
  zephyr token create --person maya --expires 90d
  zephyr token list")]
    Token(Token),
    /// Who did what: incidents, tokens, policies, and who signed in
    Audit(Audit),
    /// Is everything in order: store, policy, clock, disk, and what rings outside
    #[command(after_help = "\
Examples:
  zephyr doctor
  zephyr doctor --data /var/lib/zephyr --policy /etc/zephyr/zephyr.toml")]
    Doctor(Doctor),
    /// Back up the store, restore it, read it through
    #[command(subcommand)]
    #[command(after_help = "\
Examples:
  zephyr store backup zephyr-monday.db
  zephyr store check")]
    Store(Store),
    /// Watch a whole incident at sixty times the speed, with made-up people; leaves nothing behind
    #[command(after_help = "\
Examples:
  zephyr demo
  zephyr demo --exit --speed 120")]
    Demo(Demo),
    /// A script that lets your shell complete commands and flags
    #[command(after_help = "\
Examples:
  zephyr completions bash
  zephyr completions zsh
  zephyr completions fish

Where each shell looks for such a script:
  bash   ~/.local/share/bash-completion/completions/zephyr
  zsh    a folder of its $fpath, as _zephyr
  fish   ~/.config/fish/completions/zephyr.fish")]
    Completions(Completions),
    /// The manual, as man pages or as one page of Markdown
    #[command(after_help = "\
Examples:
  zephyr man
  zephyr man --out man1
  zephyr man --markdown")]
    Man(Manual),
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    use super::{Cli, Command, Page};

    fn ring_again(line: &[&str]) -> (Option<String>, String) {
        let cli =
            Cli::try_parse_from(["zephyr", "page", "ring-again", "INC-1", "platform"].iter().chain(line)).unwrap();
        let Some(Command::Page(Page::RingAgain(given))) = cli.command else { panic!("{line:?}") };
        (cli.connection.person.map(|person| person.to_string()), given.person.to_string())
    }

    #[test]
    fn whoever_is_to_be_rung_again_is_not_taken_for_whoever_asks() {
        assert_eq!(ring_again(&["ines"]), (None, "ines".to_owned()));
        assert_eq!(ring_again(&["ines", "--as", "petra"]), (Some("petra".to_owned()), "ines".to_owned()));
    }

    #[test]
    fn definitions_are_sound() {
        super::Cli::command().debug_assert();
    }
}
