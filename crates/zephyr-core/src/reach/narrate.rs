//! Events in words: the one text of timeline, audit, terminal and page.

use super::{Body, Ended, Event};
use crate::incident::Line;
use crate::incident::{of_page, of_ring};
use crate::page::{PageEvent, RingEvent};

/// What happened, as one line.
pub fn narrate(event: &Event) -> Line {
    let story = |text| Line { text, detail: false };
    let detail = |text| Line { text, detail: true };
    let actor = &event.actor;
    match &event.body {
        Body::Began { .. } => detail("people are reminded of drills from now on".to_owned()),
        Body::Looked { reminded, .. } if reminded.is_empty() => detail("no drill is due for anybody".to_owned()),
        Body::Looked { reminded, .. } => {
            let names: Vec<&str> = reminded.iter().map(|person| person.as_str()).collect();
            story(format!("told that a drill is due: {}", names.join(", ")))
        }
        Body::DrillBegan { number, of, severity, .. } => story(format!(
            "DRILL-{number}, a drill and no incident, for {} as {severity} begun by {actor}",
            of.as_str()
        )),
        Body::DrillPage { event: page, .. } => {
            Line { text: of_page(page, event.at), detail: matches!(page, PageEvent::Began { .. }) }
        }
        Body::DrillRing { person, event: ring, .. } => {
            let told = !matches!(ring, RingEvent::Began { .. } | RingEvent::Rang { .. } | RingEvent::Over { .. });
            Line { text: of_ring(person, ring), detail: !told }
        }
        Body::DrillOver { number, how } => story(match how {
            Ended::Answered { by } => format!("DRILL-{number} is over: {by} answered"),
            Ended::Unanswered => format!("DRILL-{number} is over: NOBODY ANSWERED"),
            Ended::Stopped { by } => format!("DRILL-{number} is over: stopped by {by}"),
        }),
        Body::CodeAsked { person, method, .. } => story(format!("{person} asked for a code over {method}")),
        Body::CodeTaken { person, method } => detail(format!("the code for {person} over {method} was taken")),
        Body::CodeFailed { person, method, error } => {
            story(format!("the code for {person} over {method} cannot be sent: {error}"))
        }
        Body::CodeWrong { person, method } => story(format!("{person} gave a wrong code for {method}")),
        Body::Verified { person, method, .. } => story(format!("{person} is reached by {method}: the code was right")),
    }
}
