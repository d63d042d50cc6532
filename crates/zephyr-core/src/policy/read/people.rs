//! `[people.maya]`: how to reach a person, and when they are awake.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use jiff::tz::{self, TimeZone};

use super::holidays::{self, Calendars};
use super::names;
use super::notes::Notes;
use super::organisation::Organisation;
use super::section::{Section, Text, duration};
use super::words;
use crate::policy::{DailyWindow, LadderEntry, Method, Person, Rule};
use crate::{PersonId, limits};

const KEYS: [&str; 8] = ["name", "email", "phone", "zone", "awake", "quiet", "holidays", "pages"];

/// `shortest` is the shortest time that a step lasts: every ladder has to end inside it.
pub(super) fn read(
    notes: &mut Notes<'_>,
    root: &Section<'_, '_>,
    organisation: &Organisation<'_>,
    calendars: &Calendars<'_>,
    shortest: SignedDuration,
) -> BTreeMap<PersonId, Person> {
    let Some(section) = root.child(notes, "people", &[]) else { return BTreeMap::new() };
    let mut people = BTreeMap::new();
    for given in section.names() {
        let id = names::name::<PersonId>(notes, &given);
        let Some(table) = section.child(notes, given.text, &KEYS) else { continue };
        let Some(person) = person(notes, &table, given.text, organisation, shortest) else { continue };
        let zone = person.zone.clone();
        let holidays = holidays::of_person(notes, &table, calendars, Some(&zone));
        let Some(id) = id else { continue };
        let admin = organisation.admins.contains(&id);
        people.insert(id, Person { admin, holidays, ..person });
    }
    if people.len() > limits::PEOPLE {
        let message = format!("there are {} people, and at most {} are read", people.len(), limits::PEOPLE);
        notes.add(Rule::TooMany, &section.at, message, "leave out who is in no rotation");
    }
    people
}

fn person(
    notes: &mut Notes<'_>,
    section: &Section<'_, '_>,
    id: &str,
    organisation: &Organisation<'_>,
    shortest: SignedDuration,
) -> Option<Person> {
    let name = section.line(notes, "name", "name", limits::DISPLAY_NAME_CHARS);
    let email = section.text(notes, "email").filter(|email| check_email(notes, email));
    let phone = section.text(notes, "phone").filter(|phone| check_phone(notes, phone));
    let zone = zone(notes, section);
    let awake = window(notes, section, "awake").unwrap_or(organisation.awake);
    let quiet = window(notes, section, "quiet");
    let has = |method: Method| match method {
        Method::Sms | Method::Call => section.get("phone").is_some(),
        Method::Email => section.get("email").is_some(),
        Method::Push | Method::Chat => true,
    };
    let ladder = match section.texts(notes, "pages", limits::LADDER_STEPS) {
        Some(own) => {
            let at = section.at("pages");
            let ladder = ladder(notes, &own, &at, shortest);
            report_unreachable(notes, section, &ladder, &own, has);
            ladder
        }
        None => default_ladder(organisation, shortest, has),
    };
    Some(Person {
        name: name.unwrap_or_else(|| id.to_owned()),
        email: email.map(|email| email.text.to_owned()),
        phone: phone.map(|phone| phone.text.to_owned()),
        zone: zone?,
        awake,
        quiet,
        holidays: Vec::new(),
        ladder,
        admin: false,
    })
}

/// E.164: a plus, then up to fifteen digits beginning with the country's.
fn check_phone(notes: &mut Notes<'_>, phone: &Text<'_>) -> bool {
    let digits = phone.text.strip_prefix('+').unwrap_or_default();
    let sound =
        (8..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit());
    if !sound {
        let help = "write a plus, the country code and the number, without blanks: \"+447700900123\"";
        notes.add(Rule::BadPhone, &phone.at, "this is not a telephone number in E.164", help);
    }
    sound
}

fn check_email(notes: &mut Notes<'_>, email: &Text<'_>) -> bool {
    let plain = |c: char| c.is_ascii_graphic() && !r#"()<>[],;:\""#.contains(c);
    let sound = email.text.len() <= 254
        && email.text.chars().all(|c| plain(c) || c == '@')
        && email.text.split_once('@').is_some_and(|(who, host)| {
            let labels = |label: &str| {
                !label.is_empty()
                    && !label.starts_with('-')
                    && !label.ends_with('-')
                    && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            };
            (1..=64).contains(&who.len())
                && !who.split('.').any(str::is_empty)
                && host.contains('.')
                && host.split('.').all(labels)
        });
    if !sound {
        notes.add(Rule::BadEmail, &email.at, "this is not a mail address", "write it as in \"maya@acme.example\"");
    }
    sound
}

/// The key `zone`, which has to be there.
pub(super) fn zone(notes: &mut Notes<'_>, section: &Section<'_, '_>) -> Option<TimeZone> {
    let given = section.required(notes, "zone", "\"Europe/Berlin\"")?;
    if let Ok(zone) = tz::db().get(given.text) {
        return Some(zone);
    }
    let help = match near_zone(given.text) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => "write an IANA name such as \"Europe/Berlin\"".to_owned(),
    };
    notes.add(Rule::UnknownZone, &given.at, format!("{} is not a time zone", words::quoted(given.text)), help);
    None
}

/// `Berlin` and `Europe/Brelin` both mean `Europe/Berlin`.
fn near_zone(given: &str) -> Option<String> {
    let known: Vec<String> = tz::db().available().map(|name| name.as_str().to_owned()).collect();
    let city = given.rsplit('/').next().unwrap_or_default().replace(' ', "_");
    let of_city = known
        .iter()
        .find(|name| name.rsplit_once('/').is_some_and(|(_, known_city)| known_city.eq_ignore_ascii_case(&city)));
    of_city.cloned().or_else(|| words::near(given, known.iter().map(String::as_str)).map(str::to_owned))
}

/// A key with a window of the day.
pub(super) fn window(notes: &mut Notes<'_>, section: &Section<'_, '_>, key: &str) -> Option<DailyWindow> {
    let given = section.text(notes, key)?;
    let window = words::window(given.text);
    if window.is_none() {
        let message = format!("{} is not a window of the day", words::quoted(given.text));
        notes.add(Rule::BadWindow, &given.at, message, "write two times of day, such as \"07:00-23:00\"");
    }
    window
}

fn ladder(
    notes: &mut Notes<'_>,
    given: &[Text<'_>],
    at: &std::ops::Range<usize>,
    shortest: SignedDuration,
) -> Vec<LadderEntry> {
    let before = notes.len();
    let mut ladder: Vec<LadderEntry> = Vec::new();
    for text in given {
        let Some(entry) = ladder_entry(notes, text) else { continue };
        match ladder.last() {
            None if !entry.after.is_zero() => {
                let message = "the ladder begins late: nothing happens before its first entry";
                notes.add(Rule::LadderBeginsLate, &text.at, message, format!("write \"{}\" first", entry.method));
            }
            Some(last) if entry.after < last.after => {
                let message = format!("this comes before the entry above it, {}", words::short(last.after));
                notes.add(
                    Rule::LadderOrder,
                    &text.at,
                    message,
                    "delays count from the beginning of the ring: sort them",
                );
            }
            _ => {}
        }
        if entry.after >= shortest {
            let message = format!("a step lasts {}, so this entry would never be reached", words::short(shortest));
            notes.add(Rule::LadderTooLong, &text.at, message, format!("use less than {}", words::short(shortest)));
        }
        ladder.push(entry);
    }
    if ladder.is_empty() && notes.len() == before {
        notes.add(
            Rule::EmptyLadder,
            at,
            "this ladder rings nobody",
            "write pages = [\"push\", \"1m sms\", \"2m call\"]",
        );
    }
    ladder
}

/// `push`, `1m sms`.
fn ladder_entry(notes: &mut Notes<'_>, given: &Text<'_>) -> Option<LadderEntry> {
    const METHODS: [Method; 5] = [Method::Push, Method::Sms, Method::Call, Method::Email, Method::Chat];
    let (delay, name) = match given.text.trim().split_once(' ') {
        Some((delay, name)) => (Some(delay), name.trim()),
        None => (None, given.text.trim()),
    };
    let Some(method) = METHODS.into_iter().find(|method| method.as_str() == name) else {
        let help = match words::near(name, METHODS.map(Method::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "write push, sms, call, email or chat, after a delay if any: \"1m sms\"".to_owned(),
        };
        notes.add(Rule::UnknownMethod, &given.at, format!("{} is no way to ring a person", words::quoted(name)), help);
        return None;
    };
    let after = match delay {
        Some(delay) => duration(notes, given, delay, SignedDuration::ZERO, limits::STEP_MAX)?,
        None => SignedDuration::ZERO,
    };
    Some(LadderEntry { after, method })
}

fn report_unreachable(
    notes: &mut Notes<'_>,
    section: &Section<'_, '_>,
    ladder: &[LadderEntry],
    given: &[Text<'_>],
    has: impl Fn(Method) -> bool,
) {
    let lacking = ladder.iter().map(|entry| entry.method).find(|method| !has(*method));
    let Some(method) = lacking else { return };
    let key = if method == Method::Email { "email" } else { "phone" };
    let entry = given.iter().find(|text| text.text.trim().ends_with(method.as_str()));
    let at = entry.map_or_else(|| section.at("pages"), |text| text.at.clone());
    let help = format!("add {key} to [{}], or leave `{method}` out", section.path);
    notes.add(Rule::NoAddress, &at, format!("`{method}` needs the key `{key}`, and [{}] has none", section.path), help);
}

/// The organisation's ladder without what this person has no address for; a push is left if nothing else is. Its
/// mistakes are taken down once, by [`check_default`].
fn default_ladder(
    organisation: &Organisation<'_>,
    shortest: SignedDuration,
    has: impl Fn(Method) -> bool,
) -> Vec<LadderEntry> {
    let wanted = match &organisation.pages {
        Some(pages) => ladder(&mut Notes::new(""), pages, &(0..0), shortest),
        None => built_in(shortest),
    };
    let mut ladder: Vec<LadderEntry> = wanted.into_iter().filter(|entry| has(entry.method)).collect();
    match ladder.first_mut() {
        Some(first) => first.after = SignedDuration::ZERO,
        None => ladder.push(LadderEntry { after: SignedDuration::ZERO, method: Method::Push }),
    }
    ladder
}

/// Takes down the mistakes of the organisation's own ladder.
pub(super) fn check_default(notes: &mut Notes<'_>, organisation: &Organisation<'_>, shortest: SignedDuration) {
    if let Some(pages) = &organisation.pages {
        let at = pages.first().map_or(0..0, |first| first.at.clone());
        ladder(notes, pages, &at, shortest);
    }
}

/// A push, a text after a minute, a call after two; closer together where a step is shorter than that.
fn built_in(shortest: SignedDuration) -> Vec<LadderEntry> {
    let two = SignedDuration::from_mins(2);
    let (sms, call) = if shortest > two { (SignedDuration::from_mins(1), two) } else { (shortest / 4, shortest / 2) };
    vec![
        LadderEntry { after: SignedDuration::ZERO, method: Method::Push },
        LadderEntry { after: sms, method: Method::Sms },
        LadderEntry { after: call, method: Method::Call },
    ]
}
