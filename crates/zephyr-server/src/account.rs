//! What became of pages, from domain to wire.

use zephyr_api as api;
use zephyr_core::World;
use zephyr_core::incident::{Event, Figures, Review};
use zephyr_core::page::account::{Call, How, PageAccount, Reach, SendStep, StepAccount, StepWhat};
use zephyr_core::page::{Chain, PauseWhy, Place, Standing, StopWhy};

use crate::view;

/// Every page of an incident, call by call.
pub fn calls(review: &Review, events: &[Event], world: &World) -> api::Calls {
    let incident = &review.incident;
    let pages = review.paging.pages.iter().enumerate();
    let page = |(index, account): (usize, &PageAccount)| {
        let of_page = |call: &&Call| call.page == index;
        let calls: Vec<&Call> = review.paging.calls.iter().filter(of_page).collect();
        let rings = account.is_ringing();
        let preview = rings.then(|| incident.paging.preview(&account.target, world)).flatten();
        let (next_at, next) = preview.unzip();
        api::PageCalls {
            target: account.target.to_string(),
            rotation: account.rotation.as_ref().map(ToString::to_string),
            began_at: account.began_at,
            policy: account.steps.first().map(|step| policy(events, step.seq)).unwrap_or_default(),
            chain: chain(&account.chain),
            state: state(account).to_owned(),
            answered_by: account.answered.as_ref().map(|(by, _)| by.to_string()),
            answered_at: account.answered.as_ref().map(|(_, at)| *at),
            missed_steps: account.missed_steps,
            lapsed: account.lapsed,
            steps: account.steps.iter().map(|step| of_step(step, account, &calls, events)).collect(),
            next: next.unwrap_or_default().iter().map(ToString::to_string).collect(),
            next_at,
        }
    };
    api::Calls {
        label: incident.label(),
        severity: incident.severity.into(),
        summary: incident.summary.to_string(),
        pages: pages.map(page).collect(),
        lease: view::lease(incident, &world.policy),
    }
}

fn of_step(step: &StepAccount, page: &PageAccount, calls: &[&Call], events: &[Event]) -> api::StepCalls {
    let round = match step.what {
        StepWhat::Step(round, _) => Some(round),
        StepWhat::Paused(_) | StepWhat::Widened | StepWhat::RungAgain | StepWhat::Asked => None,
    };
    api::StepCalls {
        seq: step.seq,
        at: step.at,
        what: what(step.what, &page.chain),
        round,
        until: step.until,
        policy: policy(events, step.seq),
        passed_over: step.passed.iter().map(ToString::to_string).collect(),
        calls: calls.iter().filter(|call| call.seq == step.seq).map(|call| of_call(call, step)).collect(),
    }
}

fn what(what: StepWhat, chain: &Chain) -> String {
    match what {
        StepWhat::Step(_, Place::Step(index)) => {
            let who = chain.steps.get(index).map(|step| format!(", {}", step.who)).unwrap_or_default();
            format!("step {}{who}", index.saturating_add(1))
        }
        StepWhat::Step(_, Place::Everybody) => "everybody who can be reached".to_owned(),
        StepWhat::Step(_, Place::Start | Place::Pause) => "the beginning".to_owned(),
        StepWhat::Paused(PauseWhy::RoundTooShort) => "a pause: the round before began only just now".to_owned(),
        StepWhat::Paused(PauseWhy::SomebodyAnswered) => "a pause: everybody left already answers here".to_owned(),
        StepWhat::Paused(PauseWhy::Nobody) => "nobody can be reached".to_owned(),
        StepWhat::Widened => "for everybody on call".to_owned(),
        StepWhat::RungAgain => "rung again".to_owned(),
        StepWhat::Asked => "asked for a sign of life".to_owned(),
    }
}

/// Why this person. Events written before it was noted do not say.
fn because(call: &Call, step: &StepAccount) -> String {
    match (step.standing.iter().find(|standing| standing.person == call.person), step.what) {
        (Some(Standing { rotation, by: Some(number), .. }), _) => {
            format!("on call in {rotation} by override {number}")
        }
        (Some(Standing { rotation, layer, .. }), _) => {
            format!("on call in {rotation}, layer {}", layer.saturating_add(1))
        }
        (None, StepWhat::Step(_, Place::Step(_))) => "next in order".to_owned(),
        (None, StepWhat::Step(..)) => "everybody".to_owned(),
        (None, StepWhat::Widened) => "on call".to_owned(),
        (None, StepWhat::Asked) => "answers here, and was silent".to_owned(),
        (None, StepWhat::RungAgain | StepWhat::Paused(_)) => "asked for".to_owned(),
    }
}

fn of_call(call: &Call, step: &StepAccount) -> api::Call {
    let (end, why) = match call.end.as_ref().map(|end| &end.how) {
        None => ("ringing", "still ringing".to_owned()),
        Some(How::Answered) => ("answered", "answered".to_owned()),
        Some(How::Declined) => ("declined", "declined".to_owned()),
        Some(How::Missed) => ("missed", "no answer in the step's time".to_owned()),
        Some(How::NotReached) => ("not_reached", "no answer in the step's time; somebody else had answered".to_owned()),
        Some(How::Unreachable) => ("unreachable", "every method failed".to_owned()),
        Some(How::Spared(by)) => ("spared", format!("{by} answered first")),
        Some(How::Stopped(why)) => ("stopped", stopped(why)),
    };
    api::Call {
        person: call.person.to_string(),
        because: because(call, step),
        on_call_until: step.standing.iter().find(|it| it.person == call.person).map(|it| it.until),
        reach: reach(call.reach).to_owned(),
        sends: call.sends.iter().map(|send| of_send(send.at, send.method.as_str(), &send.what)).collect(),
        end: end.to_owned(),
        ended_at: call.end.as_ref().map(|end| end.at),
        why,
    }
}

fn stopped(why: &StopWhy) -> String {
    match why {
        StopWhy::Resolved => "the incident was resolved".to_owned(),
        StopWhy::Cancelled => "it was a false alarm".to_owned(),
        StopWhy::NotDue => "no longer due".to_owned(),
        StopWhy::Person { by, reason } => format!("{by} stopped the page: {reason}"),
    }
}

fn of_send(at: jiff::Timestamp, method: &str, what: &SendStep) -> api::CallSend {
    let (state, error) = match what {
        SendStep::Sent => ("sent", None),
        SendStep::Accepted => ("accepted", None),
        SendStep::Delivered => ("delivered", None),
        SendStep::Troubled(error) => ("troubled", Some(error.clone())),
        SendStep::Failed(error) => ("failed", Some(error.clone())),
        SendStep::NoReceipt => ("no_receipt", None),
        SendStep::Withheld => ("withheld", None),
    };
    api::CallSend { at, method: method.to_owned(), state: state.to_owned(), error }
}

fn reach(reach: Reach) -> &'static str {
    match reach {
        Reach::Begun => "begun",
        Reach::Sent => "sent",
        Reach::Accepted => "accepted",
        Reach::Delivered => "delivered",
    }
}

fn state(page: &PageAccount) -> &'static str {
    match (&page.answered, &page.stopped) {
        // Answered once, and the answer holds no longer.
        _ if page.is_ringing() => "ringing",
        (Some(_), _) if page.missed_before == 0 => "answered",
        (Some(_), _) => "answered_late",
        (None, Some(_)) => "stopped",
        (None, None) => "ringing",
    }
}

/// `on call`, `5 min: next in rotation`.
fn chain(chain: &Chain) -> Vec<String> {
    let words = |step: &zephyr_core::policy::ChainStep| match step.after.as_secs() {
        0 => step.who.to_string(),
        seconds if seconds % 60 == 0 => format!("{} min: {}", seconds / 60, step.who),
        seconds => format!("{seconds} s: {}", step.who),
    };
    chain.steps.iter().map(words).collect()
}

/// The policy version that an event was decided under.
fn policy(events: &[Event], seq: u64) -> String {
    let found = events.binary_search_by_key(&seq, |event| event.seq).ok().and_then(|index| events.get(index));
    found.map(|event| event.policy.to_string()).unwrap_or_default()
}

/// Figures on the wire.
pub fn pages(figures: &Figures) -> api::PageFigures {
    let pages = &figures.pages;
    api::PageFigures {
        begun: pages.begun,
        answered: pages.answered,
        answered_late: pages.answered_late,
        stopped: pages.stopped,
        ringing: pages.ringing,
        went_on: pages.went_on,
        missed_steps: pages.missed_steps,
        lapsed: pages.lapsed,
    }
}

/// Figures on the wire.
pub fn call_figures(figures: &Figures) -> api::CallFigures {
    let calls = &figures.calls;
    api::CallFigures {
        begun: calls.begun,
        sent: calls.sent,
        accepted: calls.accepted,
        delivered: calls.delivered,
        answered: calls.answered,
        declined: calls.declined,
        missed: calls.missed,
        not_reached: calls.not_reached,
        unreachable: calls.unreachable,
        spared: calls.spared,
        stopped: calls.stopped,
        ringing: calls.ringing,
    }
}

/// An incident of a report, where something was missed.
pub fn missed(review: &Review) -> Option<api::MissedIncident> {
    let mut figures = Figures::default();
    figures.add(review);
    let something =
        figures.pages.missed_steps + figures.pages.lapsed + figures.late_updates + figures.customer_reported > 0;
    something.then(|| api::MissedIncident {
        label: review.incident.label(),
        severity: review.incident.severity.into(),
        opened_at: review.incident.opened_at,
        missed_steps: figures.pages.missed_steps,
        lapsed: figures.pages.lapsed,
        late_updates: figures.late_updates,
        customer_reported: figures.customer_reported > 0,
    })
}
