//! Who is asking: a token becomes a [`Caller`], or the reason why not.
//!
//! A token speaks for a person, for a program, or, on the machine itself, for its operator, who may also act as any
//! person. Deliberately not here: what a caller may see (`zephyr_core::access`) and what the core refuses.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath};
use http::request::Parts;
use http::{HeaderMap, Method, header};
use zephyr_api::{Code, Problem};
use zephyr_core::access::Viewer;
use zephyr_core::{Actor, PersonId};
use zephyr_engine::ports::TokenRow;

use crate::app::{App, Stores};
use crate::fault::Fault;
use crate::near;

mod rates;
mod scope;
mod secret;

pub use rates::{guessed, note, opened, spend, spend_token};

pub use scope::{Scope, Scopes, needed, never_held_up, to_stored};
pub use secret::{Secret, hash, hex};

/// The header by which the machine's operator acts as a person.
pub const ACT_AS: &str = "zephyr-as";

/// Who is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// In whose name.
    pub actor: Actor,
    /// What they may see.
    pub viewer: Viewer,
    /// Whether this is the machine's own operator, under whatever name.
    pub is_operator: bool,
    /// What the token is for.
    pub scopes: Scopes,
    /// The public id of the token; the machine's own has none.
    pub token: Option<String>,
}

impl Caller {
    /// The person, where it is one.
    pub fn person(&self) -> Option<&PersonId> {
        self.actor.person()
    }

    /// Refuses an address that the token is not for.
    pub fn check_scope(&self, method: &Method, route: Option<&MatchedPath>) -> Result<(), Fault> {
        let needed = route.and_then(|route| scope::needed(method, route.as_str()));
        let missing = match needed {
            Some(None) => return Ok(()),
            Some(Some(needed)) if self.scopes.contains(&needed) => return Ok(()),
            Some(Some(missing)) => missing.name(),
            None => return Err(Problem::new(Code::Forbidden, "No token is for this address").into()),
        };
        Err(Problem::new(Code::Forbidden, format!("This token lacks the scope `{missing}`"))
            .hint(format!("Ask an admin for one that has it: `zephyr token create … --scope {missing}`."))
            .into())
    }

    /// Whether they may see and do what admins may. The operator in somebody's name is that person.
    pub fn is_admin(&self) -> bool {
        match &self.viewer {
            Viewer::Local => true,
            Viewer::Person { admin, .. } => *admin,
            Viewer::Bot => false,
        }
    }

    /// A name for whose keys these are, unlike that of any other holder.
    pub fn scope(&self) -> String {
        match &self.actor {
            Actor::Person(person) => format!("person:{person}"),
            Actor::Operator => "operator".to_owned(),
            Actor::Bot(name) | Actor::Provider(name) => format!("bot:{name}"),
            Actor::System => "system".to_owned(),
        }
    }
}

impl<S: Stores> FromRequestParts<App<S>> for Caller {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App<S>) -> Result<Self, Fault> {
        let caller = authenticate(parts, app).await?;
        rates::spend(app, &caller, parts)?;
        Ok(caller)
    }
}

/// Who asks, without counting it: for an answer that goes on.
pub async fn authenticate<S: Stores>(parts: &Parts, app: &App<S>) -> Result<Caller, Fault> {
    let secret = bearer(&parts.headers)?;
    let act_as = parts.headers.get(ACT_AS).map(|value| value.to_str().unwrap_or_default().to_owned());
    let caller = identify(app, &secret, act_as.as_deref(), peer(parts)).await?;
    caller.check_scope(&parts.method, parts.extensions.get::<MatchedPath>())?;
    Ok(caller)
}

/// Where a request comes from.
pub fn peer(parts: &Parts) -> Option<SocketAddr> {
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer)
}

/// Who a secret speaks for. Those that are not good are counted by where they come from; good ones never.
pub async fn identify<S: Stores>(
    app: &App<S>,
    secret: &Secret,
    act_as: Option<&str>,
    peer: Option<SocketAddr>,
) -> Result<Caller, Fault> {
    match known(app, secret, act_as, peer).await {
        Err(fault) if fault.0.code == Code::Unauthorized => Err(rates::guessed(app, peer, fault).await),
        answer => answer,
    }
}

async fn known<S: Stores>(
    app: &App<S>,
    secret: &Secret,
    act_as: Option<&str>,
    peer: Option<SocketAddr>,
) -> Result<Caller, Fault> {
    if app.local.is_set() && *secret == app.local {
        return if peer.is_some_and(is_here) {
            operator(app, act_as)
        } else {
            Err(unauthorized("The operator's token works on the server's own machine only", "Ask an admin for yours."))
        };
    }
    let Some(row) = app.store.token(&secret.hash()).await? else {
        return Err(unauthorized(
            "This token is not known here",
            "Check that it is whole, or ask an admin for a new one.",
        ));
    };
    check_age(app, &row).await?;
    if act_as.is_some_and(|name| row.kind != "person" || row.holder != name) {
        let problem = Problem::new(Code::Forbidden, "Only the machine's operator may act as somebody else");
        return Err(problem.hint("Leave out the header `Zephyr-As`; your token says who you are.").into());
    }
    let token = Some(row.id.clone());
    match row.kind.as_str() {
        "person" => match row.holder.parse::<PersonId>() {
            Ok(person) => as_person(app, person, token, scopes(&row, &Scope::ALL)).ok_or_else(|| {
                unauthorized(
                    &format!("This token is {}'s, who is not in the policy any more", row.holder),
                    "Somebody who left has no access; whoever keeps the policy file can put them back.",
                )
            }),
            Err(_) => Err(Fault::internal()),
        },
        "bot" => {
            let scopes = scopes(&row, &[Scope::Read, Scope::Declare, Scope::Respond]);
            Ok(Caller { actor: Actor::Bot(row.holder), viewer: Viewer::Bot, is_operator: false, scopes, token })
        }
        _ => {
            Err(unauthorized("This token is of a kind that this version does not know", "Ask an admin for a new one."))
        }
    }
}

/// Refuses a token that is over.
async fn check_age<S: Stores>(app: &App<S>, row: &TokenRow) -> Result<(), Fault> {
    let day = |at: jiff::Timestamp| at.strftime("%Y-%m-%d %H:%M UTC").to_string();
    if let Some(end) = &row.revoked {
        let title = format!("This token was revoked on {}", day(end.at));
        return Err(unauthorized(&title, "Ask an admin for a new one: `zephyr token create`."));
    }
    match row.expires_at {
        Some(end) if end <= app.store.now().await? => {
            let title = format!("This token expired on {}", day(end));
            Err(unauthorized(&title, "Ask an admin for a new one: `zephyr token create`."))
        }
        Some(_) | None => Ok(()),
    }
}

/// The scopes of a token; a name that this version does not know gives nothing.
fn scopes(row: &TokenRow, all: &[Scope]) -> Scopes {
    match &row.scopes {
        Some(names) => names.split(' ').filter_map(Scope::named).collect(),
        None => all.iter().copied().collect(),
    }
}

/// Whether a peer is on the server's own machine.
fn is_here(peer: SocketAddr) -> bool {
    peer.ip().to_canonical().is_loopback()
}

fn operator<S>(app: &App<S>, act_as: Option<&str>) -> Result<Caller, Fault> {
    let Some(name) = act_as else {
        return Ok(Caller {
            actor: Actor::Operator,
            viewer: Viewer::Local,
            is_operator: true,
            scopes: Scope::ALL.into(),
            token: None,
        });
    };
    let known = name.parse::<PersonId>().ok().and_then(|person| as_person(app, person, None, Scope::ALL.into()));
    known.ok_or_else(|| {
        let world = app.world();
        let name: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
        Fault::invalid("Zephyr-As", format!("The policy has no person `{name}`."))
            .hint(near::hint(&name, world.policy.people.keys().map(PersonId::as_str)))
            .into()
    })
}

/// The token of an admin without the scope `admin` sees what anybody sees.
fn as_person<S>(app: &App<S>, id: PersonId, token: Option<String>, scopes: Scopes) -> Option<Caller> {
    let admin = app.world().policy.people.get(&id)?.admin && scopes.contains(&Scope::Admin);
    let (actor, viewer) = (Actor::Person(id.clone()), Viewer::Person { id, admin });
    Some(Caller { actor, viewer, is_operator: token.is_none(), scopes, token })
}

fn bearer(headers: &HeaderMap) -> Result<Secret, Fault> {
    let missing = || {
        unauthorized(
            "This needs a token",
            "Send `Authorization: Bearer <token>`. An admin makes tokens; the server's own machine has one already.",
        )
    };
    let value = headers.get(header::AUTHORIZATION).ok_or_else(missing)?.to_str().map_err(|_| missing())?;
    let (scheme, secret) = value.split_once(' ').ok_or_else(missing)?;
    let secret = secret.trim();
    if !scheme.eq_ignore_ascii_case("bearer") || secret.is_empty() {
        return Err(missing());
    }
    Ok(Secret::new(secret.to_owned()))
}

fn unauthorized(title: &str, hint: &str) -> Fault {
    Problem::new(Code::Unauthorized, title).hint(hint).into()
}

#[cfg(test)]
mod tests {
    use super::is_here;

    #[test]
    fn only_the_loopback_is_here() {
        for peer in ["127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "[::ffff:127.0.0.1]:1"] {
            assert!(is_here(peer.parse().unwrap()), "{peer}");
        }
        for peer in ["10.0.0.1:1", "0.0.0.0:1", "[::]:1", "[::ffff:10.0.0.1]:1", "[fe80::1]:1", "192.168.127.1:1"] {
            assert!(!is_here(peer.parse().unwrap()), "{peer}");
        }
    }
}
