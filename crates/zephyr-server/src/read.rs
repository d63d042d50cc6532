//! Reads incidents for somebody who looks: private ones are not there for others.

use std::sync::Arc;

use jiff::Timestamp;
use zephyr_core::access::Viewer;
use zephyr_core::ids::StreamKind;
use zephyr_core::incident::{Event, Incident, Review, review};
use zephyr_core::reach::Reach;
use zephyr_core::roster::Roster;
use zephyr_core::{PersonId, StreamId, World, limits};
use zephyr_engine::ports::StoreError;
use zephyr_engine::{incident_of, reach_of, roster_of};

use crate::app::{App, Stores};
use crate::fault::Fault;

/// Which incidents a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phases {
    /// One phase, by the name it is indexed under.
    One(&'static str),
    /// Whatever became of them.
    All,
}

impl<S: Stores> App<S> {
    /// The incident that `INC-7`, `inc-7` or `7` names.
    pub async fn incident(&self, viewer: &Viewer, label: &str) -> Result<Incident, Fault> {
        let number = number(label).ok_or_else(|| Fault::no_incident(label))?;
        let found = self.store.find(Incident::NUMBER, &Incident::number_value(number), 1).await?;
        let incident = self.incidents(viewer, &found).await?.pop();
        incident.ok_or_else(|| Fault::no_incident(label))
    }

    /// The newest incidents of a phase.
    pub async fn list(&self, viewer: &Viewer, phases: Phases) -> Result<Vec<Incident>, Fault> {
        let phases: &[&str] = match &phases {
            Phases::One(phase) => &[*phase],
            Phases::All => &["open", "resolved", "cancelled"],
        };
        let mut found = Vec::new();
        for phase in phases {
            found.extend(self.store.find(Incident::PHASE, phase, limits::LIST_ROWS).await?);
        }
        found.sort_by_key(|stream| std::cmp::Reverse(stream.id));
        found.truncate(limits::LIST_ROWS);
        Ok(newest_first(self.incidents(viewer, &found).await?))
    }

    /// What rings for a person, or rang for them and is not answered.
    pub async fn ringing_for(&self, viewer: &Viewer, person: &PersonId) -> Result<Vec<Incident>, Fault> {
        let mut found = self.store.find(Incident::RINGS, person.as_str(), limits::LIST_ROWS).await?;
        found.retain(|stream| stream.kind == StreamKind::Incident);
        Ok(newest_first(self.incidents(viewer, &found).await?))
    }

    /// The incidents opened from an instant on, the newest first; and whether there were more than
    /// `most`.
    pub async fn opened_since(
        &self,
        viewer: &Viewer,
        since: Timestamp,
        most: usize,
    ) -> Result<(Vec<Incident>, bool), StoreError> {
        let mut found = Vec::new();
        for phase in ["open", "resolved", "cancelled"] {
            found.extend(self.store.find(Incident::PHASE, phase, most.saturating_add(1)).await?);
        }
        found.sort_by_key(|stream| std::cmp::Reverse(stream.id));
        let mut cut = found.len() > most;
        found.truncate(most);
        let mut incidents = Vec::new();
        for some in found.chunks(limits::LIST_ROWS) {
            let opened = self.incidents(&Viewer::Local, some).await?;
            let older = opened.iter().any(|incident| incident.opened_at < since);
            incidents.extend(opened.into_iter().filter(|it| it.opened_at >= since && it.is_visible_to(viewer)));
            // Ids begin with the time of opening: what follows is older still.
            if older {
                cut = false;
                break;
            }
        }
        Ok((newest_first(incidents), cut))
    }

    /// How each of these went, by its log.
    pub async fn reviews(&self, incidents: &[Incident], now: Timestamp) -> Result<Vec<Review>, StoreError> {
        let mut reviews = Vec::new();
        for incident in incidents {
            reviews.extend(review(&self.log(incident).await?, now));
        }
        Ok(reviews)
    }

    /// The roster that is stored.
    pub async fn roster(&self) -> Result<Arc<Roster>, StoreError> {
        roster_of(&self.store).await
    }

    /// The drills and contacts that are stored.
    pub async fn reach(&self) -> Result<Arc<Reach>, StoreError> {
        reach_of(&self.store).await
    }

    /// The policy and runbook in force, with what the stored roster arranges.
    pub async fn arranged_world(&self) -> Result<World, StoreError> {
        let (roster, given) = (self.roster().await?, self.world());
        // Before anything is arranged the world is as it was given.
        let changes = if roster.latest == 0 { given.changes.clone() } else { roster.changes.clone() };
        Ok(World { changes, ..World::clone(&given) })
    }

    /// Every event of an incident.
    pub async fn log(&self, incident: &Incident) -> Result<Vec<Event>, StoreError> {
        self.events(incident, 0, usize::try_from(incident.version).unwrap_or(usize::MAX)).await
    }

    /// The incidents of these streams that the viewer may see, in order.
    pub async fn incidents(&self, viewer: &Viewer, streams: &[StreamId]) -> Result<Vec<Incident>, StoreError> {
        let mut incidents = Vec::new();
        if streams.is_empty() {
            return Ok(incidents);
        }
        for row in self.store.load(streams).await?.streams.into_iter().flatten() {
            incidents.push(incident_of(&self.store, row).await?);
        }
        incidents.retain(|incident| incident.is_visible_to(viewer));
        Ok(incidents)
    }

    /// Events of an incident after a sequence number, at most as many as a list shows.
    pub async fn events(&self, incident: &Incident, after: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        let rows = self.store.events(incident.stream(), after, limit).await?;
        rows.iter().map(|row| event(row.seq, row.at, &row.body)).collect()
    }
}

/// By number: ids of the same millisecond are in no order.
fn newest_first(mut incidents: Vec<Incident>) -> Vec<Incident> {
    incidents.sort_by_key(|incident| std::cmp::Reverse(incident.number));
    incidents
}

/// The number in `INC-7`, `inc-7` or `7`.
pub fn number(label: &str) -> Option<u64> {
    let digits = match label.get(..4) {
        Some(prefix) if prefix.eq_ignore_ascii_case("inc-") => label.get(4..)?,
        _ => label,
    };
    let plain = !digits.is_empty() && digits.len() <= 10 && digits.bytes().all(|digit| digit.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

fn event(seq: u64, at: jiff::Timestamp, body: &str) -> Result<Event, StoreError> {
    Event::from_stored(seq, at, body).map_err(|error| StoreError::Corrupt(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn labels_are_read_as_people_write_them() {
        for label in ["INC-7", "inc-7", "7", "Inc-007"] {
            assert_eq!(number(label), Some(7), "{label}");
        }
        for label in ["", "INC-", "-7", "+7", "7a", "INC7", "ünc-7", "INC--7", "99999999999"] {
            assert_eq!(number(label), None, "{label}");
        }
    }
}
