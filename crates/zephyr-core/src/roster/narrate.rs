//! An event of the roster in words: the one text of audit, terminal and page.

use jiff::Timestamp;

use super::{Body, Event};
use crate::oncall::{Leave, Override};

/// What happened, as one sentence whose subject is the actor. Times in UTC.
pub fn narrate(event: &Event) -> String {
    match &event.body {
        Body::Overridden(Override { number, rotation, person, instead_of, from, until, .. }) => {
            let place = instead_of.as_ref().map(|other| format!(" in the place of {other}")).unwrap_or_default();
            let span = span(*from, *until);
            format!("put {person} on call for {rotation}{place} {span} (#{number})")
        }
        Body::Left(Leave { number, person, from, until, .. }) => {
            format!("noted that {person} is away {} (#{number})", span(*from, *until))
        }
        Body::Ended { number, until } if *until <= event.at => format!("ended #{number}"),
        Body::Ended { number, until } => format!("let #{number} end at {}", utc(*until)),
    }
}

fn span(from: Timestamp, until: Timestamp) -> String {
    format!("from {} until {}", utc(from), utc(until))
}

fn utc(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
