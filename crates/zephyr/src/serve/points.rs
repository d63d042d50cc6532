//! `zephyr serve --list-fault-points`, in builds that have such points.

use zephyr_fault::Point;

use crate::failure::{Exit, Failure};
use crate::printer::{Line, Printer};

/// Names the points, in the order in which a server meets them.
pub fn list(printer: &mut Printer, json: bool) -> Result<Exit, Failure> {
    if json {
        let points = Point::ALL.iter().map(|point| serde_json::json!({ "name": point.name(), "about": point.about() }));
        printer.json(&serde_json::json!({ "points": points.collect::<Vec<_>>() }));
    } else {
        for point in Point::ALL {
            printer.line(Line::indented(2).faint(&format!("{:<20}", point.name())).plain(point.about()));
        }
    }
    Ok(Exit::Done)
}
