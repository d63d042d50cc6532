//! Scopes: what a token is for. One table says which of them each address needs; an address that is not in it is
//! denied.
//!
//! Deliberately not here: what a person may do. A token may do what its holder may and its scopes name, both.

use std::collections::BTreeSet;

use http::Method;

/// What a token may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// See incidents, who is on call, and what was told.
    Read,
    /// Open incidents.
    Declare,
    /// Answer pages and change incidents.
    Respond,
    /// Make and revoke tokens, apply policies, and see what admins see.
    Admin,
    /// Read the metrics.
    Metrics,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Read, Self::Declare, Self::Respond, Self::Admin, Self::Metrics];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Declare => "declare",
            Self::Respond => "respond",
            Self::Admin => "admin",
            Self::Metrics => "metrics",
        }
    }

    /// The scope of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// The scopes of a token.
pub type Scopes = BTreeSet<Scope>;

/// Names with a blank between, as stored.
pub fn to_stored(scopes: &Scopes) -> String {
    scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(" ")
}

/// Every address that takes a token, and the scope it needs; `None` is any.
const ADDRESSES: &[(&str, &str, Option<Scope>)] = &[
    ("GET", "/api/v1/incidents", Some(Scope::Read)),
    ("POST", "/api/v1/incidents", Some(Scope::Declare)),
    ("GET", "/api/v1/incidents/{incident}", Some(Scope::Read)),
    ("GET", "/api/v1/incidents/{incident}/timeline", Some(Scope::Read)),
    ("GET", "/api/v1/incidents/{incident}/events", Some(Scope::Read)),
    ("GET", "/api/v1/incidents/{incident}/calls", Some(Scope::Read)),
    ("GET", "/api/v1/reports/missed", Some(Scope::Read)),
    ("POST", "/api/v1/incidents/{incident}/join", Some(Scope::Declare)),
    ("POST", "/api/v1/incidents/{incident}/resolve", Some(Scope::Respond)),
    ("POST", "/api/v1/incidents/{incident}/update", Some(Scope::Respond)),
    ("POST", "/api/v1/incidents/{incident}/reopen", Some(Scope::Respond)),
    ("POST", "/api/v1/incidents/{incident}/severity", Some(Scope::Respond)),
    ("POST", "/api/v1/incidents/{incident}/service", Some(Scope::Respond)),
    ("POST", "/api/v1/incidents/{incident}/cancel", Some(Scope::Respond)),
    ("POST", "/api/v1/incidents/{incident}/ack", Some(Scope::Respond)),
    ("POST", "/api/v1/incidents/{incident}/decline", Some(Scope::Respond)),
    ("POST", "/api/v1/incidents/{incident}/pages/{target}/take", Some(Scope::Respond)),
    ("POST", "/api/v1/incidents/{incident}/pages/{target}/stop", Some(Scope::Respond)),
    ("POST", "/api/v1/incidents/{incident}/pages/{target}/decline", Some(Scope::Respond)),
    ("POST", "/api/v1/incidents/{incident}/pages/{target}/ring-again", Some(Scope::Respond)),
    ("POST", "/api/v1/ack", Some(Scope::Respond)),
    ("GET", "/api/v1/oncall", Some(Scope::Read)),
    ("GET", "/api/v1/oncall/schedule", Some(Scope::Read)),
    ("GET", "/api/v1/calendars", Some(Scope::Read)),
    ("POST", "/api/v1/calendars", Some(Scope::Respond)),
    ("POST", "/api/v1/calendars/{calendar}/revoke", Some(Scope::Respond)),
    ("GET", "/api/v1/tokens", Some(Scope::Admin)),
    ("POST", "/api/v1/tokens", Some(Scope::Admin)),
    ("POST", "/api/v1/tokens/{token}/revoke", Some(Scope::Admin)),
    ("GET", "/api/v1/policies", Some(Scope::Read)),
    ("POST", "/api/v1/policies", Some(Scope::Admin)),
    ("GET", "/api/v1/policies/{version}", Some(Scope::Read)),
    ("GET", "/api/v1/audit", Some(Scope::Admin)),
    ("GET", "/metrics", Some(Scope::Metrics)),
    ("GET", "/api/v1/me", None),
    ("GET", "/api/v1/builtin/rooms", Some(Scope::Read)),
    ("GET", "/api/v1/builtin/status", Some(Scope::Read)),
    ("GET", "/api/v1/builtin/tickets", Some(Scope::Read)),
    ("GET", "/api/v1/builtin/inbox/{person}", Some(Scope::Read)),
    ("GET", "/", Some(Scope::Read)),
    ("POST", "/ack", Some(Scope::Respond)),
    ("GET", "/incidents", Some(Scope::Read)),
    ("POST", "/incidents", Some(Scope::Declare)),
    ("GET", "/incidents/new", Some(Scope::Read)),
    ("POST", "/incidents/{incident}/join", Some(Scope::Declare)),
    ("GET", "/incidents/{incident}", Some(Scope::Read)),
    ("GET", "/incidents/{incident}/end", Some(Scope::Read)),
    ("GET", "/incidents/{incident}/change", Some(Scope::Read)),
    ("POST", "/incidents/{incident}/update", Some(Scope::Respond)),
    ("POST", "/incidents/{incident}/severity", Some(Scope::Respond)),
    ("POST", "/incidents/{incident}/service", Some(Scope::Respond)),
    ("POST", "/incidents/{incident}/reopen", Some(Scope::Respond)),
    ("POST", "/incidents/{incident}/ack", Some(Scope::Respond)),
    ("POST", "/incidents/{incident}/decline", Some(Scope::Respond)),
    ("POST", "/incidents/{incident}/resolve", Some(Scope::Respond)),
    ("POST", "/incidents/{incident}/cancel", Some(Scope::Respond)),
    ("POST", "/incidents/{incident}/pages/{target}/take", Some(Scope::Respond)),
    ("POST", "/incidents/{incident}/pages/{target}/ring-again", Some(Scope::Respond)),
    ("GET", "/oncall", Some(Scope::Read)),
    ("GET", "/oncall/coverage", Some(Scope::Read)),
    ("GET", "/oncall/rotations/{rotation}", Some(Scope::Read)),
    ("GET", "/oncall/rotations/{rotation}/slot", Some(Scope::Read)),
    ("GET", "/rooms", Some(Scope::Read)),
    ("GET", "/rooms/{room}", Some(Scope::Read)),
    ("GET", "/tickets", Some(Scope::Read)),
    ("GET", "/tickets/{ticket}", Some(Scope::Read)),
    ("GET", "/inbox", Some(Scope::Read)),
];

/// What no limit holds up: opening an incident, answering for it, ending it, and what pages those whom it concerns by
/// its severity and service.
const NEVER_HELD_UP: &[(&str, &str)] = &[
    ("POST", "/api/v1/incidents"),
    ("POST", "/api/v1/incidents/{incident}/join"),
    ("POST", "/api/v1/incidents/{incident}/resolve"),
    ("POST", "/api/v1/incidents/{incident}/reopen"),
    ("POST", "/api/v1/incidents/{incident}/severity"),
    ("POST", "/api/v1/incidents/{incident}/service"),
    ("POST", "/api/v1/incidents/{incident}/cancel"),
    ("POST", "/api/v1/incidents/{incident}/ack"),
    ("POST", "/api/v1/incidents/{incident}/decline"),
    ("POST", "/api/v1/incidents/{incident}/pages/{target}/take"),
    ("POST", "/api/v1/incidents/{incident}/pages/{target}/decline"),
    ("POST", "/api/v1/ack"),
    ("POST", "/ack"),
    ("POST", "/incidents"),
    ("POST", "/incidents/{incident}/join"),
    ("POST", "/incidents/{incident}/severity"),
    ("POST", "/incidents/{incident}/service"),
    ("POST", "/incidents/{incident}/reopen"),
    ("POST", "/incidents/{incident}/ack"),
    ("POST", "/incidents/{incident}/decline"),
    ("POST", "/incidents/{incident}/resolve"),
    ("POST", "/incidents/{incident}/cancel"),
    ("POST", "/incidents/{incident}/pages/{target}/take"),
];

/// Whether no limit holds a request to a route up.
pub fn never_held_up(method: &Method, route: &str) -> bool {
    NEVER_HELD_UP.iter().any(|(known, address)| *known == method.as_str() && *address == route)
}

/// What a request to a route needs; nothing where the route is in no table.
pub fn needed(method: &Method, route: &str) -> Option<Option<Scope>> {
    // A HEAD is served by the handler of the GET.
    let method = if method == Method::HEAD { Method::GET.as_str() } else { method.as_str() };
    let found = ADDRESSES.iter().find(|(known, address, _)| *known == method && *address == route);
    found.map(|(_, _, scope)| *scope)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Addresses that take no token; the secret of a calendar is its address.
    const OPEN: [&str; 8] = [
        "GET /healthz",
        "GET /readyz",
        "GET /api/v1/openapi.json",
        "GET /calendar/{secret}",
        "GET /status",
        "GET /login",
        "POST /login",
        "POST /logout",
    ];

    #[test]
    fn every_route_says_what_it_needs() {
        let sources = [include_str!("../api/mod.rs"), include_str!("../console/mod.rs")];
        let mut routes = 0;
        for line in sources.iter().flat_map(|text| text.split(".route(").skip(1)) {
            let address = line.split('"').nth(1).unwrap();
            let verbs = line.split_once(',').unwrap().1;
            for (verb, method) in [("get(", Method::GET), ("post(", Method::POST)] {
                if verbs.contains(verb) {
                    routes += 1;
                    let is_open = OPEN.contains(&format!("{method} {address}").as_str());
                    assert_eq!(needed(&method, address).is_none(), is_open, "{method} {address}");
                }
            }
        }
        assert_eq!(routes, ADDRESSES.len() + OPEN.len());
    }

    #[test]
    fn f70_what_is_never_held_up_is_there() {
        for (method, address) in NEVER_HELD_UP {
            let known = ADDRESSES.iter().any(|(of, at, _)| of == method && at == address);
            assert!(known, "{method} {address}");
        }
    }
}
