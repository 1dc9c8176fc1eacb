//! The two servers, each a process that ends with its handle.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

pub(crate) struct Process {
    pub(crate) addr: SocketAddr,
    child: Child,
    folder: TempDir,
}

impl Process {
    /// The size that the write-ahead log has reached.
    pub(crate) fn wal_mib(&self) -> f64 {
        let wal = self.folder.path().join("bench.db-wal");
        std::fs::metadata(wal).map_or(0.0, |meta| meta.len() as f64 / 1_048_576.0)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn hookglass() -> Process {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_hookglass"));
    command.args(["--listen", "127.0.0.1:0", "--min-free", "0", "--db"]);
    command.arg(folder.path().join("bench.db"));
    start(command, folder)
}

/// This program as hookglass: `whole` or `alone` are the senders it knows.
pub(crate) fn knowing(senders: &str) -> Process {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.arg(senders).arg(folder.path().join("bench.db"));
    start(command, folder)
}

pub(crate) fn bare() -> Process {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.arg("bare");
    start(command, tempfile::tempdir().expect("a folder"))
}

/// Reads the address from the first URL that the program prints.
fn start(mut command: Command, folder: TempDir) -> Process {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let out = BufReader::new(child.stdout.take().expect("its output"));
    let addr = out
        .lines()
        .map_while(Result::ok)
        .find_map(|line| {
            let rest = line.split_once("http://")?.1;
            rest.split('/').next()?.parse().ok()
        })
        .expect("an address");
    Process {
        addr,
        child,
        folder,
    }
}
