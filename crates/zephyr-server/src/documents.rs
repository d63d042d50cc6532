//! What the built-in providers hold, read for somebody who looks.
//!
//! Deliberately not here: changing any of it; only an effect does.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use zephyr_core::access::Viewer;
use zephyr_core::incident::Incident;
use zephyr_core::{IncidentId, limits};
use zephyr_engine::ports::{ObjectKey, StoreError};
use zephyr_providers::builtin::{self, Channel, Inbox, StatusEntry, Ticket};

use crate::app::{App, Stores};

/// A kind of document.
pub trait Document: DeserializeOwned + Send + 'static {
    /// What the store calls the kind.
    const KIND: &'static str;
}

/// A document that belongs to an incident.
pub trait OfIncident: Document {
    /// Which.
    fn incident(&self) -> IncidentId;
}

macro_rules! document {
    ($type:ty, $kind:expr) => {
        impl Document for $type {
            const KIND: &'static str = $kind;
        }
    };
    ($type:ty, $kind:expr, of incident) => {
        document!($type, $kind);
        impl OfIncident for $type {
            fn incident(&self) -> IncidentId {
                self.incident
            }
        }
    };
}

document!(Inbox, builtin::INBOX);
document!(Channel, builtin::CHANNEL, of incident);
document!(StatusEntry, builtin::STATUS_ENTRY, of incident);
document!(Ticket, builtin::TICKET, of incident);

impl<S: Stores> App<S> {
    /// The documents of a kind, the last written first.
    pub async fn documents<D: Document>(&self) -> Result<Vec<D>, StoreError> {
        let found = self.store.objects(D::KIND, limits::LIST_ROWS).await?;
        found.iter().map(|(id, text)| read::<D>(id, text)).collect()
    }

    /// The documents of a kind that belong to incidents which the viewer may see.
    pub async fn visible<D: OfIncident>(&self, viewer: &Viewer) -> Result<Vec<D>, StoreError> {
        let mut found = self.documents::<D>().await?;
        let streams: BTreeSet<_> = found.iter().map(|document| document.incident().stream()).collect();
        let streams: Vec<_> = streams.into_iter().collect();
        let seen = self.incidents(viewer, &streams).await?;
        let seen: BTreeSet<IncidentId> = seen.into_iter().map(|incident| incident.id).collect();
        found.retain(|document| seen.contains(&document.incident()));
        Ok(found)
    }

    /// One document.
    pub async fn document<D: Document>(&self, id: &str) -> Result<Option<D>, StoreError> {
        let key = ObjectKey { kind: D::KIND.to_owned(), id: id.to_owned() };
        let found = self.store.exchange(vec![key], |_, documents| (documents, Vec::new())).await?;
        found.into_iter().flatten().next().map(|text| read(id, &text)).transpose()
    }

    /// One document of an incident that the viewer may see, and the incident.
    pub async fn visible_document<D: OfIncident>(
        &self,
        viewer: &Viewer,
        id: &str,
    ) -> Result<Option<(D, Incident)>, StoreError> {
        let Some(found) = self.document::<D>(id).await? else { return Ok(None) };
        let seen = self.incidents(viewer, &[found.incident().stream()]).await?;
        Ok(seen.into_iter().next().map(|incident| (found, incident)))
    }
}

fn read<D: Document>(id: &str, text: &str) -> Result<D, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt(format!("{} {id}: {error}", D::KIND)))
}
