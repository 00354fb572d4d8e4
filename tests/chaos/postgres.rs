//! A PostgreSQL server of the harness's own: it is killed, restarted and locked as no shared one may be.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

const DATABASE: &str = "chaos";

/// A running server; it ends with this.
pub(crate) struct Postgres {
    bin: PathBuf,
    folder: PathBuf,
    port: u16,
}

impl Postgres {
    pub(crate) fn start() -> Self {
        let bin = newest("/usr/lib/postgresql").join("bin");
        let folder = std::env::temp_dir().join(format!("rushes-chaos-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder for the database");
        if is_root() {
            must(Command::new("chown").arg("postgres").arg(&folder));
        }
        let port = free_port();
        let server = Self { bin, folder, port };
        must(
            server
                .tool("initdb")
                .args(["-U", "rushes", "-A", "trust", "-E", "UTF8", "--locale=C", "-D"])
                .arg(server.data()),
        );
        server.up();
        // No superuser: limits hold for it.
        must(server.client("postgres").args(["-c", "CREATE ROLE app LOGIN"]));
        must(server.client("postgres").args(["-c", &format!("CREATE DATABASE {DATABASE} OWNER app")]));
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://app@127.0.0.1:{}/{DATABASE}", self.port)
    }

    /// Starts the server and waits until it answers.
    pub(crate) fn up(&self) {
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories={} -c max_connections=120",
            self.port,
            self.folder.display()
        );
        let log = self.folder.join("log");
        must(
            self.tool("pg_ctl")
                .arg("-D")
                .arg(self.data())
                .arg("-l")
                .arg(log)
                .args(["-w", "-t", "60", "-o", &options, "start"]),
        );
    }

    /// `immediate`: as if it had been killed; `fast`: every connection is cut.
    pub(crate) fn down(&self, mode: &str) {
        must(self.tool("pg_ctl").arg("-D").arg(self.data()).args(["-m", mode, "-w", "stop"]));
    }

    /// Rows of a question, their columns parted by `|`. Asked again for a while where the server is just coming back.
    pub(crate) fn rows(&self, question: &str) -> Vec<Vec<String>> {
        let began = Instant::now();
        loop {
            let asked = self.client(DATABASE).args(["-At", "-c", question]).output().expect("psql is there");
            if asked.status.success() {
                let text = String::from_utf8_lossy(&asked.stdout).into_owned();
                return text.lines().map(|line| line.split('|').map(str::to_owned).collect()).collect();
            }
            assert!(
                began.elapsed() < Duration::from_secs(60),
                "{question}: {}",
                String::from_utf8_lossy(&asked.stderr)
            );
            std::thread::sleep(Duration::from_millis(300));
        }
    }

    pub(crate) fn number(&self, question: &str) -> i64 {
        self.rows(question).first().and_then(|row| row.first()?.parse().ok()).unwrap_or(0)
    }

    /// A statement that goes on for long, in the background.
    pub(crate) fn in_background(&self, statement: &str) -> std::process::Child {
        self.client(DATABASE).args(["-q", "-o", "/dev/null", "-c", statement]).spawn().expect("psql is there")
    }

    fn client(&self, database: &str) -> Command {
        let mut command = Command::new(self.bin.join("psql"));
        command.args(["-X", "-h", "127.0.0.1", "-U", "rushes", "-p", &self.port.to_string(), "-d", database]);
        command.stdin(std::process::Stdio::null()).stderr(std::process::Stdio::piped());
        command
    }

    /// A server refuses to run as root.
    fn tool(&self, name: &str) -> Command {
        let program = self.bin.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(&self.folder);
        command
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _already_down = self.tool("pg_ctl").arg("-D").arg(self.data()).args(["-m", "immediate", "stop"]).output();
        let _leftovers = std::fs::remove_dir_all(&self.folder);
    }
}

fn newest(folder: &str) -> PathBuf {
    let versions = Path::new(folder).read_dir().unwrap_or_else(|error| panic!("{folder}: {error}; install PostgreSQL"));
    let mut versions: Vec<PathBuf> = versions.filter_map(|entry| Some(entry.ok()?.path())).collect();
    versions.sort();
    versions.pop().expect("a version of PostgreSQL")
}

pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its address").port()
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|said| said.stdout.starts_with(b"0\n"))
}

/// Without pipes: a server that is started keeps them open.
fn must(command: &mut Command) {
    use std::process::Stdio;
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(status.as_ref().is_ok_and(std::process::ExitStatus::success), "{command:?}: {status:?}");
}
