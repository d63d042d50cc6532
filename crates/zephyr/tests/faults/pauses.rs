//! F29: a server that stands still at the worst moment, with a page in its hand, and goes on.

use std::thread;
use std::time::{Duration, Instant};

use crate::checker;
use crate::harness::PATIENCE;
use crate::life::Life;
use crate::scene;

/// How long it stands still: longer than a step.
const STILL: Duration = Duration::from_secs(3);

#[test]
fn f29_stopped_with_a_page_in_its_hand_and_let_go_on_it_breaks_no_rule() {
    thread::scope(|scope| {
        for point in
            ["page-leaving", "page-accepted", "claim-durable", "commit-begun", "commit-durable", "wake-committed"]
        {
            scope.spawn(move || {
                let mut life = Life::new(Some(&format!("{point}:2:stop")));
                let told = life.place.path("zephyr-data/local.json");
                let waker = thread::spawn(move || wake(&told));
                scene::play(&mut life);
                waker.join().unwrap();
                life.down += STILL;
                assert_eq!(life.deaths, 0, "{point}");
                checker::check(&life);
            });
        }
    });
}

/// Waits until the server stands still, lets it stand, and lets it go on.
fn wake(told: &std::path::Path) {
    let begun = Instant::now();
    loop {
        let pid = std::fs::read_to_string(told).ok().and_then(|text| {
            let local: serde_json::Value = serde_json::from_str(&text).ok()?;
            local["pid"].as_u64()
        });
        let state = pid.and_then(|pid| std::fs::read_to_string(format!("/proc/{pid}/stat")).ok());
        // The state stands after the name, which is in brackets: proc(5).
        if state.is_some_and(|state| state.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('T'))) {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "it never stands still");
        thread::sleep(Duration::from_millis(10));
    }
    thread::sleep(STILL);
    let sent = std::process::Command::new("kill").args(["-CONT", &pid_of(told)]).status().unwrap();
    assert!(sent.success());
}

fn pid_of(told: &std::path::Path) -> String {
    let local: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(told).unwrap()).unwrap();
    local["pid"].to_string()
}
