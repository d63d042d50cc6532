//! Spans of time: sorted, half open, none touching the next.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::oncall::{turn, wall};
use crate::policy::{Layer, Window};

/// Sorted, half open, none empty; none touches the next where [`merged`] made them.
pub(super) type Spans = Vec<(Timestamp, Timestamp)>;

/// The same time as spans of which none touches the next.
pub(super) fn merged(mut spans: Spans) -> Spans {
    spans.sort_unstable();
    let mut all: Spans = Vec::with_capacity(spans.len());
    for (from, until) in spans.into_iter().filter(|(from, until)| from < until) {
        match all.last_mut() {
            Some((_, last)) if from <= *last => *last = until.max(*last),
            _ => all.push((from, until)),
        }
    }
    all
}

/// Whether an instant lies in one of the spans.
pub(super) fn holds(spans: &[(Timestamp, Timestamp)], at: Timestamp) -> bool {
    around(spans, at).is_some()
}

/// Whether one of the spans has all of a piece.
pub(super) fn covers(spans: &[(Timestamp, Timestamp)], (from, until): (Timestamp, Timestamp)) -> bool {
    around(spans, from).is_some_and(|(_, end)| until <= end)
}

fn around(spans: &[(Timestamp, Timestamp)], at: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let after = spans.partition_point(|(from, _)| *from <= at);
    spans.get(after.checked_sub(1)?).copied().filter(|(_, until)| at < *until)
}

/// The edges of spans that lie inside a piece.
pub(super) fn edges_within(
    spans: &[(Timestamp, Timestamp)],
    (from, until): (Timestamp, Timestamp),
) -> impl Iterator<Item = Timestamp> {
    let first = spans.partition_point(|(_, end)| *end <= from);
    let near = spans.get(first..).unwrap_or_default().iter().take_while(move |(begin, _)| *begin < until);
    near.flat_map(|(begin, end)| [*begin, *end]).filter(move |edge| from < *edge && *edge < until)
}

/// When a window is open in a piece of time.
pub(super) fn windows(zone: &TimeZone, window: Window, (from, until): (Timestamp, Timestamp)) -> Spans {
    let mut day = wall::yesterday(wall::yesterday(zone.to_datetime(from).date()));
    let mut all = Vec::new();
    loop {
        let (begin, end) = wall::window_of(zone, window.hours, day);
        if begin >= until || day == jiff::civil::Date::MAX {
            return merged(all);
        }
        if window.days.contains(day.weekday()) {
            all.push((begin.max(from), end.min(until)));
        }
        day = wall::tomorrow(day);
    }
}

/// One turn of a layer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held {
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
    /// Which of the layer's slots.
    pub(super) position: usize,
}

/// The turns of a layer in a piece of time, in order; `open` is when its window is, `None` for always.
pub(super) fn turns(layer: &Layer, open: Option<&Spans>, (from, until): (Timestamp, Timestamp)) -> Vec<Held> {
    let mut held = Vec::new();
    let until = layer.ends.map_or(until, |ends| ends.min(until));
    let mut shift = turn::shift_at(layer, from).map_or(0, |(shift, _)| shift);
    let mut begin = turn::begins(layer, shift);
    let mut next_window = 0;
    while begin < until {
        let end = turn::begins(layer, shift + 1);
        let Some(position) = turn::position(layer, shift) else { break };
        let (first, last) = (begin.max(from), end.min(until));
        let mut add = |from: Timestamp, until: Timestamp| {
            if from < until {
                held.push(Held { from, until, position });
            }
        };
        match open {
            None => add(first, last),
            Some(open) => {
                while open.get(next_window).is_some_and(|(_, end)| *end <= first) {
                    next_window += 1;
                }
                let near = open.get(next_window..).unwrap_or_default().iter().take_while(|(from, _)| *from < last);
                near.for_each(|(from, until)| add((*from).max(first), (*until).min(last)));
            }
        }
        if end >= Timestamp::MAX {
            break;
        }
        shift += 1;
        begin = end;
    }
    held
}
