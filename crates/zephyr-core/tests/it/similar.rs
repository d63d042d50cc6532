//! Declarations of the same: what is offered, what opens beside, and what an incident knows of another.

use insta::assert_snapshot;
use jiff::SignedDuration;
use zephyr_core::effect::Effect;
use zephyr_core::incident::{Again, Command, Declaration, Incident, Likeness, SimilarWhy, narrate};
use zephyr_core::policy::{self, Policy, Severity};
use zephyr_core::text::Summary;
use zephyr_core::{Actor, PersonId};

use crate::scene::{COMPANY, Scene, company, declared, person};

const CHECKOUT: &str = "Checkout p99 elevated in eu-frankfurt";

/// A second service and a second region.
fn wider() -> Policy {
    let text = COMPANY.replace("regions = [\"eu-frankfurt\"]", "regions = [\"eu-frankfurt\", \"us-ashburn\"]");
    let text = format!("{text}[services.search]\nowner = \"payments\"\n");
    policy::read(&text).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"))
}

pub fn again(summary: &str, severity: Option<u8>) -> Again {
    let severity = severity.map(|number| Severity::try_from(number).unwrap());
    Again { summary: Summary::new(summary).unwrap(), severity, reported_by: None, ring_me: false }
}

/// What becomes of a declaration by a program while an incident is open, a moment after it was opened.
fn likeness(open: &Scene, declared: &Declaration) -> &'static str {
    likeness_for(open, declared, &Actor::Bot("probe".into()))
}

fn likeness_for(open: &Scene, declared: &Declaration, actor: &Actor) -> &'static str {
    let subject = declared.subject(&open.world.policy);
    let found = open
        .state
        .index()
        .into_iter()
        .any(|(key, value)| key == Incident::ABOUT && Incident::about_values(declared, &subject).contains(&value));
    let likeness = Likeness::of(declared, &subject, actor, [&open.state], open.now);
    assert!(found || likeness == Likeness::New, "what is like it is found by the index");
    match likeness {
        Likeness::New => "opens",
        Likeness::Offered(_) => "offered",
        Likeness::Beside(_, SimilarWhy::Worse) => "opens beside: worse",
        Likeness::Beside(_, SimilarWhy::Anyway) => "opens beside: anyway",
    }
}

#[test]
fn p12_what_is_about_the_same() {
    for (open, then, expected) in [
        // The same service and region, in other words.
        (CHECKOUT, "Frankfurt: nobody can pay at the checkout, eu-frankfurt", "offered"),
        ("Checkout is slow", "checkout fails", "offered"),
        // The same words, however they are written.
        ("Database is slow", "  DATABASE: is slow! ", "offered"),
        ("🔥🔥", "🔥🔥", "offered"),
        ("🔥🔥", "🔥", "opens"),
        // Another region, another service, other words about nothing known.
        ("Checkout is slow", CHECKOUT, "opens"),
        (CHECKOUT, "Checkout p99 elevated in us-ashburn", "opens"),
        (CHECKOUT, "Search p99 elevated in eu-frankfurt", "opens"),
        ("Database is slow", "Database is slower", "opens"),
        ("eu-frankfurt has no power", "eu-frankfurt is on fire", "opens"),
    ] {
        let open = Scene::open_in(wider(), 2, open, None);
        assert_eq!(likeness(&open, &declared(2, then)), expected, "{:?}, then {then:?}", open.state.summary);
    }
}

#[test]
fn p12_the_same_words_about_a_service_that_is_not_known_yet_are_another_incident() {
    let mut search = declared(2, "p99 elevated");
    search.service = Some("search".parse().unwrap());
    let mut open = Scene::open_in(wider(), 2, "p99 elevated", None);
    assert_eq!(likeness(&open, &search), "opens", "its owner is not paged yet");
    let set = Command::SetService { service: Some("checkout".parse().unwrap()), region: None };
    open.acts("quinn", set).unwrap();
    assert_eq!(likeness(&open, &search), "opens");
    assert_eq!(likeness(&open, &declared(2, "p99 elevated")), "offered");
    let mut checkout = search;
    checkout.service = Some("checkout".parse().unwrap());
    assert_eq!(likeness(&open, &checkout), "offered");
}

#[test]
fn p12_what_is_worse_always_opens_and_what_is_wanted_anyway_does() {
    let open = Scene::open(2, CHECKOUT, None);
    for (severity, anyway, expected) in [
        (1, false, "opens beside: worse"),
        (1, true, "opens beside: worse"),
        (2, false, "offered"),
        (3, false, "offered"),
        (2, true, "opens beside: anyway"),
        (3, true, "opens beside: anyway"),
    ] {
        let declared = Declaration { anyway, ..declared(severity, CHECKOUT) };
        assert_eq!(likeness(&open, &declared), expected, "SEV-{severity}, anyway {anyway}");
    }
}

#[test]
fn p12_the_worst_of_several_is_offered() {
    let mild = Scene::open(3, CHECKOUT, None);
    let bad = mild.opens_beside(1, CHECKOUT);
    let subject = declared(2, CHECKOUT).subject(&mild.world.policy);
    let both = [&mild.state, &bad.state];
    let actor = Actor::Operator;
    let found = Likeness::of(&declared(2, CHECKOUT), &subject, &actor, both, mild.now);
    assert_eq!(found, Likeness::Offered(&bad.state), "a SEV-2 is no worse than what is open");
}

#[test]
fn p12_only_what_is_open_and_was_opened_within_ten_minutes_is_offered() {
    let mut open = Scene::open(2, CHECKOUT, None);
    open.now += SignedDuration::from_secs(599);
    assert_eq!(likeness(&open, &declared(2, CHECKOUT)), "offered");
    open.now += SignedDuration::from_secs(1);
    assert_eq!(likeness(&open, &declared(2, CHECKOUT)), "opens");
    for end in [Command::Resolve { public: None, reported_by: None }, Command::Cancel { public: None }] {
        let mut over = Scene::open(2, CHECKOUT, None);
        over.acts("quinn", end).unwrap();
        assert_eq!(likeness(&over, &declared(2, CHECKOUT)), "opens");
        assert!(!over.state.index().iter().any(|(key, _)| key == Incident::ABOUT), "and is looked for in no index");
    }
}

#[test]
fn p10_a_private_incident_is_offered_to_those_who_take_part_and_to_private_declarations_only() {
    let mut open = Scene::open(2, CHECKOUT, Some("quinn"));
    open.state.private = true;
    let private = Declaration { private: true, ..declared(2, CHECKOUT) };
    let by = |name: &str| Actor::Person(person(name));
    assert_eq!(likeness_for(&open, &private, &by("quinn")), "offered");
    // ines was paged; fay is an admin, and takes no part.
    assert_eq!(likeness_for(&open, &private, &by("ines")), "offered");
    for actor in [by("fay"), by("tomas"), Actor::Bot("probe".into())] {
        assert_eq!(likeness_for(&open, &private, &actor), "opens", "{actor}");
    }
    assert_eq!(likeness_for(&open, &declared(2, CHECKOUT), &by("quinn")), "opens", "nothing is said of it in the open");
    let worse = Declaration { severity: Severity::One, ..private.clone() };
    assert_eq!(likeness_for(&open, &worse, &by("quinn")), "opens", "and none names the other");
    let open = Scene::open(2, CHECKOUT, Some("quinn"));
    assert_eq!(likeness_for(&open, &private, &by("quinn")), "opens", "a private summary is added to nothing open");
}

#[test]
fn p12_what_opens_beside_another_says_so_and_the_other_is_told_once() {
    let mut first = Scene::open(2, CHECKOUT, None);
    let second = first.opens_beside(1, "Checkout is down in eu-frankfurt");
    assert_snapshot!(narrate(&second.events[0]).text, @"INC-2 SEV-1 opened by quinn: Checkout is down in eu-frankfurt (service checkout, region eu-frankfurt; there is no runbook at runbooks/incident.md). INC-1 is about the same and less bad");
    assert_eq!(second.state.posts[0], "INC-1 is about the same and less bad");
    assert!(second.state.channel_wanted().card.contains("\nAbout the same: INC-1\n"));
    let tells = second.effects.iter().filter(|(_, effect)| matches!(effect, Effect::Inform(_))).count();
    assert_eq!(tells, 1, "the other is told in a step of its own");
    for _ in 0..2 {
        first.is_told_of(&second);
    }
    let told: Vec<String> =
        first.events.iter().map(|event| narrate(event).text).filter(|text| text.contains("INC-2")).collect();
    assert_snapshot!(told.join("\n"), @"INC-2 SEV-1, about the same, opened by quinn: Checkout is down in eu-frankfurt");
    assert!(first.state.posts.last().unwrap().starts_with("INC-2 SEV-1, about the same"), "{:?}", first.state.posts);
    assert!(first.state.channel_wanted().card.contains("\nAbout the same: INC-2\n"));
}

#[test]
fn p12_a_declaration_that_is_added_shows_and_makes_its_author_take_part() {
    let mut scene = Scene::open(2, CHECKOUT, None);
    let quinn: PersonId = person("quinn");
    assert!(!scene.state.participants.contains(&quinn));
    let version = scene.state.version;
    scene.acts("quinn", Command::Join(again("Nobody can pay", Some(2)))).unwrap();
    assert!(scene.state.participants.contains(&quinn) && scene.state.channel_wanted().members.contains(&quinn));
    assert_eq!(scene.state.posts.last().unwrap(), "Declared again by quinn: Nobody can pay");
    let event = scene.events.iter().find(|event| event.seq == version + 1).unwrap();
    assert_snapshot!(narrate(event).text, @"declared again as SEV-2 by quinn: Nobody can pay");
    // Nobody is rung for it, and whoever rings goes on.
    scene.after(5);
    assert_snapshot!(scene.pages(), @"
    +00:00 page platform: paging pat (step 1); next in 5 min unless somebody answers
    +00:00 page service: paging ines (step 1); next in 5 min unless somebody answers
    +05:00 page platform: paging quinn (step 2); next in 5 min unless somebody answers
    +05:00 page service: paging tomas (step 2); next in 5 min unless somebody answers
    ");
    // Whoever is due and declares the same has answered, as at an opening.
    scene.acts("quinn", Command::Join(again("Carts are empty", None))).unwrap();
    assert!(scene.state.paging.holders().contains(&quinn));
}

#[test]
fn p12_what_is_worse_or_too_late_is_not_added() {
    let mut scene = Scene::open(2, CHECKOUT, None);
    let refused = scene.acts("quinn", Command::Join(again("It is all down", Some(1)))).unwrap_err();
    assert_snapshot!(refused, @"INC-1 is SEV-2, and SEV-1 is declared: what is worse opens an incident of its own");
    scene.acts("quinn", Command::Cancel { public: None }).unwrap();
    let refused = scene.acts("quinn", Command::Join(again("It is slow", Some(2)))).unwrap_err();
    assert_snapshot!(refused, @"INC-1 is cancelled already");
}

#[test]
fn p4_who_reported_it_is_taken_from_whoever_says_it_first() {
    let mut scene = Scene::open(2, CHECKOUT, None);
    let by = |who: &str| Command::Join(Again { reported_by: Some(who.parse().unwrap()), ..again("Slow", None) });
    scene.acts("quinn", by("customer")).unwrap();
    scene.acts("rosa", by("monitoring")).unwrap();
    assert_eq!(scene.state.reported_by.unwrap().as_str(), "customer");
}

#[test]
fn p8_a_summary_that_names_two_says_which_and_asks_with_the_command_that_settles_it() {
    let summary = "Checkout and search fail in eu-frankfurt and us-ashburn";
    let mut scene = Scene::open_in(wider(), 2, summary, None);
    assert_eq!((scene.state.service.as_ref(), scene.state.region.as_ref()), (None, None));
    assert_snapshot!(narrate(&scene.events[0]).text, @"INC-1 SEV-2 opened by probe: Checkout and search fail in eu-frankfurt and us-ashburn (service not known: the summary names checkout and search, region not known: the summary names eu-frankfurt and us-ashburn; there is no runbook at runbooks/incident.md)");
    assert_snapshot!(scene.state.posts.join("\n"), @"
    The summary names checkout and search. Which service is it, and who owns it? `zephyr incident service INC-1 checkout`
    The summary names eu-frankfurt and us-ashburn. Which region is it? `zephyr incident service INC-1 --region eu-frankfurt`
    ");
    assert!(scene.pages().starts_with("+00:00 page platform: paging pat"), "platform is paged: {}", scene.pages());
    let set = |service: Option<&str>, region: Option<&str>| Command::SetService {
        service: service.map(|id| id.parse().unwrap()),
        region: region.map(|id| id.parse().unwrap()),
    };
    scene.acts("quinn", set(Some("search"), None)).unwrap();
    assert!(scene.state.unclear.services.is_empty() && !scene.state.unclear.regions.is_empty());
    scene.acts("quinn", set(None, Some("us-ashburn"))).unwrap();
    assert!(scene.state.unclear.is_nothing());
    let named = Declaration { service: Some("search".parse().unwrap()), ..declared(2, summary) };
    assert!(named.subject(&wider()).unclear.services.is_empty(), "what is named is not asked for");
    let posts = Scene::open_in(company(), 2, "Something is odd", None).state.posts;
    assert_snapshot!(posts.join("\n"), @"Nobody has said which service this is. Who owns it? `zephyr incident service INC-1 NAME`");
}
