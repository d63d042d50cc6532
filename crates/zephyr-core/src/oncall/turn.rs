//! Whose turn it is in a layer: a function of its `from`, pattern and order alone, never of when it was computed before.

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::wall;
use crate::policy::{Every, Layer};

/// The turn that an instant lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Turn {
    /// Which of the layer's slots.
    pub(crate) position: usize,
    /// The hand-off, the end of the window or the end of the layer, whichever is first.
    pub(crate) until: Timestamp,
}

/// The turn that `now` lies in; `None` before the first hand-off, outside the window, and once the layer is over.
pub(crate) fn turn_at(layer: &Layer, now: Timestamp) -> Option<Turn> {
    if layer.ends.is_some_and(|ends| ends <= now) {
        return None;
    }
    let (shift, handoff) = shift_at(layer, now)?;
    let window_end = match layer.window {
        Some(window) => wall::window_around(&layer.zone, window, now)?.1,
        None => handoff,
    };
    let until = window_end.min(handoff).min(layer.ends.unwrap_or(Timestamp::MAX));
    Some(Turn { position: position(layer, shift)?, until })
}

/// Which slot has a shift.
pub(crate) fn position(layer: &Layer, shift: i64) -> Option<usize> {
    usize::try_from(shift.checked_rem_euclid(i64::try_from(layer.slots.len()).ok()?)?).ok()
}

/// The number of the shift, from 0, and the instant at which it is handed over.
pub(crate) fn shift_at(layer: &Layer, now: Timestamp) -> Option<(i64, Timestamp)> {
    let mut shift = layer.every.shift_of(first(layer), layer.zone.to_datetime(now));
    // The wall clock alone is right but for times that a change of the clock skips or repeats.
    while now < begins(layer, shift) {
        shift -= 1;
    }
    let mut ends = begins(layer, shift + 1);
    while ends <= now && ends < Timestamp::MAX {
        shift += 1;
        ends = begins(layer, shift + 1);
    }
    (shift >= 0).then_some((shift, ends))
}

/// The first instant of a shift, from 0.
pub(crate) fn begins(layer: &Layer, shift: i64) -> Timestamp {
    wall::instant(&layer.zone, layer.every.begins(first(layer), shift))
}

fn first(layer: &Layer) -> DateTime {
    layer.from.to_datetime(layer.handoff_at)
}

impl Every {
    /// The wall-clock time at which a shift begins; the ends of time beyond them.
    fn begins(&self, first: DateTime, shift: i64) -> DateTime {
        match self {
            Self::Months(months) => {
                let months = shift.saturating_mul(i64::from(*months)).clamp(-120_000, 120_000);
                first.saturating_add(months.months())
            }
            Self::Hours(lengths) => {
                let (cycle, within) = (cycle(lengths), i64::try_from(lengths.len()).unwrap_or(1).max(1));
                let rest = usize::try_from(shift.rem_euclid(within)).unwrap_or_default();
                let rest: i64 = lengths.iter().take(rest).map(|hours| i64::from(*hours)).sum();
                let hours = shift.div_euclid(within).saturating_mul(cycle).saturating_add(rest);
                first.saturating_add(SignedDuration::from_hours(hours.clamp(-200_000_000, 200_000_000)))
            }
        }
    }

    /// The shift that a wall-clock time lies in, negative before the first.
    fn shift_of(&self, first: DateTime, wall: DateTime) -> i64 {
        match self {
            Self::Months(months) => {
                let count = |at: DateTime| i64::from(at.year()) * 12 + i64::from(at.month());
                let shift = (count(wall) - count(first)).div_euclid(i64::from((*months).max(1)));
                if wall < self.begins(first, shift) { shift - 1 } else { shift }
            }
            Self::Hours(lengths) => {
                let cycle = cycle(lengths);
                let hours = wall.duration_since(first).as_secs().div_euclid(3600);
                let mut rest = hours.rem_euclid(cycle);
                let whole = lengths.iter().take_while(|length| {
                    rest -= i64::from(**length);
                    rest >= 0
                });
                let within = i64::try_from(whole.count()).unwrap_or_default();
                let shifts = i64::try_from(lengths.len()).unwrap_or(1).max(1);
                hours.div_euclid(cycle) * shifts + within
            }
        }
    }
}

/// All lengths together, in hours.
fn cycle(lengths: &[u32]) -> i64 {
    lengths.iter().map(|hours| i64::from(*hours)).sum::<i64>().max(1)
}
