//! `zephyr serve`: puts the server together and runs it until it is asked to end.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;
use zephyr_core::World;
use zephyr_core::oncall::Schedule;
use zephyr_core::policy::Policy;
use zephyr_engine::ports::StoreError;
use zephyr_fault::{self as fault, Point};
use zephyr_server::{Policies, ServeError};
use zephyr_store::{OpenError, Options, SqliteStore};

use crate::cli;
use crate::failure::{Exit, Failure};
use crate::local::{self, Local};
use crate::machine::{self, OsEntropy};
use crate::printer::{Line, Printer, Style};
use crate::render::Clock;
use crate::serve::database::{self, Kept};
use crate::serve::leave::{self, Signals};
use crate::serve::origin::Origin;
use crate::serve::runbook::{self, Place};
use crate::serve::{follow, log};
use crate::settings::{DATA, Settings};

/// The database in the data folder.
pub const DATABASE: &str = "zephyr.db";
/// Rotations named at the start: more are for `zephyr oncall`.
const ROTATIONS: usize = 12;

/// Runs it.
pub async fn run(printer: &mut Printer, settings: &Settings, given: cli::Serve) -> Result<Exit, Failure> {
    #[cfg(feature = "fault-points")]
    {
        if given.list_fault_points {
            return crate::serve::points::list(printer, settings.json);
        }
        given.fault_point.into_iter().for_each(zephyr_fault::arm);
    }
    let signals = Signals::listen().map_err(|error| Failure::refused("cannot listen for signals").why(error))?;
    let data = settings.connection.data.clone().unwrap_or_else(|| PathBuf::from(DATA));
    let is_kept = data.join(DATABASE).exists() || settings.connection.database.is_some();
    let origin = Origin::look(given.policy.clone(), is_kept, printer)?;
    let log = log::begin(given.log);
    make_folder(&data)?;
    let listener = listen(&given.listen).await?;
    let address = listener.local_addr().map_err(|error| cannot_listen(&given.listen, &error))?;
    let address_of = settings.connection.database.as_ref();
    let started = Started { settings, given: &given, data: &data, origin, listener, address, signals };
    let ended = match address_of {
        None => serve_on(open(&data, given.speed).await?, started, printer).await,
        Some(_) if given.speed != 1 => Err(Failure::refused("a clock that runs faster needs a store of its own")
            .hint("leave --database away, or --speed")),
        Some(database) => serve_on(database::open(database, true).await?, started, printer).await,
    };
    log.end();
    ended
}

/// What is there before the store is.
struct Started<'a> {
    settings: &'a Settings,
    given: &'a cli::Serve,
    data: &'a Path,
    origin: Origin,
    listener: TcpListener,
    address: SocketAddr,
    signals: Signals,
}

/// Serves on a store, and closes it.
async fn serve_on<S: Kept>(store: S, started: Started<'_>, printer: &mut Printer) -> Result<Exit, Failure> {
    let Started { settings, given, data, origin, listener, address, signals } = started;
    let file = origin.file.clone();
    let start = origin.start(&store, printer).await?;
    fault::at(Point::StartPolicyKept);
    let folder = runbook::folder(file.as_deref());
    let runbook = Place::within(&folder, &start.policy.runbook).version().await;
    let mut world = World::new(start.policy, runbook);
    let mut fresh = [0_u8; 32];
    machine::fill(&mut fresh);
    match zephyr_server::code_key(&store, fresh).await {
        Ok(key) => world.codes = Some(key),
        Err(error) => tracing::warn!(%error, "no contact can be verified until the next start"),
    }

    let local = Local { url: reached_here(address), token: machine::unguessable(), pid: std::process::id() };
    let public_url = given.public_url.clone().map(|url| url.trim_end_matches('/').to_owned());
    let public_url = public_url.unwrap_or_else(|| local.url.clone());
    leave_word(&local, data, settings)?;
    fault::at(Point::StartTold);
    let now = now(&store).await;
    let kept = database::told(settings.connection.database.as_ref(), data);
    let at_start = Banner { given, source: &start.told, data: &kept, world: &world, url: &public_url, address, now };
    if settings.json {
        at_start.json(printer)
    } else {
        banner(printer, &at_start)
    }

    let (publish, _) = watch::channel(Arc::new(world));
    let policies = Policies::new(publish, file.as_deref().map(follow::file));
    policies.set_trouble(start.trouble);
    tokio::spawn(runbook::keep_fresh(folder, policies.clone()));
    if S::SHARED {
        tokio::spawn(database::take_up_policies(policies.clone(), store.clone()));
    }
    if let Some(path) = file {
        let (policies, store) = (policies.clone(), store.clone());
        tokio::spawn(async move { follow::keep_up(&path, policies, store).await });
    }
    let settings = zephyr_server::Settings {
        public_url,
        speed: given.speed,
        local_token: local.token.clone(),
        version: env!("CARGO_PKG_VERSION"),
    };
    let ended = serve(listener, store.clone(), policies, settings, signals, given.while_stdin).await;
    fault::at(Point::LeaveDrained);
    local.remove(data);
    store.shut().await;
    fault::at(Point::LeaveClosed);
    ended
}

/// Serves until a signal, then lets what is under way end; a second signal does not wait for that.
async fn serve<S: Kept>(
    listener: TcpListener,
    store: S,
    policies: Policies,
    settings: zephyr_server::Settings,
    mut signals: Signals,
    while_stdin: bool,
) -> Result<Exit, Failure> {
    let (leave, left) = tokio::sync::oneshot::channel::<()>();
    let asked = async {
        let _ = left.await;
    };
    let served = zephyr_server::serve(listener, store, OsEntropy, machine::fill, policies, settings, asked);
    let told = async {
        tokio::select! {
            () = signals.next() => {}
            () = leave::stdin_ended(), if while_stdin => {}
        }
        tracing::info!("asked to end; what is under way is finished first");
        let _ = leave.send(());
        signals.next().await;
    };
    tokio::select! {
        ended = served => ended.map(|()| Exit::Done).map_err(|error| stopped(&error)),
        () = told => Err(Failure::refused("ended at once, as asked twice")
            .why("sends under way are made again at the next start")),
    }
}

/// Why it ended by itself. What the store says of itself has what to do after its last colon.
fn stopped(error: &ServeError) -> Failure {
    let failure = Failure::refused("the server had to stop");
    match error {
        ServeError::Store(StoreError::Corrupt(text)) => match text.rsplit_once(": ") {
            Some((why, hint)) => failure.why(why).hint(hint),
            None => failure.why(text).hint("start it again; the log says more"),
        },
        error => {
            let source = std::error::Error::source(error).map(|source| format!(": {source}")).unwrap_or_default();
            failure.why(format!("{error}{source}")).hint("start it again; the log says more")
        }
    }
}

fn make_folder(data: &Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::refused(format!("the data folder {} cannot be used", data.display()))
            .why(error)
            .hint("name one with --data DIR that this user may write to")
    };
    // What is in it concerns nobody else on this machine.
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(data).map_err(failed)?;
    // A folder that can be read and not written would be noticed only when the first incident comes.
    tempfile::NamedTempFile::new_in(data).map_err(failed)?;
    Ok(())
}

async fn listen(address: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| cannot_listen(address, &error))
}

fn cannot_listen(address: &str, error: &std::io::Error) -> Failure {
    let failure = Failure::refused(format!("cannot listen on {address}"));
    match error.kind() {
        ErrorKind::AddrInUse => failure
            .why("another program has this port")
            .hint("stop that one, or take another: --listen 127.0.0.1:0 takes any that is free"),
        ErrorKind::InvalidInput => Failure::new(Exit::Usage, format!("`{address}` is not an address to listen on"))
            .hint("write it like 127.0.0.1:7878"),
        ErrorKind::PermissionDenied => failure.why(error).hint("take a port from 1024 on"),
        _ => failure.why(error).hint("take an address of this machine, like 127.0.0.1:7878"),
    }
}

/// Where this machine reaches it; an address that stands for all of them is not one to connect to.
fn reached_here(address: SocketAddr) -> String {
    let port = address.port();
    match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => format!("http://127.0.0.1:{port}"),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => format!("http://[::1]:{port}"),
        SocketAddr::V4(_) | SocketAddr::V6(_) => format!("http://{address}"),
    }
}

async fn open(data: &Path, speed: u32) -> Result<SqliteStore, Failure> {
    let options = Options { speed, ..Options::default() };
    SqliteStore::open(data.join(DATABASE), options).await.map_err(|error| cannot_open(&error))
}

/// What cannot be opened: the store's errors say what, and after the colon what to do.
pub fn cannot_open(error: &OpenError) -> Failure {
    let text = error.to_string();
    let (what, hint) = text.split_once(": ").unwrap_or((text.as_str(), "look at the disk"));
    let hint = match error {
        OpenError::InUse { .. } => "stop that one, or give this one a folder of its own: --data DIR",
        OpenError::NotADatabase { .. } | OpenError::Foreign { .. } => {
            "move it away, or take another folder: --data DIR"
        }
        _ => hint,
    };
    let failure = Failure::refused(what).hint(hint);
    match std::error::Error::source(error) {
        Some(source) => failure.why(source),
        None => failure,
    }
}

async fn now<S: Kept>(store: &S) -> jiff::Timestamp {
    store.now().await.unwrap_or_else(|_| machine::now())
}

/// Tells the command line where the server is.
fn leave_word(local: &Local, data: &Path, settings: &Settings) -> Result<(), Failure> {
    local.write(data).map_err(|error| {
        Failure::refused(format!("{} cannot be written", data.join(local::FILE).display())).why(error)
    })?;
    // Only a convenience for commands called from other folders.
    if let (Some(state), Ok(data)) = (&settings.connection.state, data.canonicalize())
        && let Err(error) = local::write_pointer(state, &data)
    {
        tracing::debug!(%error, "the pointer to the data folder was not written");
    }
    Ok(())
}

/// What is said at the start.
struct Banner<'a> {
    given: &'a cli::Serve,
    source: &'a str,
    data: &'a str,
    world: &'a World,
    url: &'a str,
    address: SocketAddr,
    now: jiff::Timestamp,
}

impl Banner<'_> {
    /// For programs: one object, once it is up. Its names do not change.
    fn json(&self, printer: &mut Printer) {
        printer.json(&serde_json::json!({
            "url": self.url,
            "listens_on": self.address.to_string(),
            "version": env!("CARGO_PKG_VERSION"),
            "organisation": self.world.policy.organisation,
            "policy": self.world.policy.version.to_string(),
            "data": self.data,
        }));
    }
}

fn banner(printer: &mut Printer, banner: &Banner<'_>) {
    let policy = &banner.world.policy;
    let version = env!("CARGO_PKG_VERSION");
    let head = Line::new().strong("zephyr").plain(&format!(" {version} is up for {}", policy.organisation));
    printer.line(head);
    let speed = match banner.given.speed {
        1 => String::new(),
        speed => format!(", its clock {speed} times as fast"),
    };
    printer.line(Line::labelled("console").strong(&format!("{}/", banner.url)));
    printer.line(Line::labelled("listens on").plain(&format!("{}{speed}", banner.address)));
    printer.line(Line::labelled("policy").plain(banner.source));
    printer.line(Line::labelled("runbook").plain(&runbook::told(&banner.world.runbook)));
    printer.line(Line::labelled("data").plain(banner.data));
    on_call(printer, policy, banner.now);
    if !banner.address.ip().is_loopback() {
        printer.say("Other machines reach it: put TLS in front of it, and tell it its address with --public-url.");
    }
    printer.say("To log in to the console: `zephyr token create --person NAME`.");
    printer.say("No telephone rings: pages go to the inbox in the console only.");
}

fn on_call(printer: &mut Printer, policy: &Policy, now: jiff::Timestamp) {
    let clock = Clock { now, zone: machine::zone() };
    for name in policy.rotations.keys().take(ROTATIONS) {
        let line = Line::labelled("on call").plain(&format!("{name}: "));
        printer.line(match Schedule::of(policy).at(name, now).first() {
            Some(first) => {
                let until = clock.wall(first.until);
                line.plain(&format!("{} until {until}", policy.display_name(&first.person)))
            }
            None => line.push(Style::Bad, "NOBODY"),
        });
    }
    let more = policy.rotations.len().saturating_sub(ROTATIONS);
    if more > 0 {
        printer.line(Line::labelled("").plain(&format!("and {more} more: zephyr oncall")));
    }
}
