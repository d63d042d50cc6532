//! `/api/v1/policies`: what came into force and when; the text of one; and applying another, for admins and the
//! machine's operator.

use axum::extract::{Path, State};
use axum::{Extension, Json};
use zephyr_api::{
    AppliedPolicy, ApplyPolicy, Code, Policies, PolicyApplied, PolicyChange, PolicyMistake, PolicyText, Problem,
};
use zephyr_core::limits;
use zephyr_core::policy::{self, Change, Mistake, Policy, without_contacts};
use zephyr_engine::RequestKey;
use zephyr_engine::ports::About;

use super::answer::Answered;
use super::extract::{BodyBound, Posted, answered};
use crate::app::{App, Stores};
use crate::auth::Caller;
use crate::fault::Fault;
use crate::policies::{Applied, Candidate};

/// What `source` says of a policy that came through here.
const SOURCE: &str = "api";

/// A policy is longer than what other addresses take.
pub fn long_body() -> Extension<BodyBound> {
    Extension(BodyBound(limits::POLICY_BODY_BYTES))
}

/// What came into force, the last first.
#[utoipa::path(
    get,
    path = "/api/v1/policies",
    operation_id = "list_policies",
    tag = "policies",
    responses((status = 200, description = "At most 200", body = Policies))
)]
pub async fn list<S: Stores>(State(app): State<App<S>>, _: Caller) -> Result<Json<Policies>, Fault> {
    let rows = app.store.policies(limits::LIST_ROWS).await?;
    let present = app.world().policy.version.clone();
    let policies = rows.into_iter().enumerate().map(|(index, row)| AppliedPolicy {
        number: row.seq,
        in_force: index == 0 && row.version == present.0,
        version: row.version,
        at: row.at,
        by: row.by,
        source: row.source,
    });
    Ok(Json(Policies { policies: policies.collect() }))
}

/// The text of one; without people's addresses but for those who may apply another.
#[utoipa::path(
    get,
    path = "/api/v1/policies/{version}",
    operation_id = "show_policy",
    tag = "policies",
    responses((status = 200, description = "Its text", body = PolicyText))
)]
pub async fn show<S: Stores>(
    State(app): State<App<S>>,
    Path(version): Path<String>,
    caller: Caller,
) -> Result<Json<PolicyText>, Fault> {
    let present = app.world().policy.version.0.clone();
    let version = if version == "current" { present.clone() } else { version };
    let text = app.store.policy_text(&version).await?.ok_or_else(|| unknown(&version))?;
    // What an earlier version of zephyr kept has no addresses, and is not the text that its version was made of.
    let is_whole = policy::version(&text).0 == version;
    let contacts = is_whole && may_apply(&caller);
    let text = if contacts { text } else { without_contacts(&text) };
    Ok(Json(PolicyText { in_force: version == present, version, text, contacts }))
}

/// Applies one, or says what that would change.
#[utoipa::path(
    post,
    path = "/api/v1/policies",
    operation_id = "apply_policy",
    tag = "policies",
    request_body = ApplyPolicy,
    responses((status = 200, description = "What changed, or would change", body = PolicyApplied))
)]
pub async fn apply<S: Stores>(
    State(app): State<App<S>>,
    Posted { caller, body, key }: Posted<ApplyPolicy>,
) -> Result<Answered<PolicyApplied>, Fault> {
    if !may_apply(&caller) {
        let problem = Problem::new(Code::Forbidden, "Only admins and the machine's operator apply policies");
        return Err(problem.hint("Ask one of them; the policy file names the admins.").into());
    }
    // What changes nothing needs no key.
    let key = key.filter(|_| !body.dry_run);
    if let Some(answer) = repeated(&app, key.as_ref()).await? {
        return Ok(Answered { body: answer, repeated: true });
    }
    let policy = policy::read(&body.text).map_err(|mistakes| unsound(&mistakes))?;
    let mut applied = told(&app.world().policy, &policy);
    if !applied.in_force {
        follows_file(&app, &body.text).await?;
    }
    if body.dry_run {
        return Ok(Answered { body: applied, repeated: false });
    }
    let (by, request) = (caller.actor.to_string(), Some(app.request_id()));
    let candidate = Candidate { policy, text: body.text, by, source: SOURCE.to_owned(), request };
    match app.policies.apply(&app.store, candidate, body.replaces.as_deref(), key.clone()).await? {
        Applied::InForce => {
            applied.in_force = true;
            Ok(Answered { body: applied, repeated: false })
        }
        Applied::Another => Err(another(&app.world().policy)),
        Applied::Repeated => {
            let earlier = repeated(&app, key.as_ref()).await?;
            let body = earlier.ok_or_else(Fault::internal)?;
            Ok(Answered { body, repeated: true })
        }
    }
}

/// The answer to a request that was answered before: what it did then. What is in force now may be another.
async fn repeated<S: Stores>(app: &App<S>, key: Option<&RequestKey>) -> Result<Option<PolicyApplied>, Fault> {
    let Some(About::Policy { version, before }) = answered(app, key).await? else { return Ok(None) };
    let (was, is) = (read_kept(app, &before).await?, read_kept(app, &version).await?);
    let changes = was.zip(is).map(|(was, is)| policy::compare(&was, &is)).unwrap_or_default();
    let changes = changes.into_iter().map(change).collect();
    Ok(Some(PolicyApplied { version, previous: before, in_force: true, changes }))
}

/// A policy that was in force; `None` where its text is not whole, or not what this version reads.
pub async fn read_kept<S: Stores>(app: &App<S>, version: &str) -> Result<Option<Policy>, Fault> {
    let text = app.store.policy_text(version).await?;
    Ok(text.and_then(|text| policy::read(&text).ok()))
}

/// Those who may change who is paged.
fn may_apply(caller: &Caller) -> bool {
    caller.is_operator || caller.is_admin()
}

/// A server that follows a file takes no other text: it would be gone with the next change of the file.
async fn follows_file<S: Stores>(app: &App<S>, text: &str) -> Result<(), Fault> {
    let Some(file) = app.policies.watched() else { return Ok(()) };
    if app.policies.watched_text().await.as_deref() == Some(text) {
        return Ok(());
    }
    let problem = Problem::new(Code::Refused, "This server follows a file")
        .detail(format!("This server follows its file {}, and this is another text.", file.name));
    Err(problem.hint(format!("Edit {} where the server runs; or start the server without --policy.", file.name)).into())
}

fn told(before: &Policy, after: &Policy) -> PolicyApplied {
    PolicyApplied {
        version: after.version.to_string(),
        previous: before.version.to_string(),
        in_force: before.version == after.version,
        changes: policy::compare(before, after).into_iter().map(change).collect(),
    }
}

fn change(change: Change) -> PolicyChange {
    let Change { what, name, kind, parts } = change;
    let parts = parts.into_iter().map(str::to_owned).collect();
    PolicyChange { what: what.to_owned(), name, change: kind.to_string(), parts }
}

fn unsound(mistakes: &[Mistake]) -> Fault {
    let count = mistakes.len();
    let detail =
        if count == 1 { "The policy has a mistake.".to_owned() } else { format!("The policy has {count} mistakes.") };
    let mut problem = Problem::new(Code::Invalid, "This policy cannot be applied").detail(detail).field("text");
    problem.mistakes = mistakes.iter().cloned().map(mistake).collect();
    problem.hint("`zephyr check` tells the same of the file.").into()
}

fn mistake(mistake: Mistake) -> PolicyMistake {
    let Mistake { rule, line, column, text, message, help } = mistake;
    PolicyMistake { rule: rule.id().to_owned(), line, column, text, message, help }
}

fn another(present: &Policy) -> Fault {
    Problem::new(Code::Refused, "Another policy came into force meanwhile")
        .detail(format!("Meanwhile policy {} came into force; nothing was changed.", present.version))
        .hint("`zephyr policy diff` shows what it changed; then apply yours again.")
        .into()
}

fn unknown(version: &str) -> Fault {
    let version: String = version.chars().filter(|c| !c.is_control()).take(64).collect();
    Problem::new(Code::NotFound, "There is no such policy")
        .detail(format!("No policy {version} was ever in force here."))
        .hint("`zephyr policy history` shows which there were.")
        .into()
}
