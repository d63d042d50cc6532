//! One test a kind of mistake: a sound policy with one thing wrong, and what the reader of the message sees.

use insta::assert_snapshot;

use crate::policy::{told, told_instead};

#[test]
fn unknown_section_names_the_near_one() {
    assert_snapshot!(told_instead("[services.checkout]", "[servces.checkout]"), @r#"
    zephyr.toml:15:2: unknown-key: there is no section `servces`
      here: servces
      help: did you mean `services`?
    "#);
}

#[test]
fn unknown_key_names_the_near_one() {
    assert_snapshot!(told_instead(r#"email = "ines@acme.example""#, r#"emial = "ines@acme.example""#), @r#"
    zephyr.toml:7:1: unknown-key: [people.ines] has no key `emial`
      here: emial
      help: did you mean `email`?
    "#);
}

#[test]
fn unknown_key_far_from_all_lists_them() {
    assert_snapshot!(told_instead(r#"owner = "payments""#, r#"owner = "payments"
colour = "red""#), @r#"
    zephyr.toml:17:1: unknown-key: [services.checkout] has no key `colour`
      here: colour
      help: known here: name, owner, also_called, component
    "#);
}

#[test]
fn missing_key() {
    assert_snapshot!(told_instead(r#"owner = "payments"
"#, ""), @r#"
    zephyr.toml:15:11: missing-key: [services.checkout] has no `owner`
      here: checkout
      help: add owner = "platform", the rotation that answers for it
    "#);
}

#[test]
fn missing_section() {
    assert_snapshot!(told_instead(r#"[organisation]
name = "Acme"
regions = ["eu-frankfurt", { name = "us-ashburn", also_called = ["ashburn"] }]
"#, ""), @r#"
    zephyr.toml:1:1: missing-section: there is no section [organisation]
      help: add [organisation] with name = "Acme" and its regions
    "#);
}

#[test]
fn missing_name_of_the_organisation() {
    assert_snapshot!(told_instead(r#"name = "Acme"
"#, ""), @r#"
    zephyr.toml:1:2: missing-key: [organisation] has no `name`
      here: organisation
      help: add name = "Acme"
    "#);
}

#[test]
fn no_regions() {
    assert_snapshot!(told_instead(r#"regions = ["eu-frankfurt", { name = "us-ashburn", also_called = ["ashburn"] }]"#, "regions = []"), @r#"
    zephyr.toml:3:1: region-count: there are 0 regions
      here: regions
      help: write 1 to 100 regions, such as regions = ["eu-frankfurt"]
    "#);
}

#[test]
fn region_listed_twice() {
    assert_snapshot!(told_instead(r#""eu-frankfurt", "#, r#""eu-frankfurt", "eu-frankfurt", "#), @r#"
    zephyr.toml:3:28: duplicate: the region `eu-frankfurt` is listed twice
      here: "eu-frankfurt"
      help: leave one out
    "#);
}

#[test]
fn region_with_a_bad_name() {
    assert_snapshot!(told_instead(r#""eu-frankfurt", "#, r#""EU Frankfurt", "#), @r#"
    zephyr.toml:3:12: bad-name: `EU Frankfurt` cannot be a name
      here: "EU Frankfurt"
      help: use 1 to 64 of a-z, 0-9, `-` and `_`, beginning with a letter or digit
    "#);
}

#[test]
fn region_of_a_wrong_type() {
    assert_snapshot!(told_instead(r#""eu-frankfurt", "#, "7, "), @r#"
    zephyr.toml:3:12: wrong-type: `regions` has to be strings or tables, and this is a number
      here: 7
      help: write "eu-frankfurt" or { name = "eu-frankfurt", also_called = ["frankfurt"] }
    "#);
}

#[test]
fn text_of_a_wrong_type() {
    assert_snapshot!(told_instead(r#"name = "Acme""#, "name = 7"), @r#"
    zephyr.toml:2:8: wrong-type: `organisation.name` has to be a string, and this is a number
      here: 7
      help: put it into double quotes
    "#);
}

#[test]
fn list_of_a_wrong_type() {
    assert_snapshot!(told_instead(r#"also_called = ["cart"]"#, r#"also_called = "cart""#), @r#"
    zephyr.toml:17:15: wrong-type: `services.checkout.also_called` has to be a list, and this is a string
      here: "cart"
      help: put it into [ ]
    "#);
}

#[test]
fn table_of_a_wrong_type() {
    assert_snapshot!(told_instead(r#"[people.kai]
zone = "America/Denver""#, r#"[people]
kai = "America/Denver""#), @r#"
    zephyr.toml:13:7: wrong-type: `people.kai` has to be a table, and this is a string
      here: "America/Denver"
      help: write [people.kai] and its keys below it
    "#);
}

#[test]
fn flag_of_a_wrong_type() {
    assert_snapshot!(told_instead("status_page = false", r#"status_page = "no""#), @r#"
    zephyr.toml:39:15: wrong-type: `severity.3.status_page` has to be true or false, and this is a string
      here: "no"
      help: write true or false without quotes
    "#);
}

#[test]
fn empty_text() {
    assert_snapshot!(told_instead(r#"name = "Ines Albrecht""#, r#"name = "  ""#), @r#"
    zephyr.toml:6:8: bad-text: the name is empty: write a few words
      here: "  "
      help: write one line of 1 to 100 characters
    "#);
}

#[test]
fn text_too_long() {
    assert_snapshot!(told_instead(r#"name = "Ines Albrecht""#, &format!("name = \"{}\"", "Ines ".repeat(40))), @r#"
    zephyr.toml:6:8: bad-text: the name has 200 characters; at most 100 are kept: shorten it
      here: "Ines Ines Ines Ines Ines Ines Ines Ines Ines Ines Ines Ines Ines Ines Ines Ines…
      help: write one line of 1 to 100 characters
    "#);
}

#[test]
fn too_many_layers() {
    let layer = r#"{ zone = "Europe/Berlin", every = "1 week", handoff = "Monday 09:00", from = 2026-01-05, people = ["ines"] },"#;
    let layers = format!("[rotations.many]\nlayers = [{}]\n[escalation]", layer.repeat(51));
    assert_snapshot!(told_instead("[escalation]", &layers), @r#"
    zephyr.toml:42:1: too-many: there are 51 layers, and at most 50 are read
      here: layers
      help: leave some out
    "#);
}

#[test]
fn person_with_a_bad_name() {
    assert_snapshot!(told_instead("[people.kai]", "[people.Kai]"), @r#"
    zephyr.toml:12:9: bad-name: `Kai` cannot be a name
      here: Kai
      help: use 1 to 64 of a-z, 0-9, `-` and `_`, beginning with a letter or digit
    "#);
}

#[test]
fn unknown_person_names_the_near_one() {
    assert_snapshot!(told_instead(r#"people = ["ines", "kai"]"#, r#"people = ["inez", "kai"]"#), @r#"
    zephyr.toml:21:102: unknown-person: there is no person `inez`
      here: "inez"
      help: did you mean `ines`?
    "#);
}

#[test]
fn unknown_person_far_from_all() {
    assert_snapshot!(told_instead(r#"people = ["ines", "kai"]"#, r#"people = ["ines", "kai", "bartholomew"]"#), @r#"
    zephyr.toml:21:117: unknown-person: there is no person `bartholomew`
      here: "bartholomew"
      help: add [people.bartholomew], or name one that is there
    "#);
}

#[test]
fn unknown_admin() {
    assert_snapshot!(told_instead(r#"name = "Acme""#, r#"name = "Acme"
admins = ["kay"]"#), @r#"
    zephyr.toml:3:11: unknown-person: there is no person `kay`
      here: "kay"
      help: did you mean `kai`?
    "#);
}

#[test]
fn phone_that_is_not_e164() {
    assert_snapshot!(told_instead(r#""+447700900101""#, r#""07700 900101""#), @r#"
    zephyr.toml:8:9: bad-phone: this is not a telephone number in E.164
      here: "07700 900101"
      help: write a plus, the country code and the number, without blanks: "+447700900123"
    "#);
}

#[test]
fn mail_address_that_is_none() {
    assert_snapshot!(told_instead(r#""ines@acme.example""#, r#""ines@acme""#), @r#"
    zephyr.toml:7:9: bad-email: this is not a mail address
      here: "ines@acme"
      help: write it as in "maya@acme.example"
    "#);
}

#[test]
fn unknown_zone_names_the_near_one() {
    assert_snapshot!(told_instead(r#"zone = "America/Denver""#, r#"zone = "America/Devner""#), @r#"
    zephyr.toml:13:8: unknown-zone: `America/Devner` is not a time zone
      here: "America/Devner"
      help: did you mean "America/Denver"?
    "#);
}

#[test]
fn zone_by_its_city() {
    assert_snapshot!(told_instead(r#"zone = "America/Denver""#, r#"zone = "Denver""#), @r#"
    zephyr.toml:13:8: unknown-zone: `Denver` is not a time zone
      here: "Denver"
      help: did you mean "America/Denver"?
    "#);
}

#[test]
fn zone_far_from_all() {
    assert_snapshot!(told_instead(r#"zone = "America/Denver""#, r#"zone = "home""#), @r#"
    zephyr.toml:13:8: unknown-zone: `home` is not a time zone
      here: "home"
      help: write an IANA name such as "Europe/Berlin"
    "#);
}

#[test]
fn bad_window() {
    assert_snapshot!(told_instead(r#"zone = "America/Denver""#, r#"zone = "America/Denver"
awake = "7-23""#), @r#"
    zephyr.toml:14:9: bad-window: `7-23` is not a window of the day
      here: "7-23"
      help: write two times of day, such as "07:00-23:00"
    "#);
}

#[test]
fn ladder_that_begins_late() {
    assert_snapshot!(told_instead(r#"["push", "1m sms"]"#, r#"["1m push", "2m sms"]"#), @r#"
    zephyr.toml:10:10: ladder-begins-late: the ladder begins late: nothing happens before its first entry
      here: "1m push"
      help: write "push" first
    "#);
}

#[test]
fn ladder_out_of_order() {
    assert_snapshot!(told_instead(r#"["push", "1m sms"]"#, r#"["push", "2m sms", "1m call"]"#), @r#"
    zephyr.toml:10:28: ladder-order: this comes before the entry above it, 2m
      here: "1m call"
      help: delays count from the beginning of the ring: sort them
    "#);
}

#[test]
fn ladder_longer_than_the_shortest_step() {
    assert_snapshot!(told_instead(r#"["push", "1m sms"]"#, r#"["push", "5m sms"]"#), @r#"
    zephyr.toml:10:18: ladder-too-long: a step lasts 5m, so this entry would never be reached
      here: "5m sms"
      help: use less than 5m
    "#);
}

#[test]
fn empty_ladder() {
    assert_snapshot!(told_instead(r#"["push", "1m sms"]"#, "[]"), @r#"
    zephyr.toml:10:1: empty-ladder: this ladder rings nobody
      here: pages
      help: write pages = ["push", "1m sms", "2m call"]
    "#);
}

#[test]
fn unknown_method_names_the_near_one() {
    assert_snapshot!(told_instead(r#"["push", "1m sms"]"#, r#"["push", "1m cal"]"#), @r#"
    zephyr.toml:10:18: unknown-method: `cal` is no way to ring a person
      here: "1m cal"
      help: did you mean `call`?
    "#);
}

#[test]
fn telephone_method_without_a_phone() {
    assert_snapshot!(told_instead(r#"phone = "+447700900101"
"#, ""), @r#"
    zephyr.toml:9:18: no-address: `sms` needs the key `phone`, and [people.ines] has none
      here: "1m sms"
      help: add phone to [people.ines], or leave `sms` out
    "#);
}

#[test]
fn mail_method_without_a_mail_address() {
    assert_snapshot!(told_instead(r#"zone = "America/Denver""#, r#"zone = "America/Denver"
pages = ["push", "1m email"]"#), @r#"
    zephyr.toml:14:18: no-address: `email` needs the key `email`, and [people.kai] has none
      here: "1m email"
      help: add email to [people.kai], or leave `email` out
    "#);
}

#[test]
fn default_ladder_with_a_mistake_is_told_once() {
    assert_snapshot!(told_instead(r#"name = "Acme""#, r#"name = "Acme"
pages = ["push", "1m fax"]"#), @r#"
    zephyr.toml:3:18: unknown-method: `fax` is no way to ring a person
      here: "1m fax"
      help: write push, sms, call, email or chat, after a delay if any: "1m sms"
    "#);
}

#[test]
fn unknown_owner() {
    assert_snapshot!(told_instead(r#"owner = "payments""#, r#"owner = "payment""#), @r#"
    zephyr.toml:16:9: unknown-rotation: there is no rotation `payment`
      here: "payment"
      help: did you mean `payments`?
    "#);
}

#[test]
fn service_and_region_of_one_name() {
    assert_snapshot!(told_instead(r#"also_called = ["cart"]"#, r#"also_called = ["Ashburn"]"#), @r#"
    zephyr.toml:15:11: name-collision: `Ashburn` means the service `checkout` and the region `us-ashburn`
      here: checkout
      help: give one of the two another name
    "#);
}

#[test]
fn other_name_without_letters() {
    assert_snapshot!(told_instead(r#"also_called = ["cart"]"#, r#"also_called = ["---"]"#), @r#"
    zephyr.toml:15:11: unusable-name: `---` has no letter or digit to be recognised by
      here: checkout
      help: write a name with letters or digits
    "#);
}

#[test]
fn rotation_without_layers() {
    assert_snapshot!(told_instead("[rotations.platform]\n", "[rotations.search]\n[rotations.platform]\n"), @r#"
    zephyr.toml:23:12: empty-rotation: [rotations.search] is empty: nobody would ever be on call
      here: search
      help: add layers = [{ zone = "Europe/Berlin", every = "1 week", handoff = "Monday 09:00", from = 2026-01-05, people = ["maya"] }]
    "#);
}

#[test]
fn rotation_with_no_layer() {
    assert_snapshot!(told_instead("[rotations.platform]\n", "[rotations.search]\nlayers = []\n[rotations.platform]\n"), @r#"
    zephyr.toml:24:1: empty-rotation: [rotations.search] has no layer: nobody would ever be on call
      here: layers
      help: write layers = [{ zone = "Europe/Berlin", every = "1 week", handoff = "Monday 09:00", from = 2026-01-05, people = ["maya"] }]
    "#);
}

#[test]
fn rotation_with_a_reserved_name() {
    assert_snapshot!(told_instead("[rotations.platform]\n", "[rotations.service]\nlayers = []\n[rotations.platform]\n"), @r#"
    zephyr.toml:23:12: reserved-name: a rotation cannot be called `service`: as a target that means the owner of the service
      here: service
      help: give it another name
    zephyr.toml:24:1: empty-rotation: [rotations.service] has no layer: nobody would ever be on call
      here: layers
      help: write layers = [{ zone = "Europe/Berlin", every = "1 week", handoff = "Monday 09:00", from = 2026-01-05, people = ["maya"] }]
    "#);
}

#[test]
fn layer_without_people() {
    assert_snapshot!(told_instead(r#"people = ["ines", "kai"]"#, "people = []"), @r#"
    zephyr.toml:21:92: empty-layer: this layer has no people: nobody would ever be on call
      here: people
      help: name at least one person
    "#);
}

#[test]
fn bad_shift() {
    for every in ["-7 days", "0 weeks", "9999 hours", "1 weeks", "fortnight", "13 months", "1.5 days"] {
        let told = told_instead(
            r#"every = "1 week", handoff = "Monday 09:00""#,
            &format!(r#"every = "{every}", handoff = "Monday 09:00""#),
        );
        assert!(told.contains(&format!("21:37: bad-shift: `{every}` is not the length of a shift")), "{told}");
    }
    assert_snapshot!(told_instead(r#"every = "1 week", handoff = "Monday 09:00""#, r#"every = ["4 days", "1 month"], handoff = "Monday 09:00""#), @r#"
    zephyr.toml:21:48: bad-shift: `1 month` is not the length of a shift
      here: "1 month"
      help: write up to "168 hours", "366 days", "52 weeks" or "12 months"; a list of hours, days and weeks for shifts that are not equally long: ["4 days", "3 days"]
    "#);
}

#[test]
fn bad_handoff() {
    assert_snapshot!(told_instead(r#"handoff = "Monday 09:00""#, r#"handoff = "Mon 9am""#), @r#"
    zephyr.toml:21:57: bad-handoff: `Mon 9am` is not a day and a time
      here: "Mon 9am"
      help: write a day of the week and a time, such as "Monday 09:00"
    "#);
}

#[test]
fn first_handoff_on_another_day() {
    assert_snapshot!(told_instead(r#"from = 2026-01-05, people = ["ines", "kai"]"#, r#"from = 2026-01-08, people = ["ines", "kai"]"#), @r#"
    zephyr.toml:21:80: handoff-day: 2026-01-08 is a Thursday, and this layer hands over on Mondays
      here: 2026-01-08
      help: write from = 2026-01-05 or from = 2026-01-12
    "#);
}

#[test]
fn shifts_of_no_length() {
    assert_snapshot!(told_instead(r#"every = "1 week", handoff = "Monday 09:00""#, r#"every = [], handoff = "Monday 09:00""#), @r#"
    zephyr.toml:21:29: bad-shift: this list has no length of a shift
      here: every
      help: write up to "168 hours", "366 days", "52 weeks" or "12 months"; a list of hours, days and weeks for shifts that are not equally long: ["4 days", "3 days"]
    "#);
}

#[test]
fn weekly_handoff_without_a_day() {
    assert_snapshot!(told_instead(r#"handoff = "Monday 09:00""#, r#"handoff = "09:00""#), @r#"
    zephyr.toml:21:57: bad-handoff: `09:00` is not a day and a time
      here: "09:00"
      help: write a day of the week and a time, such as "Monday 09:00"
    "#);
}

#[test]
fn layer_of_empty_slots() {
    assert_snapshot!(told_instead(r#"people = ["ines", "kai"]"#, r#"people = [[], []]"#), @"
    zephyr.toml:21:92: empty-layer: this layer has no people: nobody would ever be on call
      here: people
      help: name at least one person
    ");
}

#[test]
fn person_twice_in_one_slot() {
    assert_snapshot!(told_instead(r#"people = ["ines", "kai"]"#, r#"people = [["kai", "kai"]]"#), @r#"
    zephyr.toml:21:110: duplicate: `kai` has this turn twice
      here: "kai"
      help: leave one out
    "#);
}

#[test]
fn unknown_person_in_a_slot() {
    assert_snapshot!(told_instead(r#"people = ["ines", "kai"]"#, r#"people = [["kai", "ine"], []]"#), @r#"
    zephyr.toml:21:110: unknown-person: there is no person `ine`
      here: "ine"
      help: did you mean `ines`?
    "#);
}

#[test]
fn days_that_are_none() {
    assert_snapshot!(told_instead(r#"people = ["ines", "kai"]"#, r#"people = ["ines", "kai"], days = ["Monday-Fri", "Sonntag"]"#), @r#"
    zephyr.toml:21:126: bad-days: `Monday-Fri` is not a day of the week
      here: "Monday-Fri"
      help: write "Monday-Friday" or ["Saturday", "Sunday"]
    zephyr.toml:21:140: bad-days: `Sonntag` is not a day of the week
      here: "Sonntag"
      help: write "Monday-Friday" or ["Saturday", "Sunday"]
    "#);
}

#[test]
fn no_days() {
    assert_snapshot!(told_instead(r#"people = ["ines", "kai"]"#, r#"people = ["ines", "kai"], days = []"#), @r#"
    zephyr.toml:21:125: bad-days: this layer is on duty on no day
      here: []
      help: write "Monday-Friday"
    "#);
}

#[test]
fn bad_tier() {
    assert_snapshot!(told_instead(r#"people = ["ines", "kai"]"#, r#"people = ["ines", "kai"], tier = 0"#), @"
    zephyr.toml:21:125: bad-tier: `0` is not the number of a tier
      here: 0
      help: write a number from 1, which is rung first, to 9
    ");
}

#[test]
fn tier_of_a_wrong_type() {
    assert_snapshot!(told_instead(r#"people = ["ines", "kai"]"#, r#"people = ["ines", "kai"], tier = "second""#), @r#"
    zephyr.toml:21:125: wrong-type: `rotations.payments.layers.tier` has to be a number, and this is a string
      here: "second"
      help: write tier = 2 for people who stand behind tier 1
    "#);
}

#[test]
fn ends_before_it_begins() {
    assert_snapshot!(told_instead(r#"people = ["ines", "kai"]"#, r#"people = ["ines", "kai"], until = 2026-01-05"#), @"
    zephyr.toml:21:126: ends-before-it-begins: this layer would end on 2026-01-05, and begins on 2026-01-05
      here: 2026-01-05
      help: write a later date, or leave the layer out
    ");
}

#[test]
fn later_versions_out_of_order() {
    assert_snapshot!(told_instead(r#"people = ["ines", "kai"]"#, r#"people = ["ines", "kai"], later = [{ from = 2026-03-02, people = ["kai"] }, { from = 2026-02-02 }]"#), @"
    zephyr.toml:21:170: later-order: this version begins on 2026-02-02, and the one before it on 2026-03-02
      here: from
      help: write dated versions in order, each with a later date
    ");
}

#[test]
fn later_version_on_another_day_and_with_a_strange_key() {
    assert_snapshot!(told_instead(r#"people = ["ines", "kai"]"#, r#"people = ["ines", "kai"], later = [{ from = 2026-03-03, tier = 2 }]"#), @"
    zephyr.toml:21:136: handoff-day: 2026-03-03 is a Tuesday, and this layer hands over on Mondays
      here: 2026-03-03
      help: write from = 2026-03-02 or from = 2026-03-09
    zephyr.toml:21:148: unknown-key: [rotations.payments.layers.later] has no key `tier`
      here: tier
      help: known here: zone, hours, days, every, handoff, from, people
    ");
}

#[test]
fn dates_that_do_not_exist() {
    assert_snapshot!(told_instead(r#"from = 2026-01-05, people = ["ines", "kai"]"#, r#"from = 2027-02-29, people = ["ines", "kai"]"#), @"
    zephyr.toml:21:80: syntax: invalid date, expected day between 01 and 28
      here: 2027-02-29
      help: write a date as 2026-01-05
    ");
}

#[test]
fn unknown_holidays() {
    assert_snapshot!(told_instead(r#"[people.kai]"#, r#"[holidays]
germany = [2026-12-25]
[people.kai]
holidays = ["germny", 2026-12-31]"#), @r#"
    zephyr.toml:15:13: unknown-holidays: there are no holidays `germny`
      here: "germny"
      help: did you mean `germany`?
    "#);
}

#[test]
fn bad_holidays() {
    assert_snapshot!(told_instead(r#"[people.kai]"#, r#"[holidays]
germany = [2026-12-25, "Christmas", "2026-12-26 to 2026-12-24", 7]
[people.kai]"#), @r#"
    zephyr.toml:13:24: bad-holiday: `Christmas` are no days
      here: "Christmas"
      help: write a date, 2026-12-25, or both ends of a range, "2026-12-24 to 2026-12-26"
    zephyr.toml:13:37: bad-holiday: `2026-12-26 to 2026-12-24` are no days
      here: "2026-12-26 to 2026-12-24"
      help: write a date, 2026-12-25, or both ends of a range, "2026-12-24 to 2026-12-26"
    zephyr.toml:13:65: wrong-type: `holidays.germany` has to be dates or ranges, and this is a number
      here: 7
      help: write a date, 2026-12-25, or both ends of a range, "2026-12-24 to 2026-12-26"
    "#);
}

#[test]
fn holidays_without_end() {
    assert_snapshot!(told_instead(r#"[people.kai]"#, r#"[holidays]
germany = ["2026-01-01 to 2199-12-31"]
[people.kai]"#), @"
    zephyr.toml:13:1: too-many: `holidays.germany` has more than 400 days
      here: germany
      help: leave out days long past or far ahead
    ");
}

#[test]
fn first_handoff_in_quotes() {
    assert_snapshot!(told_instead(r#"from = 2026-01-05, people = ["ines", "kai"]"#, r#"from = "2026-01-05", people = ["ines", "kai"]"#), @r#"
    zephyr.toml:21:80: wrong-type: `rotations.payments.layers.from` has to be a date, and this is a string
      here: "2026-01-05"
      help: write the date of the first hand-off without quotes and without a time: from = 2026-01-05
    "#);
}

#[test]
fn first_handoff_in_a_strange_year() {
    assert_snapshot!(told_instead(r#"from = 2026-01-05, people = ["ines", "kai"]"#, r#"from = 0026-01-05, people = ["ines", "kai"]"#), @r#"
    zephyr.toml:21:80: date-out-of-bounds: the year 26 is out of bounds
      here: 0026-01-05
      help: use a year from 2000 to 2200
    "#);
}

#[test]
fn chain_that_begins_elsewhere() {
    assert_snapshot!(told_instead(r#"["on call", "#, r#"["em", "#), @r#"
    zephyr.toml:42:10: chain-begins-elsewhere: a chain begins with who is on call, at once
      here: "em"
      help: write "on call" first, without a wait
    "#);
}

#[test]
fn chain_that_begins_late() {
    assert_snapshot!(told_instead(r#"["on call", "#, r#"["1m on call", "#), @r#"
    zephyr.toml:42:10: chain-begins-elsewhere: a chain begins with who is on call, at once
      here: "1m on call"
      help: write "on call" first, without a wait
    "#);
}

#[test]
fn step_without_a_wait() {
    assert_snapshot!(told_instead(r#""5m em"]"#, r#""em"]"#), @r#"
    zephyr.toml:42:44: step-without-wait: `em` does not say how long to wait before it
      here: "em"
      help: write "5m em"
    "#);
}

#[test]
fn step_with_a_bad_wait() {
    assert_snapshot!(told_instead(r#""5m em"]"#, r#""5min em"]"#), @r#"
    zephyr.toml:42:44: bad-duration: `5min` is not a length of time
      here: "5min em"
      help: write a number and s, m or h, such as "30s", "5m" or "72h"
    "#);
}

#[test]
fn step_that_waits_too_short() {
    assert_snapshot!(told_instead(r#""5m em"]"#, r#""10s em"]"#), @r#"
    zephyr.toml:42:44: duration-out-of-bounds: `10s` is out of bounds
      here: "10s em"
      help: write something from 30s to 2h
    "#);
}

#[test]
fn step_of_an_unknown_rotation() {
    assert_snapshot!(told_instead(r#""5m em"]"#, r#""5m me"]"#), @r#"
    zephyr.toml:42:44: unknown-rotation: there is no rotation `me`
      here: "5m me"
      help: add [rotations.me], or name one that is there
    "#);
}

#[test]
fn step_with_a_misspelt_who() {
    assert_snapshot!(told_instead(r#""5m next in rotation""#, r#""5m next in rotaton""#), @r#"
    zephyr.toml:42:21: unknown-rotation: there is no rotation `next in rotaton`
      here: "5m next in rotaton"
      help: did you mean `next in rotation`?
    "#);
}

#[test]
fn empty_chain() {
    assert_snapshot!(told_instead(r#"["on call", "5m next in rotation", "5m em"]"#, "[]"), @r#"
    zephyr.toml:42:1: empty-chain: this chain rings nobody
      here: chain
      help: write chain = ["on call", "5m next in rotation"]
    "#);
}

#[test]
fn chain_that_stops() {
    assert_snapshot!(told_instead(r#"then = "again""#, r#"then = "stop""#), @r#"
    zephyr.toml:43:8: chain-stops: a chain never stops
      here: "stop"
      help: write then = "again", or "5m again" to wait five minutes
    "#);
}

#[test]
fn bad_length_of_time() {
    assert_snapshot!(told_instead(r#"then = "again""#, r#"acknowledged_for = "half an hour""#), @r#"
    zephyr.toml:43:20: bad-duration: `half an hour` is not a length of time
      here: "half an hour"
      help: write a number and s, m or h, such as "30s", "5m" or "72h"
    "#);
}

#[test]
fn length_of_time_out_of_bounds() {
    assert_snapshot!(told_instead(r#"then = "again""#, r#"acknowledged_for = "30h""#), @r#"
    zephyr.toml:43:20: duration-out-of-bounds: `30h` is out of bounds
      here: "30h"
      help: write something from 1m to 24h
    "#);
}

#[test]
fn default_chain_without_its_rotations() {
    let chain = "chain = [\"on call\", \"5m next in rotation\", \"5m em\"]\n";
    assert_snapshot!(told(&crate::policy::instead(chain, "").replace("[rotations.founder]", "[rotations.owner]")), @r#"
    zephyr.toml:41:2: missing-rotation: the default chain ends with `em` and `founder`, and there is no rotation `founder`
      here: escalation
      help: add [rotations.founder], or write [escalation] with a chain of your own
    "#);
}

#[test]
fn severity_left_out() {
    assert_snapshot!(told_instead(r#"[severity.3]
when = ["Internal"]
page = ["service"]
status_page = false
"#, ""), @r#"
    zephyr.toml:30:2: missing-severity: the ladder has 1, 2 and 3, and [severity.3] is missing
      here: severity
      help: add [severity.3], or leave all three out for the defaults
    "#);
}

#[test]
fn severity_that_does_not_exist() {
    assert_snapshot!(told_instead("[severity.3]", "[severity.4]"), @r#"
    zephyr.toml:30:2: missing-severity: the ladder has 1, 2 and 3, and [severity.3] is missing
      here: severity
      help: add [severity.3], or leave all three out for the defaults
    zephyr.toml:36:11: unknown-key: [severity] has no key `4`
      here: 4
      help: known here: 1, 2, 3
    "#);
}

#[test]
fn severity_that_pages_nobody() {
    assert_snapshot!(told_instead(r#"page = ["service", "platform"]"#, "page = []"), @r#"
    zephyr.toml:35:1: empty-page: this severity pages nobody
      here: page
      help: name at least one target, such as "service"
    "#);
}

#[test]
fn target_named_twice() {
    assert_snapshot!(told_instead(r#"page = ["service", "platform"]"#, r#"page = ["platform", "platform:everyone"]"#), @r#"
    zephyr.toml:35:21: duplicate: `platform:everyone` names a target for the second time
      here: "platform:everyone"
      help: leave one out
    "#);
}

#[test]
fn unknown_target() {
    assert_snapshot!(told_instead(r#"page = ["service", "platform"]"#, r#"page = ["service", "paltform"]"#), @r#"
    zephyr.toml:35:20: unknown-rotation: there is no rotation `paltform`
      here: "paltform"
      help: did you mean `platform`?
    "#);
}

#[test]
fn misspelt_service_target() {
    assert_snapshot!(told_instead(r#"page = ["service", "platform"]"#, r#"page = ["sevice", "platform"]"#), @r#"
    zephyr.toml:35:9: unknown-rotation: there is no rotation `sevice`
      here: "sevice"
      help: did you mean `service`?
    "#);
}

#[test]
fn bad_target() {
    assert_snapshot!(told_instead(r#"page = ["service", "platform"]"#, r#"page = ["service", "platform:all"]"#), @r#"
    zephyr.toml:35:20: bad-target: `all` is not a way to page a rotation
      here: "platform:all"
      help: write "platform" or "platform:everyone"
    "#);
}

#[test]
fn unknown_placeholder() {
    assert_snapshot!(told_instead("[escalation]", r#"[public]
opened = "{componant} is down"
[escalation]"#), @r#"
    zephyr.toml:42:10: unknown-placeholder: there is no placeholder `componant`
      here: "{componant} is down"
      help: did you mean {component}?
    "#);
}

#[test]
fn brace_without_a_partner() {
    assert_snapshot!(told_instead("[escalation]", r#"[public]
opened = "{component is down"
[escalation]"#), @r#"
    zephyr.toml:42:10: unpaired-brace: a brace has no partner
      here: "{component is down"
      help: write placeholders as {component}, {region} and {time}
    "#);
}

#[test]
fn outside_provider_not_yet() {
    assert_snapshot!(told_instead("[escalation]", r#"[chat]
slack = { bot_token = "x" }
[escalation]"#), @r#"
    zephyr.toml:41:2: not-yet: [chat] cannot be connected yet; the built-in chat room is used
      here: chat
      help: remove this section
    "#);
}

#[test]
fn path_out_of_the_repository() {
    assert_snapshot!(told_instead("[escalation]", r#"[runbook]
path = "../incident.md"
[escalation]"#), @r#"
    zephyr.toml:42:8: bad-path: `../incident.md` is not a path inside the repository
      here: "../incident.md"
      help: write it relative to the repository, with `/` and without `..`: "runbooks/incident.md"
    "#);
}

#[test]
fn owed_after_unknown_severities() {
    assert_snapshot!(told_instead("[escalation]", r#"[email]
for = [1, 4, 1]
due = "tomorrow"
[escalation]"#), @r#"
    zephyr.toml:42:11: unknown-severity: there is no severity `4`
      here: 4
      help: the ladder has 1, 2 and 3
    zephyr.toml:42:14: duplicate: severity 1 is listed twice
      here: 1
      help: leave one out
    zephyr.toml:43:7: bad-duration: `tomorrow` is not a length of time
      here: "tomorrow"
      help: write a number and s, m or h, such as "30s", "5m" or "72h"
    "#);
}

#[test]
fn reminder_without_before() {
    assert_snapshot!(told_instead("[escalation]", r#"[updates]
remind = "3m"
[escalation]"#), @r#"
    zephyr.toml:42:10: bad-duration: `3m` does not say before what
      here: "3m"
      help: write remind = "3m before"
    "#);
}

#[test]
fn syntax_unquoted_text() {
    assert_snapshot!(told_instead(r#"name = "Acme""#, "name = Acme"), @r#"
    zephyr.toml:2:8: syntax: string values must be quoted, expected literal string
      here: Acme
      help: put the value into double quotes
    "#);
}

#[test]
fn syntax_section_twice() {
    assert_snapshot!(told_instead("[people.kai]", "[people.ines]"), @r#"
    zephyr.toml:12:9: syntax: duplicate key
      here: ines
      help: a key or section may stand only once: put both into one, or rename one
    "#);
}

#[test]
fn syntax_unclosed_list() {
    assert_snapshot!(told_instead(r#""5m em"]"#, r#""5m em""#), @r#"
    zephyr.toml:43:1: syntax: missing comma between array elements, expected `,`
      help: separate the entries of a list by commas and end it with ]
    "#);
}

#[test]
fn syntax_open_quote() {
    assert_snapshot!(told_instead(r#"name = "Acme""#, r#"name = "Acme"#), @r#"
    zephyr.toml:2:13: syntax: invalid basic string, expected `"`
      help: end the string with a double quote on the same line
    "#);
}

#[test]
fn an_empty_file_says_what_is_needed() {
    assert_snapshot!(told(""), @r#"
    zephyr.toml:1:1: missing-section: there is no section [organisation]
      help: add [organisation] with name = "Acme" and its regions
    zephyr.toml:1:1: missing-rotation: the default chain ends with `em` and `founder`, and there is no rotation `em`
      help: add [rotations.em], or write [escalation] with a chain of your own
    zephyr.toml:1:1: missing-rotation: the default chain ends with `em` and `founder`, and there is no rotation `founder`
      help: add [rotations.founder], or write [escalation] with a chain of your own
    zephyr.toml:1:1: missing-rotation: the default severities page platform, em and founder: there is no rotation `platform`
      help: add [rotations.platform], or write [severity.1], [severity.2] and [severity.3]
    zephyr.toml:1:1: missing-rotation: the default severities page platform, em and founder: there is no rotation `em`
      help: add [rotations.em], or write [severity.1], [severity.2] and [severity.3]
    zephyr.toml:1:1: missing-rotation: the default severities page platform, em and founder: there is no rotation `founder`
      help: add [rotations.founder], or write [severity.1], [severity.2] and [severity.3]
    "#);
}

#[test]
fn a_file_too_large_is_not_read() {
    assert_snapshot!(told(&"#".repeat(1_000_001)), @r#"
    zephyr.toml:1:1: too-large: the file has 1000001 bytes, and at most 1000000 are read
      help: leave out what is not policy
    "#);
}

#[test]
fn default_severities_without_their_rotations() {
    let text = crate::policy::SOUND.replace("[rotations.founder]", "[rotations.owner]");
    let (start, end) = (text.find("[severity.1]").unwrap(), text.find("[escalation]").unwrap());
    assert_snapshot!(told(&format!("{}{}", &text[..start], &text[end..])), @r#"
    zephyr.toml:1:1: missing-rotation: the default severities page platform, em and founder: there is no rotation `founder`
      help: add [rotations.founder], or write [severity.1], [severity.2] and [severity.3]
    "#);
}

#[test]
fn the_service_target_without_platform() {
    let text = crate::policy::SOUND.replace("platform]", "base]").replace("\"platform", "\"base");
    assert_snapshot!(told(&text), @r#"
    zephyr.toml:30:2: missing-rotation: an incident whose service nobody knows pages `platform`, and there is no such rotation
      here: severity
      help: add [rotations.platform]
    "#);
}

#[test]
fn columns_are_counted_in_characters() {
    assert_snapshot!(told_instead(r#"name = "Acme""#, r#"name = "Äcmé" ; "#), @r#"
    zephyr.toml:2:15: syntax: unexpected key or value, expected newline, `#`
      help: a line is `[section]`, `key = value` or `# comment`; texts stand in double quotes
    "#);
}

#[test]
fn many_mistakes_are_told_at_once_in_the_order_of_the_file() {
    let text = crate::policy::SOUND
        .replace("+447700900101", "12")
        .replace(r#"zone = "America/Denver""#, r#"zone = "Denver""#)
        .replace(r#"then = "again""#, r#"then = "stop""#)
        .replace(r#"owner = "payments""#, r#"owner = "pay""#);
    assert_snapshot!(told(&text), @r#"
    zephyr.toml:8:9: bad-phone: this is not a telephone number in E.164
      here: "12"
      help: write a plus, the country code and the number, without blanks: "+447700900123"
    zephyr.toml:13:8: unknown-zone: `Denver` is not a time zone
      here: "Denver"
      help: did you mean "America/Denver"?
    zephyr.toml:16:9: unknown-rotation: there is no rotation `pay`
      here: "pay"
      help: add [rotations.pay], or name one that is there
    zephyr.toml:43:8: chain-stops: a chain never stops
      here: "stop"
      help: write then = "again", or "5m again" to wait five minutes
    "#);
}
