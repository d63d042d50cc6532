//! Who is on call at an instant: arithmetic on wall clocks and nothing else.

use jiff::Timestamp;

use crate::PersonId;
use crate::policy::{Policy, Rotation};

/// One layer's person at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnCall {
    /// Which layer, from 0; the first is primary.
    pub layer: usize,
    /// Who.
    pub person: PersonId,
    /// The first instant at which this is no longer so: hand-off or end of the layer's hours.
    pub until: Timestamp,
}

/// Who is on call in each layer that has someone at `now`, in layer order. The instant of a hand-off belongs to the
/// incoming person.
pub fn at(_rotation: &Rotation, _now: Timestamp) -> Vec<OnCall> {
    Vec::new()
}

/// Who comes next in a rotation, in order: first the other layers' people on call now and awake, then the following
/// people of the primary's layer, then every other member. The primary is not among them.
pub fn succession(_policy: &Policy, _rotation: &Rotation, _now: Timestamp) -> Vec<PersonId> {
    Vec::new()
}
