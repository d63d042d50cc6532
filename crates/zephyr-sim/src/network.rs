//! The way to providers and back: what becomes of one send.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use jiff::SignedDuration;
use zephyr_core::effect::{Effect, Outcome};
use zephyr_core::policy::Method;
use zephyr_core::{EffectId, PersonId};
use zephyr_engine::Send;
use zephyr_engine::ports::{ObjectKey, Objects};
use zephyr_store::ModelStore;

use crate::chance::Chance;
use crate::counters::Counters;
use crate::fault::Fault;
use crate::keyless::Keyless;
use crate::plan::Plan;
use crate::ready::ready;

/// The deadline of a call, as the runtime sets it.
pub const DEADLINE: SignedDuration = SignedDuration::from_secs(5);

/// What becomes of a send.
#[derive(Debug, Clone)]
pub struct Fate {
    /// When it arrives at the provider, if it does.
    pub arrives: Option<SignedDuration>,
    /// When its answer is back, or its deadline over.
    pub answered: SignedDuration,
    /// The answer, if it is not the provider's own.
    pub instead: Option<Outcome>,
}

/// The network and the providers behind it.
#[derive(Debug)]
pub struct Network {
    chance: Chance,
    pub calm: bool,
    plan: Plan,
    broken: BTreeSet<(PersonId, Method)>,
    /// Services that know no keys, in place of the built-in ones.
    pub keyless: Option<Keyless>,
    /// How often each page send arrived.
    pub arrivals: BTreeMap<EffectId, u64>,
    /// How often an answer was lost, by effect.
    pub lost: BTreeMap<EffectId, u64>,
}

impl Network {
    pub fn new(plan: &Plan, broken: BTreeSet<(PersonId, Method)>) -> Self {
        let mut chance = Chance::of(plan.seed, "network");
        let keyless = chance.percent(plan.percent(Fault::Keyless)).then(Keyless::default);
        let (arrivals, lost) = (BTreeMap::new(), BTreeMap::new());
        Self { chance, calm: false, plan: plan.clone(), broken, keyless, arrivals, lost }
    }

    /// Takes note that nobody will learn the answer to a send.
    pub fn lose(&mut self, id: EffectId) {
        *self.lost.entry(id).or_default() += 1;
    }

    /// Decides what becomes of a send, from a replica that is cut off from all providers or not.
    pub fn fate(&mut self, send: &Send, cut_off: bool, counters: &mut Counters) -> Fate {
        let there = SignedDuration::from_millis(self.chance.between(5, 400));
        let back = SignedDuration::from_millis(self.chance.between(5, 400));
        let dice = u64::try_from(self.chance.between(0, 100)).unwrap_or(99);
        let (refused, there_lost, back_lost) = (
            self.plan.percent(Fault::Refused),
            self.plan.percent(Fault::LostThere),
            self.plan.percent(Fault::LostBack),
        );
        let lost = |arrives| Fate {
            arrives,
            answered: DEADLINE,
            instead: Some(Outcome::Ambiguous { error: "no answer within 5 s".to_owned() }),
        };
        if cut_off {
            counters.count(Fault::CutFromProviders.name());
            let instead = Outcome::Retry { after: None, error: "no way to the provider".to_owned() };
            return Fate { arrives: None, answered: there, instead: Some(instead) };
        }
        if let Effect::Page(page) = &send.effect
            && self.broken.contains(&(page.person.clone(), page.method))
        {
            counters.count(Fault::BrokenMethod.name());
            let instead = Outcome::Permanent { error: "no such number".to_owned() };
            return Fate { arrives: None, answered: there + back, instead: Some(instead) };
        }
        if self.calm || dice >= refused + there_lost + back_lost {
            Fate { arrives: Some(there), answered: there + back, instead: None }
        } else if dice < refused {
            counters.count(Fault::Refused.name());
            let instead = Outcome::Retry { after: None, error: "503".to_owned() };
            Fate { arrives: None, answered: there + back, instead: Some(instead) }
        } else if dice < refused + there_lost {
            counters.count(Fault::LostThere.name());
            self.lose(send.id);
            lost(None)
        } else {
            counters.count(Fault::LostBack.name());
            self.lose(send.id);
            lost(Some(there))
        }
    }

    /// The provider takes a send and answers.
    pub fn arrive(&mut self, send: &Send, providers: &ModelStore, counters: &mut Counters) -> Outcome {
        if matches!(send.effect, Effect::Page(_)) {
            *self.arrivals.entry(send.id).or_default() += 1;
        }
        if let Some(outcome) = self.keyless.as_mut().and_then(|keyless| keyless.handle(&send.effect)) {
            counters.count(Fault::Keyless.name());
            return outcome;
        }
        let request = zephyr_providers::encode(send.id, &send.effect);
        let response = ready(providers.exchange(keys(&request), move |now, documents| {
            let (response, writes) = zephyr_providers::builtin::handle(now, &request, documents);
            (response, writes.into_iter().map(|(key, text)| (object_key(key), text)).collect())
        }));
        match response {
            Ok(response) => zephyr_providers::decode(&send.effect, &response),
            Err(error) => unreachable!("the providers' own store does not fail: {error}"),
        }
    }
}

fn keys(request: &http::Request<Bytes>) -> Vec<ObjectKey> {
    zephyr_providers::builtin::keys(request).into_iter().map(object_key).collect()
}

fn object_key(key: zephyr_providers::builtin::Key) -> ObjectKey {
    ObjectKey { kind: key.kind.to_owned(), id: key.id }
}
