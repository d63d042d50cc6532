//! Companies to measure with: the example, one of five hundred people, and one whose pages ring in one way only.

use std::fmt::Write as _;
use std::sync::Arc;

use zephyr_core::world::Runbook;
use zephyr_core::{World, policy};

/// The example company.
pub fn acme() -> Arc<World> {
    read(include_str!("../../../../../examples/acme/zephyr.toml"))
}

/// A small company whose people are on call at all times: ines, then chidi for the platform, petra as EM, nora as founder.
pub fn small() -> Arc<World> {
    read(include_str!("../../../tests/it/policy.toml"))
}

/// The same, whose platform team is rung by push only: a step is one page.
pub fn plain() -> Arc<World> {
    let text = include_str!("../../../tests/it/policy.toml");
    let plain = |text: String, zone: &str| text.replace(zone, &format!("{zone}\npages = [\"push\"]"));
    let text = text.replace("[people.chidi]", "[people.chidi]\npages = [\"push\"]");
    read(&plain(text, "name = \"Ines Albrecht\""))
}

fn read(text: &str) -> Arc<World> {
    let policy = policy::read(text).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    Arc::new(World::new(policy, Runbook::Missing { path: "runbooks/incident.md".into() }))
}

/// Five hundred people in a hundred rotations that follow the sun, each with a service.
pub fn large() -> World {
    const LAYERS: [(&str, &str); 3] =
        [("Europe/Berlin", "08:00-19:00"), ("America/Denver", "09:00-19:00"), ("Asia/Singapore", "08:00-18:00")];
    let mut text = "[organisation]\nname = \"Large\"\nregions = [\"eu\"]\n\
                    [holidays]\nfeasts = [2026-12-25, 2027-01-01, 2027-05-01]\n"
        .to_owned();
    for (n, (zone, _)) in (0..500).zip(LAYERS.into_iter().cycle()) {
        let _ = write!(text, "[people.p{n}]\nzone = \"{zone}\"\nphone = \"+4477009{n:05}\"\n");
    }
    for n in 0..100 {
        let name = match n {
            0 => "platform".to_owned(),
            1 => "em".to_owned(),
            2 => "founder".to_owned(),
            n => format!("r{n}"),
        };
        let _ = write!(text, "[services.s{n}]\nowner = \"{name}\"\n[rotations.{name}]\nlayers = [\n");
        for (index, (zone, hours)) in LAYERS.into_iter().enumerate() {
            let people: Vec<String> =
                (0..4).map(|turn| format!("\"p{}\"", (n * 5 + turn * 3) / 3 * 3 % 498 + index)).collect();
            let people = people.join(", ");
            let _ = writeln!(
                text,
                "  {{ zone = \"{zone}\", hours = \"{hours}\", every = \"1 week\", handoff = \"Monday 09:00\", \
                 from = 2026-01-05, people = [{people}] }},"
            );
        }
        text.push_str("]\n");
    }
    let policy = policy::read(&text).unwrap();
    World::new(policy, Runbook::Missing { path: "runbooks/incident.md".into() })
}
