//! Bounds of the server itself, each with its reason. What the domain bounds is in `zephyr_core::limits`.

use std::time::Duration;

/// A request body has to be there within this time, however slowly it trickles.
pub const BODY_DEADLINE: Duration = Duration::from_secs(10);
/// Connections at a time: below the usual bound of 1024 open files.
pub const CONNECTIONS: usize = 800;
/// How long a connection may be silent between requests, or take nothing of an answer.
pub const IDLE: Duration = Duration::from_secs(20);
/// How long it may be silent after bytes of a request came: the longest poll and a little.
pub const ANSWERING: Duration = Duration::from_secs(45);
/// How long open connections may take to end once the server was asked to stop.
pub const HTTP_DRAIN: Duration = Duration::from_secs(5);
/// How long sends under way may take after that: the deadline of a provider call and a little.
pub const SEND_DRAIN: Duration = Duration::from_secs(6);
/// How long the engine rests after the store failed it.
pub const STORE_REST: Duration = Duration::from_millis(100);
/// How often the engine looks for what no message told it of.
pub const SAFETY_NET: Duration = Duration::from_secs(1);
/// What `Retry-After` says, in seconds.
pub const RETRY_AFTER_SECS: u16 = 1;
/// Names that a hint lists at most: more are not read.
pub const NAMES_IN_A_HINT: usize = 12;
/// Events shown on the page of one incident.
pub const STORY_ROWS: usize = 500;
/// How long a token that expires may be good: longer is a typing mistake.
pub const TOKEN_LIFE: jiff::SignedDuration = jiff::SignedDuration::from_hours(10 * 366 * 24);
/// Streams of events at a time: a quarter of the connections, so that they never keep an opening or an answer out.
pub const STREAMS: usize = 200;
/// How often a stream says that it lives, and looks whether its caller still may read: well below [`IDLE`].
pub const HEARTBEAT: Duration = Duration::from_secs(10);
/// Messages that wait for a slow reader of a stream; more are not read from the store before these are taken.
pub const STREAM_BACKLOG: usize = 16;
/// Bars in one lane of a calendar: a change every quarter of an hour of a day. More are not seen.
pub const BARS: usize = 96;
/// Times without anybody that a calendar lists above its picture.
pub const GAPS_SHOWN: usize = 8;
/// Rotations on one page of who is on call.
pub const ROTATIONS_SHOWN: usize = 40;
/// Rotations on the front page, which looks again every few seconds: those of the visitor, then others.
pub const ROTATIONS_IN_BRIEF: usize = 8;
/// How far ahead it is looked who is next: shifts are hardly longer.
pub const NEXT_WITHIN: jiff::SignedDuration = jiff::SignedDuration::from_hours(35 * 24);
/// Changes of a rotation that are followed until somebody else is rung first: a week of hand-offs in several layers.
pub const CHANGES_FOLLOWED: usize = 48;
/// How far ahead coverage is proved.
pub const COVERAGE: jiff::SignedDuration = jiff::SignedDuration::from_hours(366 * 24);
/// How long a proof is shown while nothing it is made of changes.
pub const COVERAGE_KEPT: jiff::SignedDuration = jiff::SignedDuration::from_hours(1);
/// How long a page waits for a proof before it says that it looks again.
pub const COVERAGE_WAIT: Duration = Duration::from_secs(2);
/// Rotations whose year is drawn on one page, and findings told: what is small enough for a telephone.
pub const YEARS_DRAWN: usize = 10;
/// Findings told on one page.
pub const FINDINGS_TOLD: usize = 20;
/// Times told of one finding.
pub const TIMES_TOLD: usize = 5;
/// Marks of one year: what is closer together is one mark.
pub const YEAR_MARKS: usize = 12;
