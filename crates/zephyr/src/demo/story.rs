//! The incident's timeline, told as it grows.

use std::collections::BTreeSet;

use jiff::Timestamp;
use zephyr_api::{Incident, Timeline};

use crate::client::Client;
use crate::commands::paths;
use crate::failure::Failure;
use crate::printer::{Line, Printer};

/// How far the story has been told.
pub struct Story {
    label: String,
    opened_at: Timestamp,
    after: u64,
    said: BTreeSet<String>,
}

impl Story {
    /// From the beginning.
    pub fn of(incident: &Incident) -> Self {
        Self { label: incident.label.clone(), opened_at: incident.opened_at, after: 0, said: BTreeSet::new() }
    }

    /// Tells what is new.
    pub async fn go_on(&mut self, client: &Client, printer: &mut Printer) -> Result<(), Failure> {
        let path = paths::timeline(&self.label, self.after, 0);
        let news: Timeline = client.get(&path).await.map_err(|error| client.failure(error))?;
        for entry in news.entries.iter().filter(|entry| !entry.detail) {
            // Every step of a channel names it again.
            if entry.kind == "mirror_done" && !self.said.insert(entry.text.clone()) {
                continue;
            }
            let seconds = entry.at.duration_since(self.opened_at).as_secs();
            let since = format!("+{}:{:02}", seconds / 60, seconds % 60);
            printer.line(Line::labelled(&since).plain(&entry.text));
        }
        self.after = self.after.max(news.next_after);
        Ok(())
    }
}
