//! The servers that may be asked, and which of them answers.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

use super::error::CallError;
use super::wire;
use crate::discover::Found;

/// Time to reach a server.
const CONNECT: Duration = Duration::from_secs(3);
/// The same where there are others.
const CONNECT_IN_TURN: Duration = Duration::from_secs(1);

/// At least one. Several calls may be under way at once, each of which takes its own turns.
pub struct Servers {
    known: RefCell<Vec<Found>>,
    /// Which of them is asked first: the one that answered last.
    at: Cell<usize>,
    /// Whether that one has answered at all.
    has_answered: Cell<bool>,
    /// Who gave no answer to the last call, and why.
    silent: RefCell<Vec<(String, String)>>,
    /// One a server, made when it is first asked.
    http: RefCell<BTreeMap<String, reqwest::Client>>,
}

impl Servers {
    /// In the order in which they are to be asked; at least one.
    pub fn new(known: Vec<Found>) -> Self {
        Self {
            known: RefCell::new(known),
            at: Cell::new(0),
            has_answered: Cell::new(false),
            silent: RefCell::default(),
            http: RefCell::default(),
        }
    }

    /// The one that is asked first.
    #[expect(clippy::expect_used, reason = "there is at least one, and those that are found anew are as many")]
    pub fn present(&self) -> Found {
        let known = self.known.borrow();
        known.get(self.at.get()).or_else(|| known.first()).cloned().expect("there is a server")
    }

    /// Every address, in the order in which they were named.
    pub fn urls(&self) -> Vec<String> {
        self.known.borrow().iter().map(|found| found.url.clone()).collect()
    }

    /// Whether there is more than one.
    pub fn are_several(&self) -> bool {
        self.known.borrow().len() > 1
    }

    /// Whether this one is the one that answered last.
    pub fn has_answered(&self, turn: usize) -> bool {
        self.has_answered.get() && self.at.get() == turn
    }

    /// All of them with their numbers, beginning with the one that answered last.
    pub fn in_turn(&self) -> Vec<(usize, Found)> {
        let numbered: Vec<(usize, Found)> = self.known.borrow().iter().cloned().enumerate().collect();
        let (before, from) = numbered.split_at(self.at.get().min(numbered.len()));
        from.iter().chain(before).cloned().collect()
    }

    /// Remembers that this one answers.
    pub fn answered(&self, turn: usize) {
        self.at.set(turn);
        self.has_answered.set(true);
        self.silent.borrow_mut().clear();
    }

    /// Remembers who gave no answer, and says which of the errors counts.
    pub fn were_silent(&self, silent: Vec<(String, CallError)>) -> CallError {
        let told = silent.iter().map(|(url, error)| (url.clone(), error.why().to_owned())).collect();
        self.silent.replace(told);
        let heaviest = silent.into_iter().map(|(_, error)| error).max_by_key(CallError::weight);
        heaviest.unwrap_or_else(|| CallError::Unreached("none was asked".to_owned()))
    }

    /// `http://a (connection refused), http://b (it took too long)`.
    pub fn told(&self) -> String {
        let silent = self.silent.borrow();
        silent.iter().map(|(url, why)| format!("{url} ({why})")).collect::<Vec<_>>().join(", ")
    }

    /// Takes what was found anew.
    pub fn replace(&self, known: Vec<Found>) {
        self.known.replace(known);
    }

    /// What speaks to one of them.
    pub fn http(&self, url: &str) -> Result<reqwest::Client, CallError> {
        if let Some(http) = self.http.borrow().get(url) {
            return Ok(http.clone());
        }
        let connect = if self.are_several() { CONNECT_IN_TURN } else { CONNECT };
        let made = wire::http(url, connect).map_err(|error| CallError::Unreached(wire::why(&error)))?;
        self.http.borrow_mut().insert(url.to_owned(), made.clone());
        Ok(made)
    }
}
