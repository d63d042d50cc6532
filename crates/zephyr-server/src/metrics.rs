//! What is counted and measured while the server runs, and how it is written for Prometheus.
//!
//! Labels have a few fixed values: no names, nothing of an incident but its severity.

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// From a page that leaves at once to one that waited for a server to be started again.
const LATENESS_SECS: [f64; 10] = [0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0];
/// From a commit on a quick disk to one that hangs.
const COMMIT_SECS: [f64; 8] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0];

type Label<V> = Vec<(&'static str, V)>;

/// What is measured as it happens. A clone is a handle.
#[derive(Debug, Clone)]
pub struct Metrics {
    /// From when a page was due until a provider had accepted it.
    pub lateness: Histogram,
    /// Carrying out what was asked, the durable commit included.
    pub commit: Histogram,
    requests: Family<Label<&'static str>, Counter>,
}

/// What is looked up when somebody asks.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// Page sends not finished.
    pub pages: u64,
    /// Other effects not finished.
    pub tells: u64,
    /// How long the oldest of the page sends has been due.
    pub oldest_page_secs: f64,
    /// How long the most overdue wake-up has been due.
    pub overdue_wake_secs: f64,
    /// Open incidents of severity 1, 2 and 3.
    pub open: [u64; 3],
    /// Version of the program.
    pub version: &'static str,
}

impl Metrics {
    /// Nothing measured yet.
    pub fn new() -> Self {
        Self {
            lateness: Histogram::new(LATENESS_SECS),
            commit: Histogram::new(COMMIT_SECS),
            requests: Family::default(),
        }
    }

    /// Counts an answer.
    pub fn answered(&self, status: http::StatusCode) {
        let class = match status.as_u16() {
            ..=199 => "1xx",
            200..=299 => "2xx",
            300..=399 => "3xx",
            400..=499 => "4xx",
            500.. => "5xx",
        };
        self.requests.get_or_create(&vec![("status", class)]).inc();
    }

    /// All of it, in the text format.
    pub fn render(&self, now: &Snapshot) -> String {
        let mut registry = Registry::with_prefix("zephyr");
        let lateness = "From when a page was due until a provider had accepted it, each try from its own due time";
        registry.register("page_lateness_seconds", lateness, self.lateness.clone());
        registry.register(
            "commit_seconds",
            "Carrying out what was asked, durable commit included",
            self.commit.clone(),
        );
        registry.register("http_requests", "Requests answered, by class of status", self.requests.clone());
        let oldest = "How long the oldest page that is not sent has been due";
        registry.register("oldest_unsent_page_seconds", oldest, seconds(now.oldest_page_secs));
        let overdue = "How long the most overdue wake-up has been due";
        registry.register("overdue_wake_seconds", overdue, seconds(now.overdue_wake_secs));
        let effects: Family<Label<&'static str>, Gauge> = Family::default();
        for (lane, count) in [("page", now.pages), ("tell", now.tells)] {
            effects.get_or_create(&vec![("lane", lane)]).set(whole(count));
        }
        registry.register("effects_waiting", "Effects that are not finished", effects);
        let open: Family<Label<&'static str>, Gauge> = Family::default();
        for (severity, count) in ["1", "2", "3"].into_iter().zip(now.open) {
            open.get_or_create(&vec![("severity", severity)]).set(whole(count));
        }
        registry.register("open_incidents", "Incidents that are open", open);
        let build: Family<Label<&'static str>, Gauge> = Family::default();
        build.get_or_create(&vec![("version", now.version)]).set(1);
        registry.register("build_info", "Always 1; the label says which version runs", build);
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = encode(&mut text, &registry);
        text
    }
}

fn seconds(value: f64) -> Gauge<f64, std::sync::atomic::AtomicU64> {
    let gauge = Gauge::default();
    gauge.set(value);
    gauge
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
