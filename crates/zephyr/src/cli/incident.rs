//! `zephyr incident`: what can be typed.

use clap::{Args, Subcommand};

use super::values::{self, IncidentArg, ReporterArg, SeverityArg};

#[derive(Debug, Subcommand)]
pub enum Incident {
    /// Open an incident and page whom it concerns
    #[command(after_help = "\
Examples:
  zephyr incident open --sev 2 --summary \"Checkout p99 elevated in eu-frankfurt\"
  zephyr incident open database is slow
  zephyr incident open --sev 3 --service search \"Search is slow\"")]
    Open(Open),
    /// What is open, newest first
    #[command(after_help = "\
Examples:
  zephyr incident list
  zephyr incident list --all --json")]
    List(List),
    /// One incident: who has it, what is ringing, where to look
    #[command(after_help = "\
Examples:
  zephyr incident show
  zephyr incident show INC-7 --follow")]
    Show(Show),
    /// Everything that happened, in order
    #[command(after_help = "\
Examples:
  zephyr incident timeline INC-7
  zephyr incident timeline INC-7 --follow --json

With --follow and --json each entry is a line of its own.")]
    Timeline(Timeline),
    /// It is over: pages stop, the status entry and the ticket are closed
    #[command(after_help = "\
Examples:
  zephyr incident resolve
  zephyr incident resolve INC-7 --reported-by customer
  zephyr incident resolve INC-7 --public \"Checkout works again.\"")]
    Resolve(Resolve),
    /// It was a false alarm: pages stop, the status entry is withdrawn. Nobody asks why
    #[command(after_help = "\
Examples:
  zephyr incident cancel
  zephyr incident cancel INC-7")]
    Cancel(End),
    /// How things stand, in your words: to the channel and the status page
    #[command(after_help = "\
Examples:
  zephyr incident update INC-7
  zephyr incident update INC-7 \"We have found the cause.\"")]
    Update(Update),
    /// It is not over: same number, paged as at opening
    #[command(after_help = "\
Examples:
  zephyr incident reopen INC-7
  zephyr incident reopen INC-7 --public \"It is back; we are looking again.\"")]
    Reopen(Reopen),
    /// It is worse, or less bad: whoever is newly due is paged, nobody twice
    #[command(after_help = "\
Examples:
  zephyr incident severity INC-7 1
  zephyr incident severity INC-7 3 --correct")]
    Severity(SetSeverity),
    /// Which service it is, or where: its owner is paged if due
    #[command(after_help = "\
Examples:
  zephyr incident service INC-7 checkout
  zephyr incident service INC-7 checkout --region us-ashburn")]
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
