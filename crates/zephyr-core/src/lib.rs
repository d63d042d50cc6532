//! The domain of zephyr, pure: what a person asks for, what is due, and what the world answered become events.
//!
//! Deliberately not here: input and output, async, clocks, randomness, globals, iteration in hash order, sockets,
//! storage, and the wire types of the HTTP API. The same inputs give the same bytes.

pub mod access;
pub mod actor;
pub mod catalog;
pub mod effect;
pub mod event;
pub mod ids;
pub mod incident;
pub mod invariants;
pub mod limits;
pub mod mirror;
pub mod notice;
pub mod oncall;
pub mod page;
pub mod policy;
pub mod proof;
pub mod rate;
pub mod roster;
pub mod text;
pub mod world;

pub use actor::{Actor, Cause};
pub use ids::{EffectId, IncidentId, PersonId, RegionId, RotationId, ServiceId, StreamId};
pub use jiff::{SignedDuration, Timestamp};
pub use world::World;
