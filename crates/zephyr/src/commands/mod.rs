//! One file a command. Each gets plain values and a printer, asks the server, and says how the process ends.

use std::cell::Cell;

use jiff::SignedDuration;
use zephyr_api::{Changed, Incident, Incidents, Me};

use crate::cli::IncidentArg;
use crate::client::Client;
use crate::failure::Failure;
use crate::machine;
use crate::printer::Printer;
use crate::render::Clock;
use crate::settings::Settings;

pub mod ack;
mod annotations;
pub mod audit;
pub mod check;
pub mod contact;
pub mod demo;
pub mod doctor;
mod doctor_database;
pub mod drill;
pub mod incident_change;
mod incident_declare;
pub mod incident_end;
pub mod incident_list;
pub mod incident_open;
pub mod incident_show;
pub mod incident_timeline;
pub mod init;
pub mod manual;
pub mod oncall;
mod oncall_calendar;
pub mod overview;
pub mod page_change;
pub mod page_list;
mod people;
pub mod policy;
mod proof;
pub mod report_missed;
pub mod serve;
pub mod simulate;
pub mod store;
mod store_database;
pub mod token_create;
pub mod token_list;
pub mod why;

/// Clocks that differ by more are told of: people compare what is shown here with their watch.
const SKEW: SignedDuration = SignedDuration::from_mins(1);

/// A server to ask, and where to print.
pub struct Session<'p> {
    /// The server.
    pub client: Client,
    /// Where to print.
    pub printer: &'p mut Printer,
    /// Whether programs read what is printed.
    pub json: bool,
    /// How far the server's clock is ahead of this machine's, as long as that is to be told.
    ahead: Cell<Option<SignedDuration>>,
    told_ahead: bool,
}

impl<'p> Session<'p> {
    /// Finds the server. No request is made.
    pub fn new(settings: &Settings, printer: &'p mut Printer) -> Result<Self, Failure> {
        let client = Client::find(&settings.connection)?;
        Ok(Self { client, printer, json: settings.json, ahead: Cell::new(None), told_ahead: false })
    }

    /// Reads.
    pub async fn get<Answer: serde::de::DeserializeOwned>(&self, path: &str) -> Result<Answer, Failure> {
        self.client.get(path).await.map_err(|error| self.client.failure(error))
    }

    /// Asks for a change, once, however often it has to be sent.
    pub async fn post<Body, Answer>(&self, path: &str, body: &Body) -> Result<Answer, Failure>
    where
        Body: serde::Serialize,
        Answer: serde::de::DeserializeOwned,
    {
        let key = machine::unguessable();
        self.client.post_surely(path, body, &key).await.map_err(|error| self.client.failure(error))
    }

    /// What the server is, and its present.
    pub async fn me(&self) -> Result<Me, Failure> {
        let me: Me = self.get(paths::ME).await?;
        let ahead = me.now.duration_since(machine::now());
        // A clock that runs faster than time differs by intent.
        if me.speed == 1 && ahead.abs() > SKEW {
            self.ahead.set(Some(ahead));
        }
        Ok(me)
    }

    /// Says once that the clocks of server and machine differ, if they do.
    pub fn tell_clocks(&mut self) {
        let Some(ahead) = self.ahead.take() else { return };
        if !std::mem::replace(&mut self.told_ahead, true) {
            self.printer.say(crate::render::clocks(ahead));
        }
    }

    /// The incident that is meant: the only one that is open, where none is named.
    pub async fn which(&self, named: Option<IncidentArg>, command: &str) -> Result<String, Failure> {
        if let Some(named) = named {
            return Ok(named.to_string());
        }
        let open = open(self.get(paths::INCIDENTS).await?);
        match open.as_slice() {
            [only] => Ok(only.label.clone()),
            [] => {
                Err(Failure::refused("no incident is open")
                    .hint("`zephyr incident list --all` shows those that are over"))
            }
            [newest, ..] => {
                let labels: Vec<&str> = open.iter().map(|incident| incident.label.as_str()).collect();
                Err(Failure::refused(format!("{} incidents are open", open.len()))
                    .why(labels.join(", "))
                    .hint(format!("say which: `zephyr {command} {}`", newest.label)))
            }
        }
    }

    /// Prints what a change made of an incident.
    pub async fn changed(&mut self, changed: &Changed, how: &str) {
        if self.json {
            self.printer.json(changed);
            return;
        }
        self.pages_of(std::slice::from_ref(&changed.incident), how).await;
    }

    /// Prints the pages of incidents that were just changed.
    pub async fn pages_of(&mut self, incidents: &[Incident], how: &str) {
        let now = self.me().await.ok().map(|me| me.now);
        for incident in incidents {
            // What was asked for is done: where the present cannot be had, the last known time has to do.
            let clock = Clock { now: now.unwrap_or_else(|| last_known(incident)), zone: machine::zone() };
            self.printer.line(crate::render::incident::head(incident, how));
            for line in crate::render::incident::pages(incident, &clock) {
                self.printer.line(line);
            }
        }
    }
}

/// Those that are open.
pub fn open(incidents: Incidents) -> Vec<Incident> {
    incidents.incidents.into_iter().filter(|incident| incident.phase == "open").collect()
}

/// The server's present as far as an incident tells.
fn last_known(incident: &Incident) -> jiff::Timestamp {
    let sent = incident.pages.iter().flat_map(|page| page.wanted.iter().flat_map(|wanted| &wanted.methods));
    let sent = sent.filter(|method| method.state != "waiting").filter_map(|method| method.at);
    sent.fold(incident.opened_at, Ord::max)
}

/// Addresses of the API.
pub mod paths {
    /// Who asks, and what the server is.
    pub const ME: &str = "/api/v1/me";
    /// Incidents.
    pub const INCIDENTS: &str = "/api/v1/incidents";
    /// All of them, those that are over as well.
    pub const ALL_INCIDENTS: &str = "/api/v1/incidents?phase=all";
    /// Answers everything that rings for whoever asks.
    pub const ACK: &str = "/api/v1/ack";
    /// Who is on call.
    pub const ONCALL: &str = "/api/v1/oncall";
    /// Who has a turn when.
    pub const SCHEDULE: &str = "/api/v1/oncall/schedule";
    /// That whoever asks has read the policy.
    pub const READY: &str = "/api/v1/oncall/ready";
    /// Calendars.
    pub const CALENDARS: &str = "/api/v1/calendars";

    /// Ends a calendar.
    pub fn revoke_calendar(id: &str) -> String {
        format!("{CALENDARS}/{id}/revoke")
    }

    /// Policies: which were in force, and applying another.
    pub const POLICIES: &str = "/api/v1/policies";
    /// Who did what.
    pub const AUDIT: &str = "/api/v1/audit";
    /// Drills.
    pub const DRILLS: &str = "/api/v1/drills";
    /// How whoever asks is reached.
    pub const CONTACTS: &str = "/api/v1/contacts";
    /// Who may not be reached.
    pub const READINESS: &str = "/api/v1/readiness";

    /// One drill.
    pub fn drill(label: &str) -> String {
        format!("{DRILLS}/{}", label)
    }

    /// What may be done with a method of one's own: `code`, `confirm`.
    pub fn contact(method: &str, verb: &str) -> String {
        format!("{CONTACTS}/{method}/{verb}")
    }

    /// Tokens.
    pub const TOKENS: &str = "/api/v1/tokens";

    /// Ends a token.
    pub fn revoke(id: &str) -> String {
        format!("{TOKENS}/{id}/revoke")
    }

    /// Channels of the built-in chat.
    pub const ROOMS: &str = "/api/v1/builtin/rooms";
    /// Entries of the built-in status page.
    pub const PUBLIC_ENTRIES: &str = "/api/v1/builtin/status";
    /// Tickets of the built-in tracker.
    pub const TICKETS: &str = "/api/v1/builtin/tickets";

    /// The text of one policy.
    pub fn policy(version: &str) -> String {
        format!("{POLICIES}/{version}")
    }

    /// What a person was rung with.
    pub fn inbox(person: &str) -> String {
        format!("/api/v1/builtin/inbox/{person}")
    }

    /// One incident.
    pub fn incident(label: &str) -> String {
        format!("{INCIDENTS}/{label}")
    }

    /// What may be done with it: `resolve`, `cancel`, `ack`, `decline`.
    pub fn verb(label: &str, verb: &str) -> String {
        format!("{INCIDENTS}/{label}/{verb}")
    }

    /// What may be done with one of its pages: `take`, `stop`, `ring-again`, `decline`.
    pub fn page(label: &str, target: &str, verb: &str) -> String {
        format!("{INCIDENTS}/{label}/pages/{target}/{verb}")
    }

    /// What was missed in the last so many days.
    pub fn report_missed(days: u32) -> String {
        format!("/api/v1/reports/missed?days={days}")
    }

    /// Whom its pages wanted.
    pub fn calls(label: &str) -> String {
        format!("{INCIDENTS}/{label}/calls")
    }

    /// What happened after an event; the answer may be held back for so many seconds until something has.
    pub fn timeline(label: &str, after: u64, wait_secs: u64) -> String {
        format!("{INCIDENTS}/{label}/timeline?after={after}&wait={wait_secs}")
    }
}
