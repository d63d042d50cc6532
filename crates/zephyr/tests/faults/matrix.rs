//! F1 to F6: killed at each point, at several of the times that it is reached.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::checker;
use crate::cluster;
use crate::harness::Place;
use crate::life::Life;
use crate::scene;

/// There may be more; fewer means that something is not looked at any more.
const LEAST: usize = 39;
/// At which times that a point is reached the server is killed. The first has to be reached by the scene.
const TIMES: [u32; 2] = [1, 3];
/// Scenes at a time: most of each is waiting.
const WORKERS: usize = 4;

/// Held by what takes the whole machine, so that it does not disturb what is timed.
pub static ALONE: Mutex<()> = Mutex::new(());

fn points() -> Vec<String> {
    let listed = Place::new().json(&["serve", "--list-fault-points"]);
    let points = listed["points"].as_array().unwrap();
    points.iter().map(|point| point["name"].as_str().unwrap().to_owned()).collect()
}

/// Plays the scene with a server that is killed there; whether it was.
fn killed_at(plan: &str) -> bool {
    killed(Life::new(Some(plan)), plan)
}

fn killed(mut life: Life, plan: &str) -> bool {
    scene::play(&mut life);
    checker::check(&life);
    assert!(life.deaths <= 1, "{plan}: killed {} times", life.deaths);
    life.deaths == 1
}

#[test]
fn without_a_fault_the_scene_keeps_every_rule() {
    let mut life = Life::new(None);
    scene::play(&mut life);
    assert_eq!(life.deaths, 0);
    checker::check(&life);
}

#[test]
fn f1_killed_before_the_commit_of_an_opening_the_retry_opens_one() {
    assert!(killed_at("opening-asked"));
}

#[test]
fn f2_killed_after_the_commit_of_an_opening_the_retry_is_answered_with_it() {
    assert!(killed_at("opening-committed"));
}

#[test]
fn f3_killed_between_claim_and_provider_it_is_sent_once_after_the_restart() {
    assert!(killed_at("page-leaving"));
}

#[test]
fn f4_killed_after_the_provider_accepted_it_is_sent_once_more_and_told() {
    for plan in ["page-accepted", "exchange-durable"] {
        assert!(killed_at(plan), "{plan}");
    }
}

#[test]
fn f5_killed_between_an_answer_and_its_confirmation_the_answer_holds() {
    assert!(killed_at("command-committed"));
}

#[test]
fn f6_killed_at_every_point_every_rule_holds() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let points = points();
    println!("{} fault points", points.len());
    assert!(points.len() >= LEAST, "{} fault points, there were {LEAST}", points.len());
    assert_eq!(points.iter().collect::<BTreeSet<_>>().len(), points.len(), "each has a name of its own");
    every(&points, WORKERS, &killed_at);
}

#[test]
fn f6_killed_at_every_point_on_postgresql_every_rule_holds() {
    let Some(cluster) = cluster::shared("f6_killed_at_every_point_on_postgresql_every_rule_holds") else { return };
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    // A database has no file to lock.
    let points: Vec<String> = points().into_iter().filter(|point| point != "open-locked").collect();
    every(&points, 2 * WORKERS, &|plan| killed(Life::on(&cluster.url(&cluster.database()), Some(plan)), plan));
}

/// Kills at each point, at each of the times.
fn every(points: &[String], workers: usize, killed_at: &(dyn Fn(&str) -> bool + Sync)) {
    let plans: Vec<(&String, u32)> = TIMES.iter().flat_map(|time| points.iter().map(|point| (point, *time))).collect();
    let (next, wrong, kills) = (AtomicUsize::new(0), Mutex::new(Vec::new()), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((point, time)) = plans.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let plan = format!("{point}:{time}");
                    match catch_unwind(AssertUnwindSafe(|| killed_at(&plan))) {
                        Ok(true) => drop(kills.fetch_add(1, Ordering::SeqCst)),
                        Ok(false) if *time == 1 => wrong.lock().unwrap().push(format!("{plan}: never reached")),
                        Ok(false) => {}
                        Err(_) => wrong.lock().unwrap().push(format!("{plan}: see above")),
                    }
                }
            });
        }
    });
    say(&format!("{} kills", kills.into_inner()));
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[expect(clippy::print_stdout, reason = "whoever runs the tests is told")]
fn say(line: &str) {
    println!("{line}");
}
