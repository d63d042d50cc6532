//! Stored values as what they are in the ports, and the reverse, for the rows of either database. What does not read is
//! `Corrupt`, never a guess.

use zephyr_core::effect::Lane;
use zephyr_engine::ports::StoreError;

/// The readers for one database: `$db` and its row.
macro_rules! readers {
    ($db:ty, $row:ty) => {
        use jiff::Timestamp;
        use zephyr_core::effect::Effect;
        use zephyr_core::{EffectId, StreamId};
        use zephyr_engine::ports::{
            AppliedRow, AuditPlace, AuditRow, EventRow, RequestRow, Revocation, StoreError, StreamRow, TokenRow,
        };

        /// A value of a row.
        pub(crate) fn get<'r, T>(row: &'r $row, column: usize) -> Result<T, StoreError>
        where
            T: sqlx::Decode<'r, $db> + sqlx::Type<$db>,
        {
            sqlx::Row::try_get(row, column).map_err($crate::rows::unreadable)
        }

        /// A number that is not negative.
        pub(crate) fn number<T: TryFrom<i64>>(row: &$row, column: usize) -> Result<T, StoreError> {
            let stored: i64 = get(row, column)?;
            T::try_from(stored).map_err(|_| $crate::rows::unreadable(format!("{stored} is out of range")))
        }

        pub(crate) fn time(row: &$row, column: usize) -> Result<Timestamp, StoreError> {
            instant(get(row, column)?)
        }

        pub(crate) fn maybe_time(row: &$row, column: usize) -> Result<Option<Timestamp>, StoreError> {
            get::<Option<i64>>(row, column)?.map(instant).transpose()
        }

        /// Microseconds as an instant.
        pub(crate) fn instant(micros: i64) -> Result<Timestamp, StoreError> {
            Timestamp::from_microsecond(micros).map_err($crate::rows::unreadable)
        }

        pub(crate) fn stream_id(row: &$row, column: usize) -> Result<StreamId, StoreError> {
            get::<&str>(row, column)?.parse().map_err($crate::rows::unreadable)
        }

        pub(crate) fn effect_id(row: &$row, column: usize) -> Result<EffectId, StoreError> {
            get::<&str>(row, column)?.parse().map(EffectId).map_err($crate::rows::unreadable)
        }

        /// An effect from its stored text.
        pub(crate) fn effect(row: &$row, column: usize) -> Result<Effect, StoreError> {
            serde_json::from_str(get(row, column)?)
                .map_err(|error| $crate::rows::unreadable(format!("an effect: {error}")))
        }

        /// `id, version, format, state, wake_at`
        pub(crate) fn stream(row: &$row) -> Result<StreamRow, StoreError> {
            Ok(StreamRow {
                id: stream_id(row, 0)?,
                version: number(row, 1)?,
                format: number(row, 2)?,
                state: get(row, 3)?,
                wake_at: maybe_time(row, 4)?,
            })
        }

        /// `seq, at, kind, body`
        pub(crate) fn event(row: &$row) -> Result<EventRow, StoreError> {
            Ok(EventRow { seq: number(row, 0)?, at: time(row, 1)?, kind: get(row, 2)?, body: get(row, 3)? })
        }

        /// `key, body_hash, about, at`
        pub(crate) fn request(row: &$row) -> Result<RequestRow, StoreError> {
            let about = get::<&str>(row, 2)?.parse().map_err($crate::rows::unreadable)?;
            Ok(RequestRow { key: get(row, 0)?, body_hash: get(row, 1)?, about, at: time(row, 3)? })
        }

        /// `hash, kind, holder, at, id, scopes, created_by, created_request, expires_at, revoked_at, revoked_by,
        /// revoked_request`
        pub(crate) fn token(row: &$row) -> Result<TokenRow, StoreError> {
            let revoked = match maybe_time(row, 9)? {
                Some(at) => {
                    let by: Option<String> = get(row, 10)?;
                    Some(Revocation { at, by: by.unwrap_or_default(), request: get(row, 11)? })
                }
                None => None,
            };
            Ok(TokenRow {
                hash: get(row, 0)?,
                kind: get(row, 1)?,
                holder: get(row, 2)?,
                at: time(row, 3)?,
                id: get(row, 4)?,
                scopes: get(row, 5)?,
                created_by: get(row, 6)?,
                created_request: get(row, 7)?,
                expires_at: maybe_time(row, 8)?,
                revoked,
            })
        }

        /// `seq, version, at, applied_by, source, request`
        pub(crate) fn applied(row: &$row) -> Result<AppliedRow, StoreError> {
            let (version, at) = (get(row, 1)?, time(row, 2)?);
            Ok(AppliedRow {
                seq: number(row, 0)?,
                version,
                at,
                by: get(row, 3)?,
                source: get(row, 4)?,
                request: get(row, 5)?,
            })
        }

        /// `at, source, name, seq, kind, actor, request, body`
        pub(crate) fn audit(row: &$row) -> Result<AuditRow, StoreError> {
            let place =
                AuditPlace { at: time(row, 0)?, source: get(row, 1)?, name: get(row, 2)?, seq: number(row, 3)? };
            Ok(AuditRow { place, kind: get(row, 4)?, actor: get(row, 5)?, request: get(row, 6)?, body: get(row, 7)? })
        }
    };
}
pub(crate) use readers;

/// Something stored that does not read as what it should be.
pub(crate) fn unreadable(error: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt(error.to_string())
}

/// A lane as stored.
pub(crate) fn lane(lane: Lane) -> &'static str {
    match lane {
        Lane::Page => "page",
        Lane::Tell => "tell",
    }
}

/// A count or a version as stored; no store lives to see the difference.
pub(crate) fn stored(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A limit as bound.
pub(crate) fn limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
