//! Why somebody was rung, and what was missed, as somebody at a terminal asks.

use crate::harness::{MISSION, Place};
use crate::see;

#[test]
fn p28_why_somebody_was_rung_is_told_from_the_log() {
    let place = Place::new();
    let _server = place.start();
    assert!(place.run(&MISSION).status.success());
    place.until_told("INC-1", "maya reached by push");
    place.until_told("INC-1", "ines reached by push");
    assert!(place.run(&["--as", "maya", "page", "decline"]).status.success());
    place.until_told("INC-1", "lena reached by push");
    assert!(place.run(&["--as", "ines", "ack"]).status.success());
    see!(place.see(&["why", "--whom", "maya"]));
    let all = place.see(&["why", "inc-1/platform"]);
    assert!(all.contains("ines (on call in platform, layer 1 until") && all.contains("; answered"), "{all}");
    see!(place.see(&["why", "INC-1/founder"]));
    see!(place.see(&["why", "INC-1", "--whom", "petra"]));
    see!(place.see(&["report", "missed"]));
}
