//! When a server ends: Ctrl-C, SIGTERM, or the end of what keeps it.

use std::io::Read as _;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

/// The signals that ask a process to end.
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Listens from now on.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits for the next of them.
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Waits until standard input ends: whoever held the other side has gone.
pub async fn stdin_ended() {
    let (ended, end) = oneshot::channel::<()>();
    // A thread of its own: reading standard input cannot be given up, and must not hold up the end of the process.
    std::thread::spawn(move || {
        let mut bytes = [0_u8; 256];
        while std::io::stdin().lock().read(&mut bytes).is_ok_and(|read| read > 0) {}
        drop(ended);
    });
    let _ = end.await;
}
