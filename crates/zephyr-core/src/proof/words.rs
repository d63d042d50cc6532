//! Findings in words: what is found, when, whom it concerns, what would happen, and what to do.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{About, Case, Finding};
use crate::incident::{What, rehearse};
use crate::policy::{Method, Policy};
use crate::{PersonId, World};

/// Services named one by one; more are counted.
const SERVICES: usize = 4;

impl Finding {
    /// What is found, in one line.
    pub fn message(&self, policy: &Policy) -> String {
        match &self.about {
            About::NobodyOnCall { rotation } => format!("nobody is on call for {rotation}"),
            About::NobodyAwake { rotation } => format!("nobody on the first two steps of {rotation} is awake"),
            About::AsleepOnCall { rotation } => format!("whoever is on call for {rotation} is asleep"),
            About::OnePersonTwoSteps { rotation, other, person } => {
                let name = policy.display_name(person);
                format!("{name} is on call for {rotation} and for {other}: two steps of a chain ring one person")
            }
            About::OneChannel { person } => {
                let name = policy.display_name(person);
                format!("{name} is reached by {} only: one failure silences all of it", methods(policy, person))
            }
        }
    }

    /// What to do about it.
    pub fn help(&self) -> String {
        match &self.about {
            About::NobodyOnCall { rotation } => format!("let a layer of [rotations.{rotation}] cover that time"),
            About::NobodyAwake { rotation } => {
                format!("give [rotations.{rotation}] a layer of people who are awake then")
            }
            About::AsleepOnCall { rotation } => {
                format!(
                    "a second person in another time zone for [rotations.{rotation}], or accept that this wakes them"
                )
            }
            About::OnePersonTwoSteps { rotation, other, .. } => {
                format!("let different people stand in [rotations.{rotation}] and [rotations.{other}] at that time")
            }
            About::OneChannel { person } => {
                format!("add a telephone (sms, call) beside data (push, email, chat) to [people.{person}]")
            }
        }
    }

    /// Which incidents meet it, `SEV-2 on checkout, search; SEV-1`; `None` where none does.
    pub fn incidents(&self) -> Option<String> {
        let mut severities: Vec<String> = Vec::new();
        let mut cases = self.cases.as_slice();
        while let Some(first) = cases.first() {
            let alike = cases.iter().take_while(|case| case.severity == first.severity).count();
            let (of_severity, rest) = cases.split_at(alike);
            severities.push(of_one_severity(of_severity, first));
            cases = rest;
        }
        (!severities.is_empty()).then(|| severities.join("; "))
    }

    /// The zone whose wall clock its times are told in: the rotation's first layer's, or the person's.
    pub fn zone(&self, policy: &Policy) -> TimeZone {
        let of_rotation = self.rotation().and_then(|id| policy.rotations.get(id)?.layers.first());
        let of_person = || self.person().and_then(|id| policy.people.get(id)).map(|person| person.zone.clone());
        of_rotation.map(|layer| layer.zone.clone()).or_else(of_person).unwrap_or(TimeZone::UTC)
    }
}

fn of_one_severity(cases: &[Case], first: &Case) -> String {
    let services: Vec<&str> = cases.iter().filter_map(|case| Some(case.service.as_ref()?.as_str())).collect();
    let everywhere = cases.iter().any(|case| case.service.is_none());
    match services.as_slice() {
        [] => first.severity.to_string(),
        _ if everywhere => format!("{} on any service", first.severity),
        few if few.len() <= SERVICES => format!("{} on {}", first.severity, few.join(", ")),
        many => {
            let shown: Vec<&str> = many.iter().take(SERVICES).copied().collect();
            format!("{} on {} and {} more", first.severity, shown.join(", "), many.len() - SERVICES)
        }
    }
}

fn methods(policy: &Policy, person: &PersonId) -> String {
    let mut named: Vec<Method> = Vec::new();
    for entry in policy.people.get(person).into_iter().flat_map(|known| &known.ladder) {
        if !named.contains(&entry.method) {
            named.push(entry.method);
        }
    }
    match named.split_last() {
        Some((last, [])) => last.to_string(),
        Some((last, rest)) => format!("{} and {last}", rest.iter().map(|m| m.as_str()).collect::<Vec<_>>().join(", ")),
        None => "nothing".to_owned(),
    }
}

/// A span by the wall clock of a zone, and in UTC: `2027-03-15 06:00 to 07:00 Europe/Berlin (05:00 to 06:00 UTC)`.
pub fn clock(zone: &TimeZone, (from, until): (Timestamp, Timestamp)) -> String {
    let utc = zone.iana_name().is_none_or(|name| matches!(name, "UTC" | "Etc/UTC"));
    if utc {
        return format!("{} UTC", ends(&TimeZone::UTC, from, until, true));
    }
    let same_day = zone.to_datetime(from).date() == TimeZone::UTC.to_datetime(from).date();
    let (name, local) = (zone.iana_name().unwrap_or_default(), ends(zone, from, until, true));
    format!("{local} {name} ({} UTC)", ends(&TimeZone::UTC, from, until, !same_day))
}

/// Both ends; the date is said again only where it is another.
fn ends(zone: &TimeZone, from: Timestamp, until: Timestamp, dated: bool) -> String {
    let (from, until) = (zone.to_datetime(from), zone.to_datetime(until));
    let day_too = |at: jiff::civil::DateTime, dated: bool| {
        let format = match (dated, at.second() == 0) {
            (true, true) => "%Y-%m-%d %H:%M",
            (true, false) => "%Y-%m-%d %H:%M:%S",
            (false, true) => "%H:%M",
            (false, false) => "%H:%M:%S",
        };
        at.strftime(format).to_string()
    };
    format!("{} to {}", day_too(from, dated), day_too(until, from.date() != until.date()))
}

/// What an incident would do at the beginning of the first gap, as the code that decides it says:
/// `SEV-2 on checkout at 2027-03-15 05:10 UTC wakes nobody until em on call (Petra Lindqvist) at 05:20`. `None` for what
/// is no matter of time, and where no incident rings the rotation.
pub fn example(world: &World, finding: &Finding) -> Option<String> {
    let is_of_time = match finding.about {
        About::NobodyOnCall { .. } | About::NobodyAwake { .. } | About::AsleepOnCall { .. } => true,
        About::OnePersonTwoSteps { .. } | About::OneChannel { .. } => false,
    };
    let (at, _) = *finding.gaps.first().filter(|_| is_of_time)?;
    let mut rehearsed = finding.cases.iter().map(|case| Rehearsed::new(world, case, at));
    // Of several pages of a rotation, one that meets it at this moment.
    let first = rehearsed.next()?;
    let met = |rehearsed: &Rehearsed<'_>| rehearsed.first_awake.as_ref().is_none_or(|(when, _, _)| *when > at);
    let told = if met(&first) { first } else { rehearsed.find(met).unwrap_or(first) };
    Some(told.in_words(&world.policy, at))
}

/// One page of a case, from its beginning.
struct Rehearsed<'c> {
    case: &'c Case,
    /// When somebody awake is rung for the first time, on which step, and who.
    first_awake: Option<(Timestamp, String, PersonId)>,
    /// Who is rung first of all.
    first: Option<(String, Vec<PersonId>)>,
}

impl<'c> Rehearsed<'c> {
    fn new(world: &World, case: &'c Case, at: Timestamp) -> Self {
        let mut rehearsed = Self { case, first_awake: None, first: None };
        for deed in rehearse(world, case.severity, case.service.as_ref(), at).deeds {
            let What::Step { target, step, wanted, .. } = deed.what else { continue };
            if target.as_str() != case.target {
                continue;
            }
            let step = step.map_or_else(|| "everybody who can be reached".to_owned(), |(_, who)| who.to_string());
            let awake = wanted.iter().find(|person| world.policy.is_awake(person, deed.at));
            if let (None, Some(person)) = (&rehearsed.first_awake, awake) {
                rehearsed.first_awake = Some((deed.at, step.clone(), person.clone()));
            }
            rehearsed.first.get_or_insert_with(|| (step, wanted.iter().cloned().collect()));
        }
        rehearsed
    }

    fn in_words(&self, policy: &Policy, at: Timestamp) -> String {
        let on = self.case.service.as_ref().map(|service| format!(" on {service}")).unwrap_or_default();
        let begin = format!("{}{on} at {} UTC", self.case.severity, at.strftime("%Y-%m-%d %H:%M"));
        match (&self.first_awake, &self.first) {
            (Some((when, step, person)), _) if *when == at => {
                format!("{begin} finds nobody on call, and rings {step} ({}) at once", policy.display_name(person))
            }
            (Some((when, step, person)), _) => {
                let name = policy.display_name(person);
                format!("{begin} wakes nobody until {step} ({name}) at {}", when.strftime("%H:%M"))
            }
            (None, Some((step, wanted))) => {
                let names: Vec<String> = wanted.iter().map(|person| policy.display_name(person)).collect();
                format!("{begin} reaches nobody awake in a whole round; {step} ({}) is rung first", names.join(", "))
            }
            (None, None) => format!("{begin} rings nobody"),
        }
    }
}
