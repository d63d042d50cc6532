//! What one incident has to tell another: an effect that never leaves the engine. What the other makes of it and the
//! end of the effect are one commit on the other's stream, so that it is told once, whenever the process ends.

use jiff::SignedDuration;
use zephyr_core::effect::{Effect, Outcome};

use crate::engine::{Engine, own_word};
use crate::outbox::Held;
use crate::ports::{End, Entropy, Finish, Store, StoreError};
use crate::transact::{Input, Settled, Told};

impl<S: Store, E: Entropy> Engine<S, E> {
    /// Tells incidents what others have to tell them; whether there was anything. What could not be told is kept.
    pub(crate) async fn pass_on(&mut self) -> Result<bool, StoreError> {
        let held = self.outbox.take_inner();
        let inputs: Vec<Input> = held.iter().filter_map(told).collect();
        if inputs.is_empty() {
            return Ok(false);
        }
        let settled = match self.transact(&inputs).await {
            Ok(settled) => settled,
            Err(error) => {
                held.into_iter().for_each(|held| self.outbox.hold(held));
                return Err(error);
            }
        };
        let mut gone = Vec::new();
        for (held, settled) in held.into_iter().zip(settled) {
            match settled {
                Settled::Busy => self.outbox.hold(held),
                Settled::NotFound => gone.push(held),
                _ => {}
            }
        }
        self.nobody_to_tell(gone).await?;
        Ok(true)
    }

    /// Ends what has to be told to an incident that is not there, as after a backup was restored.
    async fn nobody_to_tell(&mut self, gone: Vec<Held>) -> Result<(), StoreError> {
        if gone.is_empty() {
            return Ok(());
        }
        let ends: Vec<Input> =
            gone.iter().map(|held| own_word(&held.send, Outcome::NotDue, true, SignedDuration::ZERO)).collect();
        let ended = self.transact(&ends).await;
        if ended.is_err() {
            gone.into_iter().for_each(|held| self.outbox.hold(held));
        }
        ended.map(drop)
    }
}

fn told(held: &Held) -> Option<Input> {
    let Effect::Inform(inform) = &held.send.effect else { return None };
    let finish = Finish { effect: held.send.id, end: End::Over };
    Some(Input::Told(Told { inform: *inform, finish }))
}
