//! `zephyr store` and `zephyr doctor` on a PostgreSQL database, as somebody types them.

use crate::cluster;
use crate::harness::{MISSION, Place, seen};

#[test]
fn a_store_moves_from_a_file_to_a_database_and_into_a_backup_while_a_page_rings() {
    let Some(cluster) = cluster::shared("a_store_moves_from_a_file_to_a_database") else { return };
    let url = cluster.url(&cluster.database());
    let place = Place::new();
    let server = place.start();
    assert!(place.run(&MISSION).status.success());
    place.until_told("INC-1", "maya reached by push");
    let before = place.timeline("INC-1");
    let refused = place.see(&["store", "copy", "--to", &url]);
    assert!(refused.contains("in use by another server"), "{refused}");
    drop(server.terminate());
    let copied = place.see(&["store", "copy", "--to", &url]);
    assert!(copied.starts_with("exit 0") && copied.contains("has everything: "), "{copied}");

    let place = place.on(&url);
    let server = place.start();
    let after = place.timeline("INC-1");
    assert_eq!(after.get(..before.len()), Some(before.as_slice()), "nothing is lost, nothing is another");
    let healthy = place.see(&["doctor"]);
    assert!(healthy.contains("ok   replicas: one server runs on it"), "{healthy}");
    assert!(healthy.contains("warn durability: no synchronous standby"), "{healthy}");
    assert!(!healthy.contains("zephyr@"), "who connects is nobody's business: {healthy}");
    let acked = place.run(&["--as", "maya", "ack"]);
    assert!(acked.status.success(), "{}", seen(&acked));
    let backup = place.see(&["store", "backup", "monday.db"]);
    assert!(backup.starts_with("exit 0"), "a backup is made while it serves: {backup}");
    let refused = place.see(&["store", "copy", "--to", "back.db"]);
    assert!(refused.contains("1 servers run on"), "{refused}");
    drop(server.terminate());
    let checked = place.see(&["store", "check"]);
    assert!(checked.starts_with("exit 0") && checked.contains("is sound"), "{checked}");
    let full = place.see(&["store", "restore", "monday.db"]);
    assert!(full.contains("not empty"), "{full}");

    let elsewhere = Place::new().on(&cluster.url(&cluster.database()));
    std::fs::copy(place.path("monday.db"), elsewhere.path("monday.db")).unwrap();
    let restored = elsewhere.see(&["store", "restore", "monday.db"]);
    assert!(restored.starts_with("exit 0"), "{restored}");
    let _server = elsewhere.start();
    let told = elsewhere.timeline("INC-1");
    assert!(told.iter().any(|entry| entry["kind"] == "acknowledged"), "{told:?}");
}
