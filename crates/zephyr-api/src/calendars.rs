//! Calendars of who is on call: secret addresses that a calendar program reads.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `POST /api/v1/calendars`: an address for a calendar program.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "rotation": "payments" }))]
pub struct CreateCalendar {
    /// Whose; your own where left out. Somebody else's only for admins and the machine's operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[a-z0-9][a-z0-9_-]{0,63}$")]
    pub person: Option<String>,
    /// Everybody's turns in this rotation; that person's turns in all of them where left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[a-z0-9][a-z0-9_-]{0,63}$")]
    pub rotation: Option<String>,
}

/// A new calendar; the only time its address is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewCalendar {
    /// Where a calendar program reads it. Whoever has the address can: keep it secret. `null` in the answer to a
    /// repetition: whoever did not get the first answer revokes this calendar and makes another under another key.
    pub url: Option<String>,
    /// It.
    pub calendar: Calendar,
}

/// `GET /api/v1/calendars`: yours, the newest first; everybody's for admins and the machine's operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Calendars {
    /// At most 200 of the newest tokens and calendars.
    pub calendars: Vec<Calendar>,
}

/// A calendar without its address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Calendar {
    /// How it is named: `tok_` and hexadecimal digits.
    pub id: String,
    /// Whose it is: it ends with them.
    pub person: String,
    /// The rotation it shows; that person's turns in all of them where `null`.
    pub rotation: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: Option<String>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}
