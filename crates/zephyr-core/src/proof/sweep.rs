//! Walks through the pieces of a rotation's time, with the functions that decide at run time.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::people::Awake;
use super::spans::{self, Held, Spans};
use super::{Front, Second};
use crate::oncall::{Stand, Turn};
use crate::policy::{Layer, Rotation, Window};
use crate::{PersonId, RotationId, World, limits};

/// A piece of time in which the same people stand in the same layers.
struct Piece<'a> {
    span: (Timestamp, Timestamp),
    stands: Vec<Stand<'a>>,
}

impl<'a> Piece<'a> {
    fn primary(&self) -> impl Iterator<Item = &'a PersonId> + '_ {
        self.stands.iter().take(1).flat_map(|stand| &stand.people).map(|(person, _)| *person)
    }

    fn everyone(&self) -> impl Iterator<Item = &'a PersonId> + '_ {
        self.stands.iter().flat_map(|stand| &stand.people).map(|(person, _)| *person)
    }
}

/// The same, with whose turn it is.
pub(super) struct Cut<'a> {
    pub(super) span: (Timestamp, Timestamp),
    pub(super) held: Vec<(&'a Layer, Turn)>,
    pub(super) stands: Vec<Stand<'a>>,
}

/// The whole time of a rotation.
pub(super) struct Line<'a> {
    pieces: Vec<Piece<'a>>,
}

impl Line<'_> {
    /// When nobody is on call.
    pub(super) fn empty(&self) -> Spans {
        spans::merged(self.pieces.iter().filter(|piece| piece.stands.is_empty()).map(|piece| piece.span).collect())
    }
}

/// One person's turn in one layer, hand-off to hand-off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// Which layer, from 0.
    pub layer: usize,
    /// Who.
    pub person: PersonId,
    /// The number of the override that puts them there.
    pub by: Option<u64>,
    /// First instant of it.
    pub from: Timestamp,
    /// First instant after it.
    pub until: Timestamp,
}

impl Line<'_> {
    /// Every turn in it, in order of time. A turn goes on where the same person goes on.
    pub(super) fn shifts(&self) -> Vec<Shift> {
        let mut shifts: Vec<Shift> = Vec::new();
        for piece in &self.pieces {
            let (from, until) = piece.span;
            for stand in &piece.stands {
                for (person, by) in &stand.people {
                    let same = |shift: &&mut Shift| {
                        shift.until == from && shift.layer == stand.place && shift.person == **person && shift.by == *by
                    };
                    // What goes on ended here; it lies among the last few.
                    match shifts.iter_mut().rev().take(TOGETHER).find(same) {
                        Some(shift) => shift.until = until,
                        None => {
                            let (layer, person, by) = (stand.place, (*person).clone(), *by);
                            shifts.push(Shift { layer, person, by, from, until });
                        }
                    }
                }
            }
        }
        shifts
    }
}

/// At most so many have turns at once: each layer, and everybody of its slot.
const TOGETHER: usize = limits::LAYERS * limits::SLOT_PEOPLE;

/// Who stands on a step from when until when.
type Standing<'a> = Vec<((Timestamp, Timestamp), Vec<&'a PersonId>)>;

pub(super) struct Sweep<'a> {
    world: &'a World,
    piece: (Timestamp, Timestamp),
    awake: Awake<'a>,
    windows: BTreeMap<(String, jiff::civil::Time, jiff::civil::Time, crate::policy::Weekdays), Spans>,
    standing: BTreeMap<Front, Standing<'a>>,
}

impl<'a> Sweep<'a> {
    pub(super) fn new(world: &'a World, from: Timestamp, until: Timestamp) -> Self {
        let awake = Awake::new(&world.policy, (from, until));
        Self { world, piece: (from, until), awake, windows: BTreeMap::new(), standing: BTreeMap::new() }
    }

    /// The whole time of a rotation, by who stands where.
    pub(super) fn line(&mut self, id: &RotationId) -> Line<'a> {
        Line { pieces: self.cuts(id).into_iter().map(|cut| Piece { span: cut.span, stands: cut.stands }).collect() }
    }

    /// Cuts the time of a rotation into pieces, with whose turn it is in each. None for a rotation that is not there.
    pub(super) fn cuts(&mut self, id: &RotationId) -> Vec<Cut<'a>> {
        let world = self.world;
        let Some(rotation) = world.policy.rotations.get(id) else { return Vec::new() };
        let turns: Vec<(&Layer, Vec<Held>)> = rotation.layers.iter().map(|layer| (layer, self.turns(layer))).collect();
        let edges = self.edges(id, rotation, &turns);
        let mut next = vec![0_usize; turns.len()];
        let mut pieces = Vec::with_capacity(edges.len());
        for pair in edges.windows(2) {
            let &[from, until] = pair else { continue };
            let held = turns.iter().zip(&mut next).filter_map(|((layer, held), next)| {
                while held.get(*next).is_some_and(|turn| turn.until <= from) {
                    *next += 1;
                }
                let turn = held.get(*next).filter(|turn| turn.from <= from)?;
                Some((*layer, Turn { position: turn.position, until: turn.until }))
            });
            let held: Vec<(&Layer, Turn)> = held.collect();
            let stands = world.schedule().stands(id, held.iter().copied(), from);
            pieces.push(Cut { span: (from, until), held, stands });
        }
        pieces
    }

    fn turns(&mut self, layer: &Layer) -> Vec<Held> {
        let piece = self.piece;
        let open = |window: Window| spans::windows(&layer.zone, window, piece);
        match (layer.window, layer.zone.iana_name()) {
            (None, _) => spans::turns(layer, None, piece),
            (Some(window), None) => spans::turns(layer, Some(&open(window)), piece),
            (Some(window), Some(zone)) => {
                let key = (zone.to_owned(), window.hours.from, window.hours.to, window.days);
                spans::turns(layer, Some(self.windows.entry(key).or_insert_with(|| open(window))), piece)
            }
        }
    }

    /// Every instant at which somebody else may stand somewhere, with both ends of the whole time.
    fn edges(&self, id: &RotationId, rotation: &Rotation, turns: &[(&Layer, Vec<Held>)]) -> Vec<Timestamp> {
        let (from, until) = self.piece;
        let world = self.world;
        let held = turns.iter().flat_map(|(_, held)| held).flat_map(|turn| [turn.from, turn.until]);
        let arranged = world.changes.edges(id);
        let named = world.changes.overrides.iter().map(|arranged| &arranged.person);
        let people: std::collections::BTreeSet<&PersonId> =
            rotation.layers.iter().flat_map(|layer| layer.people()).chain(named).collect();
        let holidays = people.iter().filter_map(|person| world.policy.people.get(*person));
        let holidays = holidays.flat_map(|person| &person.holidays).flat_map(|(from, until)| [*from, *until]);
        let versions = rotation.layers.iter().filter_map(|layer| layer.ends);
        let all = held.chain(arranged).chain(holidays).chain(versions);
        let mut edges: Vec<Timestamp> = all.filter(|edge| from < *edge && *edge < until).chain([from, until]).collect();
        edges.sort_unstable();
        edges.dedup();
        edges
    }

    /// When the primary sleeps, and everybody who has the turn with them.
    pub(super) fn asleep(&self, line: &Line<'a>) -> Spans {
        let mut gaps = Vec::new();
        for piece in line.pieces.iter().filter(|piece| !piece.stands.is_empty()) {
            let people: Vec<&PersonId> = piece.primary().collect();
            self.each_part(piece.span, &people, |part| {
                if !people.iter().any(|person| spans::holds(self.awake.of(person), part.0)) {
                    gaps.push(part);
                }
            });
        }
        spans::merged(gaps)
    }

    /// When nobody of the first two steps is awake, although somebody is on call.
    pub(super) fn nobody_awake(&self, id: &RotationId, line: &Line<'a>, everyone: bool, second: &Second) -> Spans {
        let world = self.world;
        let Some(rotation) = world.policy.rotations.get(id) else { return Vec::new() };
        let others = match second {
            Second::OnCall(other) => self.standing.get(&Front::Primary(other.clone())),
            Second::Nobody | Second::Next => None,
        };
        let awake_at = |person: &PersonId, at: Timestamp| spans::holds(self.awake.of(person), at);
        let mut gaps = Vec::new();
        for piece in line.pieces.iter().filter(|piece| !piece.stands.is_empty()) {
            let first: Vec<&PersonId> = if everyone { piece.everyone().collect() } else { piece.primary().collect() };
            if first.iter().any(|person| spans::covers(self.awake.of(person), piece.span)) {
                continue;
            }
            let candidates: Vec<&PersonId> = match second {
                Second::Nobody => Vec::new(),
                Second::Next => piece.everyone().chain(rotation.members(piece.span.0)).collect(),
                Second::OnCall(_) => others.into_iter().flatten().flat_map(|(_, people)| people).copied().collect(),
            };
            let people: Vec<&PersonId> = first.iter().copied().chain(candidates).collect();
            let mut parts = Vec::new();
            self.each_part(piece.span, &people, |part| parts.push(part));
            let changes = others.into_iter().flatten().map(|(span, _)| *span);
            let parts = cut(parts, &changes.collect::<Spans>());
            for part in parts {
                let at = part.0;
                let second_awake = || match second {
                    Second::Nobody => false,
                    Second::Next => {
                        let schedule = world.schedule();
                        let mut next = schedule.successors(rotation, &piece.stands, at, |person| awake_at(person, at));
                        next.find(|person| !first.contains(person)).is_some_and(|person| awake_at(person, at))
                    }
                    Second::OnCall(_) => standing_at(others, at).iter().any(|person| awake_at(person, at)),
                };
                if !first.iter().any(|person| awake_at(person, at)) && !second_awake() {
                    gaps.push(part);
                }
            }
        }
        spans::merged(gaps)
    }

    /// The parts of a piece in which each of these people is awake all the time or asleep all the time.
    fn each_part(
        &self,
        piece: (Timestamp, Timestamp),
        people: &[&PersonId],
        mut each: impl FnMut((Timestamp, Timestamp)),
    ) {
        let days = self.awake.days_of(people.iter().copied());
        let mut edges: Vec<Timestamp> = days.iter().flat_map(|day| spans::edges_within(day, piece)).collect();
        edges.sort_unstable();
        edges.dedup();
        let mut from = piece.0;
        for until in edges.into_iter().chain([piece.1]) {
            each((from, until));
            from = until;
        }
    }

    /// Keeps who is primary or on call at all, where another rotation is compared with it.
    pub(super) fn keep(&mut self, id: &RotationId, line: &Line<'a>, wanted: impl Fn(&Front) -> bool) {
        let everyone = Front::Everyone(id.clone());
        if wanted(&everyone) {
            self.standing.insert(everyone, standing(line, |piece| piece.everyone().collect()));
        }
        let primary = Front::Primary(id.clone());
        if wanted(&primary) {
            self.standing.insert(primary, standing(line, |piece| piece.primary().collect()));
        }
    }

    /// Who stands on both of two steps, and when.
    pub(super) fn both(&self, earlier: &Front, later: &Front) -> BTreeMap<PersonId, Spans> {
        let mut both: BTreeMap<PersonId, Spans> = BTreeMap::new();
        let (Some(earlier), Some(later)) = (self.standing.get(earlier), self.standing.get(later)) else { return both };
        let mut rest = later.as_slice();
        for ((from, until), people) in earlier {
            let past = rest.iter().take_while(|((_, end), _)| end <= from).count();
            rest = rest.get(past..).unwrap_or_default();
            for ((begin, end), others) in rest.iter().take_while(|((begin, _), _)| begin < until) {
                for person in people.iter().filter(|person| others.contains(person)) {
                    let part = ((*begin).max(*from), (*end).min(*until));
                    both.entry((*person).clone()).or_default().push(part);
                }
            }
        }
        both.into_iter().map(|(person, spans)| (person, spans::merged(spans))).collect()
    }
}

fn standing<'a>(line: &Line<'a>, who: impl Fn(&Piece<'a>) -> Vec<&'a PersonId>) -> Standing<'a> {
    let mut all: Standing<'a> = Vec::new();
    for piece in &line.pieces {
        let people = who(piece);
        match all.last_mut() {
            Some((span, last)) if *last == people => span.1 = piece.span.1,
            _ => all.push((piece.span, people)),
        }
    }
    all
}

fn standing_at<'s, 'a>(standing: Option<&'s Standing<'a>>, at: Timestamp) -> &'s [&'a PersonId] {
    let standing = standing.map(Vec::as_slice).unwrap_or_default();
    let after = standing.partition_point(|((from, _), _)| *from <= at);
    let around = after.checked_sub(1).and_then(|index| standing.get(index));
    around.map(|(_, people)| people.as_slice()).unwrap_or_default()
}

/// The same parts, cut where spans begin or end.
fn cut(parts: Spans, spans: &[(Timestamp, Timestamp)]) -> Spans {
    if spans.is_empty() {
        return parts;
    }
    let within = |part: (Timestamp, Timestamp)| {
        let mut edges: Vec<Timestamp> = spans::edges_within(spans, part).chain([part.0, part.1]).collect();
        edges.sort_unstable();
        edges.dedup();
        let ends = edges.clone().into_iter().skip(1);
        edges.into_iter().zip(ends).collect::<Spans>()
    };
    parts.into_iter().flat_map(within).collect()
}
