//! From wall clock to instant. A time that the zone skips means the first instant after the gap; a time that comes
//! twice means the first.

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{Timestamp, ToSpan};

use crate::policy::DailyWindow;

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

/// The occurrence of a daily window that `now` lies in: its first instant and the first instant after it.
pub(crate) fn window_around(zone: &TimeZone, window: DailyWindow, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let today = zone.to_datetime(now).date();
    // Today's first. Where the clock jumps at midnight, an instant can belong to the window of a neighbouring day.
    [today, yesterday(today), tomorrow(today)].into_iter().find_map(|day| {
        let last_day = if window.from < window.to { day } else { tomorrow(day) };
        let from = instant(zone, day.to_datetime(window.from));
        if now < from {
            return None;
        }
        let to = instant(zone, last_day.to_datetime(window.to));
        (now < to).then_some((from, to))
    })
}

fn tomorrow(day: Date) -> Date {
    day.saturating_add(1.day())
}

fn yesterday(day: Date) -> Date {
    day.saturating_sub(1.day())
}
