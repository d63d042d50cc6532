//! The stored form of an opening: the largest of all, and the one that grew.
//!
//! A field that came later is left out where it says nothing, and read as nothing where it is absent.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::incident::{Body, PublicOpening, Reporter, Similar, Unclear};
use crate::policy::Severity;
use crate::text::Summary;
use crate::world::Runbook;
use crate::{IncidentId, RegionId, ServiceId};

#[derive(Serialize, Deserialize)]
pub(crate) struct Opened {
    pub(super) id: IncidentId,
    pub(super) number: u64,
    pub(super) summary: Summary,
    pub(super) severity: Severity,
    pub(super) service: Option<ServiceId>,
    pub(super) region: Option<RegionId>,
    pub(super) private: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reported_by: Option<Reporter>,
    pub(super) runbook: Runbook,
    pub(super) public: Option<PublicOpening>,
    pub(super) update_due_at: Timestamp,
    #[serde(default, skip_serializing_if = "Unclear::is_nothing")]
    pub(super) unclear: Unclear,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) similar: Option<Similar>,
}

impl From<Opened> for Body {
    fn from(opened: Opened) -> Self {
        let Opened {
            id,
            number,
            summary,
            severity,
            service,
            region,
            private,
            reported_by,
            runbook,
            public,
            update_due_at,
            unclear,
            similar,
        } = opened;
        Self::Opened {
            id,
            number,
            summary,
            severity,
            service,
            region,
            private,
            reported_by,
            runbook,
            public,
            update_due_at,
            unclear,
            similar,
        }
    }
}
