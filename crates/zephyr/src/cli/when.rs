//! Times and lengths as people type them.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use jiff::fmt::temporal::{Pieces, PiecesOffset};
use jiff::tz::{self, TimeZone};
use zephyr_core::oncall::wall::{self, Odd};

/// A number of days, `366d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DaysArg(pub u32);

impl DaysArg {
    /// Ten years and a bit: a schedule is not known for longer.
    const MOST: u32 = 3_700;
}

impl FromStr for DaysArg {
    type Err = String;
    fn from_str(given: &str) -> Result<Self, String> {
        let number = given.trim().strip_suffix('d').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        let days = number.and_then(|digits| digits.parse().ok()).filter(|days| (1..=Self::MOST).contains(days));
        days.map(Self).ok_or_else(|| format!("write a number of days from 1d to {}d, such as 366d", Self::MOST))
    }
}

/// A time: `2027-03-28T02:30[Europe/Berlin]`, `2027-03-28T02:30`, `2027-03-28`, `2027-03-28T00:30Z`.
#[derive(Debug, Clone, PartialEq)]
pub enum WhenArg {
    /// By a wall clock: in the zone it names, else in the reader's.
    Wall(DateTime, Option<TimeZone>),
    /// An instant, and the zone it names.
    Instant(Timestamp, Option<TimeZone>),
}

/// The instant that was meant.
#[derive(Debug, Clone)]
pub struct Moment {
    pub at: Timestamp,
    pub zone: TimeZone,
    /// What was typed, where its zone skips it or has it twice.
    pub odd: Option<(DateTime, Odd)>,
}

impl Moment {
    /// That the clock skips what was typed, or has it twice; `None` where it has it once.
    pub fn oddity(&self) -> Option<String> {
        let (wall, odd) = self.odd?;
        let typed = wall.strftime("%H:%M");
        Some(match odd {
            Odd::Skipped => {
                format!("{typed} does not exist there on that day: the first instant after the gap is meant")
            }
            Odd::Twice => format!("{typed} comes twice there on that day: the first is meant"),
        })
    }
}

impl WhenArg {
    /// The instant; `zone` is for a time that names none.
    pub fn meant(&self, zone: TimeZone) -> Moment {
        match self {
            Self::Wall(wall, named) => {
                let zone = named.clone().unwrap_or(zone);
                let (at, odd) = wall::meant(&zone, *wall);
                Moment { at, zone, odd: odd.map(|odd| (*wall, odd)) }
            }
            Self::Instant(at, named) => Moment { at: *at, zone: named.clone().unwrap_or(zone), odd: None },
        }
    }
}

impl FromStr for WhenArg {
    type Err = String;
    fn from_str(given: &str) -> Result<Self, String> {
        const HELP: &str =
            "write a time such as 2027-03-28T02:30[Europe/Berlin], 2027-03-28T02:30 or 2027-03-28T00:30Z";
        let given = given.trim();
        let pieces = Pieces::parse(given).map_err(|error| format!("{error}; {HELP}"))?;
        let zone = match given.split_once('[').map(|(_, rest)| rest.trim_end_matches(']').trim_start_matches('!')) {
            None => None,
            Some(name) => Some(tz::db().get(name).map_err(|_| format!("there is no time zone `{name}`; {HELP}"))?),
        };
        let wall = pieces.date().to_datetime(pieces.time().unwrap_or(Time::midnight()));
        let offset = match pieces.offset() {
            None => return Ok(Self::Wall(wall, zone)),
            Some(PiecesOffset::Numeric(offset)) => offset.offset(),
            Some(_) => tz::Offset::UTC,
        };
        let at = offset.to_timestamp(wall).map_err(|error| format!("{error}; {HELP}"))?;
        match &zone {
            Some(zone) if zone.to_offset(at) != offset && pieces.offset() != Some(PiecesOffset::Zulu) => {
                Err(format!("that zone does not have this offset at that time; {HELP}"))
            }
            _ => Ok(Self::Instant(at, zone)),
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let there = self.at.to_zoned(self.zone.clone());
        let name = self.zone.iana_name().unwrap_or("here");
        write!(f, "{} {name}", there.strftime("%a %-d %b %Y %H:%M"))?;
        if matches!(name, "UTC" | "Etc/UTC") { Ok(()) } else { write!(f, " ({})", self.at.strftime("%a %H:%M UTC")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(given: &str) -> String {
        match given.parse::<WhenArg>() {
            Ok(when) => {
                let when = when.meant(TimeZone::get("America/Denver").unwrap());
                format!("{when}{}", when.odd.map(|(_, odd)| format!(" {odd:?}")).unwrap_or_default())
            }
            Err(error) => error.split(';').next().unwrap_or_default().to_owned(),
        }
    }

    #[test]
    fn times_are_read_with_and_without_a_zone() {
        for (given, expected) in [
            ("2027-03-28T02:30[Europe/Berlin]", "Sun 28 Mar 2027 03:00 Europe/Berlin (Sun 01:00 UTC) Skipped"),
            ("2027-10-31T02:30[Europe/Berlin]", "Sun 31 Oct 2027 02:30 Europe/Berlin (Sun 00:30 UTC) Twice"),
            ("2027-10-31T02:30+01:00[Europe/Berlin]", "Sun 31 Oct 2027 02:30 Europe/Berlin (Sun 01:30 UTC)"),
            ("2027-10-31T00:30Z[Europe/Berlin]", "Sun 31 Oct 2027 02:30 Europe/Berlin (Sun 00:30 UTC)"),
            ("2027-01-01 12:00", "Fri 1 Jan 2027 12:00 America/Denver (Fri 19:00 UTC)"),
            ("2027-01-01", "Fri 1 Jan 2027 00:00 America/Denver (Fri 07:00 UTC)"),
            ("2027-01-01T12:00[UTC]", "Fri 1 Jan 2027 12:00 UTC"),
            ("2027-10-31T02:30+05:00[Europe/Berlin]", "that zone does not have this offset at that time"),
            ("2027-01-01T12:00[Europe/Brelin]", "there is no time zone `Europe/Brelin`"),
        ] {
            assert_eq!(told(given), expected, "{given}");
        }
        for given in ["", "tomorrow", "2027-02-29", "2027-13-01", "25:00", "2027-01-01T24:30"] {
            assert!(given.parse::<WhenArg>().is_err(), "{given}");
        }
    }

    #[test]
    fn days_are_a_number_with_its_unit() {
        assert_eq!("366d".parse(), Ok(DaysArg(366)));
        for given in ["", "d", "0d", "-1d", "366", "1e3d", "99999d", "366 days"] {
            assert!(given.parse::<DaysArg>().is_err(), "{given}");
        }
    }
}
