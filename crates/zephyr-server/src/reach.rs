//! Asks the engine about drills and contacts, shows them on the wire, and keeps the key that codes are made with.
//!
//! Deliberately not here: what a drill rings, and whether a code is right (`zephyr_core::reach`).

use std::sync::Arc;

use zephyr_api as api;
use zephyr_api::{Code, Problem};
use zephyr_core::page::RungState;
use zephyr_core::policy::{Method, Policy};
pub use zephyr_core::reach::Command;
use zephyr_core::reach::{CodeKey, Drill, Ended, Fared, Reach, Refused, Whom};
use zephyr_core::{PersonId, World, limits, page};
use zephyr_engine::ports::{ObjectKey, Objects, StoreError};
use zephyr_engine::{Answer, Ask, Request, RequestKey};

use crate::app::{App, Stores};
use crate::auth::{Caller, hex};
use crate::fault::Fault;
use crate::view;

/// What became of a request: drills and contacts after it, the number of the drill, and whether it was answered before.
pub type Done = (Arc<Reach>, u64, bool);

/// Asks the engine.
pub async fn ask<S: Stores>(
    app: &App<S>,
    caller: &Caller,
    key: Option<RequestKey>,
    command: Command,
) -> Result<Done, Fault> {
    let request = Request { id: app.request_id(), actor: caller.actor.clone(), key, ask: Ask::Reach(command) };
    match app.engine.ask(request).await? {
        Answer::Reached { reach, number, repeated } => Ok((reach, number, repeated)),
        Answer::NotReached(refused) => Err(refusal(&refused)),
        Answer::KeyReused => Err(crate::api::key_reused()),
        Answer::Busy => Err(Fault::unavailable(
            "Others changed the same thing at the same time, too often",
            "Nothing changed; try again in a moment.",
        )),
        _ => Err(Fault::internal()),
    }
}

/// What a refusal means on the wire.
fn refusal(refused: &Refused) -> Fault {
    let (code, title) = match refused {
        Refused::NotAPerson | Refused::NotItsOwn(_) => (Code::Forbidden, "This token may not do that"),
        Refused::NoSuchDrill(_) => (Code::NotFound, "There is no such drill"),
        Refused::NoSuchPerson(_) | Refused::NoSuchRotation(_) => (Code::Invalid, "The policy has no such name"),
        Refused::NoSuchMethod(_) => (Code::NotFound, "There is no such method"),
        _ => (Code::Refused, "Refused; nothing changed"),
    };
    let problem = Problem::new(code, title).detail(refused.to_string());
    match refused {
        Refused::Page(page::Refused::NothingRings(_)) => {
            problem.hint("A drill is answered by whoever it rings; GET /api/v1/drills shows whom it rings.").into()
        }
        Refused::NotAPerson => problem.hint("On the server's own machine, the header `Zephyr-As` names you.").into(),
        Refused::NoCode(method) => problem.hint(format!("Ask for a code: POST /api/v1/contacts/{method}/code.")).into(),
        _ => problem.into(),
    }
}

/// The number in `DRILL-3`, `drill-3` or `3`.
pub fn number(label: &str) -> Option<u64> {
    let digits = match label.get(..6) {
        Some(prefix) if prefix.eq_ignore_ascii_case("drill-") => label.get(6..)?,
        _ => label,
    };
    let plain = !digits.is_empty() && digits.len() <= 10 && digits.bytes().all(|digit| digit.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

/// The same, for whoever has to have one.
pub fn drill_number(label: &str) -> Result<u64, Fault> {
    number(label).ok_or_else(|| no_drill(label))
}

/// 404 for one drill.
pub fn no_drill(given: &str) -> Fault {
    let given: String = given.chars().filter(|c| !c.is_control()).take(40).collect();
    let problem = Problem::new(Code::NotFound, format!("There is no drill {given} at hand"));
    problem.hint("Write DRILL-3 or 3; GET /api/v1/drills lists those that are kept at hand.").into()
}

/// A drill on the wire.
pub fn drill(drill: &Drill, policy: &Policy) -> api::Drill {
    let (person, rotation) = match &drill.of {
        Whom::Person(person) => (Some(person.to_string()), None),
        Whom::Rotation(rotation) => (None, Some(rotation.to_string())),
    };
    let answer = drill.answer();
    api::Drill {
        label: drill.label(),
        number: drill.number,
        person,
        rotation,
        severity: drill.severity.into(),
        state: drill.state().to_owned(),
        began_at: drill.began_at,
        began_by: drill.began_by.to_string(),
        ends_at: drill.over.as_ref().map_or(drill.ends_at, |over| over.at),
        answered_by: answer.map(|(by, _)| by.to_string()),
        answered_after_secs: answer.and_then(|(_, after)| u64::try_from(after.as_secs()).ok()),
        people: drill.paging.rings.keys().map(|person| drilled(drill, person, policy)).collect(),
    }
}

fn drilled(drill: &Drill, person: &PersonId, policy: &Policy) -> api::Drilled {
    let stopped =
        matches!(&drill.over, Some(over) if matches!(over.how, Ended::Answered { .. } | Ended::Stopped { .. }));
    let state = match drill.fared.get(person) {
        Some(Fared::Answered) => "answered",
        Some(Fared::Declined) => "declined",
        Some(Fared::Missed) => "missed",
        None if stopped => "spared",
        None => "ringing",
    };
    let rungs = drill.paging.rings.get(person).into_iter().flat_map(|ring| &ring.rungs);
    // What was never sent, since the drill ended before, says nothing.
    let sent = rungs.filter(|rung| drill.over.is_none() || !matches!(rung.state, RungState::Waiting { .. }));
    let methods = sent.map(view::method).collect();
    api::Drilled { person: person.to_string(), name: policy.display_name(person), state: state.to_owned(), methods }
}

/// How a person is reached, on the wire.
pub fn contacts(reach: &Reach, world: &World, person: &PersonId) -> api::Contacts {
    let ladder = world.policy.people.get(person).map(|known| known.ladder.as_slice()).unwrap_or_default();
    let mut methods: Vec<Method> = Vec::new();
    for entry in ladder {
        if !methods.contains(&entry.method) {
            methods.push(entry.method);
        }
    }
    let contacts = methods.into_iter().map(|method| contact(reach, world, person, method)).collect();
    api::Contacts { person: person.to_string(), contacts }
}

/// One method of a person, on the wire.
pub fn contact(reach: &Reach, world: &World, person: &PersonId, method: Method) -> api::Contact {
    let known = reach.contact(person, method);
    let verified_at = reach.verified_at(person, method, world);
    api::Contact {
        method: method.to_string(),
        verified_at,
        verified_until: verified_at.and_then(|at| at.checked_add(limits::VERIFIED_FOR).ok()),
        code_until: known.and_then(|contact| contact.asked.as_ref()).map(|asked| asked.until),
        taken_at: known.and_then(|contact| contact.taken_at),
        trouble: known.and_then(|contact| contact.failed.clone()),
    }
}

/// The key of this installation: the one that is kept, else the one given, which is kept from now on.
pub async fn code_key<S: Objects>(store: &S, fresh: [u8; 32]) -> Result<CodeKey, StoreError> {
    let key = ObjectKey { kind: "key".to_owned(), id: "codes".to_owned() };
    let at = key.clone();
    let text = store
        .exchange(vec![key], move |_, documents| match documents.into_iter().next().flatten() {
            Some(kept) => (kept, Vec::new()),
            None => {
                let text = format!("\"{}\"", hex(&fresh));
                (text.clone(), vec![(at, text)])
            }
        })
        .await?;
    let unreadable = || StoreError::Corrupt("the key of codes cannot be read".to_owned());
    let digits: String = serde_json::from_str(&text).map_err(|_| unreadable())?;
    let pairs = digits.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap_or_default());
    let bytes: Vec<u8> = pairs.filter_map(|pair| u8::from_str_radix(pair, 16).ok()).collect();
    bytes.try_into().map(CodeKey::new).map_err(|_| unreadable())
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn labels_are_read_as_people_write_them() {
        for label in ["DRILL-3", "drill-3", "3", "Drill-003"] {
            assert_eq!(number(label), Some(3), "{label}");
        }
        for label in ["", "DRILL-", "INC-3", "-3", "3a", "drill3"] {
            assert_eq!(number(label), None, "{label}");
        }
    }
}
