//! A PostgreSQL of the tests' own: a cluster in a temporary folder, made from the machine's binaries, that ends and goes
//! away with the process. A database for each test. Where there are no binaries, tests are skipped by name.
//!
//! Other crates take this file in by its path.

use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

/// Makes the cluster, starts it, and obeys: `stop`, `start`; at the end of its input it takes everything away.
const KEEPER: &str = r#"
bin=$1; dir=$2; port=$3; fsync=$4
"$bin/initdb" -D "$dir/data" -U zephyr --auth=trust -E UTF8 --locale=C.UTF-8 --no-sync >"$dir/init.log" 2>&1 || exit 1
start() {
  "$bin/postgres" -D "$dir/data" -p "$port" -k "$dir" -c listen_addresses=127.0.0.1 -c fsync=$fsync \
    -c max_connections=300 -c shared_buffers=64MB -c log_min_messages=warning >>"$dir/log" 2>&1 &
  pid=$!
}
start
while read -r word; do
  case $word in
    stop) kill -INT $pid; wait $pid ;;
    start) start ;;
  esac
done
kill -QUIT $pid 2>/dev/null; wait $pid 2>/dev/null; rm -rf "$dir"
"#;

/// What has to be there.
trait Must<T> {
    fn must(self) -> T;
}

impl<T, E: std::fmt::Debug> Must<T> for Result<T, E> {
    #[track_caller]
    fn must(self) -> T {
        self.unwrap_or_else(|error| panic!("{error:?}"))
    }
}

/// A cluster that runs.
pub struct Cluster {
    folder: PathBuf,
    pub port: u16,
    words: Mutex<ChildStdin>,
    _keeper: Child,
    databases: AtomicU32,
}

/// The cluster that all tests of this binary share; `None` where there are no binaries, and the test says that it is
/// skipped.
pub fn shared(test: &str) -> Option<&'static Cluster> {
    static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
    let shared = SHARED.get_or_init(Cluster::start).as_ref();
    if shared.is_none() {
        skipped(test);
    }
    shared
}

/// Says that a test was skipped, and why, where CI collects it.
#[expect(clippy::disallowed_methods, reason = "how the task that runs all tests passes the file's name")]
pub fn skipped(test: &str) {
    let line = format!("{test} — no PostgreSQL on this machine (apt-get install postgresql)\n");
    std::io::stdout().write_all(format!("SKIPPED: {line}").as_bytes()).must();
    if let Some(path) = std::env::var_os("ZEPHYR_SKIPPED") {
        let file = std::fs::File::options().create(true).append(true).open(path);
        file.must().write_all(line.as_bytes()).must();
    }
}

impl Cluster {
    /// Makes one and waits until it answers. It writes nothing through: what is tested is not the disk.
    pub fn start() -> Option<Self> {
        Self::start_with("off")
    }

    /// The same, and what it has committed is on the disk.
    pub fn start_durable() -> Option<Self> {
        Self::start_with("on")
    }

    fn start_with(fsync: &str) -> Option<Self> {
        let bin = binaries()?;
        let folder = tempfile::Builder::new().prefix("zephyr-pg-").tempdir().ok()?.keep();
        let port = TcpListener::bind("127.0.0.1:0").ok()?.local_addr().ok()?.port();
        let mut command = Command::new("sh");
        if std::fs::metadata("/proc/self").ok()?.uid() == 0 {
            // PostgreSQL runs as anybody but root.
            let (user, group) = unprivileged()?;
            chown(&folder, Some(user), Some(group)).ok()?;
            command = Command::new("setpriv");
            command.args([&format!("--reuid={user}"), &format!("--regid={group}"), "--clear-groups", "sh"]);
        }
        command.args(["-c", KEEPER, "keeper"]).arg(bin).arg(&folder).arg(port.to_string()).arg(fsync).current_dir("/");
        let mut keeper = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
        let words = Mutex::new(keeper.stdin.take()?);
        let cluster = Self { folder, port, words, _keeper: keeper, databases: AtomicU32::new(0) };
        cluster.wait();
        Some(cluster)
    }

    /// Stops it as an administrator does.
    pub fn stop(&self) {
        self.say("stop");
        let pid = self.folder.join("data/postmaster.pid");
        (0..400).find(|_| {
            std::thread::sleep(Duration::from_millis(25));
            !pid.exists()
        });
    }

    /// Starts it again, and does not wait.
    pub fn start_again(&self) {
        self.say("start");
    }

    fn say(&self, word: &str) {
        writeln!(self.words.lock().must(), "{word}").must();
    }

    /// Waits until it answers.
    pub fn wait(&self) {
        let waited = std::thread::scope(|scope| scope.spawn(|| in_runtime(self.answers())).join().must());
        assert!(waited, "PostgreSQL did not start: {:?}", std::fs::read_to_string(self.folder.join("log")));
    }

    async fn answers(&self) -> bool {
        for _ in 0..800 {
            if self.connect("postgres").await.is_ok() {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        false
    }

    async fn connect(&self, database: &str) -> Result<PgConnection, sqlx::Error> {
        let options: PgConnectOptions = self.url(database).parse()?;
        options.disable_statement_logging().connect().await
    }

    /// The address of a database.
    pub fn url(&self, database: &str) -> String {
        self.url_at(self.port, database)
    }

    /// The same through another port.
    pub fn url_at(&self, port: u16, database: &str) -> String {
        format!("postgres://zephyr@127.0.0.1:{port}/{database}")
    }

    /// A new database, by name.
    pub fn database(&self) -> String {
        let name = format!("test_{}_{}", std::process::id(), self.databases.fetch_add(1, Ordering::SeqCst));
        self.run("postgres", &format!("CREATE DATABASE {name}"));
        name
    }

    /// Runs statements in a database.
    pub fn run(&self, database: &str, text: &str) {
        std::thread::scope(|scope| {
            scope.spawn(|| {
                in_runtime(async {
                    let mut connection = self.connect(database).await.must();
                    sqlx::raw_sql(AssertSqlSafe(text.to_owned())).execute(&mut connection).await.must();
                    connection.close().await.must();
                });
            });
        });
    }
}

fn in_runtime<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().must().block_on(work)
}

/// The newest binaries of the machine.
fn binaries() -> Option<PathBuf> {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = debian.map(|version| version.path().join("bin")).collect();
    found.sort();
    found.extend(["/usr/local/pgsql/bin", "/opt/homebrew/bin", "/usr/bin"].map(PathBuf::from));
    let usable = |bin: &Path| bin.join("initdb").exists() && bin.join("postgres").exists();
    found.into_iter().rev().find(|bin| usable(bin))
}

/// Ids of `postgres`, or else of `nobody`.
fn unprivileged() -> Option<(u32, u32)> {
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    let ids = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    ids("postgres").or_else(|| ids("nobody"))
}
