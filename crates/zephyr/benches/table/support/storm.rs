//! A storm of openings, as alerting makes one: some distinct, some sent twice, some all about the same; and in the
//! middle of it the worst there is, from somebody who connects only then.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::{Bench, Client};

/// Openings of a third each: distinct, the one before sent again with its key, and all about the same.
const KINDS: usize = 3;
/// How long it is waited before what was refused for now is sent again; the least that `Retry-After` can say is a
/// second, and nobody who measures wants to wait for that.
const AGAIN: Duration = Duration::from_millis(50);

/// What became of a storm.
#[derive(Debug, Default)]
pub struct Weathered {
    /// From the first request to the last answer.
    pub took: Duration,
    /// The number that each distinct opening was told, by its key.
    pub told: BTreeMap<usize, Vec<u64>>,
    /// The numbers that openings of the same were told.
    pub same: BTreeMap<u64, usize>,
    /// How often anybody was told to come back.
    pub refused: usize,
    /// From the connect of a SEV-1 to the hand-over of the last of its pages to whoever can be reached.
    pub urgent: Vec<Duration>,
    /// The numbers that those were told.
    pub urgent_told: Vec<u64>,
}

/// Sends `count` openings over so many connections, and a few SEV-1 while they are sent.
pub async fn storm(bench: &Bench, count: usize, connections: usize, urgent: usize) -> Weathered {
    let (next, answered) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let began = Instant::now();
    let mut senders = Vec::new();
    for _ in 0..connections {
        let (next, answered, mut client) = (next.clone(), answered.clone(), bench.client().await);
        senders.push(tokio::spawn(async move {
            let mut heard = Vec::new();
            loop {
                let index = next.fetch_add(1, Ordering::SeqCst);
                if index >= count {
                    return heard;
                }
                heard.push((index, send(&mut client, index).await));
                answered.fetch_add(1, Ordering::SeqCst);
            }
        }));
    }
    let mut weathered = Weathered::default();
    for round in 1..=urgent {
        // In the middle: after so many parts of it were answered.
        while answered.load(Ordering::SeqCst) < count * round / (urgent + 1) {
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        let (took, number) = worst(bench, round).await;
        weathered.urgent.push(took);
        weathered.urgent_told.push(number);
    }
    for sender in senders {
        for (index, (number, refused)) in sender.await.unwrap() {
            weathered.refused += refused;
            match index % KINDS {
                0 | 1 => weathered.told.entry(index - index % KINDS).or_default().push(number),
                _ => *weathered.same.entry(number).or_default() += 1,
            }
        }
    }
    weathered.took = began.elapsed();
    weathered
}

/// One opening until it is answered for good: the number that was told, and how often it was put off.
async fn send(client: &mut Client, index: usize) -> (u64, usize) {
    let (body, key) = match index % KINDS {
        2 => (r#"{"summary":"Nothing works at all","severity":3}"#.to_owned(), None),
        _ => {
            let first = index - index % KINDS;
            let body = format!(r#"{{"summary":"Job {first} hangs","severity":3,"service":"search"}}"#);
            // All of one service: alerting has said that it means each.
            (body.replace('}', r#","anyway":true}"#), Some(format!("job-{first}")))
        }
    };
    let mut refused = 0;
    loop {
        let answer = client.post(&body, key.as_deref()).await;
        match answer.status {
            201 | 409 => return (answer.number(), refused),
            503 | 429 => {
                assert!(answer.head.to_ascii_lowercase().contains("retry-after"), "{answer:?}");
                refused += 1;
                tokio::time::sleep(AGAIN).await;
            }
            _ => panic!("{answer:?}"),
        }
    }
}

/// From the connect of a SEV-1 to the moment the last of its pages is handed over to whoever can be reached.
async fn worst(bench: &Bench, round: usize) -> (Duration, u64) {
    let reached = ["chidi", "petra", "nora"].map(|person| (person, bench.pages.of(person) + 1));
    let began = Instant::now();
    let mut client = bench.client().await;
    let body = format!(r#"{{"summary":"Everything is on fire {round}","severity":1,"anyway":true}}"#);
    let paged = async {
        let mut last = began;
        for (person, count) in reached {
            last = last.max(bench.pages.wait_for_person(person, count).await);
        }
        last
    };
    let (answer, at) = tokio::join!(client.post(&body, None), paged);
    assert_eq!(answer.status, 201, "a SEV-1 is never put off: {answer:?}");
    (at.duration_since(began), answer.number())
}
