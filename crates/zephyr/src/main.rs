//! zephyr: incident response and on-call. The composition root: reads what was typed, runs one command, says how it
//! ended.

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::{Cli, Command, Incident, Page, Report, Token};
use crate::commands::Session;
use crate::failure::{Exit, Failure};
use crate::printer::Printer;
use crate::settings::Settings;

mod cli;
mod client;
mod commands;
mod demo;
mod discover;
mod env;
mod failure;
mod init;
mod last_known;
mod local;
mod machine;
mod manual;
mod opening;
mod printer;
mod render;
mod rules;
mod serve;
mod settings;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let json = cli.connection.json;
    let mut printer = Printer::of_process();
    let outcome = match runtime(matches!(cli.command, Some(Command::Serve(_)))) {
        Ok(runtime) => {
            let outcome = runtime.block_on(run(cli, &mut printer));
            // Nothing is waited for that cannot be given up, like a read of standard input.
            runtime.shutdown_background();
            outcome
        }
        Err(error) => Err(Failure::refused("cannot start").why(error)),
    };
    match outcome {
        Ok(exit) => exit.into(),
        Err(failure) => {
            printer.failure(&failure);
            if failure.exit == Exit::Unreachable {
                last_known::tell(&mut printer, &failure, json);
            }
            failure.exit.into()
        }
    }
}

/// A server uses every processor; everything else is over before a second thread would have begun.
fn runtime(server: bool) -> std::io::Result<tokio::runtime::Runtime> {
    let mut builder = if server {
        tokio::runtime::Builder::new_multi_thread()
    } else {
        tokio::runtime::Builder::new_current_thread()
    };
    builder.enable_all().build()
}

async fn run(cli: Cli, printer: &mut Printer) -> Result<Exit, Failure> {
    let settings = Settings::new(cli.connection);
    if let Some(Command::Incident(Incident::Open(given))) = &cli.command {
        // Wrong usage is told as such, whether or not there is a server.
        commands::incident_open::summary(given)?;
    }
    match cli.command {
        Some(Command::Init(given)) => commands::init::run(printer, given, settings.json),
        Some(Command::Completions(given)) => commands::manual::completions(printer, &given, settings.json),
        Some(Command::Man(given)) => commands::manual::pages(printer, &given, settings.json),
        Some(Command::Serve(given)) => return commands::serve::run(printer, &settings, given).await,
        Some(Command::Check(given)) => return commands::check::run(printer, &settings, given).await,
        Some(Command::Simulate(given)) => commands::simulate::run(printer, &settings, &given).await,
        Some(Command::Doctor(given)) => return commands::doctor::run(printer, &settings, given).await,
        Some(Command::Store(given)) => return commands::store::run(printer, &settings, given).await,
        Some(Command::Demo(given)) => return commands::demo::run(printer, given, settings.json).await,
        command => {
            let mut session = Session::new(&settings, printer)?;
            let done = ask(&mut session, &settings, command).await;
            session.tell_clocks();
            let done = done?;
            last_known::keep(&session).await;
            Ok(done)
        }
    }
}

/// The commands that ask a server.
async fn ask(session: &mut Session<'_>, settings: &Settings, command: Option<Command>) -> Result<Exit, Failure> {
    match command {
        Some(Command::Incident(incident)) => match incident {
            Incident::Open(given) => commands::incident_open::run(session, settings, given).await,
            Incident::List(given) => commands::incident_list::run(session, given).await,
            Incident::Show(given) => commands::incident_show::run(session, given).await,
            Incident::Timeline(given) => commands::incident_timeline::run(session, given).await,
            Incident::Resolve(given) => commands::incident_end::resolve(session, given).await,
            Incident::Cancel(given) => commands::incident_end::cancel(session, given).await,
            Incident::Update(given) => commands::incident_change::update(session, given).await,
            Incident::Reopen(given) => commands::incident_change::reopen(session, given).await,
            Incident::Severity(given) => commands::incident_change::severity(session, given).await,
            Incident::Service(given) => commands::incident_change::service(session, given).await,
        },
        Some(Command::Page(page)) => match page {
            Page::List => commands::page_list::run(session).await,
            Page::Ack(given) => commands::page_change::acknowledge(session, given).await,
            Page::Decline(given) => commands::page_change::decline(session, given).await,
            Page::Take(given) => commands::page_change::take(session, given).await,
            Page::Stop(given) => commands::page_change::stop(session, given).await,
            Page::RingAgain(given) => commands::page_change::ring_again(session, given).await,
        },
        Some(Command::Ack) => commands::ack::run(session).await,
        Some(Command::Drill(given)) => commands::drill::run(session, given).await,
        Some(Command::Contact(given)) => commands::contact::run(session, given).await,
        Some(Command::Oncall(given)) => commands::oncall::run(session, given).await,
        Some(Command::Why(given)) => commands::why::run(session, given).await,
        Some(Command::Report(Report::Missed(given))) => commands::report_missed::run(session, given).await,
        Some(Command::Policy(policy)) => commands::policy::run(session, policy).await,
        Some(Command::Audit(given)) => commands::audit::run(session, given).await,
        Some(Command::Token(Token::Create(given))) => commands::token_create::run(session, given).await,
        Some(Command::Token(Token::List)) => commands::token_list::list(session).await,
        Some(Command::Token(Token::Revoke(given))) => commands::token_list::revoke(session, given).await,
        Some(
            Command::Init(_)
            | Command::Serve(_)
            | Command::Check(_)
            | Command::Simulate(_)
            | Command::Demo(_)
            | Command::Doctor(_)
            | Command::Store(_)
            | Command::Completions(_)
            | Command::Man(_),
        )
        | None => commands::overview::run(session).await,
    }
}
