//! The only way to write. Data goes to stdout, talk to stderr; a reader that went away is no error.
//!
//! Whatever is printed passes through `clean`, so that no text from elsewhere can move the cursor, hide a word or
//! reverse a line. Styles are for the eye only: every line says the same without them.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;
use terminal_size::{Width, terminal_size_of};

use crate::env;
use crate::failure::Failure;

mod clean;
mod line;

pub use line::{Line, Style};

/// Where everything that is printed goes.
pub struct Printer {
    out: Sink,
    err: Sink,
}

struct Sink {
    to: Box<dyn Write>,
    /// Lines are folded at this many columns; never where a program reads them.
    columns: Option<usize>,
    unicode: bool,
}

impl Printer {
    /// Prints to the process's own stdout and stderr. Colours are left out where they are not wanted (`NO_COLOR`, …).
    pub fn of_process() -> Self {
        let unicode = env::shows_unicode();
        let out = Sink { to: Box::new(anstream::stdout()), columns: columns(&io::stdout()), unicode };
        let err = Sink { to: Box::new(anstream::stderr()), columns: columns(&io::stderr()), unicode };
        Self { out, err }
    }

    /// One line of what was asked for.
    pub fn line(&mut self, line: impl Into<Line>) {
        self.out.write(&line.into());
    }

    /// A script or a page that zephyr itself made, to the byte.
    pub fn text(&mut self, text: &str) {
        self.out.raw(text.trim_end_matches('\n'));
    }

    /// One line about it: a hint, a reason, a step on the way.
    pub fn say(&mut self, line: impl Into<Line>) {
        self.err.write(&line.into());
    }

    /// What was asked for, for programs.
    pub fn json(&mut self, value: &impl Serialize) {
        // The API's types have no maps with keys other than text: they cannot fail.
        let text = serde_json::to_string_pretty(value).unwrap_or_default();
        self.out.raw(&clean::json(&text));
    }

    /// One of many things, for programs, in a line of its own.
    pub fn json_line(&mut self, value: &impl Serialize) {
        let text = serde_json::to_string(value).unwrap_or_default();
        self.out.raw(&clean::json(&text));
    }

    /// Why it did not work.
    pub fn failure(&mut self, failure: &Failure) {
        let mut what = Line::new().push(Style::Bad, "error").plain(": ").plain(&failure.what);
        // A short reason stays on the first line.
        let beside = failure.why.as_ref().filter(|why| failure.what.len() + why.len() < 68);
        if let Some(why) = beside {
            what = what.plain(": ").plain(why);
        }
        self.say(what);
        if let Some(why) = failure.why.as_ref().filter(|_| beside.is_none()) {
            self.say(Line::indented(2).plain(why));
        }
        if let Some(hint) = &failure.hint {
            self.say(Line::indented(2).push(Style::Faint, "now: ").plain(hint));
        }
    }
}

impl Sink {
    fn write(&mut self, line: &Line) {
        let text = line.render(self.columns, self.unicode);
        self.raw(&text);
    }

    fn raw(&mut self, text: &str) {
        // Whoever closed the pipe has read enough; what was asked of the server is done all the same.
        let _ =
            self.to.write_all(text.as_bytes()).and_then(|()| self.to.write_all(b"\n")).and_then(|()| self.to.flush());
    }
}

fn columns<Stream: IsTerminal + std::os::fd::AsFd>(stream: &Stream) -> Option<usize> {
    if !stream.is_terminal() {
        return None;
    }
    let wide = terminal_size_of(stream).map(|(Width(columns), _)| usize::from(columns)).filter(|columns| *columns > 20);
    Some(wide.unwrap_or(80))
}

#[cfg(test)]
pub(crate) mod testing {
    //! Prints into a string, for snapshots of what people see.

    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;

    #[derive(Clone, Default)]
    struct Shared(Rc<RefCell<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Everything printed, without styles, stderr's lines marked.
    pub(crate) fn printed(columns: Option<usize>, unicode: bool, print: impl FnOnce(&mut Printer)) -> String {
        let (out, err) = (Shared::default(), Shared::default());
        let sink = |to: &Shared| {
            let to: Box<dyn Write> = Box::new(to.clone());
            Sink { to: Box::new(anstream::StripStream::new(to)), columns, unicode }
        };
        let mut printer = Printer { out: sink(&out), err: sink(&err) };
        print(&mut printer);
        let text = |from: &Shared| String::from_utf8(from.0.borrow().clone()).unwrap();
        let (out, err) = (text(&out), text(&err));
        if err.is_empty() { out } else { format!("{out}--- stderr\n{err}") }
    }
}
