//! Simulated people: the first one paged sleeps through it, everybody else answers a while after their phone rings.
//!
//! They know nothing but their own inbox, and have nothing but a token of their own.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use zephyr_api::{Acknowledged, CreateToken, Incident, Token};

use crate::client::{CallError, Client};
use crate::commands::paths;
use crate::demo::server::Server;
use crate::failure::Failure;
use crate::machine::{self, Deadline};

/// How long somebody needs from the first ring to the answer, by the server's clock.
const TO_ANSWER: Duration = Duration::from_secs(90);

/// Everybody who was rung so far.
pub struct People {
    speed: u32,
    sleeper: Option<String>,
    awake: BTreeMap<String, Somebody>,
}

/// Somebody with a phone.
struct Somebody {
    client: Client,
    token: String,
    /// When they will have found their phone; it has not rung before that is set.
    answers_at: Option<Deadline>,
    answered: bool,
}

/// A person's inbox, as far as they look at it.
#[derive(Deserialize)]
struct Inbox {
    entries: Vec<Rung>,
}

#[derive(Deserialize)]
struct Rung {
    over: Option<serde_json::Value>,
}

impl People {
    /// People at a clock of some speed.
    pub fn new(speed: u32) -> Self {
        Self { speed: speed.max(1), sleeper: None, awake: BTreeMap::new() }
    }

    /// Who sleeps, once somebody was paged.
    pub fn sleeper(&self) -> Option<&str> {
        self.sleeper.as_deref()
    }

    /// The token of somebody awake.
    pub fn token(&self, person: &str) -> Option<&str> {
        self.awake.get(person).map(|somebody| somebody.token.as_str())
    }

    /// One moment in the lives of everybody whom the incident concerns.
    pub async fn live(&mut self, server: &Server, operator: &Client, incident: &Incident) -> Result<(), Failure> {
        if self.sleeper.is_none() {
            self.sleeper = first_paged(incident);
        }
        for wanted in incident.pages.iter().flat_map(|page| &page.wanted) {
            let person = &wanted.person;
            if Some(person) != self.sleeper.as_ref() && !self.awake.contains_key(person) {
                let somebody = somebody(server, operator, person).await?;
                self.awake.insert(person.clone(), somebody);
            }
        }
        let needs = TO_ANSWER / self.speed;
        for (person, somebody) in &mut self.awake {
            somebody.live(person, needs).await.map_err(|error| operator.failure(error))?;
        }
        Ok(())
    }
}

/// The first on the page for the service, else on any.
fn first_paged(incident: &Incident) -> Option<String> {
    let service = incident.pages.iter().filter(|page| page.target == "service");
    let mut wanted = service.chain(&incident.pages).flat_map(|page| &page.wanted);
    wanted.next().map(|wanted| wanted.person.clone())
}

async fn somebody(server: &Server, operator: &Client, person: &str) -> Result<Somebody, Failure> {
    let wanted = CreateToken { person: Some(person.to_owned()), bot: None, scopes: None, expires_in_secs: None };
    let made = operator.post_surely::<_, Token>(paths::TOKENS, &wanted, &machine::unguessable()).await;
    let made = made.map_err(|error| operator.failure(error))?;
    let token = made.token.ok_or_else(|| Failure::refused(format!("the token of {person} was lost on its way")))?;
    Ok(Somebody { client: server.person(&token), token, answers_at: None, answered: false })
}

impl Somebody {
    async fn live(&mut self, person: &str, needs: Duration) -> Result<(), CallError> {
        match self.answers_at {
            _ if self.answered => {}
            None => {
                let inbox: Inbox = self.client.get(&paths::inbox(person)).await?;
                if inbox.entries.iter().any(|rung| rung.over.is_none()) {
                    self.answers_at = Some(Deadline::after(needs));
                }
            }
            Some(answers_at) if answers_at.is_over() => {
                let (nothing, key) = (serde_json::json!({}), machine::unguessable());
                match self.client.post_surely::<_, Acknowledged>(paths::ACK, &nothing, &key).await {
                    // Somebody else was faster, and it rings no more.
                    Ok(_) | Err(CallError::Problem(_)) => self.answered = true,
                    Err(error) => return Err(error),
                }
            }
            Some(_) => {}
        }
        Ok(())
    }
}
