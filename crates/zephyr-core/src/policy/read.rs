//! Makes a [`Policy`] out of the text of a policy file, or says everything that is wrong with it.

use super::{Mistake, Policy};

/// Reads a policy file. On mistakes, all that were found, in the order of the file.
pub fn read(_text: &str) -> Result<Policy, Vec<Mistake>> {
    Err(Vec::new())
}
