//! Opening: every way in which a file cannot be a store, each with its own words, before anything is written to it.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Row, SqlSafeStr, Sqlite, SqlitePool};
use tokio::sync::{Mutex, Semaphore};
use zephyr_fault::{self as fault, Point};

use super::clock::Clock;
use super::guard::{Guard, beside, wal};
use super::lock::{self, LOCK};
use super::{Inner, Options, errors};
use crate::statements::{BEGIN, COMMIT, NEWEST_EVENT, RAISE_EPOCH, VOID_CLAIMS};

/// `zeph`: marks a file as a store of zephyr.
const APPLICATION_ID: i64 = 0x7a65_7068;
/// Bigger files are not read through at opening: it would delay the first overdue page. `zephyr doctor` does.
const CHECKED_BYTES: u64 = 32 * 1024 * 1024;
/// How long a read waits for a free connection.
const FREE_READER: Duration = Duration::from_secs(5);
/// Every statement stays prepared; there are about a hundred and thirty with their sizes.
const PREPARED: usize = 256;
/// Tables that somebody made; the one of the migrations is there before the first of ours.
const TABLES: &str = "SELECT COUNT(*) FROM sqlite_master WHERE name <> '_sqlx_migrations' AND name NOT LIKE 'sqlite_%'";
/// What every database file of SQLite begins with.
const HEADER: &[u8; 16] = b"SQLite format 3\0";

/// Why a store cannot be opened, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another server has it.
    #[error(
        "{path} is in use by another server{holder}: stop that one, or give this one a file of its own",
        path = path.display()
    )]
    InUse {
        /// The database.
        path: PathBuf,
        /// ` (process 4711)`, where it is known.
        holder: String,
    },
    /// It does not exist and was not to be made.
    #[error("{path} does not exist: check the path, or restore a backup to it", path = path.display())]
    Missing {
        /// The database.
        path: PathBuf,
    },
    /// A folder stands there.
    #[error("{path} is a folder: name a file in it, for instance {path}/zephyr.db", path = path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
    },
    /// The folder around it does not exist.
    #[error("the folder {folder} does not exist: make it, owned by the user that runs zephyr", folder = folder.display())]
    NoFolder {
        /// The folder.
        folder: PathBuf,
    },
    /// It cannot be read or written.
    #[error("{path} cannot be read and written: give it and its folder to the user that runs zephyr", path = path.display())]
    Forbidden {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The log is there without the database.
    #[error(
        "{path} is gone but {wal} is still there: put the database back beside it, or move the -wal away to start anew",
        path = path.display(), wal = wal.display()
    )]
    Orphan {
        /// The database.
        path: PathBuf,
        /// The log.
        wal: PathBuf,
    },
    /// A server has used it, and it is not there any more.
    #[error(
        "{path} is gone, and there was a store: put it back, or restore a backup with `zephyr store restore FILE`; to \
         begin with an empty one, remove {lock}",
        path = path.display(), lock = lock.display()
    )]
    Gone {
        /// The database.
        path: PathBuf,
        /// What says so.
        lock: PathBuf,
    },
    /// It is another kind of file.
    #[error("{path} is not a SQLite database: name another file, or restore a backup", path = path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// It is the database of another program.
    #[error("{path} is a database of another program: name another file", path = path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// It was damaged.
    #[error("{path} is damaged ({found}): keep a copy, then restore the newest backup", path = path.display())]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What the check said first.
        found: String,
    },
    /// A newer binary wrote it.
    #[error(
        "{path} was written by a newer version of zephyr (schema {schema}, this one knows {known}): run that version or \
         a later one, or restore a backup from before the upgrade",
        path = path.display()
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// The schema found.
        schema: i64,
        /// The newest schema that this binary knows.
        known: i64,
    },
    /// Its schema was changed by something else.
    #[error("the schema of {path} is not what zephyr made of it: restore a backup", path = path.display())]
    Schema {
        /// The database.
        path: PathBuf,
        /// What differs.
        source: MigrateError,
    },
    /// There is no space for the files beside it.
    #[error("{path} cannot be opened, because its disk is full: make space, then start again", path = path.display())]
    Full {
        /// The database.
        path: PathBuf,
    },
    /// Anything else.
    #[error("{path} cannot be opened: look at the disk and at who else uses the file, then start again", path = path.display())]
    Failed {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        source: sqlx::Error,
    },
}

pub(super) async fn open(path: &Path, options: &Options) -> Result<Inner, OpenError> {
    let lock = look_at_file(path, options.create)?;
    fault::at(Point::OpenLocked);
    let failed = |source| refused(path, source);
    let looking = look_inside(path).await?;
    let connect = connect_options(path, options.patience);
    let mut writer =
        SqliteConnection::connect_with(&connect.clone().create_if_missing(options.create)).await.map_err(failed)?;
    if let Some(looking) = looking {
        looking.close().await.map_err(failed)?;
    }
    migrate(path, &mut writer).await?;
    fault::at(Point::OpenMigrated);
    let newest: Option<i64> = one(&mut writer, NEWEST_EVENT).await.map_err(failed)?;
    let clock = Clock::start(&options.clock, newest, options.speed);
    let epoch = raise_epoch(&mut writer, clock.now()).await.map_err(failed)?;
    fault::at(Point::OpenEpochRaised);
    let readers = readers(&connect, options.readers).await.map_err(failed)?;
    errors::note(lock::mark(&lock));
    let guard = Guard::new(path, lock);
    Ok(Inner {
        epoch,
        clock,
        writer: Mutex::new(Some(writer)),
        others: Semaphore::new(super::OTHERS),
        connect,
        readers,
        guard,
        reserve: super::reserve::Reserve::beside(path),
        prune: super::claims::Prune::default(),
    })
}

/// What can be said before SQLite touches anything; takes the lock.
fn look_at_file(path: &Path, create: bool) -> Result<File, OpenError> {
    let forbidden = |source| OpenError::Forbidden { path: path.to_owned(), source };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(OpenError::NoFolder { folder: folder.to_owned() });
    }
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => return Err(OpenError::Folder { path: path.to_owned() }),
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let wal = wal(path);
            if std::fs::metadata(&wal).is_ok_and(|log| log.len() > 0) {
                return Err(OpenError::Orphan { path: path.to_owned(), wal });
            }
            if !create {
                return Err(OpenError::Missing { path: path.to_owned() });
            }
            let lock = lock::lock(path)?;
            // An empty one in its place would page nobody of those it was paging.
            if lock::is_marked(&lock).map_err(forbidden)? {
                return Err(OpenError::Gone { path: path.to_owned(), lock: beside(path, LOCK) });
            }
            return Ok(lock);
        }
        Err(error) => return Err(forbidden(error)),
    }
    let lock = lock::lock(path)?;
    let file = File::options().read(true).write(true).open(path).map_err(forbidden)?;
    let header = header(file).map_err(forbidden)?;
    if header.is_empty() || header == HEADER {
        Ok(lock)
    } else {
        Err(OpenError::NotADatabase { path: path.to_owned() })
    }
}

fn header(file: File) -> io::Result<Vec<u8>> {
    let mut header = Vec::new();
    file.take(16).read_to_end(&mut header)?;
    Ok(header)
}

/// Refuses what is no database, by a file that is opened to be read only.
pub(super) fn is_a_database(path: &Path) -> Result<(), OpenError> {
    let path = path.to_owned();
    let file = match std::fs::metadata(&path) {
        Ok(found) if found.is_dir() => return Err(OpenError::Folder { path }),
        Ok(_) => File::open(&path),
        Err(error) => Err(error),
    };
    match file.and_then(header) {
        Ok(header) if header == HEADER => Ok(()),
        Ok(_) => Err(OpenError::NotADatabase { path }),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(OpenError::Missing { path }),
        Err(source) => Err(OpenError::Forbidden { path, source }),
    }
}

fn connect_options(path: &Path, patience: Duration) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(patience)
        .statement_cache_capacity(PREPARED)
        // After a checkpoint the log is cut back to this size.
        .pragma("journal_size_limit", "67108864")
        .pragma("temp_store", "memory")
        .disable_statement_logging()
}

async fn readers(connect: &SqliteConnectOptions, count: u32) -> Result<SqlitePool, sqlx::Error> {
    // Kept open: while one is, the log is not removed when the writer connects anew.
    let pool = SqlitePoolOptions::new().min_connections(1).max_connections(count.max(1));
    let pool = pool.idle_timeout(None).max_lifetime(None).test_before_acquire(false).acquire_timeout(FREE_READER);
    pool.connect_with(connect.clone().read_only(true)).await
}

/// Refuses other programs' databases and damaged ones, through a connection that changes nothing. It stays open until
/// the writer is there, so that a long log is read once.
async fn look_inside(path: &Path) -> Result<Option<SqliteConnection>, OpenError> {
    let bytes = std::fs::metadata(path).map_or(0, |found| found.len());
    if bytes == 0 {
        return Ok(None);
    }
    let failed = |source| refused(path, source);
    let options = SqliteConnectOptions::new().filename(path).read_only(true).disable_statement_logging();
    let mut looking = SqliteConnection::connect_with(&options).await.map_err(failed)?;
    is_ours(path, &mut looking).await?;
    if bytes <= CHECKED_BYTES {
        let found: String = one(&mut looking, "PRAGMA quick_check(1)").await.map_err(failed)?;
        if found != "ok" {
            return Err(OpenError::Damaged { path: path.to_owned(), found });
        }
    }
    Ok(Some(looking))
}

/// Refuses the database of another program. An empty one is anybody's.
pub(super) async fn is_ours(path: &Path, looking: &mut SqliteConnection) -> Result<(), OpenError> {
    let failed = |source| refused(path, source);
    let id: i64 = one(looking, "PRAGMA application_id").await.map_err(failed)?;
    let tables: i64 = one(looking, TABLES).await.map_err(failed)?;
    let is_ours = id == APPLICATION_ID || (id == 0 && tables == 0);
    if is_ours { Ok(()) } else { Err(OpenError::Foreign { path: path.to_owned() }) }
}

/// The first value of the first row.
pub(super) async fn one<T>(connection: &mut SqliteConnection, query: &'static str) -> Result<T, sqlx::Error>
where
    T: for<'r> sqlx::Decode<'r, Sqlite> + sqlx::Type<Sqlite>,
{
    sqlx::query(query).fetch_one(connection).await.and_then(|row| row.try_get(0))
}

/// The schemas, each in its own transaction. The texts are part of the binary.
pub(super) fn migrations() -> Vec<Migration> {
    let texts = [
        (1, "first", include_str!("../../migrations/sqlite/0001_first.sql")),
        (2, "tokens", include_str!("../../migrations/sqlite/0002_tokens.sql")),
        (3, "policies", include_str!("../../migrations/sqlite/0003_policies.sql")),
        (4, "audit", include_str!("../../migrations/sqlite/0004_audit.sql")),
    ];
    let migration = |(version, name, text): (i64, &'static str, &'static str)| {
        Migration::new(version, name.into(), MigrationType::Simple, text.into_sql_str(), false)
    };
    texts.into_iter().map(migration).collect()
}

/// The newest schema that this binary knows.
pub(super) fn newest_schema() -> i64 {
    migrations().iter().map(|migration| migration.version).max().unwrap_or_default()
}

async fn migrate(path: &Path, writer: &mut SqliteConnection) -> Result<(), OpenError> {
    let migrations = migrations();
    let known = migrations.iter().map(|migration| migration.version).max().unwrap_or_default();
    let migrated = Migrator::with_migrations(migrations).run_direct(None, writer, false).await;
    migrated.map_err(|error| match error {
        MigrateError::VersionMissing(schema) if schema > known => {
            OpenError::Newer { path: path.to_owned(), schema, known }
        }
        MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => refused(path, source),
        source => OpenError::Schema { path: path.to_owned(), source },
    })
}

/// Begins an epoch and frees what the earlier ones held.
async fn raise_epoch(writer: &mut SqliteConnection, now: i64) -> Result<i64, sqlx::Error> {
    sqlx::query(BEGIN).execute(&mut *writer).await?;
    let row = sqlx::query(RAISE_EPOCH).bind(now).fetch_one(&mut *writer).await?;
    let epoch = row.try_get(0)?;
    sqlx::query(VOID_CLAIMS).execute(&mut *writer).await?;
    sqlx::query(COMMIT).execute(&mut *writer).await?;
    Ok(epoch)
}

/// An error of SQLite while opening. Codes: <https://www.sqlite.org/rescode.html>.
pub(super) fn refused(path: &Path, source: sqlx::Error) -> OpenError {
    let path = path.to_owned();
    match errors::code(&source) {
        _ if errors::is_full(&source) => OpenError::Full { path },
        Some(errors::CORRUPT) => OpenError::Damaged { path, found: source.to_string() },
        Some(errors::NOT_A_DATABASE) => OpenError::NotADatabase { path },
        Some(errors::READ_ONLY | errors::CANNOT_OPEN) => {
            OpenError::Forbidden { path, source: io::Error::other(source.to_string()) }
        }
        Some(errors::BUSY) => OpenError::InUse { path, holder: String::new() },
        _ => OpenError::Failed { path, source },
    }
}
