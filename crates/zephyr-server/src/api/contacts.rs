//! `/api/v1/contacts`: how a person is reached, and the code that shows it; and `/api/v1/readiness`: who may not be.

use axum::Json;
use axum::extract::{Path, State};
use zephyr_api::{Code as ProblemCode, ConfirmContact, ContactChanged, Contacts, Problem, Readiness, Unready};
use zephyr_core::PersonId;
use zephyr_core::policy::Method;
use zephyr_core::reach::{Code, Command, findings};

use super::answer::Answered;
use super::extract::{Nothing, Posted};
use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::fault::Fault;
use crate::reach;

/// How the caller is reached.
#[utoipa::path(
    get,
    path = "/api/v1/contacts",
    operation_id = "list_contacts",
    tag = "contacts",
    responses((status = 200, description = "As asked", body = Contacts))
)]
pub async fn list<S: Stores>(State(app): State<App<S>>, caller: Caller) -> Result<Json<Contacts>, Fault> {
    let person = own(&caller)?;
    let known = app.reach().await?;
    Ok(Json(reach::contacts(&known, &app.world(), person)))
}

/// Sends the caller a code over one of their methods.
#[utoipa::path(
    post,
    path = "/api/v1/contacts/{method}/code",
    operation_id = "send_code",
    tag = "contacts",
    responses((status = 200, description = "The method; the code is on its way", body = ContactChanged))
)]
pub async fn code<S: Stores>(
    State(app): State<App<S>>,
    Path(method): Path<String>,
    Posted { caller, key, .. }: Posted<Nothing>,
) -> Result<Answered<ContactChanged>, Fault> {
    let (person, method) = (own(&caller)?.clone(), named(&method)?);
    let (known, _, repeated) = reach::ask(&app, &caller, key, Command::AskCode { method }).await?;
    let contact = reach::contact(&known, &app.world(), &person, method);
    Ok(Answered { body: ContactChanged { contact }, repeated })
}

/// Takes the code that came: the method reaches the caller.
#[utoipa::path(
    post,
    path = "/api/v1/contacts/{method}/confirm",
    operation_id = "confirm_contact",
    tag = "contacts",
    request_body = ConfirmContact,
    responses((status = 200, description = "The method, verified", body = ContactChanged))
)]
pub async fn confirm<S: Stores>(
    State(app): State<App<S>>,
    Path(method): Path<String>,
    Posted { caller, body, key }: Posted<ConfirmContact>,
) -> Result<Answered<ContactChanged>, Fault> {
    let (person, method) = (own(&caller)?.clone(), named(&method)?);
    let code: Code = body.code.parse().map_err(|why| Fault::invalid("code", why))?;
    let (known, _, repeated) = reach::ask(&app, &caller, key, Command::Confirm { method, code }).await?;
    // A code that was right is used up; one that was wrong still waits to be given.
    if known.contact(&person, method).is_some_and(|contact| contact.asked.is_some()) {
        let problem = Fault::invalid("code", "It is not the code that was sent last.");
        return Err(problem.hint("Look again; after five wrong ones, ask for another.").into());
    }
    let contact = reach::contact(&known, &app.world(), &person, method);
    Ok(Answered { body: ContactChanged { contact }, repeated })
}

/// Who may not be reached: drills that failed or are long ago, and methods that nobody has shown to work. It has no say
/// in whom an incident pages.
#[utoipa::path(
    get,
    path = "/api/v1/readiness",
    operation_id = "read_readiness",
    tag = "contacts",
    responses((status = 200, description = "As asked", body = Readiness))
)]
pub async fn readiness<S: Stores>(State(app): State<App<S>>, _: Caller) -> Result<Json<Readiness>, Fault> {
    let (known, at) = (app.reach().await?, app.store.now().await?);
    let found = findings(&known, &app.world(), at).into_iter();
    let told = found.map(|finding| Unready {
        rule: finding.rule.to_string(),
        level: "warning".to_owned(),
        person: finding.person.to_string(),
        message: finding.message,
        help: finding.help,
    });
    Ok(Json(Readiness { at, findings: told.collect() }))
}

fn own(caller: &Caller) -> Result<&PersonId, Fault> {
    caller.person().ok_or_else(|| {
        Problem::new(ProblemCode::Forbidden, "Only people are reached by anything")
            .hint("Use a token bound to a person; on the server's own machine, the header `Zephyr-As` names you.")
            .into()
    })
}

fn named(given: &str) -> Result<Method, Fault> {
    let all = [Method::Push, Method::Sms, Method::Call, Method::Email, Method::Chat];
    all.into_iter().find(|method| method.as_str() == given).ok_or_else(|| {
        let given: String = given.chars().filter(|c| !c.is_control()).take(40).collect();
        Problem::new(ProblemCode::NotFound, format!("`{given}` is no way to reach anybody"))
            .hint("There are push, sms, call, email and chat.")
            .into()
    })
}
