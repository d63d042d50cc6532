//! `/oncall/coverage`: a year of every rotation as a picture, with what the proof finds where it is, and in words.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::Uri;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use zephyr_core::proof::{self, Finding, Level};
use zephyr_core::{PersonId, RotationId};

use super::strip::{Bar, Frame as Span, Lane, Mark, Strip};
use super::{asked, rotation, span, turns};
use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::bounds;
use crate::console::clock::Clock;
use crate::console::frame::Frame;
use crate::console::problem::page_or;
use crate::console::session::Visitor;
use crate::coverage::Proven;
use crate::fault::Fault;

/// Times closer together than this are one mark: the first step at which the marks are few enough.
const STEPS: [i64; 4] = [2, 10, 35, 400];

#[derive(Debug, Template)]
#[template(path = "coverage.html")]
struct Coverage {
    frame: Frame,
    year: Option<Year>,
}

/// What is there to show.
#[derive(Debug)]
struct Year {
    span: String,
    /// How many findings are errors.
    errors: usize,
    /// How many are warnings.
    warnings: usize,
    strips: Vec<Strip>,
    /// With findings, and not drawn here.
    others: Vec<RotationId>,
    covered: Vec<RotationId>,
    told: Vec<Told>,
    not_told: usize,
}

/// A finding in words.
#[derive(Debug)]
struct Told {
    number: usize,
    is_error: bool,
    rule: &'static str,
    message: String,
    help: String,
    incidents: Option<String>,
    example: Option<String>,
    could_fill: Option<String>,
    /// In the reader's time, in UTC, and where the calendar shows it.
    times: Vec<(String, String, Option<String>)>,
    more_times: usize,
}

/// The year.
pub async fn show<S: Stores>(State(app): State<App<S>>, uri: Uri, Visitor(caller): Visitor) -> Response {
    page_or(&app, made(&app, &caller, &uri).await, "/oncall")
}

async fn made<S: Stores>(app: &App<S>, caller: &Caller, uri: &Uri) -> Result<Coverage, Fault> {
    let clock = Clock::of(app, caller, app.store.now().await?);
    let world = Arc::new(app.arranged_world().await?);
    let only = asked(uri).remove("rotation").map(|name| rotation(&world, &name)).transpose()?;
    let proven = app.coverages.of(world, clock.now()).await;
    let mut frame = Frame::of(app, caller, "/oncall", clock.clone());
    if proven.is_none() {
        frame = frame.refreshing_in(2);
    }
    Ok(Coverage { frame, year: proven.map(|proven| year(&proven, &clock, only.as_ref())) })
}

fn year(proven: &Proven, clock: &Clock, only: Option<&RotationId>) -> Year {
    let (proof, policy) = (&proven.proof, &proven.world.policy);
    let wanted = |finding: &&Finding| only.is_none_or(|only| finding.rotation() == Some(only));
    let found: Vec<&Finding> = proof.findings.iter().filter(wanted).collect();
    let of = |level: Level| found.iter().filter(|finding| finding.level() == level).count();
    let has = |id: &RotationId| found.iter().any(|finding| finding.rotation() == Some(id));
    let rotations = policy.rotations.keys().filter(|id| only.is_none_or(|only| only == *id)).cloned();
    let (mut with, covered): (Vec<RotationId>, Vec<RotationId>) = rotations.partition(has);
    // The worst first, as the findings are.
    with.sort_by_key(|id| found.iter().position(|finding| finding.rotation() == Some(id)));
    let others = with.split_off(bounds::YEARS_DRAWN.min(with.len()));
    Year {
        span: clock.span(&proof.from, &proof.until),
        errors: of(Level::Error),
        warnings: of(Level::Warning),
        strips: with.iter().map(|id| strip(proven, clock, &found, id)).collect(),
        others,
        covered,
        told: found.iter().take(bounds::FINDINGS_TOLD).enumerate().map(|(n, f)| told(proven, clock, n, f)).collect(),
        not_told: found.len().saturating_sub(bounds::FINDINGS_TOLD),
    }
}

/// A rotation's year: a lane of errors and one of warnings.
fn strip(proven: &Proven, clock: &Clock, found: &[&Finding], id: &RotationId) -> Strip {
    let frame = Span { from: proven.proof.from, until: proven.proof.until };
    let lane = |level: Level, sign: &str, name: &str| {
        let own = found.iter().enumerate().filter(|(_, f)| f.level() == level && f.rotation() == Some(id));
        let bars: Vec<Bar> = own.flat_map(|(number, finding)| bars(proven, clock, frame, number, finding)).collect();
        (!bars.is_empty()).then(|| Lane { name: name.to_owned(), sign: sign.to_owned(), bars })
    };
    let lanes = [lane(Level::Error, "!", "Errors"), lane(Level::Warning, "?", "Warnings")];
    let first: Date = clock.zone().to_datetime(frame.from).date().first_of_month();
    // A month that begins at the very end has no room for its name.
    let months = (1..=11).map(|month| first.saturating_add(month.months()));
    let mark = |month: Date| Mark {
        left: frame.place(span::begins(clock.zone(), month)),
        text: month.strftime("%b").to_string(),
    };
    let marks = months.map(mark).collect();
    Strip { name: id.to_string(), note: None, now: None, marks, lanes: lanes.into_iter().flatten().collect() }
}

fn bars(proven: &Proven, clock: &Clock, frame: Span, number: usize, finding: &Finding) -> Vec<Bar> {
    let message = finding.message(&proven.world.policy);
    let bar = |(from, until, times): (Timestamp, Timestamp, usize)| {
        let (left, width) = frame.clip(from, until)?;
        let often = if times == 1 { String::new() } else { format!("{times} times in ") };
        let look = if finding.level() == Level::Error { "gap" } else { "warn" };
        let words = format!("{message}: {often}{}", clock.span(&from, &until));
        let href = if number < bounds::FINDINGS_TOLD {
            format!("#f{}", number.saturating_add(1))
        } else {
            format!("/oncall/coverage?rotation={}", finding.rotation().map(RotationId::as_str).unwrap_or_default())
        };
        Some(Bar { left, width, look: look.to_owned(), text: String::new(), words, href })
    };
    together(&finding.gaps).into_iter().filter_map(bar).collect()
}

/// Times as few marks: first instant, first instant after, and how many they are.
fn together(gaps: &[(Timestamp, Timestamp)]) -> Vec<(Timestamp, Timestamp, usize)> {
    let mut marks: Vec<(Timestamp, Timestamp, usize)> = Vec::new();
    for days in STEPS {
        marks.clear();
        for (from, until) in gaps {
            match marks.last_mut() {
                Some((_, end, times)) if from.duration_since(*end) < SignedDuration::from_hours(24 * days) => {
                    (*end, *times) = (*until, *times + 1);
                }
                _ => marks.push((*from, *until, 1)),
            }
        }
        if marks.len() <= bounds::YEAR_MARKS {
            break;
        }
    }
    marks
}

fn told(proven: &Proven, clock: &Clock, number: usize, finding: &Finding) -> Told {
    let (world, policy) = (&proven.world, &proven.world.policy);
    let gaps: &[(Timestamp, Timestamp)] = if finding.is_timed() { &finding.gaps } else { &[] };
    let could_fill = finding.gaps.first().map(|gap| proof::could_fill(world, finding, *gap)).unwrap_or_default();
    let time = |(from, until): &(Timestamp, Timestamp)| {
        let day = clock.zone().to_datetime(*from).date();
        let at = finding.rotation().map(|id| format!("/oncall/rotations/{id}?day={day}"));
        (clock.span(from, until), proof::clock(&jiff::tz::TimeZone::UTC, (*from, *until)), at)
    };
    Told {
        number: number.saturating_add(1),
        is_error: finding.level() == Level::Error,
        rule: finding.rule().id(),
        message: finding.message(policy),
        help: finding.help(),
        incidents: finding.incidents(),
        example: proof::example(world, finding),
        could_fill: turns::names(policy, could_fill.iter().collect::<Vec<&PersonId>>().into_iter()),
        times: gaps.iter().take(bounds::TIMES_TOLD).map(time).collect(),
        more_times: gaps.len().saturating_sub(bounds::TIMES_TOLD),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_times_become_few_marks_and_none_is_lost() {
        let day = |n: i64| Timestamp::from_second(1_800_000_000 + n * 86_400).unwrap();
        let few: Vec<_> = (0..5).map(|n| (day(n * 30), day(n * 30 + 1))).collect();
        assert_eq!(together(&few).len(), 5);
        let nights: Vec<_> = (0..366).map(|n| (day(n), day(n) + SignedDuration::from_hours(6))).collect();
        assert_eq!(together(&nights), [(day(0), nights[365].1, 366)]);
        let weekly: Vec<_> = (0..52).map(|n| (day(n * 7), day(n * 7 + 1))).collect();
        let marks = together(&weekly);
        assert!(marks.len() <= bounds::YEAR_MARKS && marks.iter().map(|(_, _, times)| times).sum::<usize>() == 52);
    }
}
