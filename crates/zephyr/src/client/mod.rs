//! Speaks to a server, or to the first of several that answers: short deadlines, answers bounded.
//!
//! Deliberately not here: where the servers are (`discover`), and what an answer looks like on screen (`render`).

use std::cell::Cell;
use std::time::Duration;

use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zephyr_api::{Code, Problem};

use self::servers::Servers;
use crate::discover::{self, Found};
use crate::failure::{Exit, Failure};
use crate::settings::{Connection, Person};

mod error;
mod servers;
mod wire;

pub use error::CallError;

/// Time for an answer.
const ANSWER: Duration = Duration::from_secs(10);
/// The same while another server can be asked instead and this one has never answered.
const TURN: Duration = Duration::from_secs(2);
/// Names the person that the machine's own token speaks for.
const AS: &str = "zephyr-as";
/// RFC draft-ietf-httpapi-idempotency-key-header.
const KEY: &str = "idempotency-key";

/// Waits between the tries of a request whose answer was lost: seven seconds in all, enough for a server to restart.
const AGAIN: [Duration; 6] = [
    Duration::from_millis(100),
    Duration::from_millis(300),
    Duration::from_millis(600),
    Duration::from_millis(1_000),
    Duration::from_millis(2_000),
    Duration::from_millis(3_000),
];

/// A server that can be asked, or several of the same zephyr.
pub struct Client {
    servers: Servers,
    /// Where they are looked for again after an answer was lost: a server that was started anew has another token.
    connection: Option<Connection>,
    person: Person,
    /// There is no person of this machine's user name.
    guessed_wrong: Cell<bool>,
    /// The last answer was given before.
    replayed: Cell<bool>,
}

/// What to ask.
struct Call<'a, Body> {
    method: Method,
    path: &'a str,
    body: Option<&'a Body>,
    key: Option<&'a str>,
    /// How long the server may hold the answer back.
    held: Duration,
}

impl Client {
    /// Finds the servers. No request is made.
    pub fn find(connection: &Connection) -> Result<Self, Failure> {
        let client = Self::of(discover::find(connection)?, connection.person.clone());
        Ok(Self { connection: Some(connection.clone()), ..client })
    }

    /// A client for a server that is known.
    pub fn new(found: Found, person: Person) -> Self {
        Self::of(vec![found], person)
    }

    fn of(found: Vec<Found>, person: Person) -> Self {
        Self {
            servers: Servers::new(found),
            connection: None,
            person,
            guessed_wrong: Cell::new(false),
            replayed: Cell::new(false),
        }
    }

    /// The address of the one that answered last.
    pub fn url(&self) -> String {
        self.servers.present().url
    }

    /// The addresses of all, in the order in which they were named.
    pub fn urls(&self) -> Vec<String> {
        self.servers.urls()
    }

    /// Whom the token speaks for may be one of two: part of what makes two requests the same.
    pub fn speaks_for(&self) -> &Person {
        &self.person
    }

    /// Whether the last answer was given before, to an earlier request with the same key.
    pub fn was_replayed(&self) -> bool {
        self.replayed.get()
    }

    /// Reads.
    pub async fn get<Answer: DeserializeOwned>(&self, path: &str) -> Result<Answer, CallError> {
        self.wait(path, Duration::ZERO).await
    }

    /// Reads what the server may hold back for a while.
    pub async fn wait<Answer: DeserializeOwned>(&self, path: &str, wait: Duration) -> Result<Answer, CallError> {
        let call = Call::<()> { method: Method::GET, path, body: None, key: None, held: wait };
        self.call(call).await.map_err(|error| match error {
            // Reading changes nothing: an answer that was lost is none.
            CallError::Lost(why) => CallError::Unreached(why),
            error => error,
        })
    }

    /// Asks for a change. With the same key it is made once only.
    pub async fn post<Body: Serialize, Answer: DeserializeOwned>(
        &self,
        path: &str,
        body: &Body,
        key: &str,
    ) -> Result<Answer, CallError> {
        self.call(Call { method: Method::POST, path, body: Some(body), key: Some(key), held: Duration::ZERO }).await
    }

    /// Asks for a change, and again under the same key where the answer was lost. Where the server is not even reached
    /// at first, nothing has been asked of it, and that is said at once.
    pub async fn post_surely<Body: Serialize, Answer: DeserializeOwned>(
        &self,
        path: &str,
        body: &Body,
        key: &str,
    ) -> Result<Answer, CallError> {
        let mut error = match self.post(path, body, key).await {
            Err(error @ CallError::Lost(_)) => error,
            Err(error) if error.may_pass() && !matches!(error, CallError::Unreached(_)) => error,
            answer => return answer,
        };
        for wait in AGAIN {
            tokio::time::sleep(wait).await;
            self.find_again();
            match self.post(path, body, key).await {
                // That it is not reached now, or has a new token by now, says nothing about what it did before.
                Err(CallError::Unreached(_)) => {}
                Err(CallError::Problem(problem)) if problem.code == Code::Unauthorized => {}
                Err(again) if again.may_pass() => error = again,
                answer => return answer,
            }
        }
        Err(error)
    }

    /// Looks for the servers anew: one that was started again has another token.
    pub fn find_again(&self) {
        if let Some(Ok(found)) = self.connection.as_ref().map(discover::find) {
            self.servers.replace(found);
        }
    }

    /// Asks one server after the other, beginning with the one that answered last, until one answers.
    async fn call<Body: Serialize, Answer: DeserializeOwned>(&self, call: Call<'_, Body>) -> Result<Answer, CallError> {
        let mut silent: Vec<(String, CallError)> = Vec::new();
        let mut turns = self.servers.in_turn().into_iter().peekable();
        while let Some((turn, found)) = turns.next() {
            let is_last = turns.peek().is_none();
            let within = if is_last || self.servers.has_answered(turn) { ANSWER } else { TURN };
            match self.ask(&found, &call, within + call.held).await {
                Err(error) if error.is_no_answer() => silent.push((found.url, error)),
                answer => {
                    self.servers.answered(turn);
                    return answer;
                }
            }
        }
        Err(self.servers.were_silent(silent))
    }

    /// Asks one server, as the person that is meant.
    async fn ask<Body: Serialize, Answer: DeserializeOwned>(
        &self,
        found: &Found,
        call: &Call<'_, Body>,
        within: Duration,
    ) -> Result<Answer, CallError> {
        let guess = match &self.person {
            Person::Guessed(name) if found.is_machines_own && !self.guessed_wrong.get() => Some(name.as_str()),
            Person::Given(_) | Person::Guessed(_) | Person::Nobody => None,
        };
        let given = if let Person::Given(name) = &self.person { Some(name.as_str()) } else { guess };
        match self.once(found, call, given, within).await {
            // Whoever sits here is nobody that the policy knows: they ask as this machine.
            Err(CallError::Problem(problem)) if guess.is_some() && is_about_person(&problem) => {
                self.guessed_wrong.set(true);
                self.once(found, call, None, within).await
            }
            answer => answer,
        }
    }

    async fn once<Body: Serialize, Answer: DeserializeOwned>(
        &self,
        Found { url, token, .. }: &Found,
        call: &Call<'_, Body>,
        person: Option<&str>,
        within: Duration,
    ) -> Result<Answer, CallError> {
        let http = self.servers.http(url)?;
        let mut request = http.request(call.method.clone(), format!("{url}{}", call.path)).timeout(within);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(person) = person {
            request = request.header(AS, person);
        }
        if let Some(key) = call.key {
            request = request.header(KEY, key);
        }
        if let Some(body) = call.body {
            request = request.json(body);
        }
        let (answer, replayed) = wire::read(wire::send(request).await?).await?;
        self.replayed.set(replayed);
        Ok(answer)
    }

    /// What to tell of a call that was not answered.
    pub fn failure(&self, error: CallError) -> Failure {
        let found = self.servers.present();
        match error {
            CallError::Problem(problem) if problem.code == Code::Unauthorized && found.has_better_token() => {
                Failure::from(problem).hint("leave out --token and ZEPHYR_TOKEN: this machine has a token of its own")
            }
            CallError::Lost(why) => self.lost(why).hint("it may be done: `zephyr` shows how things stand"),
            error if self.servers.are_several() && error.is_no_answer() => {
                let told = format!("no server answers: {}", self.servers.told());
                Failure::new(Exit::Unreachable, told).hint("look whether one runs, and whether the addresses are right")
            }
            CallError::Problem(problem) => problem.into(),
            CallError::Unreached(why) => discover::unreachable(&found, &why),
            CallError::Nonsense(why) => Failure::refused(format!("{} does not answer as zephyr does", found.url))
                .why(why)
                .hint("look whether the address is right, and both are of the same version"),
        }
    }

    /// That nobody knows what was done.
    pub fn lost(&self, why: String) -> Failure {
        if self.servers.are_several() {
            return Failure::new(Exit::Unreachable, format!("the answer was lost: {}", self.servers.told()));
        }
        Failure::new(Exit::Unreachable, format!("the answer of {} was lost", self.url())).why(why)
    }
}

/// Says which people it knows: the answer to a name that the policy does not have.
fn is_about_person(problem: &Problem) -> bool {
    problem.field.as_deref().is_some_and(|field| field.eq_ignore_ascii_case(AS))
}
