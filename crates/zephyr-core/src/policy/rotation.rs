//! Rotations as the file gives them: layers of people taking turns.
//!
//! Deliberately not here: whose turn it is at an instant, and what was arranged outside the file (`oncall`).

use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;

use crate::PersonId;

/// People taking turns.
#[derive(Debug, Clone, PartialEq)]
pub struct Rotation {
    /// Simultaneous layers by tier, then in the order of the file; the first that has somebody is primary.
    pub layers: Vec<Layer>,
}

/// One layer of a rotation, or one of its dated versions.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Which layer of its rotation, from 0. The versions of one layer share it; at most one of them is in force.
    pub place: usize,
    /// Layers of a lower tier are rung first; from 1.
    pub tier: u8,
    /// Zone of `handoff_at`, `window` and `from`.
    pub zone: TimeZone,
    /// When the layer is on duty; always where `None`.
    pub window: Option<Window>,
    /// How long shifts are.
    pub every: Every,
    /// Time of day of the first hand-off, and of every other where shifts are days, weeks or months.
    pub handoff_at: Time,
    /// Date of the first hand-off; before it the layer has nobody.
    pub from: Date,
    /// The first instant at which this layer, or this version of it, is over.
    pub ends: Option<Timestamp>,
    /// In the order of their turns; somebody may have several. Never all empty.
    pub slots: Vec<Slot>,
}

/// Who has one turn: several at once, one, or on purpose nobody.
pub type Slot = Vec<PersonId>;

/// How long the shifts of a layer are, by the wall clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Every {
    /// So many hours, one length after the other and again from the first; never empty, each at least 1. A day is 24
    /// hours by the wall clock, whatever the clock does that day.
    Hours(Vec<u32>),
    /// So many months, at least 1, on the day of the month of the first hand-off, or the last day of a shorter month.
    Months(u32),
}

impl Every {
    /// Shifts of so many weeks.
    pub fn weeks(weeks: u32) -> Self {
        Self::Hours(vec![weeks.saturating_mul(7 * 24)])
    }
}

/// A wall-clock window of a day, half open; `from` after `to` wraps midnight, equal means the whole day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DailyWindow {
    /// First instant in it.
    pub from: Time,
    /// First instant after it.
    pub to: Time,
}

impl DailyWindow {
    /// From midnight to midnight.
    pub const DAY: Self = Self { from: Time::midnight(), to: Time::midnight() };

    /// Whether it has no end: each day's begins where the one before it ends.
    pub fn is_whole_day(&self) -> bool {
        self.from == self.to
    }

    /// Whether a wall-clock time lies in the window.
    pub fn contains(&self, time: Time) -> bool {
        if self.is_whole_day() {
            true
        } else if self.from < self.to {
            self.from <= time && time < self.to
        } else {
            time >= self.from || time < self.to
        }
    }
}

/// Hours of some days of the week. A window that wraps midnight belongs to the day it begins on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Which hours.
    pub hours: DailyWindow,
    /// On which days.
    pub days: Weekdays,
}

impl Window {
    /// The same hours every day.
    pub fn daily(hours: DailyWindow) -> Self {
        Self { hours, days: Weekdays::ALL }
    }
}

/// A set of days of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Weekdays(u8);

impl Weekdays {
    /// Every day.
    pub const ALL: Self = Self(0b111_1111);

    /// With one more day.
    #[must_use]
    pub fn with(self, day: Weekday) -> Self {
        Self(self.0 | 1 << day.to_monday_zero_offset())
    }

    /// Whether a day is in it.
    pub fn contains(self, day: Weekday) -> bool {
        self.0 & (1 << day.to_monday_zero_offset()) != 0
    }

    /// Whether no day is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<Weekday> for Weekdays {
    fn from_iter<I: IntoIterator<Item = Weekday>>(days: I) -> Self {
        days.into_iter().fold(Self::default(), Self::with)
    }
}

impl Rotation {
    /// The layers whose people belong to the rotation at an instant: of each layer the version that is in force, or the
    /// next one to be.
    pub fn current(&self, now: Timestamp) -> impl Iterator<Item = &Layer> {
        let going = move |layer: &&Layer| layer.ends.is_none_or(|ends| now < ends);
        let mut last_place = None;
        self.layers.iter().filter(going).filter(move |layer| last_place.replace(layer.place) != Some(layer.place))
    }

    /// Everybody who belongs to it at an instant, in order; somebody may be there several times.
    pub fn members(&self, now: Timestamp) -> impl Iterator<Item = &PersonId> {
        self.current(now).flat_map(Layer::people)
    }
}

impl Layer {
    /// Everybody who has a turn, in order; somebody may be there several times.
    pub fn people(&self) -> impl Iterator<Item = &PersonId> {
        self.slots.iter().flatten()
    }
}
