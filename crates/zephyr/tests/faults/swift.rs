//! F7: killed again and again, a fifth of a second after each start, with a step overdue for every page.
//!
//! The wall clock is set ahead from life to life (libfaketime), so that nobody has to wait five minutes for a step.

use std::process::Command;
use std::sync::PoisonError;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::skipped;
use crate::life::Life;
use crate::{matrix, stored};

/// How long one lives, from the moment that it can be found.
const LIFE: Duration = Duration::from_millis(200);
/// How long this goes on.
const LOOP: Duration = Duration::from_secs(20);
/// Incidents that want somebody all the time, each by two pages.
const INCIDENTS: usize = 8;
const PAGES: u64 = 2;
/// How far the wall clock is set ahead from life to life: more than a step.
const AHEAD_MINUTES: u32 = 6;

#[test]
fn f7_killed_every_200_ms_each_life_begins_overdue_steps_and_nobody_is_starved() {
    let Some(library) = faketime() else {
        let test = "f7_killed_every_200_ms_each_life_begins_overdue_steps_and_nobody_is_starved";
        return skipped(test, "it sets the clock with faketime, which cannot be run");
    };
    let _alone = matrix::ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut life = Life::new(None);
    life.speed = 1;
    life.start();
    for number in 1..=INCIDENTS {
        let opened = open(&mut life, number);
        life.accepted.push(opened["incident"]["number"].as_u64().unwrap());
    }
    life.kill();
    let begun = Instant::now();
    let (mut lives, mut idle, mut known) = (0_u32, 0, steps(&life));
    while begun.elapsed() < LOOP {
        lives += 1;
        life.envs = vec![
            ("LD_PRELOAD".to_owned(), library.clone()),
            ("FAKETIME".to_owned(), format!("+{}m", lives * AHEAD_MINUTES)),
            ("FAKETIME_DONT_FAKE_MONOTONIC".to_owned(), "1".to_owned()),
        ];
        life.start();
        thread::sleep(LIFE);
        life.kill();
        let now = steps(&life);
        for (before, after) in known.iter().zip(&now) {
            assert!((*before..=before + PAGES).contains(after), "one step of a page at a time: {known:?} {now:?}");
        }
        idle += u32::from(now == known);
        known = now;
    }
    println!("{lives} lives, {idle} of them too short to begin a step; steps by incident: {known:?}");
    // A machine that is busy with something else may not give a life its time; it is the exception.
    assert!(lives >= 10 && idle * 10 <= lives, "{idle} of {lives} lives began no step");
    let (least, most) = (*known.iter().min().unwrap(), *known.iter().max().unwrap());
    assert!(least >= u64::from(lives) && least * 10 >= most * 9, "somebody is starved: {known:?}");
}

fn faketime() -> Option<String> {
    let asked = Command::new("faketime").args(["-m", "-f", "+0", "env"]).output().ok()?;
    let said = String::from_utf8_lossy(&asked.stdout).into_owned();
    said.lines().find_map(|line| line.strip_prefix("LD_PRELOAD=")).map(str::to_owned)
}

/// Opens another, also where one that looks like it is offered instead.
fn open(life: &mut Life, number: usize) -> Value {
    let summary = format!("Checkout fails, {number}");
    let (key, asked) = (number.to_string(), json!({ "severity": 2, "summary": summary }));
    life.post("/api/v1/incidents", "nora", &key, &asked).unwrap_or_else(|_| {
        let anyway = json!({ "severity": 2, "summary": summary, "anyway": true });
        life.post("/api/v1/incidents", "nora", &format!("{key}-anyway"), &anyway).unwrap()
    })
}

/// How many steps have begun, by incident.
fn steps(life: &Life) -> Vec<u64> {
    let query = "SELECT CAST((SELECT COUNT(*) FROM events WHERE stream = id AND kind = 'step_began') AS TEXT)
        FROM streams WHERE id LIKE 'incident/%' ORDER BY id";
    stored::read(life, query).iter().map(|row| row[0].parse().unwrap()).collect()
}
