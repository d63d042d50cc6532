//! People by the names they are called.

use zephyr_core::PersonId;
use zephyr_core::policy::Policy;

/// Display names, by the policy in force.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a>(pub &'a Policy);

impl Names<'_> {
    /// One person's; what was given where it is no person of the policy.
    pub fn one(&self, id: impl AsRef<str>) -> String {
        let id = id.as_ref();
        id.parse::<PersonId>().map_or_else(|_| id.to_owned(), |id| self.0.display_name(&id))
    }

    /// Several, with commas between them.
    pub fn list(&self, ids: &[String]) -> String {
        ids.iter().map(|id| self.one(id)).collect::<Vec<_>>().join(", ")
    }
}
