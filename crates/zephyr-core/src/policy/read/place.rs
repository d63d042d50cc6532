//! Where something stands in a policy file.

use toml::de::{DeTable, DeValue};

/// Line and column of the name of a table, `["rotations", "payments"]`, both from 1; `None` where there is none.
pub fn locate(text: &str, path: &[&str]) -> Option<(usize, usize)> {
    let tree = DeTable::parse(text).ok()?;
    let mut table = tree.get_ref();
    let mut at = None;
    for name in path {
        let (key, value) = table.get_key_value(*name)?;
        at = Some(key.span().start);
        match value.get_ref() {
            DeValue::Table(below) => table = below,
            _ => break,
        }
    }
    let before = text.get(..at?)?;
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count());
    Some((before.matches('\n').count() + 1, column + 1))
}
