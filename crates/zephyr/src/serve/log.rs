//! The log, on stderr. Whoever logs never waits: lines go through a bounded queue, and what does not fit is counted
//! and left out. That stderr has gone is no error.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::cli::LogFormat;
use crate::env;

/// Lines that may wait: about a megabyte.
const QUEUE: usize = 4_096;
/// How long the end of the process waits for the last lines.
const FLUSH: Duration = Duration::from_millis(500);

/// The log that was begun; ends with what was logged last on stderr.
pub struct Log {
    lines: SyncSender<Entry>,
}

enum Entry {
    Line(Vec<u8>),
    Flush(SyncSender<()>),
}

/// Begins to log. What is logged is told by the environment.
pub fn begin(format: LogFormat) -> Log {
    let (lines, waiting) = sync_channel(QUEUE);
    let lost = Arc::new(AtomicU64::new(0));
    let counted = lost.clone();
    // Not joined: it may hang in a write to a pipe that nobody reads.
    std::thread::spawn(move || write_all(&waiting, &counted));
    let queue = Queue { lines: lines.clone(), lost };
    let known = env::log_filter().and_then(|filter| EnvFilter::try_new(filter).ok());
    let filter = known.unwrap_or_else(|| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(queue).log_internal_errors(false);
    let _ = match format {
        LogFormat::Text => log.with_ansi(false).compact().try_init(),
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    };
    Log { lines }
}

impl Log {
    /// Waits a little until everything logged so far is written.
    pub fn end(self) {
        let (done, wait) = sync_channel(1);
        if self.lines.try_send(Entry::Flush(done)).is_ok() {
            let _ = wait.recv_timeout(FLUSH);
        }
    }
}

fn write_all(waiting: &Receiver<Entry>, lost: &AtomicU64) {
    let mut stderr = io::stderr();
    while let Ok(entry) = waiting.recv() {
        match entry {
            Entry::Line(line) => {
                let _ = stderr.write_all(&line);
                let missed = lost.swap(0, Ordering::Relaxed);
                if missed > 0 {
                    let _ = writeln!(stderr, "{{\"level\":\"WARN\",\"message\":\"{missed} log lines did not fit\"}}");
                }
            }
            Entry::Flush(done) => {
                let _ = stderr.flush();
                let _ = done.try_send(());
            }
        }
    }
}

/// Hands lines to the thread that writes them.
#[derive(Clone)]
struct Queue {
    lines: SyncSender<Entry>,
    lost: Arc<AtomicU64>,
}

impl<'a> MakeWriter<'a> for Queue {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Write for Queue {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.lines.try_send(Entry::Line(bytes.to_vec())).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
