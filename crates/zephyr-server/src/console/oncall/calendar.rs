//! `/oncall/rotations/{rotation}`: a week or a month of a rotation, in the reader's zone.
//!
//! A week is drawn day by day, a month week by week: on a telephone there is room for one of them from left to right.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use http::Uri;
use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan};
use zephyr_core::policy::Policy;
use zephyr_core::proof::{self, Slot};
use zephyr_core::{PersonId, RotationId, World};

use super::strip::{Bar, Frame as Span, Lane, Mark, Strip};
use super::{asked, rotation, span, turns};
use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::bounds;
use crate::console::clock::Clock;
use crate::console::frame::Frame;
use crate::console::problem::page_or;
use crate::console::session::Visitor;
use crate::fault::Fault;

/// A week or a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum View {
    Week,
    Month,
}

impl View {
    fn name(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// Its first day, that of the one before, and that of the one after.
    fn around(self, day: Date) -> (Date, Date, Date) {
        match self {
            Self::Week => {
                let first = span::monday(day);
                (first, span::after(first, -7), span::after(first, 7))
            }
            Self::Month => {
                let first = day.first_of_month();
                (first, first.saturating_sub(1.month()), first.saturating_add(1.month()))
            }
        }
    }
}

#[derive(Debug, Template)]
#[template(path = "calendar.html")]
struct Calendar {
    frame: Frame,
    clock: Clock,
    rotation: RotationId,
    view: View,
    /// Of what it is: `2 to 8 Feb 2026`.
    title: String,
    days: [Date; 3],
    today: Date,
    /// Sign and name of each layer.
    layers: Vec<(String, String)>,
    strips: Vec<Strip>,
    /// When nobody is on call, and where that is shown.
    gaps: Vec<(String, String)>,
    more_gaps: usize,
    is_cut: bool,
}

impl Calendar {
    fn address(&self, view: &str, day: &Date) -> String {
        format!("/oncall/rotations/{}?view={view}&day={day}", self.rotation)
    }
}

/// The calendar.
pub async fn show<S: Stores>(
    State(app): State<App<S>>,
    uri: Uri,
    Path(name): Path<String>,
    Visitor(caller): Visitor,
) -> Response {
    page_or(&app, made(&app, &caller, &uri, &name).await, "/oncall")
}

async fn made<S: Stores>(app: &App<S>, caller: &Caller, uri: &Uri, name: &str) -> Result<Calendar, Fault> {
    let clock = Clock::of(app, caller, app.store.now().await?);
    let world = app.arranged_world().await?;
    let rotation = rotation(&world, name)?;
    let asked = asked(uri);
    let view = if asked.get("view").is_some_and(|view| view == "month") { View::Month } else { View::Week };
    let today = clock.zone().to_datetime(clock.now()).date();
    let day = asked.get("day").map(|day| span::day(day)).transpose()?.unwrap_or(today);
    let (first, before, after) = view.around(day);
    let drawn = Drawn { world: &world, clock: &clock, rotation: &rotation, visitor: caller.person() };
    let days: Vec<Date> = first.series(1.day()).take_while(|day| *day < after).collect();
    let (from, until) = (span::begins(clock.zone(), first), span::begins(clock.zone(), after));
    // What reaches into it is shown with its own ends.
    let around = 35 * 24_i64;
    let wide = |hours: i64, at: Timestamp| at.saturating_add(jiff::SignedDuration::from_hours(hours)).unwrap_or(at);
    let slots = proof::slots(&world, &rotation, wide(-around, from), wide(around, until));
    let strips = match view {
        View::Week => days.iter().map(|day| drawn.day(&slots, *day)).collect::<Vec<_>>(),
        View::Month => drawn.weeks(&slots, &days),
    };
    let gaps = turns::gaps(&slots, from, until);
    let more_gaps = gaps.len().saturating_sub(bounds::GAPS_SHOWN);
    let gaps = gaps.iter().take(bounds::GAPS_SHOWN);
    let gaps = gaps.map(|(from, until)| (clock.span(from, until), turns::address(&rotation, 0, *from))).collect();
    let is_cut = strips.iter().flat_map(|strip| &strip.lanes).any(|lane| lane.bars.len() >= bounds::BARS);
    Ok(Calendar {
        frame: Frame::of(app, caller, "/oncall", clock.clone()),
        title: titled(view, first, span::after(after, -1)),
        layers: drawn.layers(from),
        view,
        days: [before, day, after],
        today,
        strips,
        gaps,
        more_gaps,
        is_cut,
        clock,
        rotation,
    })
}

fn titled(view: View, first: Date, last: Date) -> String {
    match view {
        View::Month => first.strftime("%B %Y").to_string(),
        View::Week if first.month() == last.month() => format!("{} to {}", first.day(), last.strftime("%-d %b %Y")),
        View::Week => format!("{} to {}", first.strftime("%-d %b"), last.strftime("%-d %b %Y")),
    }
}

/// What every strip is drawn with.
#[derive(Clone, Copy)]
struct Drawn<'a> {
    world: &'a World,
    clock: &'a Clock,
    rotation: &'a RotationId,
    visitor: Option<&'a PersonId>,
}

impl Drawn<'_> {
    fn policy(&self) -> &Policy {
        &self.world.policy
    }

    /// How many layers there are: versions of one are one.
    fn places(&self) -> usize {
        let layers = self.policy().rotations.get(self.rotation).into_iter().flat_map(|known| &known.layers);
        layers.map(|layer| layer.place.saturating_add(1)).max().unwrap_or(0)
    }

    fn layers(&self, at: Timestamp) -> Vec<(String, String)> {
        let name = |place| (sign(place), proof::layer_name(self.policy(), self.rotation, place, at));
        (0..self.places()).map(name).collect()
    }

    /// A day, with its hours.
    fn day(&self, slots: &[Slot], day: Date) -> Strip {
        let zone = self.clock.zone();
        let frame = Span { from: span::begins(zone, day), until: span::begins(zone, span::after(day, 1)) };
        let hour = |hour: i8| {
            let at = zone.to_timestamp(day.at(hour, 0, 0, 0)).unwrap_or(frame.from);
            Mark { left: frame.place(at), text: hour.to_string() }
        };
        let layers = (0..self.places()).map(|place| {
            let own: Vec<Slot> = slots.iter().filter(|slot| slot.layer == place).cloned().collect();
            self.lane(place, &own, frame)
        });
        let lanes = self.nobody(slots, frame).into_iter().chain(layers).collect();
        let marks = [0, 6, 12, 18].map(hour).into();
        self.strip(span::short(day), span::odd_length(zone, day), frame, marks, lanes)
    }

    /// Weeks, with their days; in each layer one bar from hand-off to hand-off.
    fn weeks(&self, slots: &[Slot], days: &[Date]) -> Vec<Strip> {
        let zone = self.clock.zone();
        let joined: Vec<Vec<Slot>> = (0..self.places()).map(|place| turns::joined(slots, place)).collect();
        let mondays = days.iter().filter(|day| day.weekday() == Weekday::Monday || day.day() == 1);
        mondays
            .map(|day| span::monday(*day))
            .map(|monday| {
                let frame =
                    Span { from: span::begins(zone, monday), until: span::begins(zone, span::after(monday, 7)) };
                let day = |day: i64| {
                    let date = span::after(monday, day);
                    let text = format!("{} {}", span::weekday(date.weekday()), date.day());
                    Mark { left: frame.place(span::begins(zone, date)), text }
                };
                let lanes = joined.iter().enumerate().map(|(place, own)| self.lane(place, own, frame));
                let lanes = self.nobody(slots, frame).into_iter().chain(lanes).collect();
                let odd = (0..7).find_map(|day| {
                    let date = span::after(monday, day);
                    span::odd_length(zone, date).map(|odd| format!("{} is {odd}", span::short(date)))
                });
                self.strip(format!("Week of {}", span::short(monday)), odd, frame, (0..7).map(day).collect(), lanes)
            })
            .collect()
    }

    fn strip(&self, name: String, note: Option<String>, frame: Span, marks: Vec<Mark>, lanes: Vec<Lane>) -> Strip {
        let now = Some(self.clock.now()).filter(|now| frame.has(*now)).map(|now| frame.place(now));
        Strip { name, note, now, marks, lanes }
    }

    fn lane(&self, place: usize, own: &[Slot], frame: Span) -> Lane {
        let bars = own.iter().filter_map(|slot| self.bar(slot, frame)).take(bounds::BARS).collect();
        Lane { name: format!("Layer {}", place.saturating_add(1)), sign: sign(place), bars }
    }

    fn bar(&self, slot: &Slot, frame: Span) -> Option<Bar> {
        let (left, width) = frame.clip(slot.from, slot.until)?;
        let who = turns::standing(self.policy(), slot);
        let odd = turns::odd(self.policy(), slot);
        let time = self.clock.span(&slot.from, &slot.until);
        let words = if odd.is_empty() { format!("{who}, {time}") } else { format!("{who} ({odd}), {time}") };
        let look = turns::look(slot, self.visitor);
        let text = if look.contains("over") { format!("⇄ {who}") } else { who };
        let href = turns::address(self.rotation, slot.layer, slot.from.max(frame.from));
        Some(Bar { left, width, look, text, words, href })
    }

    /// The lane above all layers, where nobody is on call in some of it.
    fn nobody(&self, slots: &[Slot], frame: Span) -> Option<Lane> {
        let bars: Vec<Bar> = turns::gaps(slots, frame.from, frame.until)
            .into_iter()
            .filter_map(|(from, until)| {
                let (left, width) = frame.clip(from, until)?;
                let words = format!("Nobody is on call, {}", self.clock.span(&from, &until));
                let href = turns::address(self.rotation, 0, from);
                Some(Bar { left, width, look: "gap".to_owned(), text: "Nobody".to_owned(), words, href })
            })
            .take(bounds::BARS)
            .collect();
        (!bars.is_empty()).then(|| Lane { name: "Nobody on call".to_owned(), sign: "!".to_owned(), bars })
    }
}

fn sign(place: usize) -> String {
    place.saturating_add(1).to_string()
}
