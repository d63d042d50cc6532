//! How everything measured, and how things stand now, is written for Prometheus.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use zephyr_core::effect::Effect;
use zephyr_core::incident::Figures;
use zephyr_engine::ports::{Backlog, Standing};

use super::{Label, Metrics};
use crate::process::Process;

/// What is looked up when somebody asks.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// What waits in the store.
    pub backlog: Backlog,
    /// How long the oldest unsent page has been due.
    pub oldest_page_secs: f64,
    /// How long the most overdue wake-up has been due.
    pub overdue_wake_secs: f64,
    /// Open incidents of severity 1, 2 and 3.
    pub open: [u64; 3],
    /// How the pages of the last day's incidents went.
    pub figures: Figures,
    /// The version of the policy in force.
    pub policy: String,
    /// How long it has been in force; 0 where the store does not say.
    pub policy_age_secs: f64,
    /// Whether the policy in force is not that of the file.
    pub policy_trouble: bool,
    /// What the process takes of its machine.
    pub process: Process,
    /// Version of the program.
    pub version: &'static str,
}

impl Metrics {
    /// All of it, in the text format.
    pub fn render(&self, now: &Snapshot) -> String {
        let mut all = Registry::default();
        let registry = all.sub_registry_with_prefix("zephyr");
        self.measured(registry);
        waiting(registry, now);
        missed(registry, &now.figures);
        policy(registry, now);
        let build: Family<Label, Gauge> = Family::default();
        build.get_or_create(&vec![("version", now.version)]).set(1);
        registry.register("build_info", "Always 1; the label says which version runs", build);
        process(&mut all, &now.process);
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = encode(&mut text, &all);
        text
    }

    fn measured(&self, registry: &mut Registry) {
        let lateness = "From when a page was due until a provider had accepted it, each try from its own due time";
        registry.register("page_lateness_seconds", lateness, self.lateness.clone());
        let escalation = "From when a step of a chain was due until it had begun";
        registry.register("escalation_lateness_seconds", escalation, self.escalation.clone());
        let commit = "Carrying out what was asked, durable commit included";
        registry.register("commit_seconds", commit, self.commit.clone());
        registry.register("store_seconds", "Calls of the store, by name", self.store.clone());
        registry.register("store_errors", "Calls of the store that failed", self.store_errors.clone());
        registry.register("commits", "Decisions written, by what became of them", self.commits.clone());
        registry.register("sends", "What providers answered, by kind of effect", self.sends.clone());
        registry.register("http_requests", "Requests answered, by class of status", self.requests.clone());
        let limited = "What was over a rate; openings are done all the same";
        registry.register("limited", limited, self.limited.clone());
        let lost = "Times that another server ended the lease of this one and took over its work";
        registry.register("leases_lost", lost, self.leases_lost.clone());
    }
}

fn waiting(registry: &mut Registry, now: &Snapshot) {
    let oldest = "How long the oldest page that is not sent has been due";
    registry.register("oldest_unsent_page_seconds", oldest, seconds(now.oldest_page_secs));
    let overdue = "How long the most overdue wake-up has been due";
    registry.register("overdue_wake_seconds", overdue, seconds(now.overdue_wake_secs));
    let effects: Family<Label, Gauge> = Family::default();
    for (kind, standing) in Effect::KINDS.into_iter().flat_map(|kind| Standing::ALL.map(|standing| (kind, standing))) {
        let count = now.backlog.effects.get(&(kind.to_owned(), standing)).copied().unwrap_or_default();
        effects.get_or_create(&vec![("kind", kind), ("state", standing.name())]).set(whole(count));
    }
    registry.register("effects", "Effects that are not finished, by kind and state", effects);
    let open: Family<Label, Gauge> = Family::default();
    for (severity, count) in ["1", "2", "3"].into_iter().zip(now.open) {
        open.get_or_create(&vec![("severity", severity)]).set(whole(count));
    }
    registry.register("open_incidents", "Incidents that are open", open);
    let epoch: Gauge = Gauge::default();
    epoch.set(whole(now.backlog.epoch));
    registry.register("epoch", "Grows each time a server opens the store; writes of an earlier one are refused", epoch);
}

/// Each page and each call under exactly one end; the ends add up to what began.
fn missed(registry: &mut Registry, figures: &Figures) {
    let Figures { pages, calls, .. } = figures;
    let ends = [
        ("answered", pages.answered),
        ("answered_late", pages.answered_late),
        ("stopped", pages.stopped),
        ("ringing", pages.ringing),
    ];
    registry.register("lately_pages", "Pages of incidents opened in the last day, by their end", by("end", &ends));
    let ends = [
        ("answered", calls.answered),
        ("declined", calls.declined),
        ("missed", calls.missed),
        ("not_reached", calls.not_reached),
        ("unreachable", calls.unreachable),
        ("spared", calls.spared),
        ("stopped", calls.stopped),
        ("ringing", calls.ringing),
    ];
    registry.register("lately_calls", "Calls of people for these pages, by their end", by("end", &ends));
    let reach = [("sent", calls.sent), ("accepted", calls.accepted), ("delivered", calls.delivered)];
    registry.register("lately_calls_reached", "Of these calls, how many got that far", by("reach", &reach));
    let other = [("customer_reported", figures.customer_reported), ("late_updates", figures.late_updates)];
    registry.register(
        "lately_missed",
        "Incidents that customers reported first; updates that came late",
        by("what", &other),
    );
}

fn by(label: &'static str, counts: &[(&'static str, u64)]) -> Family<Label, Gauge> {
    let family: Family<Label, Gauge> = Family::default();
    for (value, count) in counts {
        family.get_or_create(&vec![(label, *value)]).set(whole(*count));
    }
    family
}

fn policy(registry: &mut Registry, now: &Snapshot) {
    let version: Family<Vec<(&'static str, String)>, Gauge> = Family::default();
    version.get_or_create(&vec![("version", now.policy.clone())]).set(1);
    registry.register("policy_info", "Always 1; the label says which policy is in force", version);
    let age = "How long the policy has been in force";
    registry.register("policy_age_seconds", age, seconds(now.policy_age_secs));
    let trouble: Gauge = Gauge::default();
    trouble.set(i64::from(now.policy_trouble));
    registry.register("policy_file_unusable", "1 while the policy in force is not that of the file", trouble);
}

/// Under the names that Prometheus gives them for every program.
fn process(registry: &mut Registry, now: &Process) {
    let bytes: Gauge = Gauge::default();
    bytes.set(whole(now.resident_bytes));
    registry.register_with_unit("process_resident_memory", "Memory in RAM", Unit::Bytes, bytes);
    for (name, help, count) in [
        ("process_open_fds", "Files and sockets that are open", now.open_files),
        ("process_max_fds", "How many may be open", now.most_files),
    ] {
        let gauge: Gauge = Gauge::default();
        gauge.set(whole(count));
        registry.register(name, help, gauge);
    }
}

fn seconds(value: f64) -> Gauge<f64, AtomicU64> {
    let gauge = Gauge::default();
    gauge.set(value);
    gauge
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
