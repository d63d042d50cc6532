//! What other people see of the incident: channel, status page, ticket, as the built-in providers hold them.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::client::Client;
use crate::commands::paths;
use crate::failure::Failure;
use crate::printer::{Line, Printer};

#[derive(Deserialize)]
struct Rooms {
    rooms: Vec<Room>,
}

#[derive(Deserialize)]
struct Room {
    name: String,
    people: Vec<String>,
    pinned: Option<String>,
}

#[derive(Deserialize)]
struct Entries {
    entries: Vec<PublicEntry>,
}

#[derive(Deserialize)]
struct PublicEntry {
    title: String,
    lines: Vec<PublicLine>,
}

#[derive(Deserialize)]
struct PublicLine {
    text: String,
}

#[derive(Deserialize)]
struct Tickets {
    tickets: Vec<Ticket>,
}

#[derive(Deserialize)]
struct Ticket {
    id: String,
    title: String,
    state: serde_json::Value,
}

/// Prints it.
pub async fn print(client: &Client, printer: &mut Printer) -> Result<(), Failure> {
    let rooms: Rooms = read(client, paths::ROOMS).await?;
    for room in rooms.rooms {
        printer.line(Line::labelled("channel").plain(&format!("#{}, with {}", room.name, room.people.join(", "))));
        for line in room.pinned.iter().flat_map(|pinned| pinned.lines()).filter(|line| !line.is_empty()) {
            printer.line(Line::labelled("  pinned").plain(line));
        }
    }
    let public: Entries = read(client, paths::PUBLIC_ENTRIES).await?;
    for entry in public.entries {
        let last = entry.lines.last().map(|line| format!(": {}", line.text)).unwrap_or_default();
        printer.line(Line::labelled("status page").plain(&format!("{}{last}", entry.title)));
    }
    let tickets: Tickets = read(client, paths::TICKETS).await?;
    for ticket in tickets.tickets {
        let state = if ticket.state.as_str() == Some("open") { "open" } else { "closed" };
        printer.line(Line::labelled("ticket").plain(&format!("{} ({state}): {}", ticket.id, ticket.title)));
    }
    Ok(())
}

async fn read<Answer: DeserializeOwned>(client: &Client, path: &str) -> Result<Answer, Failure> {
    client.get(path).await.map_err(|error| client.failure(error))
}
