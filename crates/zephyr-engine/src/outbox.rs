//! Effects on their way: handed out once each, most urgent first, pages in a lane of their own.

use std::collections::BTreeMap;

use jiff::Timestamp;
use zephyr_core::effect::{Effect, Lane};
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
    /// The engine's count of writes when it was decided: while that stands, nothing can have made it undue.
    pub decided_at: Option<u64>,
}

/// What this replica has claimed and not yet handed out, and what is out.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    /// Pages first, then by urgency, then in order.
    held: BTreeMap<(Lane, u8, u64), Held>,
    /// What the engine does itself.
    inner: Vec<Held>,
    order: u64,
    pages_out: usize,
    tells_out: usize,
    /// Whether the store may hold unclaimed effects that are due, by lane.
    pages_waiting: bool,
    tells_waiting: bool,
}

impl Outbox {
    /// Whether a new page send may be committed as claimed: the queue in memory is bounded.
    pub fn has_room_for_claims(&self, staged: usize) -> bool {
        self.held.len() + staged < limits::PAGE_SENDS
    }

    /// Forgets what is held: it is claimed by others now.
    pub fn forget_held(&mut self) {
        self.held.clear();
        self.inner.clear();
    }

    /// Takes note of an effect that was committed; `mine` where what was inserted as claimed is still this replica's.
    pub fn committed(&mut self, stream: StreamId, effect: NewEffect, decided_at: u64, mine: bool) {
        if effect.claimed && mine {
            let send = Send { id: effect.id, stream, effect: effect.effect, attempt: 0, due_at: effect.due_at };
            self.hold(Held { send, urgency: effect.urgency, abandoned: false, decided_at: Some(decided_at) });
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
        self.order += 1;
        self.held.insert((held.send.effect.lane(), held.urgency, self.order), held);
    }

    /// Takes note that the store may hold effects of a lane.
    pub fn waiting(&mut self, lane: Lane) {
        *self.waits(lane) = true;
    }

    /// Whether the store may hold effects of a lane that there is room for; asked once for each reason to look.
    pub fn should_claim(&mut self, lane: Lane) -> bool {
        self.room(lane) > 0 && std::mem::take(self.waits(lane))
    }

    fn waits(&mut self, lane: Lane) -> &mut bool {
        match lane {
            Lane::Page => &mut self.pages_waiting,
            Lane::Tell => &mut self.tells_waiting,
        }
    }

    /// How many more of a lane may be claimed or go out now.
    pub fn room(&self, lane: Lane) -> usize {
        let held = self.held.keys().filter(|(of, ..)| *of == lane).count();
        match lane {
            Lane::Page => limits::PAGE_SENDS.saturating_sub(self.pages_out + held),
            Lane::Tell => limits::TELL_SENDS.saturating_sub(self.tells_out + held + self.inner.len()),
        }
    }

    /// Takes everything held, most urgent first, as far as there is room to let it out.
    pub fn take(&mut self) -> Vec<Held> {
        let mut pages = limits::PAGE_SENDS.saturating_sub(self.pages_out);
        let mut tells = limits::TELL_SENDS.saturating_sub(self.tells_out);
        let mut taken = Vec::new();
        for (key, held) in std::mem::take(&mut self.held) {
            let room = match key.0 {
                Lane::Page => &mut pages,
                Lane::Tell => &mut tells,
            };
            if *room > 0 {
                *room -= 1;
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
        self.pages_out < limits::PAGE_SENDS && self.held.keys().any(|(lane, ..)| *lane == Lane::Page)
    }

    /// Counts an effect that goes out.
    pub fn gone_out(&mut self, lane: Lane) {
        match lane {
            Lane::Page => self.pages_out += 1,
            Lane::Tell => self.tells_out += 1,
        }
    }

    /// Counts an effect that came back.
    pub fn came_back(&mut self, lane: Lane) {
        match lane {
            Lane::Page => self.pages_out = self.pages_out.saturating_sub(1),
            Lane::Tell => self.tells_out = self.tells_out.saturating_sub(1),
        }
        // Room was made: look again for what had none.
        self.waiting(lane);
    }
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
    fn a_full_lane_holds_up_no_other() {
        let mut outbox = Outbox::default();
        (0..limits::TELL_SENDS).for_each(|_| outbox.gone_out(Lane::Tell));
        outbox.hold(hush(0));
        outbox.hold(page(1, 1));
        let taken = outbox.take();
        assert!(taken.len() == 1 && taken[0].send.effect.lane() == Lane::Page, "{taken:?}");
        outbox.came_back(Lane::Tell);
        assert_eq!(outbox.take().len(), 1, "what had no room was kept");
    }
}
