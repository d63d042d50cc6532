//! The page of every rule of the policy file, as `docs/rules` has it. A rule without a page does not compile.

use zephyr_core::policy::Rule;

macro_rules! page {
    ($id:literal) => {
        include_str!(concat!("../../../docs/rules/", $id, ".md"))
    };
}

/// What a rule means, with an example of it broken and one of it kept, as Markdown.
pub fn explained(rule: Rule) -> String {
    // Notes to whoever tests the examples are not for readers.
    let lines = page(rule).lines().filter(|line| !line.starts_with("<!--"));
    lines.collect::<Vec<_>>().join("\n").replace("\n\n\n", "\n\n")
}

fn page(rule: Rule) -> &'static str {
    match rule {
        Rule::AsleepOnCall => page!("asleep-on-call"),
        Rule::BadDays => page!("bad-days"),
        Rule::BadDuration => page!("bad-duration"),
        Rule::BadEmail => page!("bad-email"),
        Rule::BadHandoff => page!("bad-handoff"),
        Rule::BadHoliday => page!("bad-holiday"),
        Rule::BadName => page!("bad-name"),
        Rule::BadPath => page!("bad-path"),
        Rule::BadPhone => page!("bad-phone"),
        Rule::BadShift => page!("bad-shift"),
        Rule::BadTarget => page!("bad-target"),
        Rule::BadText => page!("bad-text"),
        Rule::BadTier => page!("bad-tier"),
        Rule::BadWindow => page!("bad-window"),
        Rule::ChainBeginsElsewhere => page!("chain-begins-elsewhere"),
        Rule::ChainStops => page!("chain-stops"),
        Rule::DateOutOfBounds => page!("date-out-of-bounds"),
        Rule::Duplicate => page!("duplicate"),
        Rule::DurationOutOfBounds => page!("duration-out-of-bounds"),
        Rule::EmptyChain => page!("empty-chain"),
        Rule::EmptyLadder => page!("empty-ladder"),
        Rule::EmptyLayer => page!("empty-layer"),
        Rule::EmptyPage => page!("empty-page"),
        Rule::EmptyRotation => page!("empty-rotation"),
        Rule::EndsBeforeItBegins => page!("ends-before-it-begins"),
        Rule::HandoffDay => page!("handoff-day"),
        Rule::LadderBeginsLate => page!("ladder-begins-late"),
        Rule::LadderOrder => page!("ladder-order"),
        Rule::LadderTooLong => page!("ladder-too-long"),
        Rule::LaterOrder => page!("later-order"),
        Rule::MissingKey => page!("missing-key"),
        Rule::MissingRotation => page!("missing-rotation"),
        Rule::MissingSection => page!("missing-section"),
        Rule::MissingSeverity => page!("missing-severity"),
        Rule::NameCollision => page!("name-collision"),
        Rule::NoAddress => page!("no-address"),
        Rule::NoDrill => page!("no-drill"),
        Rule::NobodyAwake => page!("nobody-awake"),
        Rule::NobodyOnCall => page!("nobody-on-call"),
        Rule::NotYet => page!("not-yet"),
        Rule::OneChannel => page!("one-channel"),
        Rule::OnePersonTwoSteps => page!("one-person-two-steps"),
        Rule::RegionCount => page!("region-count"),
        Rule::ReservedName => page!("reserved-name"),
        Rule::StepWithoutWait => page!("step-without-wait"),
        Rule::Syntax => page!("syntax"),
        Rule::TooLarge => page!("too-large"),
        Rule::TooMany => page!("too-many"),
        Rule::UnknownHolidays => page!("unknown-holidays"),
        Rule::UnknownKey => page!("unknown-key"),
        Rule::UnknownMethod => page!("unknown-method"),
        Rule::UnknownPerson => page!("unknown-person"),
        Rule::UnknownPlaceholder => page!("unknown-placeholder"),
        Rule::UnknownRotation => page!("unknown-rotation"),
        Rule::UnknownSeverity => page!("unknown-severity"),
        Rule::UnknownZone => page!("unknown-zone"),
        Rule::UnpairedBrace => page!("unpaired-brace"),
        Rule::UnusableName => page!("unusable-name"),
        Rule::UnverifiedContact => page!("unverified-contact"),
        Rule::WrongType => page!("wrong-type"),
    }
}
