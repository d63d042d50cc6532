//! `zephyr init`: asks who you are, and writes a policy and three templates. No server is asked.

use std::io::{IsTerminal as _, stdin};
use std::path::Path;
use std::str::FromStr;

use jiff::{Timestamp, ToSpan as _};
use serde::Serialize;

use crate::cli;
use crate::env;
use crate::failure::{Exit, Failure};
use crate::init::{self, Answers, POLICY};
use crate::machine;
use crate::printer::{Line, Printer};

/// No answer is longer; the policy has its own, shorter bounds.
const ANSWER_BYTES: u64 = 4_096;

/// What is printed for programs. Its names do not change.
#[derive(Debug, Serialize)]
struct Report {
    folder: String,
    written: Vec<String>,
    /// They were there, and are as they were.
    left_alone: Vec<String>,
}

/// Runs it.
pub fn run(printer: &mut Printer, given: cli::Init, json: bool) -> Result<Exit, Failure> {
    let folder = given.folder.clone();
    let has_policy = init::is_there(&folder.join(POLICY));
    let organisation = given.organisation.clone();
    let mut files = Vec::new();
    if has_policy {
        files.extend(init::templates(organisation.as_deref().unwrap_or("<organisation>")));
    } else {
        let answers = Asked { printer, asks: stdin().is_terminal() && !given.yes }.answers(given)?;
        let text = init::policy(&answers, monday(machine::now())).map_err(|mistakes| wrong(&mistakes))?;
        files.push((POLICY, text));
        files.extend(init::templates(&answers.organisation));
    }
    let (there, missing): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|(name, _)| init::is_there(&folder.join(name)));
    init::write(&folder, &missing).map_err(|error| {
        Failure::refused(format!("cannot write into {}", folder.display()))
            .why(error)
            .hint("nothing was written; name a folder that you may write to: `zephyr init DIR`")
    })?;
    let names = |files: &[(&str, String)]| files.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>();
    let mut left_alone = names(&there);
    if has_policy {
        left_alone.insert(0, POLICY.to_owned());
    }
    let report = Report { folder: folder.display().to_string(), written: names(&missing), left_alone };
    if json {
        printer.json(&report);
    } else {
        show(printer, &report, &folder);
    }
    Ok(Exit::Done)
}

fn show(printer: &mut Printer, report: &Report, folder: &Path) {
    for name in &report.written {
        printer.line(Line::labelled("written").plain(name));
    }
    for name in &report.left_alone {
        printer.line(Line::labelled("left alone").plain(name).plain(", which was there"));
    }
    if report.written.iter().any(|name| name == POLICY) {
        printer.say("You are the only one in it, so every page ends at you: add people to zephyr.toml.");
    }
    printer.say("What rings: the inbox of the console, and nothing else.");
    printer.say("This version rings no telephone and sends no texts or mails.");
    printer.say("The server keeps its data in ./zephyr-data: leave that out of the repository.");
    let into = if folder == Path::new(".") { String::new() } else { format!("cd {} && ", folder.display()) };
    printer.say(Line::indented(2).faint("now: ").plain(&format!("{into}zephyr check && zephyr serve")));
}

/// The Monday of the week before: whoever is on call is so at once.
fn monday(now: Timestamp) -> jiff::civil::Date {
    let today = now.to_zoned(machine::zone()).date();
    let days = i64::from(today.weekday().to_monday_zero_offset());
    today.saturating_sub((days + 7).days())
}

/// The reader of policies says what is wrong with an answer.
fn wrong(mistakes: &[zephyr_core::policy::Mistake]) -> Failure {
    let failure = Failure::new(Exit::Usage, "that cannot be written into a policy");
    match mistakes.first() {
        Some(first) => failure.why(format!("{}: {}", first.text, first.message)).hint(&first.help),
        None => failure,
    }
}

/// Said where nothing was typed, and it is needed.
const NEEDED: &str = "the policy cannot be written without it";

/// Whoever can be asked, on a terminal.
struct Asked<'p> {
    printer: &'p mut Printer,
    asks: bool,
}

impl Asked<'_> {
    fn answers(&mut self, given: cli::Init) -> Result<Answers, Failure> {
        let user = env::user().and_then(|user| user.parse().ok());
        let here = machine::zone().iana_name().unwrap_or("Etc/UTC").to_owned();
        let organisation = self.needed("Your organisation, as customers know it", given.organisation, None)?;
        let person = self.needed("You, in one short word", given.you, user)?;
        let name = self.one("Your name", given.name, person.as_ref().map(ToString::to_string))?;
        let email = self.one("Your mail address (may be left empty)", given.email, None)?;
        let phone = self.one("Your telephone, as in +447700900106 (may be left empty)", given.phone, None)?;
        let zone = self.one("Your time zone", given.zone, Some(here))?;
        let services = self.many("Your services, with commas between (may be left empty)", given.services, false)?;
        let regions =
            self.many("The regions you run in, with commas between, as in eu-frankfurt", given.regions, true)?;
        let missing: Vec<&str> = [
            (organisation.is_none(), "--organisation NAME"),
            (person.is_none(), "--person ID"),
            (regions.is_empty(), "--region NAME"),
        ]
        .into_iter()
        .filter_map(|(is_missing, flag)| is_missing.then_some(flag))
        .collect();
        let (Some(organisation), Some(person), Some(name), Some(zone), []) =
            (organisation, person, name, zone, missing.as_slice())
        else {
            return Err(Failure::new(Exit::Usage, format!("it is not known: {}", missing.join(", ")))
                .hint("zephyr init --organisation Acme --person maya --region eu-frankfurt"));
        };
        Ok(Answers { organisation, person, name, email, phone, zone, services, regions })
    }

    /// What was given, else what is answered, else the default.
    fn one<T>(&mut self, question: &str, given: Option<T>, default: Option<T>) -> Result<Option<T>, Failure>
    where
        T: FromStr + ToString,
        T::Err: ToString,
    {
        if given.is_some() || !self.asks {
            return Ok(given.or(default));
        }
        let shown = default.as_ref().map(|default| format!(" [{}]", default.to_string())).unwrap_or_default();
        loop {
            let answer = self.line(&format!("{question}{shown}:"))?;
            match answer.as_str() {
                "" => return Ok(default),
                typed => match typed.parse() {
                    Ok(value) => return Ok(Some(value)),
                    Err(error) => self.printer.say(Line::indented(2).plain(&error.to_string())),
                },
            }
        }
    }

    /// The same for what cannot be left empty: asked again until it is there.
    fn needed<T>(&mut self, question: &str, given: Option<T>, default: Option<T>) -> Result<Option<T>, Failure>
    where
        T: FromStr + ToString + Clone,
        T::Err: ToString,
    {
        loop {
            let answer = self.one(question, given.clone(), default.clone())?;
            if answer.is_some() || !self.asks {
                return Ok(answer);
            }
            self.printer.say(Line::indented(2).plain(NEEDED));
        }
    }

    fn many<T: FromStr>(&mut self, question: &str, given: Vec<T>, is_needed: bool) -> Result<Vec<T>, Failure>
    where
        T::Err: ToString,
    {
        if !given.is_empty() || !self.asks {
            return Ok(given);
        }
        loop {
            let answer = self.line(&format!("{question}:"))?;
            let names = answer.split(',').map(str::trim).filter(|name| !name.is_empty());
            match names.map(str::parse).collect::<Result<Vec<T>, _>>() {
                Ok(names) if names.is_empty() && is_needed => self.printer.say(Line::indented(2).plain(NEEDED)),
                Ok(names) => return Ok(names),
                Err(error) => self.printer.say(Line::indented(2).plain(&error.to_string())),
            }
        }
    }

    /// One line that was typed; nothing has been written where it does not come.
    fn line(&mut self, question: &str) -> Result<String, Failure> {
        use std::io::{BufRead as _, Read as _};
        self.printer.say(question);
        let mut answer = String::new();
        let read = stdin().lock().take(ANSWER_BYTES).read_line(&mut answer);
        match read {
            Ok(bytes) if bytes > 0 => Ok(answer.trim().to_owned()),
            Ok(_) => Err(Failure::refused("there was no answer").why("nothing was written")),
            Err(error) => Err(Failure::refused("the answer cannot be read").why(error)),
        }
    }
}
