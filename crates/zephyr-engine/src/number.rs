//! The number of an incident that is opened: the next after the greatest, so that there are no gaps.
//!
//! Two replicas that open in the same instant take the same number, and one of them meets a conflict and decides anew.
//! Deliberately not here: how a commit that takes a number is refused, which is the store's part.

use jiff::Timestamp;
use zephyr_core::IncidentId;
use zephyr_core::incident::{Declaration, Incident, Open, Similar};

use crate::engine::Engine;
use crate::ports::{Entropy, Store, StoreError};

impl<S: Store, E: Entropy> Engine<S, E> {
    /// Looks for the number of the next incident, before anything is looked for that is like it: whatever another
    /// replica opens after that has this number or a later one, and what is opened here meets it as a conflict.
    pub(crate) async fn know_next_number(&mut self) -> Result<(), StoreError> {
        if self.next_number.is_none() {
            let greatest = self.store.greatest(Incident::NUMBER).await?;
            self.next_number = Some(greatest.and_then(|value| value.parse::<u64>().ok()).unwrap_or(0) + 1);
        }
        Ok(())
    }

    /// An opening under the next number.
    pub(crate) fn opening(
        &mut self,
        declared: &Declaration,
        similar: Option<Similar>,
        now: Timestamp,
    ) -> Result<Open, StoreError> {
        let unknown = || StoreError::Unavailable("the number of the next incident is not known".to_owned());
        let number = self.next_number.ok_or_else(unknown)?;
        self.next_number = Some(number + 1);
        Ok(Open { id: self.new_id(now), number, declared: declared.clone(), similar })
    }

    fn new_id(&mut self, now: Timestamp) -> IncidentId {
        let mut random = [0_u8; 10];
        self.entropy.fill(&mut random);
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        IncidentId(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }
}
