//! Who did it and what caused it: on every event.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{EffectId, PersonId};

/// Who an event is by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// A person, through a token bound to them.
    Person(PersonId),
    /// A program with a token of its own. It may declare, and end what it declared; it never answers a page.
    Bot(String),
    /// Whoever runs the server, on its own machine, without saying who they are.
    Operator,
    /// zephyr itself, because a time came.
    System,
    /// An outside or built-in provider that answered an effect.
    Provider(String),
}

impl Actor {
    /// The person, where it was one.
    pub fn person(&self) -> Option<&PersonId> {
        match self {
            Self::Person(person) => Some(person),
            Self::Bot(_) | Self::Operator | Self::System | Self::Provider(_) => None,
        }
    }

    /// Whether somebody asked for it, a person or a program of theirs.
    pub fn is_somebody(&self) -> bool {
        match self {
            Self::Person(_) | Self::Bot(_) | Self::Operator => true,
            Self::System | Self::Provider(_) => false,
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(person) => person.fmt(f),
            Self::Bot(name) | Self::Provider(name) => f.write_str(name),
            Self::Operator => f.write_str("the operator"),
            Self::System => f.write_str("zephyr"),
        }
    }
}

/// What an event was caused by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A command, by the id of its request.
    Request(String),
    /// A time that came.
    Wake,
    /// The answer to an effect.
    Effect(EffectId),
}
