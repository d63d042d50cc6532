//! Effects on their way: handed out once each, most urgent first, pages in a lane of their own.

use std::collections::BTreeMap;

use jiff::Timestamp;
use zephyr_core::effect::{Effect, Lane};
use zephyr_core::policy::Method;
use zephyr_core::{EffectId, StreamId, limits};

use crate::ports::NewEffect;

/// One effect handed to the runtime. It has to come back through `finished`.
#[derive(Debug, Clone, PartialEq)]
pub struct Send {
    /// Its id: the idempotency key, the same at every try.
    pub id: EffectId,
    /// Of which stream.
    pub stream: StreamId,
    /// What to do.
    pub effect: Effect,
    /// Tries that ended before this one.
    pub attempt: u32,
    /// When this try was due.
    pub due_at: Timestamp,
}

/// An effect that this replica has claimed and not yet handed out.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub send: Send,
    pub urgency: u8,
    /// An earlier life of a replica had it and never said what became of it.
    pub abandoned: bool,
    /// The engine's count of writes when it was decided, last of all on its stream: while that stands, nothing can have
    /// made it undue.
    pub decided_at: Option<u64>,
}

/// Whom an effect has to wait for: one that hangs holds up what goes the same way, and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Page(Method),
    Tell(&'static str),
}

impl Way {
    fn of(effect: &Effect) -> Self {
        match effect {
            Effect::Page(page) => Self::Page(page.method),
            other => Self::Tell(other.kind()),
        }
    }

    /// How many may be out at a time. Of pages the last places are for the most urgent.
    fn places(self, urgency: u8) -> usize {
        match self {
            Self::Page(_) => kept_back(limits::PAGE_SENDS, limits::PAGE_SENDS / 4, urgency),
            Self::Tell(_) => limits::TELL_SENDS,
        }
    }
}

/// `all`, less `kept` where something is more urgent: all of it below SEV-2, half of it for SEV-2.
fn kept_back(all: usize, kept: usize, urgency: u8) -> usize {
    match urgency {
        0 | 1 => all,
        2 => all.saturating_sub(kept / 2),
        3.. => all.saturating_sub(kept),
    }
}

/// What this replica has claimed and not yet handed out, and what is out.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    /// Pages first, then by urgency, then in order.
    held: BTreeMap<(Lane, u8, u64), Held>,
    pages_held: usize,
    /// What the engine does itself.
    inner: Vec<Held>,
    order: u64,
    out: BTreeMap<Way, usize>,
    /// Whether the store may hold unclaimed effects that are due, by lane.
    pages_waiting: bool,
    tells_waiting: bool,
}

impl Outbox {
    /// Whether a new page send may be committed as claimed, beside `staged` others: what is held in memory is bounded.
    pub fn has_room_for_claims(&self, urgency: u8, staged: usize) -> bool {
        self.pages_held + staged < most_pages_held(urgency)
    }

    /// Forgets what is held: it is claimed by others now.
    pub fn forget_held(&mut self) {
        self.held.clear();
        self.pages_held = 0;
        self.inner.clear();
    }

    /// Takes note of an effect that was committed; `mine` where what was inserted as claimed is still this replica's.
    pub fn committed(&mut self, stream: StreamId, effect: NewEffect, decided_at: Option<u64>, mine: bool) {
        if effect.claimed && mine {
            let send = Send { id: effect.id, stream, effect: effect.effect, attempt: 0, due_at: effect.due_at };
            self.hold(Held { send, urgency: effect.urgency, abandoned: false, decided_at });
        } else {
            self.waiting(effect.effect.lane());
        }
    }

    /// Keeps an effect that is claimed until it is handed out, or done by the engine.
    pub fn hold(&mut self, held: Held) {
        if matches!(held.send.effect, Effect::Inform(_)) {
            self.inner.push(held);
            return;
        }
        let lane = held.send.effect.lane();
        self.pages_held += usize::from(lane == Lane::Page);
        self.order += 1;
        self.held.insert((lane, held.urgency, self.order), held);
    }

    /// Takes note that the store may hold effects of a lane.
    pub fn waiting(&mut self, lane: Lane) {
        *self.waits(lane) = true;
    }

    /// How many effects of a lane to claim, and how urgent they have to be at least, where the store may hold any and
    /// there is room; asked once for each reason to look.
    pub fn should_claim(&mut self, lane: Lane) -> Option<(u8, usize)> {
        let room = |urgency| self.room(lane, urgency);
        let found = [u8::MAX, 2, 1].into_iter().map(|urgency| (urgency, room(urgency))).find(|(_, room)| *room > 0)?;
        std::mem::take(self.waits(lane)).then_some(found)
    }

    fn waits(&mut self, lane: Lane) -> &mut bool {
        match lane {
            Lane::Page => &mut self.pages_waiting,
            Lane::Tell => &mut self.tells_waiting,
        }
    }

    /// How many more of a lane and an urgency may be held.
    fn room(&self, lane: Lane, urgency: u8) -> usize {
        match lane {
            Lane::Page => most_pages_held(urgency).saturating_sub(self.pages_held),
            Lane::Tell => limits::TELLS_HELD.saturating_sub(self.held.len() - self.pages_held + self.inner.len()),
        }
    }

    /// Takes what is held, most urgent first, as far as there is room to let it out on its way.
    pub fn take(&mut self) -> Vec<Held> {
        let mut out = self.out.clone();
        let mut taken = Vec::new();
        for (key, held) in std::mem::take(&mut self.held) {
            let way = Way::of(&held.send.effect);
            let gone = out.entry(way).or_default();
            if *gone < way.places(held.urgency) {
                *gone += 1;
                self.pages_held -= usize::from(key.0 == Lane::Page);
                taken.push(held);
            } else {
                self.held.insert(key, held);
            }
        }
        taken
    }

    /// Takes what the engine does itself.
    pub fn take_inner(&mut self) -> Vec<Held> {
        std::mem::take(&mut self.inner)
    }

    /// Whether page sends are held that there is room for.
    pub fn is_ready(&self) -> bool {
        let pages = self.held.iter().take_while(|((lane, ..), _)| *lane == Lane::Page);
        pages.map(|(_, held)| held).any(|held| {
            let way = Way::of(&held.send.effect);
            self.out.get(&way).is_none_or(|out| *out < way.places(held.urgency))
        })
    }

    /// Counts an effect that goes out.
    pub fn gone_out(&mut self, effect: &Effect) {
        *self.out.entry(Way::of(effect)).or_default() += 1;
    }

    /// Counts an effect that came back.
    pub fn came_back(&mut self, effect: &Effect) {
        if let Some(out) = self.out.get_mut(&Way::of(effect)) {
            *out = out.saturating_sub(1);
        }
        // Room was made: look again for what had none.
        self.waiting(effect.lane());
    }
}

/// How many pages may be held when one of this urgency is to be one more.
fn most_pages_held(urgency: u8) -> usize {
    kept_back(limits::PAGES_HELD, limits::PAGES_HELD / 4, urgency)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use zephyr_core::effect::{Effect, Hush, Occasion, PageSend};
    use zephyr_core::policy::{Method, Severity};
    use zephyr_core::{IncidentId, PersonId};

    use super::*;

    fn held(index: u32, urgency: u8, effect: Effect) -> Held {
        let stream = IncidentId(Uuid::nil()).stream();
        let send =
            Send { id: EffectId::derive(stream, 1, index), stream, effect, attempt: 0, due_at: Timestamp::UNIX_EPOCH };
        Held { send, urgency, abandoned: false, decided_at: None }
    }

    fn page(index: u32, urgency: u8) -> Held {
        let send = PageSend {
            occasion: Occasion::Incident(IncidentId(Uuid::nil())),
            number: 1,
            severity: Severity::One,
            summary: None,
            person: ines(),
            ring: 1,
            entry: index,
            method: Method::Push,
            asks: false,
        };
        held(index, urgency, Effect::Page(send))
    }

    fn hush(index: u32) -> Held {
        let occasion = Occasion::Incident(IncidentId(Uuid::nil()));
        held(index, 1, Effect::Hush(Hush { occasion, person: ines(), ring: 1, why: "answered".to_owned() }))
    }

    fn ines() -> PersonId {
        "ines".parse().unwrap()
    }

    #[test]
    fn pages_go_first_and_the_most_urgent_of_them_before_the_rest() {
        let mut outbox = Outbox::default();
        let (told, third, first, second) = (hush(0), page(1, 3), page(2, 1), page(3, 2));
        let wanted: Vec<EffectId> = [&first, &second, &third, &told].map(|held| held.send.id).to_vec();
        [told, third, first, second].into_iter().for_each(|held| outbox.hold(held));
        let taken: Vec<EffectId> = outbox.take().into_iter().map(|held| held.send.id).collect();
        assert_eq!(taken, wanted);
    }

    #[test]
    fn f56_a_way_that_is_full_holds_up_no_other() {
        let mut outbox = Outbox::default();
        (0..limits::TELL_SENDS).for_each(|_| outbox.gone_out(&hush(0).send.effect));
        (0..limits::PAGE_SENDS).for_each(|_| outbox.gone_out(&page(0, 1).send.effect));
        let mut call = page(2, 3);
        if let Effect::Page(send) = &mut call.send.effect {
            send.method = Method::Call;
        }
        [hush(0), page(1, 1), call].into_iter().for_each(|held| outbox.hold(held));
        assert!(outbox.is_ready());
        let taken = outbox.take();
        assert!(matches!(&taken[..], [Held { urgency: 3, .. }]), "the call, by another way: {taken:?}");
        assert!(!outbox.is_ready());
        outbox.came_back(&hush(0).send.effect);
        outbox.came_back(&page(0, 1).send.effect);
        assert_eq!(outbox.take().len(), 2, "what had no room was kept");
    }

    #[test]
    fn f56_the_last_places_of_a_way_are_for_the_most_urgent() {
        let mut outbox = Outbox::default();
        let free =
            |outbox: &Outbox, urgency| Way::Page(Method::Push).places(urgency) - outbox.out[&Way::Page(Method::Push)];
        let places = Way::Page(Method::Push).places(3);
        (0..places).for_each(|_| outbox.gone_out(&page(0, 3).send.effect));
        [page(1, 3), page(2, 2), page(3, 1)].into_iter().for_each(|held| outbox.hold(held));
        let taken: Vec<u8> = outbox.take().into_iter().map(|held| held.urgency).collect();
        assert_eq!(taken, [1, 2]);
        assert!(free(&outbox, 2) < free(&outbox, 1));
    }

    #[test]
    fn what_is_held_is_bounded_and_the_most_urgent_is_still_claimed() {
        let mut outbox = Outbox::default();
        let most = most_pages_held(3);
        (0..u32::try_from(most).unwrap()).for_each(|index| outbox.hold(page(index, 3)));
        assert!(!outbox.has_room_for_claims(3, 0) && outbox.has_room_for_claims(1, 0));
        outbox.waiting(Lane::Page);
        assert!(matches!(outbox.should_claim(Lane::Page), Some((2, room)) if room > 0 && room < most));
        assert_eq!(outbox.should_claim(Lane::Page), None, "once for each reason");
    }
}
