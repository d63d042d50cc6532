//! `zephyr drill`: a real page with nothing wrong, and what came of it.

use jiff::SignedDuration;
use zephyr_api::{BeginDrill, Drill, DrillChanged, DrillStory, Drilled, Drills, OnCall};

use super::{Session, paths};
use crate::cli;
use crate::failure::{Exit, Failure};
use crate::machine;
use crate::printer::{Line, Style};
use crate::render::Clock;

/// Runs it.
pub async fn run(session: &mut Session<'_>, given: cli::Drill) -> Result<Exit, Failure> {
    match given {
        cli::Drill::Page(given) => page(session, given).await,
        cli::Drill::List => list(session).await,
        cli::Drill::Show(cli::OneDrill { drill }) => show(session, &drill.to_string()).await,
        cli::Drill::Stop(cli::OneDrill { drill }) => stop(session, &drill.to_string()).await,
    }
}

async fn page(session: &mut Session<'_>, given: cli::DrillPage) -> Result<Exit, Failure> {
    let (whom, severity) = (given.whom.to_string(), given.severity);
    // A name of both means the rotation, which has more to practise.
    let oncall: OnCall = session.get(paths::ONCALL).await?;
    let is_rotation = oncall.rotations.iter().any(|rotation| rotation.name == whom);
    let (person, rotation) = if is_rotation { (None, Some(whom)) } else { (Some(whom), None) };
    let body = BeginDrill { person, rotation, severity: Some(severity.0.into()) };
    let changed: DrillChanged = session.post(paths::DRILLS, &body).await?;
    told(session, &changed).await?;
    if !session.json {
        session.printer.say(format!("now: zephyr drill show {}", changed.drill.label));
    }
    Ok(Exit::Done)
}

async fn list(session: &mut Session<'_>) -> Result<Exit, Failure> {
    let drills: Drills = session.get(paths::DRILLS).await?;
    if session.json {
        session.printer.json(&drills);
        return Ok(Exit::Done);
    }
    let clock = clock(session).await?;
    if drills.drills.is_empty() {
        session.printer.line("There was no drill so far. `zephyr drill page PERSON` begins one.");
    }
    for drill in &drills.drills {
        session.printer.line(head(drill, Some(&clock)));
    }
    Ok(Exit::Done)
}

async fn show(session: &mut Session<'_>, label: &str) -> Result<Exit, Failure> {
    let story: DrillStory = session.get(&paths::drill(label)).await?;
    if session.json {
        session.printer.json(&story);
        return Ok(Exit::Done);
    }
    let clock = clock(session).await?;
    whole(session, &story.drill, &clock);
    for entry in story.entries.iter().filter(|entry| !entry.detail) {
        session.printer.line(Line::labelled(&clock.second(entry.at)).plain(&entry.text));
    }
    Ok(Exit::Done)
}

async fn stop(session: &mut Session<'_>, label: &str) -> Result<Exit, Failure> {
    let path = format!("{}/stop", paths::drill(label));
    let changed: DrillChanged = session.post(&path, &serde_json::json!({})).await?;
    told(session, &changed).await?;
    Ok(Exit::Done)
}

async fn told(session: &mut Session<'_>, changed: &DrillChanged) -> Result<(), Failure> {
    if session.json {
        session.printer.json(changed);
        return Ok(());
    }
    let clock = clock(session).await?;
    whole(session, &changed.drill, &clock);
    Ok(())
}

/// A drill with everybody it rang.
fn whole(session: &mut Session<'_>, drill: &Drill, clock: &Clock) {
    session.printer.line(head(drill, Some(clock)));
    drill.people.iter().for_each(|person| session.printer.line(row(person)));
}

async fn clock(session: &Session<'_>) -> Result<Clock, Failure> {
    let me = session.me().await?;
    Ok(Clock { now: me.now, zone: machine::zone() })
}

/// `DRILL-3 SEV-2 for maya: answered by maya after 42 s`.
pub fn head(drill: &Drill, clock: Option<&Clock>) -> Line {
    let whom = drill.person.as_ref().or(drill.rotation.as_ref()).map_or("nobody", String::as_str);
    let line = Line::new().strong(&drill.label).plain(&format!(" SEV-{} for {whom}, a drill: ", drill.severity));
    let at = clock.map(|clock| format!(" at {}", clock.wall(drill.began_at))).unwrap_or_default();
    let began = format!(" (begun by {}{at})", drill.began_by);
    let line = match (drill.state.as_str(), &drill.answered_by) {
        ("answered", Some(by)) => {
            let after = drill.answered_after_secs.unwrap_or_default();
            line.push(Style::Good, "answered").plain(&format!(" by {by} after {}", lasted(after)))
        }
        ("unanswered", _) => line.push(Style::Bad, "NOBODY ANSWERED"),
        (state, _) => line.plain(state),
    };
    line.plain(&began)
}

fn row(person: &Drilled) -> Line {
    let Drilled { name, state, methods: sent, .. } = person;
    let sent: Vec<String> = sent.iter().map(|one| format!("{} {}", one.method, one.state)).collect();
    let sent = sent.join(", ");
    let told = if sent.is_empty() { String::new() } else { format!(" ({sent})") };
    let line = Line::labelled("rung").plain(&format!("{name}: "));
    let line = if state == "missed" { line.push(Style::Bad, "MISSED") } else { line.plain(state) };
    line.plain(&told)
}

fn lasted(secs: u64) -> String {
    let length = SignedDuration::from_secs(i64::try_from(secs).unwrap_or(i64::MAX));
    match length.as_mins() {
        0 => format!("{secs} s"),
        mins => format!("{mins} min {} s", secs % 60),
    }
}
