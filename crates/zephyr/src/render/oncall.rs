//! Who is on call.

use zephyr_api::{OnCall, Rotation, Shift};

use super::Clock;
use crate::printer::{Line, Style};

/// One line a rotation: whoever is rung first, then who is on call at the same time in its other layers.
pub fn all(oncall: &OnCall, clock: &Clock) -> Vec<Line> {
    let widest = oncall.rotations.iter().map(|rotation| rotation.name.chars().count()).max().unwrap_or_default();
    oncall.rotations.iter().map(|rotation| of(rotation, widest, clock)).collect()
}

fn of(rotation: &Rotation, widest: usize, clock: &Clock) -> Line {
    let line = Line::new().strong(&format!("{:<widest$}  ", rotation.name));
    match rotation.on_call.as_slice() {
        [] => line.push(Style::Bad, "NOBODY"),
        [first, rest @ ..] => {
            let line = line.plain(&shift(first, clock));
            rest.iter().fold(line, |line, next| line.faint(&format!("; also {}", shift(next, clock))))
        }
    }
}

fn shift(shift: &Shift, clock: &Clock) -> String {
    let asleep = if shift.awake { "" } else { ", asleep" };
    format!("{} ({}{asleep}) until {}", shift.name, shift.person, clock.wall(shift.until))
}

/// `Maya Okafor (maya)`.
pub fn who(shift: &Shift) -> String {
    format!("{} ({})", shift.name, shift.person)
}
