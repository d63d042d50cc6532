//! Hints about names that are not known: which there are, and which was probably meant.

use crate::bounds;

/// `Known are a, b, c. Did you mean b?`
pub fn hint<'a>(given: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    if known.is_empty() {
        return "The policy names none.".to_owned();
    }
    let shown = known.iter().take(bounds::NAMES_IN_A_HINT).copied().collect::<Vec<_>>().join(", ");
    let more = known.len().saturating_sub(bounds::NAMES_IN_A_HINT);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    match nearest(given, &known) {
        Some(near) => format!("Did you mean {near}? Known are {shown}{more}."),
        None => format!("Known are {shown}{more}."),
    }
}

/// The known name that differs in at most a third of its letters, or in two of a short one: letters swapped count as two.
fn nearest<'a>(given: &str, known: &[&'a str]) -> Option<&'a str> {
    let given: Vec<char> = given.to_lowercase().chars().take(100).collect();
    let distances = known.iter().map(|name| (distance(&given, name), *name));
    let (distance, name) = distances.min_by_key(|(distance, _)| *distance)?;
    let letters = name.chars().count();
    let allowed = if letters < 4 { 1 } else { (letters / 3).max(2) };
    (distance <= allowed).then_some(name)
}

/// Levenshtein's distance, row by row.
fn distance(given: &[char], name: &str) -> usize {
    let mut row: Vec<usize> = (0..=given.len()).collect();
    for (index, wanted) in name.chars().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        next.push(index + 1);
        for ((have, diagonal), above) in given.iter().zip(&row).zip(row.iter().skip(1)) {
            let left = next.last().copied().unwrap_or(0);
            next.push((diagonal + usize::from(*have != wanted)).min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_mistake_is_recognised_and_a_stranger_is_not() {
        let known = ["checkout", "search", "login"];
        assert_eq!(hint("chekout", known.into_iter()), "Did you mean checkout? Known are checkout, search, login.");
        assert_eq!(hint("billing", known.into_iter()), "Known are checkout, search, login.");
        assert_eq!(hint("", [].into_iter()), "The policy names none.");
    }
}
