//! Who is on call, and who has a turn when.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /api/v1/oncall`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OnCall {
    /// The instant it holds for.
    pub at: Timestamp,
    /// By name.
    pub rotations: Vec<Rotation>,
    /// Who of them has not marked the policy as read, by id.
    #[serde(default)]
    pub unread: Vec<String>,
}

/// `POST /api/v1/oncall/ready`: that a person has read the policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ready {
    /// Person id.
    pub person: String,
    /// When they marked it as read first.
    pub read_at: Timestamp,
    /// Whether this is the answer to an earlier request with the same key.
    pub repeated: bool,
}

/// Who is on call in one rotation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Rotation {
    /// Its name.
    pub name: String,
    /// Those on call, the first layer first.
    pub on_call: Vec<Shift>,
}

/// `GET /api/v1/oncall/schedule`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Schedule {
    /// First instant of it.
    pub from: Timestamp,
    /// First instant after it.
    pub until: Timestamp,
    /// By name.
    pub rotations: Vec<ScheduledRotation>,
    /// Who has a turn there and has not marked the policy as read, by id.
    #[serde(default)]
    pub unread: Vec<String>,
}

/// Who has a turn in one rotation when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScheduledRotation {
    /// Its name.
    pub name: String,
    /// In order of time; turns of several layers overlap.
    pub turns: Vec<Turn>,
    /// When nobody has a turn in any layer.
    pub gaps: Vec<Gap>,
}

/// One person's turn, cut to the schedule that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Turn {
    /// Layer, from 0.
    pub layer: u32,
    /// Person id.
    pub person: String,
    /// Display name.
    pub name: String,
    /// First instant of it.
    pub from: Timestamp,
    /// First instant after it.
    pub until: Timestamp,
}

/// A time in which nobody is on call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Gap {
    /// First instant of it.
    pub from: Timestamp,
    /// First instant after it.
    pub until: Timestamp,
}

/// One person's present shift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Shift {
    /// Layer, from 0.
    pub layer: u32,
    /// Person id.
    pub person: String,
    /// Display name.
    pub name: String,
    /// Whether they are awake, by their own hours.
    pub awake: bool,
    /// Until when.
    pub until: Timestamp,
    /// Their telephone; only for people and the machine's operator, so that they can be rung when no server answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}
