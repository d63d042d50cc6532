//! Every bound of zephyr in one place, each with its reason. Lengths are in characters unless the name says bytes.

use jiff::SignedDuration;

/// A name in the policy file: fits a column of a terminal and a part of a URL.
pub const NAME_CHARS: usize = 64;
/// A display name of a person, service or region: one line on a phone.
pub const DISPLAY_NAME_CHARS: usize = 100;
/// An incident's summary: two SMS segments, one line of a chat topic.
pub const SUMMARY_CHARS: usize = 300;
/// A public line: what a status page shows without folding.
pub const PUBLIC_LINE_CHARS: usize = 600;
/// A reason given for stopping a page.
pub const REASON_CHARS: usize = 500;
/// An error text of a provider as it is kept: enough to act on, never a whole page of HTML.
pub const ERROR_CHARS: usize = 300;

/// A policy file: five hundred people and a hundred rotations take about 150 kB.
pub const POLICY_BYTES: usize = 1_000_000;
/// A request that carries a policy file: every second character of the file may need an escape in JSON.
pub const POLICY_BODY_BYTES: usize = 2 * POLICY_BYTES;
/// Mistakes reported at once: more are not read.
pub const POLICY_MISTAKES: usize = 50;
/// Regions in a policy: a list that is read at a glance.
pub const REGIONS: usize = 100;
/// Services in a policy.
pub const SERVICES: usize = 2_000;
/// Rotations in a policy.
pub const ROTATIONS: usize = 1_000;
/// Other names of one service or region; each is looked for in every summary.
pub const ALSO_CALLED: usize = 20;
/// Examples of one severity: what a person reads before choosing.
pub const SEVERITY_EXAMPLES: usize = 20;
/// A path in the repository.
pub const PATH_CHARS: usize = 200;
/// People in a policy.
pub const PEOPLE: usize = 5_000;
/// Layers of one rotation.
pub const LAYERS: usize = 50;
/// Turns of one layer.
pub const LAYER_PEOPLE: usize = 500;
/// People who have one turn together: more is a crowd in which everybody waits for somebody else.
pub const SLOT_PEOPLE: usize = 20;
/// Lengths of shifts in a list: a month of days that are all different.
pub const SHIFT_LENGTHS: usize = 31;
/// Dated versions of one layer after the first: those that are over can be left out.
pub const LAYER_VERSIONS: usize = 20;
/// Days of one holiday calendar, and of one person: more than a year of them is a mistake.
pub const HOLIDAYS: usize = 400;
/// Steps of a chain: an hour and forty minutes at five minutes a step.
pub const CHAIN_STEPS: usize = 20;
/// Entries of a personal ladder.
pub const LADDER_STEPS: usize = 10;
/// Targets that one severity names.
pub const TARGETS: usize = 10;
/// The shortest wait between two steps: less is a typing mistake, not an escalation.
pub const STEP_MIN: SignedDuration = SignedDuration::from_secs(30);
/// The longest wait between two steps.
pub const STEP_MAX: SignedDuration = SignedDuration::from_hours(2);

/// The shortest time between the beginnings of two rounds of a chain, so that a chain of people who all decline or
/// cannot be reached does not spin.
pub const ROUND_MIN: SignedDuration = SignedDuration::from_secs(30);
/// How long a person who declined is passed over.
pub const DECLINED_FOR: SignedDuration = SignedDuration::from_mins(15);
/// How long an answer holds without a sign of life, where the policy does not say.
pub const HELD_FOR: SignedDuration = SignedDuration::from_mins(30);
/// The shortest time that an answer holds: shorter, and whoever works on it is rung while they read.
pub const HELD_FOR_MIN: SignedDuration = SignedDuration::from_mins(1);
/// The longest: after a day nobody knows any more who answers.
pub const HELD_FOR_MAX: SignedDuration = SignedDuration::from_hours(24);
/// How long somebody is asked for a sign of life before the pages go on: a step of the chain.
pub const ASKED_FOR: SignedDuration = SignedDuration::from_mins(5);
/// How often answering again is written down as a sign of life: a button pressed twice is one.
pub const SIGN_OF_LIFE_EVERY: SignedDuration = SignedDuration::from_secs(60);
/// How long a page that wants nobody it could ring waits before it looks again, and how long an all-ring lasts.
pub const ALL_RING_STEP: SignedDuration = SignedDuration::from_mins(5);

/// A page's send that was neither accepted nor refused: the first retry is at once, the last wait is this long.
pub const RETRY_MAX: SignedDuration = SignedDuration::from_secs(30);
/// The first wait of the retry curve.
pub const RETRY_MIN: SignedDuration = SignedDuration::from_millis(250);
/// Tries of an effect that is not a page before its mirror rests for a while.
pub const MIRROR_TRIES: u32 = 8;
/// How long a mirror rests after a refusal or after its tries are used up.
pub const MIRROR_REST: SignedDuration = SignedDuration::from_mins(2);

/// Page sends under way at a time by one method: a provider that hangs holds up these and no others. The last quarter is
/// for SEV-1, half of it for SEV-2 too.
pub const PAGE_SENDS: usize = 256;
/// Sends under way at a time of each kind that is not a page.
pub const TELL_SENDS: usize = 16;
/// Page sends that one server has claimed and not handed over, about a kilobyte each. The last quarter is for SEV-1, half
/// of it for SEV-2 too.
pub const PAGES_HELD: usize = 1_024;
/// The same of everything that is not a page.
pub const TELLS_HELD: usize = 128;
/// Incidents whose state the engine keeps at hand, about ten kilobytes each: those of a storm's last second.
pub const STATES_KEPT: usize = 512;
/// Streams woken in one turn of the engine.
pub const WAKES_A_TURN: usize = 256;
/// Commands executed in one commit.
pub const COMMANDS_A_TURN: usize = 256;
/// Openings below SEV-1 carried out in one turn of the engine: some ten milliseconds, for which whatever is urgent may
/// have to wait.
pub const OPENINGS_A_TURN: usize = 64;
/// The same beside something urgent: nothing waits for ever.
pub const BESIDE_URGENT: usize = 8;
/// How long a replica's lease lasts: what a lost one had claimed is taken over by another this long after its last
/// renewal, and no later than the time between two renewals after that.
pub const LEASE: SignedDuration = SignedDuration::from_millis(1_800);
/// How often a lease is renewed: two renewals in a row may fail before it ends.
pub const LEASE_RENEWED: SignedDuration = SignedDuration::from_millis(500);
/// The longest lease: three times what a turn took is asked for while the store is slow, up to this.
pub const LEASE_MAX: SignedDuration = SignedDuration::from_secs(15);
/// Times a decision is made anew when another replica was faster.
pub const CONFLICT_TRIES: u32 = 8;
/// Commands that may wait for the engine, urgent ones and the others each, before callers are told to come back.
pub const COMMAND_QUEUE: usize = 16_384;

/// The deadline of one provider call.
pub const PROVIDER_DEADLINE_MS: u64 = 5_000;
/// After this long nothing is on its way any more that a replica sent before it was lost: then it can be asked about.
pub const ANSWERED_BY: SignedDuration = SignedDuration::from_secs(5);
/// Days of a schedule in one answer: a quarter of a year, at most a few thousand turns of a rotation.
pub const SCHEDULE_DAYS: u32 = 92;
/// Days of a schedule where nobody says how many.
pub const SCHEDULE_DAYS_DEFAULT: u32 = 14;
/// How long before a hand-off whoever takes over is told of it first: time to arrange something else.
pub const HANDOFF_FIRST_TOLD: SignedDuration = SignedDuration::from_hours(24);
/// And once more: time to sit down.
pub const HANDOFF_TOLD_AGAIN: SignedDuration = SignedDuration::from_hours(1);
/// How far ahead the next hand-off is looked for at a time; further ones are found later.
pub const HANDOFFS_AHEAD: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How far back is looked for who stood there before: a month, and a day.
pub const HANDOFFS_BACK: SignedDuration = SignedDuration::from_hours(32 * 24);
/// Open incidents that whoever takes over is told of, the newest.
pub const HANDOFF_OPEN: usize = 20;
/// Days of a calendar that are past: who looks back asks about the last weeks.
pub const CALENDAR_DAYS_BACK: i64 = 31;
/// Days of a calendar that are to come: a year, as far as the proof looks.
pub const CALENDAR_DAYS_AHEAD: i64 = 366;
/// Turns in one calendar: four layers of daily shifts, about a megabyte. The first ones are shown.
pub const CALENDAR_ENTRIES: usize = 2_000;
/// A request body of the API.
pub const BODY_BYTES: usize = 64 * 1024;
/// How long a reader may wait for news in one request.
pub const LONG_POLL_MAX_SECS: u64 = 30;
/// Rows in one answer of a list.
pub const LIST_ROWS: usize = 200;
/// Incidents that one report looks at: five years of one a day, and the reading of their logs ends in seconds.
pub const REPORT_INCIDENTS: usize = 2_000;
/// How long ago an incident was opened at most for a declaration of the same to be about it: people who see one thing
/// break declare it within minutes of each other, and what breaks again later may be something else.
pub const SIMILAR_WITHIN: SignedDuration = SignedDuration::from_mins(10);
/// Open incidents that one declaration is compared with at most, for each way of being the same; the newest.
pub const SIMILAR_LOOKED_AT: usize = 8;
/// Incidents about the same that an incident names, the first ones; its timeline has all.
pub const SIMILAR_KEPT: usize = 20;

/// An idempotency key.
pub const REQUEST_KEY_CHARS: usize = 128;
/// How long an idempotency key is kept.
pub const REQUEST_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// Requests of one token at once, other than those that open, answer or end an incident, which no limit holds up: a
/// console open on every page, and a script that reads every incident beside it.
pub const TOKEN_BURST: u32 = 1_000;
/// How often a token earns one more request: a hundred a second are more than people and their scripts ask, and a loop
/// that does not wait asks more.
pub const TOKEN_EVERY: SignedDuration = SignedDuration::from_millis(10);
/// Tokens that are not good, from one address at once, before they are answered by a wait: the scripts and consoles of a
/// whole team behind one address, whose tokens ended on the same day. Good ones are never held up by it.
pub const GUESS_BURST: u32 = 200;
/// How often an address earns one more token that is not good. Guessing one takes longer than the sun lasts anyway; this
/// spares the store and the log.
pub const GUESS_EVERY: SignedDuration = SignedDuration::from_secs(2);
/// Incidents that one token opens at once before it is told that it floods. All of them are opened.
pub const FLOOD_BURST: u32 = 30;
/// How often a token earns one more opening before it floods: a bad day of a large company.
pub const FLOOD_EVERY: SignedDuration = SignedDuration::from_secs(60);
/// Tokens and addresses whose rates are remembered: about a megabyte. Those beyond share one rate.
pub const RATE_KEYS: usize = 10_000;
/// Rows of the audit that one request reads through for those it asks for; more are read by the next request.
pub const AUDIT_ROWS: usize = 4_000;

/// Overrides and leaves that are kept at once: five a person in a large organisation.
pub const ARRANGED: usize = 2_500;
/// How long one override or leave may last: a parent's leave fits, a typing mistake in the year does not.
pub const ARRANGED_DAYS: i64 = 400;
/// How far ahead one may begin: a year and a little, as far as schedules are proved.
pub const ARRANGED_AHEAD_DAYS: i64 = 400;
/// How long what is over stays visible in the roster; the log keeps it for ever.
pub const ARRANGED_KEPT: SignedDuration = SignedDuration::from_hours(35 * 24);

/// Drills that go on at once: a company practises a rotation at a time.
pub const DRILLS_AT_ONCE: usize = 20;
/// Drills at hand with how everybody fared, about two kilobytes each; the log keeps all.
pub const DRILLS_KEPT: usize = 60;
/// How long a drill goes on at most, however long the chain.
pub const DRILL_MAX: SignedDuration = SignedDuration::from_mins(60);
/// How often it is looked for whom a drill is due: a day more or less is no matter.
pub const LOOK_EVERY: SignedDuration = SignedDuration::from_hours(24);
/// When it is looked for the first time: soon, so that everybody's month begins with the first day.
pub const LOOK_FIRST: SignedDuration = SignedDuration::from_mins(10);
/// The shortest and the longest time between two drills of one person that a policy can ask for.
pub const DRILLS_EVERY_MIN: SignedDuration = SignedDuration::from_hours(24);
/// A year; whoever practises less often does not.
pub const DRILLS_EVERY_MAX: SignedDuration = SignedDuration::from_hours(366 * 24);
/// How long a code can be given: a mail may take minutes.
pub const CODE_KEPT: SignedDuration = SignedDuration::from_mins(10);
/// Times that a code can be given wrongly: of a million codes, five are guessed.
pub const CODE_TRIES: u32 = 5;
/// The shortest time between two codes over one method of one person: a text message costs money.
pub const CODE_EVERY: SignedDuration = SignedDuration::from_secs(60);
/// How long a verified method counts as reaching somebody.
pub const VERIFIED_FOR: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How long after their last drill somebody is found to have had none.
pub const DRILL_STALE: SignedDuration = SignedDuration::from_hours(31 * 24);
