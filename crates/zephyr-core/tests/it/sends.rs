//! What a device is told, and that what was stored before still says the same.

use zephyr_core::effect::{Effect, Occasion, PageSend};
use zephyr_core::policy::{Method, Severity};

fn send(occasion: Occasion, summary: Option<&str>) -> PageSend {
    PageSend {
        occasion,
        number: 7,
        severity: Severity::Two,
        summary: summary.map(str::to_owned),
        person: "maya".parse().unwrap(),
        ring: 1,
        entry: 0,
        method: Method::Push,
        asks: false,
    }
}

fn incident() -> Occasion {
    Occasion::Incident(serde_json::from_str("\"01890000-0000-7000-8000-000000000001\"").unwrap())
}

#[test]
fn a_stored_page_of_an_incident_reads_as_it_was_written() {
    let stored = r#"{"page":{"incident":"01890000-0000-7000-8000-000000000001","number":7,"severity":2,"summary":"Checkout","person":"maya","ring":1,"entry":0,"method":"push"}}"#;
    let wanted = Effect::Page(send(incident(), Some("Checkout")));
    assert_eq!(serde_json::from_str::<Effect>(stored).unwrap(), wanted);
    assert_eq!(serde_json::to_string(&wanted).unwrap(), stored, "and is written as it was");
    let stored =
        r#"{"hush":{"incident":"01890000-0000-7000-8000-000000000001","person":"maya","ring":1,"why":"answered"}}"#;
    let hush: Effect = serde_json::from_str(stored).unwrap();
    assert_eq!(serde_json::to_string(&hush).unwrap(), stored);
}

#[test]
fn a_drill_says_first_that_it_is_one() {
    let drill = send(Occasion::Drill(7), Some("begun by ines"));
    assert_eq!(drill.headline(), "DRILL, not an incident: DRILL-7 SEV-2: begun by ines");
    assert_eq!(send(incident(), None).headline(), "INC-7 SEV-2");
    let asking = PageSend { asks: true, ..send(incident(), Some("Checkout")) };
    assert_eq!(asking.headline(), "INC-7 SEV-2 (still on it?): Checkout");
    let text = serde_json::to_string(&Effect::Page(drill.clone())).unwrap();
    assert_eq!(serde_json::from_str::<Effect>(&text).unwrap(), Effect::Page(drill));
}
