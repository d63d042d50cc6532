//! The hint that something was written: NOTIFY, and somebody who listens. It only makes another replica look sooner than
//! it would anyway; where it is lost, or the database has none, nothing else is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

const CHANNEL: &str = "zephyr_written";
/// One word for all that is written in this time.
const EVERY: Duration = Duration::from_millis(20);
/// How long to wait before listening is tried again.
const REST: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(super) struct Hint {
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Shared {
    epoch: AtomicI64,
    /// Something was written here that nobody was told of.
    untold: Notify,
    /// Others have written.
    news: Notify,
    ended: AtomicBool,
}

impl Hint {
    /// Listens, and tells, until it is ended. Needs a runtime.
    pub(super) fn listen(options: PgConnectOptions) -> Self {
        let shared = Arc::new(Shared::default());
        let task = tokio::spawn(keep_listening(options, shared.clone()));
        Self { shared, task }
    }

    /// Tells the others that this epoch has written.
    pub(super) fn tell(&self, epoch: i64) {
        self.shared.epoch.store(epoch, Ordering::Relaxed);
        self.shared.untold.notify_one();
    }

    /// Ends once others have written.
    pub(super) async fn news(&self) {
        self.shared.news.notified().await;
    }

    pub(super) fn end(&self) {
        self.shared.ended.store(true, Ordering::Relaxed);
        self.task.abort();
    }
}

impl Drop for Hint {
    fn drop(&mut self) {
        self.end();
    }
}

async fn keep_listening(options: PgConnectOptions, shared: Arc<Shared>) {
    while !shared.ended.load(Ordering::Relaxed) {
        if let Err(error) = listen(&options, &shared).await {
            tracing::debug!(%error, "no hints of what others write; looking every second instead");
        }
        tokio::time::sleep(REST).await;
    }
}

async fn listen(options: &PgConnectOptions, shared: &Shared) -> Result<(), sqlx::Error> {
    // One to listen and one to tell, both only hints: they take no connection from anybody.
    let pool = PgPoolOptions::new().max_connections(2).acquire_timeout(REST).connect_with(options.clone()).await?;
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.listen(CHANNEL).await?;
    shared.news.notify_one();
    loop {
        tokio::select! {
            heard = listener.recv() => {
                let own = shared.epoch.load(Ordering::Relaxed).to_string();
                if heard?.payload() != own {
                    shared.news.notify_one();
                }
            }
            () = shared.untold.notified() => {
                let own = shared.epoch.load(Ordering::Relaxed).to_string();
                sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(own).execute(&pool).await?;
                tokio::time::sleep(EVERY).await;
            }
        }
    }
}
