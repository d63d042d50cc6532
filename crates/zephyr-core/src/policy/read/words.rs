//! The small languages inside strings: lengths of time, windows of a day, hand-offs, and what somebody probably meant.

use jiff::SignedDuration;
use jiff::civil::{Date, Time, Weekday};

use crate::policy::{DailyWindow, Weekdays};

/// `30s`, `5m`, `72h`.
pub(super) fn duration(given: &str) -> Option<SignedDuration> {
    let unit = given.chars().next_back()?;
    let digits = given.strip_suffix(unit)?;
    if digits.is_empty() || digits.len() > 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: i64 = digits.parse().ok()?;
    match unit {
        's' => Some(SignedDuration::from_secs(number)),
        'm' => Some(SignedDuration::from_mins(number)),
        'h' => Some(SignedDuration::from_hours(number)),
        _ => None,
    }
}

/// A length of time as the file writes it, `90s`, `5m`, `2h`.
pub(super) fn short(length: SignedDuration) -> String {
    let secs = length.as_secs();
    match (secs % 3600, secs % 60) {
        (0, _) if secs > 0 => format!("{}h", secs / 3600),
        (_, 0) if secs > 0 => format!("{}m", secs / 60),
        _ => format!("{secs}s"),
    }
}

/// `09:00`.
pub(super) fn time(given: &str) -> Option<Time> {
    let (hour, minute) = given.split_once(':')?;
    let two_digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
    if !two_digits(hour) || !two_digits(minute) {
        return None;
    }
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

/// `07:00-23:00`; the end may be `24:00`.
pub(super) fn window(given: &str) -> Option<DailyWindow> {
    let (from, to) = given.split_once('-')?;
    let to = if to.trim() == "24:00" { "00:00" } else { to.trim() };
    Some(DailyWindow { from: time(from.trim())?, to: time(to)? })
}

/// `Monday 09:00`, or `09:00` alone.
pub(super) fn handoff(given: &str) -> Option<(Option<Weekday>, Time)> {
    match given.trim().split_once(' ') {
        Some((day, at)) => Some((Some(weekday(day)?), time(at.trim())?)),
        None => Some((None, time(given.trim())?)),
    }
}

/// `Monday-Friday`, `Saturday`; a range may go over the end of the week.
pub(super) fn weekdays(given: &str) -> Option<Weekdays> {
    let Some((first, last)) = given.split_once('-') else {
        return weekday(given.trim()).map(|day| Weekdays::default().with(day));
    };
    let (first, last) = (weekday(first.trim())?, weekday(last.trim())?);
    let length = usize::try_from(last.since(first)).ok()?;
    Some(first.cycle_forward().take(length + 1).collect())
}

/// `2026-12-24 to 2026-12-26`, both days in it.
pub(super) fn days(given: &str) -> Option<(Date, Date)> {
    let (first, last) = given.split_once(" to ")?;
    Some((first.trim().parse().ok()?, last.trim().parse().ok()?))
}

const WEEKDAYS: [(Weekday, &str); 7] = [
    (Weekday::Monday, "Monday"),
    (Weekday::Tuesday, "Tuesday"),
    (Weekday::Wednesday, "Wednesday"),
    (Weekday::Thursday, "Thursday"),
    (Weekday::Friday, "Friday"),
    (Weekday::Saturday, "Saturday"),
    (Weekday::Sunday, "Sunday"),
];

fn weekday(given: &str) -> Option<Weekday> {
    WEEKDAYS.iter().find(|(_, name)| name.eq_ignore_ascii_case(given)).map(|(day, _)| *day)
}

/// `Monday`.
pub(super) fn weekday_name(day: Weekday) -> &'static str {
    WEEKDAYS.iter().find(|(known, _)| *known == day).map_or("", |(_, name)| name)
}

/// One length of a shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shift {
    Hours(u32),
    Months(u32),
}

/// `12 hours`, `3 days`, `1 week`, `2 months`; at most a year.
pub(super) fn shift(given: &str) -> Option<Shift> {
    let (number, unit) = given.trim().split_once(' ')?;
    if !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: u32 = number.parse().ok()?;
    let unit = if number == 1 { unit } else { unit.strip_suffix('s')? };
    let (hours, most) = match unit {
        "hour" => (1, 168),
        "day" => (24, 366),
        "week" => (7 * 24, 52),
        "month" => return (1..=12).contains(&number).then_some(Shift::Months(number)),
        _ => return None,
    };
    (1..=most).contains(&number).then(|| Shift::Hours(number * hours))
}

/// What was given between backticks, on one line and not too long.
pub(super) fn quoted(given: &str) -> String {
    let mut shown: String = given.chars().filter(|c| !c.is_control()).take(60).collect();
    if given.chars().count() > 60 {
        shown.push('…');
    }
    format!("`{shown}`")
}

/// The candidate that was probably meant.
pub(super) fn near<'c>(given: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let given: String = given.chars().take(64).flat_map(char::to_lowercase).collect();
    let allowed = match given.chars().count() {
        0..=1 => 0,
        2..=3 => 1,
        4..=7 => 2,
        _ => 3,
    };
    candidates
        .into_iter()
        .filter(|candidate| candidate.chars().count().abs_diff(given.chars().count()) <= allowed)
        .map(|candidate| (distance(&given, &candidate.to_lowercase()), candidate))
        .filter(|(far, _)| *far <= allowed)
        .min_by_key(|(far, _)| *far)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein: how many letters to change, add or leave out.
fn distance(a: &str, b: &str) -> usize {
    let mut above: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut left = i + 1;
        let mut row = vec![left];
        for (to, pair) in b.chars().zip(above.windows(2)) {
            let &[diagonal, up] = pair else { continue };
            left = (diagonal + usize::from(from != to)).min(up + 1).min(left + 1);
            row.push(left);
        }
        above = row;
    }
    above.last().copied().unwrap_or_default()
}
