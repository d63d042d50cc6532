//! From wall clock to instant. A time that the zone skips means the first instant after the gap; a time that comes
//! twice means the first.

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{Timestamp, ToSpan};

use crate::policy::{DailyWindow, Window};

/// What is odd about a wall-clock time in a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Odd {
    /// The clock skips it: the first instant after the gap is meant.
    Skipped,
    /// It comes twice: the first is meant.
    Twice,
}

/// The instant that a wall-clock time means, and what is odd about it.
pub fn meant(zone: &TimeZone, wall: DateTime) -> (Timestamp, Option<Odd>) {
    let odd = match zone.to_ambiguous_timestamp(wall).offset() {
        AmbiguousOffset::Unambiguous { .. } => None,
        AmbiguousOffset::Fold { .. } => Some(Odd::Twice),
        AmbiguousOffset::Gap { .. } => Some(Odd::Skipped),
    };
    (instant(zone, wall), odd)
}

/// The instant of a wall-clock time in a zone. Beyond what a timestamp can hold, the nearest that it can.
pub(crate) fn instant(zone: &TimeZone, wall: DateTime) -> Timestamp {
    match zone.to_ambiguous_timestamp(wall).offset() {
        AmbiguousOffset::Unambiguous { offset } => with(offset, wall),
        AmbiguousOffset::Fold { before, .. } => with(before, wall),
        AmbiguousOffset::Gap { before, after } => end_of_gap(zone, with(after, wall), with(before, wall)),
    }
}

/// The change of the clock lies after `earlier`, the skipped time read with the new offset, and not after `later`,
/// the same read with the old one.
fn end_of_gap(zone: &TimeZone, earlier: Timestamp, later: Timestamp) -> Timestamp {
    zone.following(earlier).next().map_or(later, |change| change.timestamp().min(later))
}

fn with(offset: Offset, wall: DateTime) -> Timestamp {
    let limit = if wall.year() < 0 { Timestamp::MIN } else { Timestamp::MAX };
    offset.to_timestamp(wall).unwrap_or(limit)
}

/// The occurrence of a window that `now` lies in: its first instant and the first instant after it.
pub(crate) fn window_around(zone: &TimeZone, window: Window, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let today = zone.to_datetime(now).date();
    // Today's first. Where the clock jumps at midnight, an instant can belong to the window of a neighbouring day.
    [today, yesterday(today), tomorrow(today)].into_iter().filter(|day| window.days.contains(day.weekday())).find_map(
        |day| {
            let (from, to) = window_of(zone, window.hours, day);
            (from <= now && now < to).then_some((from, to))
        },
    )
}

/// The occurrence of a daily window that begins on a day; empty where the clock skips it whole.
pub(crate) fn window_of(zone: &TimeZone, hours: DailyWindow, day: Date) -> (Timestamp, Timestamp) {
    let last_day = if hours.from < hours.to { day } else { tomorrow(day) };
    (instant(zone, day.to_datetime(hours.from)), instant(zone, last_day.to_datetime(hours.to)))
}

pub(crate) fn tomorrow(day: Date) -> Date {
    day.saturating_add(1.day())
}

pub(crate) fn yesterday(day: Date) -> Date {
    day.saturating_sub(1.day())
}
