//! What can be typed: definitions for clap and nothing else. `settings` turns them into what the commands work with.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use zephyr_core::PersonId;
use zephyr_core::policy::Rule;

use crate::env;

mod init;
pub mod policy;
mod store;
mod token;
mod values;

pub use init::Init;
pub use store::Store;
pub use token::{CreateToken, RevokeToken, Token};
pub use values::{IncidentArg, LogFormat, ReporterArg, SeverityArg, TargetArg};

/// Incident response and on-call, on your own machine.
#[derive(Debug, Parser)]
#[command(name = "zephyr", version, max_term_width = 80, disable_help_subcommand = true)]
#[command(after_help = "\
Without a command it shows what is open, who has it and what is due.
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
    /// The server, `http://127.0.0.1:7878`; else the one that runs on this machine
    #[arg(long, global = true, env = env::SERVER, value_name = "URL")]
    pub server: Option<String>,
    /// The token to show it; else the machine's own. Better given by the environment: others can see a command line
    #[arg(long, global = true, env = env::TOKEN, value_name = "TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// Who you are; with the machine's own token only, where your user name is not your name in the policy
    #[arg(long = "as", global = true, env = env::AS, value_name = "PERSON")]
    pub person: Option<PersonId>,
    /// The folder that the server keeps its data in [default: ./zephyr-data]
    #[arg(long, global = true, env = env::DATA, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Print the answer of the API as JSON
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Begin here: a small policy file and three templates, in your own repository
    Init(Init),
    /// Run the server: pages, console, status page and API
    Serve(Serve),
    /// Read a policy file: what is wrong with it, else whom it would page now
    Check(Check),
    /// Open an incident, look at it, end it
    #[command(subcommand)]
    Incident(Incident),
    /// Answer pages, hand them on, stop them
    #[command(subcommand)]
    Page(Page),
    /// Answer everything that is ringing for me
    Ack,
    /// Who is on call now
    Oncall,
    /// Which policy is in force, since when and by whom; apply another
    #[command(subcommand)]
    Policy(policy::Policy),
    /// Let a person or a program use the API
    #[command(subcommand)]
    Token(Token),
    /// Is everything in order: store, policy, clock, disk, and what rings outside
    Doctor(Doctor),
    /// Back up the store, restore it, read it through
    #[command(subcommand)]
    Store(Store),
    /// Watch a whole incident at sixty times the speed, with made-up people; leaves nothing behind
    Demo(Demo),
}

#[derive(Debug, Args)]
pub struct Serve {
    /// The policy file, followed while it runs [default: ./zephyr.toml; else the policy applied last]
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Where to listen; port 0 takes any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7878")]
    pub listen: String,
    /// Where people reach it, if that is not where it listens: `https://zephyr.example.com`
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// How to write the log, which goes to stderr
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
    pub log: LogFormat,
    /// How many times as fast as real time its clock runs
    #[arg(long, value_name = "N", default_value_t = 1, hide = true, value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub speed: u32,
    /// End when standard input ends, so that whoever started it need not
    #[arg(long, hide = true)]
    pub while_stdin: bool,
}

#[derive(Debug, Args)]
pub struct Doctor {
    /// The policy file
    #[arg(long, value_name = "FILE", default_value = "zephyr.toml")]
    pub policy: PathBuf,
}

#[derive(Debug, Args)]
pub struct Check {
    /// The policy file
    #[arg(value_name = "FILE", default_value = "zephyr.toml")]
    pub file: PathBuf,
    /// Read no file: say what a rule means, with an example of it broken and one of it kept
    #[arg(long, value_name = "RULE", conflicts_with = "file")]
    pub explain: Option<Rule>,
}

#[derive(Debug, Subcommand)]
pub enum Incident {
    /// Open an incident and page whom it concerns
    Open(Open),
    /// What is open, newest first
    List(List),
    /// One incident: who has it, what is ringing, where to look
    Show(Show),
    /// Everything that happened, in order
    Timeline(Timeline),
    /// It is over: pages stop, the status entry and the ticket are closed
    Resolve(Resolve),
    /// It was a false alarm: pages stop, the status entry is withdrawn. Nobody asks why
    Cancel(End),
    /// How things stand, in your words: to the channel and the status page
    Update(Update),
    /// It is not over: same number, paged as at opening
    Reopen(Reopen),
    /// It is worse, or less bad: whoever is newly due is paged, nobody twice
    Severity(SetSeverity),
    /// Which service it is, or where: its owner is paged if due
    Service(SetService),
}

#[derive(Debug, Args)]
pub struct Open {
    /// What is wrong, one line
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, value_parser = values::text)]
    pub summary: Option<String>,
    /// What is wrong, without writing --summary or quotes
    #[arg(value_name = "SUMMARY", hide = true)]
    pub words: Vec<String>,
    /// How bad: 1 is worst, 3 is noticed by no customer
    #[arg(long = "sev", value_name = "1|2|3", default_value = "2", allow_negative_numbers = true)]
    pub severity: SeverityArg,
    /// The service; else it is looked for in the summary
    #[arg(long, value_name = "NAME")]
    pub service: Option<String>,
    /// The region; else it is looked for in the summary
    #[arg(long, value_name = "NAME")]
    pub region: Option<String>,
    /// Only for those who take part, and admins; nothing public
    #[arg(long, conflicts_with = "public")]
    pub private: bool,
    /// The first public line, instead of the policy's sentence
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, value_parser = values::text)]
    pub public: Option<String>,
    /// Who noticed it first
    #[arg(long, value_name = "WHO", value_enum)]
    pub reported_by: Option<ReporterArg>,
    /// Ring my own phone too, if I am on call
    #[arg(long)]
    pub ring_me: bool,
    /// Open another, although one about the same is open
    #[arg(long, conflicts_with = "join")]
    pub anyway: bool,
    /// Where one about the same is open, add this to it and ask nothing; so it is without a terminal
    #[arg(long)]
    pub join: bool,
}

#[derive(Debug, Args)]
pub struct List {
    /// Those that are over as well
    #[arg(long)]
    pub all: bool,
}

#[derive(Debug, Args)]
pub struct Show {
    #[command(flatten)]
    pub one: One,
    /// Everything that happened, not only the last of it
    #[arg(long)]
    pub all: bool,
    /// Then tell what happens, as it happens, until it is over
    #[arg(long, conflicts_with = "json")]
    pub follow: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zephyr incident timeline INC-7
  zephyr incident timeline INC-7 --follow --json

With --follow and --json each entry is a line of its own.")]
pub struct Timeline {
    #[command(flatten)]
    pub one: One,
    /// Go on as it happens, until it is over
    #[arg(long)]
    pub follow: bool,
}

#[derive(Debug, Args)]
pub struct One {
    /// Which; may be left out while only one is open
    #[arg(value_name = "INC-7")]
    pub incident: Option<IncidentArg>,
}

#[derive(Debug, Args)]
pub struct Resolve {
    #[command(flatten)]
    pub end: End,
    /// Who noticed it first; a terminal asks where nobody has said so yet
    #[arg(long, value_name = "WHO", value_enum)]
    pub reported_by: Option<ReporterArg>,
}

#[derive(Debug, Args)]
pub struct End {
    /// Which; may be left out while only one is open
    #[arg(value_name = "INC-7")]
    pub incident: Option<IncidentArg>,
    /// The last public line, instead of the policy's sentence
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, value_parser = values::text)]
    pub public: Option<String>,
}

#[derive(Debug, Args)]
pub struct Update {
    /// Which
    #[arg(value_name = "INC-7")]
    pub incident: IncidentArg,
    /// One line, public where the incident has a status entry
    #[arg(value_name = "TEXT", default_value = "Still investigating.")]
    pub text: String,
}

#[derive(Debug, Args)]
pub struct Reopen {
    /// Which
    #[arg(value_name = "INC-7")]
    pub incident: IncidentArg,
    /// The public line, instead of the policy's sentence
    #[arg(long, value_name = "TEXT")]
    pub public: Option<String>,
    /// Ring my own phone too, if I am on call
    #[arg(long)]
    pub ring_me: bool,
}

#[derive(Debug, Args)]
pub struct SetSeverity {
    /// Which
    #[arg(value_name = "INC-7")]
    pub incident: IncidentArg,
    /// How bad from now on
    #[arg(value_name = "1|2|3")]
    pub severity: SeverityArg,
    /// It was wrong from the beginning: what is owed afterwards follows this one
    #[arg(long)]
    pub correct: bool,
}

#[derive(Debug, Args)]
pub struct SetService {
    /// Which
    #[arg(value_name = "INC-7")]
    pub incident: IncidentArg,
    /// The service
    #[arg(value_name = "SERVICE", required_unless_present = "region")]
    pub service: Option<String>,
    /// The region
    #[arg(long, value_name = "NAME")]
    pub region: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Page {
    /// Every page of what is open
    List,
    /// Answer what is ringing for me
    Ack(One),
    /// I cannot: ring the next at once
    Decline(Decline),
    /// I have this page, whoever else is rung for it
    Take(OnTarget),
    /// Ring nobody any more for this page
    Stop(Stop),
    /// Ring somebody again who was not reached
    RingAgain(RingAgain),
}

#[derive(Debug, Args)]
pub struct Decline {
    /// Which; may be left out while only one is open
    #[arg(value_name = "INC-7")]
    pub incident: Option<IncidentArg>,
    /// Only this page
    #[arg(value_name = "TARGET")]
    pub target: Option<TargetArg>,
}

#[derive(Debug, Args)]
pub struct OnTarget {
    /// Which incident
    #[arg(value_name = "INC-7")]
    pub incident: IncidentArg,
    /// Which of its pages: `service`, or the name of a rotation
    #[arg(value_name = "TARGET")]
    pub target: TargetArg,
}

#[derive(Debug, Args)]
pub struct Stop {
    #[command(flatten)]
    pub page: OnTarget,
    /// Why, one line
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, value_parser = values::text)]
    pub reason: String,
}

#[derive(Debug, Args)]
pub struct RingAgain {
    #[command(flatten)]
    pub page: OnTarget,
    // An id of its own: `person` is that of `--as`, and clap would take the one for the other.
    /// Whom
    #[arg(id = "whom", value_name = "PERSON")]
    pub person: PersonId,
}

#[derive(Debug, Args)]
pub struct Demo {
    /// End after the incident, instead of staying up to be looked at
    #[arg(long)]
    pub exit: bool,
    /// How many times as fast as real time
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=600))]
    pub speed: u32,
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
