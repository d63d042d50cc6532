//! The wire types of zephyr's HTTP API, and its stable error codes.
//!
//! Times are RFC 3339 in UTC. Names of fields and codes do not change once released; new fields may appear.
//! Deliberately not here: domain types. The server converts by hand.

mod account;
mod audit;
mod calendars;
mod declaring;
mod incident;
mod oncall;
mod policy;
mod problem;
mod reach;
mod requests;
mod server;
mod tokens;
mod whole;

pub use account::{
    Call, CallFigures, CallSend, Calls, MissedIncident, MissedReport, PageCalls, PageFigures, StepCalls,
};
pub use audit::{Audit, AuditEntry};
pub use calendars::{Calendar, Calendars, CreateCalendar, NewCalendar};
pub use declaring::{JoinIncident, ResolveIncident, Unclear};
pub use incident::{
    Acknowledged, Changed, Entry, Incident, Incidents, Lease, Link, MethodState, Page, PublicWords, Runbook, Timeline,
    Wanted,
};
pub use oncall::{Gap, OnCall, Ready, Rotation, Schedule, ScheduledRotation, Shift, Turn};
pub use policy::{AppliedPolicy, ApplyPolicy, Policies, PolicyApplied, PolicyChange, PolicyMistake, PolicyText};
pub use problem::{Code, Problem};
pub use reach::{
    BeginDrill, ConfirmContact, Contact, ContactChanged, Contacts, Drill, DrillChanged, DrillStory, Drilled, Drills,
    Readiness, Unready,
};
pub use requests::{
    EndIncident, OpenIncident, ReopenIncident, RingAgain, SetService, SetSeverity, StopPage, UpdateIncident,
};
pub use server::{Health, Me};
pub use tokens::{CreateToken, Token, TokenInfo, Tokens};
