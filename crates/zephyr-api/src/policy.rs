//! Policies on the wire.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The smallest policy that is sound to read, as an example.
const SMALL: &str = "\
[organisation]\n\
name = \"Acme\"\n\
regions = [\"eu-frankfurt\"]\n\
admins = [\"nora\"]\n\
[people.nora]\n\
name = \"Nora Falk\"\n\
zone = \"Europe/Berlin\"\n\
[services.checkout]\n\
owner = \"platform\"\n\
[rotations.platform]\n\
layers = [{ zone = \"Europe/Berlin\", every = \"1 week\", handoff = \"Monday 09:00\", from = 2026-01-05, people = [\"nora\"] }]\n\
[rotations.em]\n\
layers = [{ zone = \"Europe/Berlin\", every = \"1 week\", handoff = \"Monday 09:00\", from = 2026-01-05, people = [\"nora\"] }]\n\
[rotations.founder]\n\
layers = [{ zone = \"Europe/Berlin\", every = \"1 week\", handoff = \"Monday 09:00\", from = 2026-01-05, people = [\"nora\"] }]\n\
";

/// `POST /api/v1/policies`; only for admins and the machine's operator. The text that is in force already changes
/// nothing, so that a repetition does no harm.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "dry_run": true, "text": SMALL }))]
pub struct ApplyPolicy {
    /// The whole policy file, at most 1 000 000 bytes.
    pub text: String,
    /// The version that it is to replace: refused where another is in force by now. Left out, it replaces any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// Only say what it would change.
    #[serde(default)]
    pub dry_run: bool,
}

/// What applying a policy changed, or would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyApplied {
    /// The version of the text.
    pub version: String,
    /// The version in force before.
    pub previous: String,
    /// Whether it is in force now; `false` after `dry_run`, unless it was in force already.
    pub in_force: bool,
    /// What it means to people and services, in the order of a policy file. Empty where only its text differs.
    pub changes: Vec<PolicyChange>,
}

/// One difference between two policies. Addresses of people are never in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyChange {
    /// `person`, `service`, `rotation`, `severity`, `chain`, …
    pub what: String,
    /// Its name; empty where there is only one.
    pub name: String,
    /// `added`, `removed` or `changed`.
    pub change: String,
    /// Which parts of it, where it changed.
    pub parts: Vec<String>,
}

/// `GET /api/v1/policies`: what came into force, the last first, at most 200.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Policies {
    /// One that came back is there twice.
    pub policies: Vec<AppliedPolicy>,
}

/// That a policy came into force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AppliedPolicy {
    /// From 1, without holes.
    pub number: u64,
    /// Its version.
    pub version: String,
    /// When.
    pub at: Timestamp,
    /// Who applied it, and thereby approved its public sentences.
    pub by: String,
    /// `api`, or the name of the file that the server watches.
    pub source: String,
    /// Whether it is the one in force.
    pub in_force: bool,
}

/// `GET /api/v1/policies/{version}`, and `…/current`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyText {
    /// Its version.
    pub version: String,
    /// Whether it is the one in force.
    pub in_force: bool,
    /// The text. People's telephone numbers and mail addresses are `\"\"` but for admins and the machine's operator.
    pub text: String,
    /// Whether the addresses are in it.
    pub contacts: bool,
}

/// One mistake of a policy file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyMistake {
    /// Names the rule, `unknown-person`.
    pub rule: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// The offending text.
    pub text: String,
    /// What is wrong with it.
    pub message: String,
    /// What to write instead.
    pub help: String,
}
