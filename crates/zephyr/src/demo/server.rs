//! The demonstration's server: this very program as a child, in a folder of its own.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::process::{Child, ChildStdin, Command};

use crate::client::Client;
use crate::demo::company;
use crate::discover::Found;
use crate::env;
use crate::failure::Failure;
use crate::local::Local;
use crate::machine::Deadline;
use crate::settings::Person;

/// How long it may take to start.
const START: Duration = Duration::from_secs(20);
/// How long it may take to end.
const END: Duration = Duration::from_secs(12);
/// How often it is looked for.
const LOOK: Duration = Duration::from_millis(20);

/// A running server and the folder that goes with it.
pub struct Server {
    folder: tempfile::TempDir,
    program: PathBuf,
    child: Child,
    /// It ends when this is dropped, however the demonstration ends.
    stdin: Option<ChildStdin>,
    local: Local,
}

impl Server {
    /// Makes a folder with the example company and starts a server in it.
    pub async fn start(speed: u32) -> Result<Self, Failure> {
        let failed = |error: std::io::Error| Failure::refused("the demonstration cannot start").why(error);
        let folder = tempfile::Builder::new().prefix("zephyr-demo-").tempdir().map_err(failed)?;
        let policy = company::write(folder.path()).map_err(failed)?;
        let log = std::fs::File::create(folder.path().join("server.log")).map_err(failed)?;
        let program = std::env::current_exe().map_err(failed)?;
        let mut command = own_command(&program, folder.path());
        command.arg("serve").arg("--policy").arg(&policy).arg("--data").arg(folder.path().join("data"));
        command.args(["--listen", "127.0.0.1:0", "--while-stdin", "--speed"]).arg(speed.to_string());
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(log).kill_on_drop(true);
        let mut child = command.spawn().map_err(failed)?;
        let local = wait(folder.path(), &mut child).await?;
        let stdin = child.stdin.take();
        Ok(Self { folder, program, child, stdin, local })
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.local.url
    }

    /// Speaks to it as the machine's operator.
    pub fn operator(&self) -> Client {
        self.client(&self.local.token, true)
    }

    /// Speaks to it with somebody's own token.
    pub fn person(&self, token: &str) -> Client {
        self.client(token, false)
    }

    fn client(&self, token: &str, is_machines_own: bool) -> Client {
        let found =
            Found { url: self.local.url.clone(), token: Some(token.to_owned()), is_machines_own, read_from: None };
        Client::new(found, Person::Nobody)
    }

    /// Runs the command line as somebody would type it; what it prints appears as it is printed. `token` says who
    /// types, else it is the machine's operator.
    pub async fn type_line(&self, line: &[&str], token: Option<&str>) -> Result<ExitStatus, Failure> {
        let mut command = own_command(&self.program, self.folder.path());
        command.env(env::SERVER, &self.local.url).env(env::TOKEN, token.unwrap_or(&self.local.token));
        command.args(line).stdin(Stdio::null());
        command.status().await.map_err(|error| Failure::refused("the command line cannot be started").why(error))
    }

    /// Ends it and removes everything.
    pub async fn end(mut self) {
        self.stdin = None;
        let ended = tokio::time::timeout(END, self.child.wait()).await;
        if ended.is_err() {
            let _ = self.child.kill().await;
        }
        let _ = self.folder.close();
    }
}

/// This program, with nothing of the user's own settings.
fn own_command(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    for name in [env::SERVER, env::TOKEN, env::AS, env::DATA, env::LOG] {
        command.env_remove(name);
    }
    env::away_from_home(&mut command, &folder.join("state"));
    command
}

/// Waits until it says where it listens.
async fn wait(folder: &Path, child: &mut Child) -> Result<Local, Failure> {
    let deadline = Deadline::after(START);
    loop {
        if let Some(local) = Local::read(&folder.join("data")) {
            return Ok(local);
        }
        let ended = child.try_wait().is_ok_and(|status| status.is_some());
        if ended || deadline.is_over() {
            let log = std::fs::read_to_string(folder.join("server.log")).unwrap_or_default();
            let last = log.lines().next_back().unwrap_or("it said nothing").to_owned();
            return Err(Failure::refused("the demonstration's server did not start").why(last));
        }
        tokio::time::sleep(LOOK).await;
    }
}
