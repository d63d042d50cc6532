//! Who may read what. Every read takes a [`Viewer`], so that private is private everywhere.

use crate::PersonId;

/// Who is looking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Viewer {
    /// A person; admins see private incidents too.
    Person {
        /// Who.
        id: PersonId,
        /// Whether the policy makes them an admin.
        admin: bool,
    },
    /// A program: sees what is not private.
    Bot,
    /// The machine's own operator, on the loopback of the embedded server.
    Local,
}
