//! A disk that is really full: a small one of memory, which only root may mount.

use std::fs;
use std::process::Command;
use std::time::Instant;

use crate::harness::{MISSION, Place, seen, skipped};

/// A disk of memory in place of the data folder, for as long as it is kept.
struct Disk<'a> {
    place: &'a Place,
}

impl<'a> Disk<'a> {
    /// `None` where it may not be mounted, which is said.
    fn mount(place: &'a Place, test: &str, megabytes: u32) -> Option<Self> {
        let data = place.path("zephyr-data");
        fs::create_dir(&data).unwrap();
        let size = format!("size={megabytes}m,mode=700");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&data).output();
        if mounted.is_ok_and(|mounted| mounted.status.success()) {
            return Some(Self { place });
        }
        skipped(test, "it mounts a small disk of memory, which only root may");
        None
    }

    /// Writes until nothing more fits.
    fn fill(&self) {
        let rest = fs::File::create(self.place.path("zephyr-data/rest")).unwrap();
        while std::io::Write::write_all(&mut &rest, &[7; 4096]).is_ok() {}
    }

    fn make_space(&self) {
        fs::remove_file(self.place.path("zephyr-data/rest")).unwrap();
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.place.path("zephyr-data")).status();
    }
}

#[test]
fn f10_on_a_full_disk_what_rings_goes_on_and_new_incidents_are_refused() {
    let place = Place::new();
    let test = "f10_on_a_full_disk_what_rings_goes_on_and_new_incidents_are_refused";
    let Some(disk) = Disk::mount(&place, test, 64) else { return };
    let server = place.start_at(60);
    assert!(place.run(&MISSION).status.success());
    place.until_told("INC-1", "maya reached by push");
    disk.fill();
    let refused = place.run(&["incident", "open", "Search is slow"]);
    assert!(!refused.status.success(), "never told as opened: {}", seen(&refused));
    assert!(seen(&refused).contains("the store cannot be reached"), "{}", seen(&refused));
    // The chain goes on, and answers count.
    place.until_told("INC-1", "lena reached by push");
    let answered = place.run(&["--as", "lena", "page", "ack", "INC-1"]);
    assert!(answered.status.success(), "{}", seen(&answered));
    let before = place.timeline("INC-1");

    disk.make_space();
    let begun = Instant::now();
    place.until("it opens again", || place.run(&["incident", "open", "Search is slow"]).status.success().then_some(()));
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
    let reserve = fs::metadata(place.path("zephyr-data/zephyr.db-reserve")).unwrap().len();
    assert_eq!(reserve, 16 * 1024 * 1024, "the space is kept again");
    assert_eq!(place.timeline("INC-1")[..before.len()], before[..], "nothing was lost");
    server.terminate();
    let checked = place.run(&["store", "check"]);
    assert!(checked.status.success(), "{}", seen(&checked));
    drop(disk);
}

#[test]
fn f10_a_server_that_is_started_on_a_full_disk_says_so() {
    let place = Place::new();
    let Some(disk) = Disk::mount(&place, "f10_a_server_that_is_started_on_a_full_disk_says_so", 2) else { return };
    disk.fill();
    let told = place.see(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(told.starts_with("exit 1\n"), "{told}");
    assert!(told.contains("\nerror: zephyr-data/zephyr.db cannot be opened, because its disk is full\n"), "{told}");
    assert!(told.contains("\n  now: make space, then start again\n"), "{told}");
}
