//! Starts everything, and ends it in order.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::io;
use std::net::SocketAddr;

use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::watch;
use zephyr_core::{Actor, reach};
use zephyr_engine::ports::{Entropy, Objects, Registry, Store, StoreError};
use zephyr_engine::{Ask, Request};
use zephyr_fault::{self as fault, Point};

use crate::app::{App, Stores};
use crate::listener::{Bounded, Room};
use crate::metered::Metered;
use crate::metrics::Metrics;
use crate::policies::Policies;
use crate::runtime::Runtime;
use crate::{bounds, routes};

/// What the composition root decides.
#[derive(Clone)]
pub struct Settings {
    /// How people reach this server, `https://zephyr.example.com`, for the links it makes.
    pub public_url: String,
    /// How many times as fast as real time the store's clock runs.
    pub speed: u32,
    /// The secret of the machine's own operator: accepted from the loopback only. Empty: nobody has it.
    pub local_token: String,
    /// The version of the program.
    pub version: &'static str,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("public_url", &self.public_url)
            .field("speed", &self.speed)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// Why the server ended by itself. The process should end with it, and be started again once it is mended.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The store holds something that this version cannot read, or belongs to another server now.
    #[error("the server stopped")]
    Store(#[source] StoreError),
    /// The task that pages people failed.
    #[error("the engine failed; this is a fault of zephyr's own, and its log says more")]
    Engine,
    /// No connection can be accepted any more.
    #[error("the server cannot accept connections")]
    Http(#[source] io::Error),
}

/// Serves until `shutdown`, or until going on would be guessing. Then takes no new connection, lets open ones and
/// sends under way come to their end within bounds, and returns.
pub async fn serve<S, E>(
    listener: TcpListener,
    store: S,
    entropy: E,
    tokens: impl FnMut(&mut [u8]) + Send + 'static,
    policies: Policies,
    settings: Settings,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError>
where
    S: Store + Objects + Registry,
    E: Entropy,
{
    let metrics = Metrics::new();
    let store = Metered::new(store, metrics.clone());
    let (runtime, engine, goodbye) =
        Runtime::new(store.clone(), entropy, policies.subscribe(), settings.speed, metrics.clone());
    let (end, ending) = watch::channel(false);
    let app = App::new(store.aside(), engine, settings, metrics, policies, ending.clone(), tokens);
    let room = Room::new(bounds::CONNECTIONS);
    let leave = axum::middleware::map_response_with_state(room.clone(), Room::leave);
    let reminders = tokio::spawn(remind_from_now_on(app.clone()));
    let service = routes::all(app).layer(leave).into_make_service_with_connect_info::<SocketAddr>();
    // Tapped for nothing but the peer's address, which axum takes from its own listeners only.
    let listener = Bounded::new(listener, room).tap_io(|_| {});
    let http = axum::serve(listener, service).with_graceful_shutdown(ended(ending));

    let mut engine = tokio::spawn(runtime.run());
    let mut http = tokio::spawn(http.into_future());
    let early = tokio::select! {
        biased;
        engine = &mut engine => Some(engine_end(engine)),
        http = &mut http => Some(http_end(http)),
        () = shutdown => None,
    };
    fault::at(Point::LeaveBegun);
    end.send_replace(true);
    // It may have long to wait, and holds the store open.
    reminders.abort();
    drop(reminders.await);
    if !http.is_finished() && tokio::time::timeout(bounds::HTTP_DRAIN, &mut http).await.is_err() {
        tracing::warn!("connections were still open when the server ended");
        http.abort();
    }
    drop(goodbye);
    if !engine.is_finished() {
        match tokio::time::timeout(bounds::SEND_DRAIN, &mut engine).await {
            Ok(ended) => return early.unwrap_or_else(|| engine_end(ended)),
            Err(_) => {
                tracing::warn!("sends were still under way when the server ended; the next start goes on with them");
                engine.abort();
            }
        }
    }
    early.unwrap_or(Ok(()))
}

/// Lets people be reminded of drills, once the server has run for a while: nothing of it is kept in this task, and what
/// has begun goes on by itself.
async fn remind_from_now_on<S: Stores>(app: App<S>) {
    tokio::time::sleep(bounds::REMINDERS_BEGIN).await;
    let ask = Ask::Reach(reach::Command::Begin);
    let request = Request { id: app.request_id(), actor: Actor::System, key: None, ask };
    if app.engine.ask(request).await.is_err() {
        tracing::warn!("nobody is reminded of drills until the next start: the store could not be reached");
    }
}

async fn ended(mut ending: watch::Receiver<bool>) {
    // An error means that the sender is gone, which is the end as well.
    drop(ending.wait_for(|ended| *ended).await);
}

fn engine_end(ended: Result<Result<(), StoreError>, tokio::task::JoinError>) -> Result<(), ServeError> {
    match ended {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(ServeError::Store(error)),
        Err(_) => Err(ServeError::Engine),
    }
}

fn http_end(ended: Result<io::Result<()>, tokio::task::JoinError>) -> Result<(), ServeError> {
    match ended {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(ServeError::Http(error)),
        Err(error) => Err(ServeError::Http(io::Error::other(error))),
    }
}
