//! Figures of the incidents opened lately, for whoever asks every few seconds: an incident's log is read again only
//! where it has grown. What is kept is bounded by how many are asked about.
//!
//! Deliberately not here: which incidents those are, and reports over more of them, which read every log.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use zephyr_core::StreamId;
use zephyr_core::incident::{Figures, Incident, review};
use zephyr_engine::ports::StoreError;

use crate::app::{App, Stores};

/// What was made of each incident's log, and of which version of it.
#[derive(Debug, Default)]
pub struct Lately(Mutex<BTreeMap<StreamId, (u64, Figures)>>);

impl Lately {
    /// The figures of these incidents. Those of others are forgotten.
    pub async fn figures<S: Stores>(
        &self,
        app: &App<S>,
        incidents: &[Incident],
        now: Timestamp,
    ) -> Result<Figures, StoreError> {
        let mut known = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let (mut all, mut kept) = (Figures::default(), BTreeMap::new());
        for incident in incidents {
            let of_one = match known.remove(&incident.stream()) {
                Some((version, figures)) if version == incident.version => figures,
                _ => {
                    let mut figures = Figures::default();
                    // What is owed at this moment is added below: it grows without an event.
                    let review = review(&app.log(incident).await?, Timestamp::MIN);
                    review.iter().for_each(|review| figures.add(review));
                    figures
                }
            };
            all.add_all(&of_one);
            all.late_updates += u64::from(incident.is_open() && now > incident.update_due_at);
            kept.insert(incident.stream(), (incident.version, of_one));
        }
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = kept;
        Ok(all)
    }
}
