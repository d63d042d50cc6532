//! Times in one zone, and the rules of that zone, each change of its clock written out (RFC 5545, 3.6.5).
//!
//! Changes are listed rather than put into a recurrence rule: a list is right also where a government changes its mind.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

use super::text::Text;

/// Adds the rules of a zone for a span of time.
pub fn rules(text: &mut Text, zone: &TimeZone, name: &str, from: Timestamp, until: Timestamp) {
    text.line("BEGIN:VTIMEZONE");
    text.line(&format!("TZID:{name}"));
    let before = zone.preceding(from).next();
    match before {
        Some(change) => observance(text, zone, change.timestamp()),
        None => {
            let info = zone.to_offset_info(from);
            let start = offset_of(info.offset(), Timestamp::UNIX_EPOCH);
            section(text, info.dst().is_dst(), start, (info.offset(), info.offset()), info.abbreviation());
        }
    }
    // One that falls on the first instant itself is not among the preceding.
    let first = from.checked_sub(jiff::SignedDuration::from_nanos(1)).unwrap_or(from);
    for change in zone.following(first).take_while(|change| change.timestamp() < until) {
        observance(text, zone, change.timestamp());
    }
    text.line("END:VTIMEZONE");
}

/// What holds from a change of the clock on.
fn observance(text: &mut Text, zone: &TimeZone, change: Timestamp) {
    let just_before = change.checked_sub(jiff::SignedDuration::from_nanos(1)).unwrap_or(change);
    let former = zone.to_offset(just_before);
    let info = zone.to_offset_info(change);
    // A change begins by the clock that ends with it.
    section(text, info.dst().is_dst(), offset_of(former, change), (former, info.offset()), info.abbreviation());
}

fn section(text: &mut Text, is_dst: bool, start: DateTime, (former, offset): (Offset, Offset), name: &str) {
    let kind = if is_dst { "DAYLIGHT" } else { "STANDARD" };
    text.line(&format!("BEGIN:{kind}"));
    text.line(&format!("DTSTART:{}", wall(start)));
    text.line(&format!("TZOFFSETFROM:{}", written(former)));
    text.line(&format!("TZOFFSETTO:{}", written(offset)));
    text.words("TZNAME", name);
    text.line(&format!("END:{kind}"));
}

fn offset_of(offset: Offset, at: Timestamp) -> DateTime {
    offset.to_datetime(at)
}

/// `+0530`; seconds only where there are some.
fn written(offset: Offset) -> String {
    let seconds = offset.seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let seconds = seconds.unsigned_abs();
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match rest {
        0 => format!("{sign}{hours:02}{minutes:02}"),
        rest => format!("{sign}{hours:02}{minutes:02}{rest:02}"),
    }
}

fn wall(time: DateTime) -> String {
    time.strftime("%Y%m%dT%H%M%S").to_string()
}

/// `20270315T051000Z`.
pub fn utc(at: Timestamp) -> String {
    format!("{}Z", wall(TimeZone::UTC.to_datetime(at)))
}

/// Writes times by the wall clock of a zone.
#[derive(Debug)]
pub struct Clock<'a> {
    zone: &'a TimeZone,
    name: Option<&'a str>,
}

impl<'a> Clock<'a> {
    /// By a zone whose rules were written under this name; in UTC where there is none.
    pub fn new(zone: &'a TimeZone, name: Option<&'a str>) -> Self {
        Self { zone, name }
    }

    /// `DTSTART;TZID=Europe/Berlin:20270315T090000`. Of a time that comes twice by the clock, that form means the first:
    /// the second is written in UTC.
    pub fn property(&self, property: &str, at: Timestamp) -> String {
        let here = self.zone.to_datetime(at);
        let is_second = match self.zone.to_ambiguous_timestamp(here).offset() {
            AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Gap { .. } => false,
            AmbiguousOffset::Fold { before, .. } => self.zone.to_offset(at) != before,
        };
        match self.name {
            Some(name) if !is_second => format!("{property};TZID={name}:{}", wall(here)),
            _ => format!("{property}:{}", utc(at)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Clock, Text, rules};

    fn of(zone: &str, from: &str, until: &str) -> String {
        let zone = jiff::tz::TimeZone::get(zone).unwrap();
        let mut text = Text::default();
        let name = zone.iana_name().unwrap();
        rules(&mut text, &zone, name, from.parse().unwrap(), until.parse().unwrap());
        String::from(text).replace("\r\n", " ")
    }

    #[test]
    fn each_change_of_the_clock_is_there_by_the_clock_that_ends() {
        assert_eq!(
            of("Europe/Berlin", "2027-02-01T00:00:00Z", "2027-11-30T00:00:00Z"),
            "BEGIN:VTIMEZONE TZID:Europe/Berlin \
             BEGIN:STANDARD DTSTART:20261025T030000 TZOFFSETFROM:+0200 TZOFFSETTO:+0100 TZNAME:CET END:STANDARD \
             BEGIN:DAYLIGHT DTSTART:20270328T020000 TZOFFSETFROM:+0100 TZOFFSETTO:+0200 TZNAME:CEST END:DAYLIGHT \
             BEGIN:STANDARD DTSTART:20271031T030000 TZOFFSETFROM:+0200 TZOFFSETTO:+0100 TZNAME:CET END:STANDARD \
             END:VTIMEZONE "
        );
        let once = of("Europe/Berlin", "2027-03-28T01:00:00Z", "2027-04-01T00:00:00Z");
        assert_eq!(once.matches("20270328T020000").count(), 1, "a change on the first instant: {once}");
    }

    #[test]
    fn a_zone_that_never_changes_has_one_rule() {
        let kolkata = of("Asia/Kolkata", "2027-02-01T00:00:00Z", "2028-02-01T00:00:00Z");
        assert_eq!(kolkata.matches("TZOFFSETTO:+0530").count(), 1, "{kolkata}");
    }

    #[test]
    fn the_second_of_two_equal_times_is_written_in_utc() {
        let zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
        let clock = Clock::new(&zone, Some("Europe/Berlin"));
        let at = |text: &str| clock.property("DTSTART", text.parse().unwrap());
        assert_eq!(at("2027-10-31T00:30:00Z"), "DTSTART;TZID=Europe/Berlin:20271031T023000");
        assert_eq!(at("2027-10-31T01:30:00Z"), "DTSTART:20271031T013000Z");
        assert_eq!(at("2027-10-31T02:30:00Z"), "DTSTART;TZID=Europe/Berlin:20271031T033000");
    }
}
