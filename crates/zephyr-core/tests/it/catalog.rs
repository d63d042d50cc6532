//! Tests of finding services and regions in a summary.

use proptest::prelude::*;
use zephyr_core::catalog::{Matched, find};
use zephyr_core::policy::Policy;

use crate::policy::{SOUND, sound};
use crate::policy_acme::acme;

/// `checkout eu-frankfurt`, with a dash where there is none.
fn found(policy: &Policy, summary: &str) -> String {
    let Matched { service, region } = find(policy, summary);
    let name = |name: Option<String>| name.unwrap_or_else(|| "-".to_owned());
    format!("{} {}", name(service.one().map(String::from)), name(region.one().map(String::from)))
}

#[test]
fn summaries_of_acme() {
    let policy = acme();
    for (summary, expected) in [
        ("checkout fails in frankfurt", "checkout eu-frankfurt"),
        ("Frankfurt: CHECKOUT down!", "checkout eu-frankfurt"),
        ("eu frankfurt basket", "checkout eu-frankfurt"),
        ("eu-frankfurt/cart", "checkout eu-frankfurt"),
        ("nobody can sign-in, us east", "login us-ashburn"),
        ("Public API answers 500", "api -"),
        ("public  api", "api -"),
        ("gateway api", "api -"),
        ("search results empty", "search -"),
        // Part of a word is no name.
        ("checkouts and researching", "- -"),
        // Two of a kind: neither.
        ("checkout and search in singapore", "- ap-singapore"),
        ("frankfurt and ashburn: login", "login -"),
        ("cart, basket and checkout", "checkout -"),
        ("", "- -"),
        ("—", "- -"),
    ] {
        assert_eq!(found(&policy, summary), expected, "{summary}");
    }
}

#[test]
fn a_name_inside_a_longer_one_does_not_count() {
    let policy = sound(&format!("{SOUND}[services.checkout-api]\nowner = \"em\"\n"));
    assert_eq!(found(&policy, "checkout api is slow"), "checkout-api -");
    assert_eq!(found(&policy, "checkout is slow"), "checkout -");
    assert_eq!(found(&policy, "checkout api and checkout are slow"), "- -");
}

#[test]
fn names_in_any_script_and_case() {
    let names = "also_called = [\"Zahlungsübersicht\", \"購入\", \"ΤΑΜΕΊΟΣ\", \"cafe\u{301}\"]";
    let policy = sound(&SOUND.replace("also_called = [\"cart\"]", names));
    for summary in ["ZAHLUNGSÜBERSICHT leer", "購入 できない", "ταμείος", "Cafe\u{301}?", "İ checkout"] {
        assert_eq!(found(&policy, summary), "checkout -", "{summary}");
    }
    assert_eq!(found(&policy, "cafe"), "- -");
}

#[test]
fn no_more_than_a_summary_is_looked_at() {
    let far = format!("{} checkout", "x ".repeat(150));
    assert_eq!(found(&sound(SOUND), &far), "- -");
    let huge = format!("checkout {}", "search ".repeat(1_000_000));
    assert_eq!(found(&sound(SOUND), &huge), "checkout -");
}

proptest! {
    #[test]
    fn any_text_is_searched(text in "\\PC{0,80}") {
        let policy = sound(SOUND);
        // There is one service only, so nothing can be found beside it; an accent would belong to its last letter.
        prop_assert_eq!(find(&policy, &format!("checkout {text}")).service.one().map(String::from), Some("checkout".to_owned()));
    }
}
