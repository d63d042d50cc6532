//! F7: killed again and again, a fifth of a second after each start.

use std::sync::PoisonError;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::life::Life;
use crate::matrix;
use crate::stored;

/// How long one lives, from the moment that it can be found.
const LIFE: Duration = Duration::from_millis(200);
/// How long this goes on.
const LOOP: Duration = Duration::from_secs(20);
/// Incidents that want somebody all the time.
const INCIDENTS: usize = 8;

#[test]
fn f07_killed_every_200_ms_each_life_gets_on_and_nobody_is_starved() {
    let _alone = matrix::ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut life = Life::new(None);
    // Twelve minutes in a fifth of a second: whenever one starts, a step is due before it dies.
    life.speed = 3600;
    life.start();
    for number in 1..=INCIDENTS {
        let opened = open(&mut life, number);
        life.accepted.push(opened["incident"]["number"].as_u64().unwrap());
    }
    life.kill();
    let begun = Instant::now();
    let (mut lives, mut idle, mut known) = (0, 0, steps(&life));
    while begun.elapsed() < LOOP {
        life.start();
        thread::sleep(LIFE);
        life.kill();
        lives += 1;
        let now = steps(&life);
        idle += u32::from(now == known);
        known = now;
    }
    println!("{lives} lives, {idle} of them too slow to begin a step; steps by incident: {known:?}");
    // A machine that is busy with something else may not give a life its time; it is the exception.
    assert!(lives >= 10 && idle * 5 <= lives, "{idle} of {lives} lives began no step");
    let (least, most) = (*known.iter().min().unwrap(), *known.iter().max().unwrap());
    assert!(least >= u64::from(lives) / 2 && least * 2 >= most, "somebody is starved: {known:?}");
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
        FROM streams ORDER BY id";
    stored::read(&life.place, query).iter().map(|row| row[0].parse().unwrap()).collect()
}
