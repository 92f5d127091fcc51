//! The program itself, as a person or a script runs it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};

/// Runs `educa` in a folder.
pub struct Program {
    root: PathBuf,
}

/// What a finished run said.
#[derive(Debug)]
pub struct Run {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Run {
    /// What it wrote to standard output; it must have done what it was told.
    #[track_caller]
    pub fn succeeded(&self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.out.clone()
    }

    /// Whether it failed, and said why.
    pub fn fails_with(&self, reason: &str) -> bool {
        self.code == 1 && self.err.contains(reason)
    }
}

impl Program {
    /// `educa --root <folder>`
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Runs to the end.
    pub fn run(&self, arguments: &[&str]) -> Run {
        self.run_with_input(arguments, "")
    }

    /// Runs to the end with something on standard input.
    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Run {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().expect("educa starts");
        // A program that does not read its input may be gone before it is written.
        let _ = child.stdin.take().expect("piped").write_all(input.as_bytes());
        let output = child.wait_with_output().expect("educa ends");
        Run {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// `educa serve` on a free port, once it says that it listens.
    pub fn serve(&self, arguments: &[&str]) -> Running {
        Running::start(self.command(&[&["serve", "--listen", "127.0.0.1:0"], arguments].concat()))
    }

    /// The same with `educa dev`.
    pub fn dev(&self, arguments: &[&str]) -> Running {
        Running::start(self.command(&[&["dev", "--listen", "127.0.0.1:0"], arguments].concat()))
    }

    /// The command, to be started by other means.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_educa"));
        command.arg("--root").arg(&self.root).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("EDUCA_")) {
            command.env_remove(name);
        }
        command
    }
}

/// A running server; killed when dropped.
pub struct Running {
    child: Child,
    /// Such as `http://127.0.0.1:40123`.
    pub url: String,
    said: Arc<Mutex<String>>,
}

impl Running {
    /// Starts it and waits until it says where it listens.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::null()).spawn().expect("educa starts");
        let said = Arc::new(Mutex::new(String::new()));
        let (address, found) = mpsc::channel();
        // Both are read to the end, so that the program never waits for a full pipe.
        let out = BufReader::new(child.stdout.take().expect("piped")).lines();
        let kept = said.clone();
        std::thread::spawn(move || {
            for line in out.map_while(Result::ok) {
                *kept.lock().expect("not poisoned") += &format!("{line}\n");
                if let Some(rest) = line.strip_prefix("serving on ") {
                    let _ = address.send(rest.split(' ').next().unwrap_or_default().to_owned());
                }
            }
        });
        let err = BufReader::new(child.stderr.take().expect("piped")).lines();
        let kept = said.clone();
        std::thread::spawn(move || {
            err.map_while(Result::ok).for_each(|line| *kept.lock().expect("not poisoned") += &format!("{line}\n"));
        });
        let url = found.recv().unwrap_or_else(|_| panic!("it says where it listens: {}", said.lock().expect("ours")));
        Self { child, url: url.trim_end_matches('/').to_owned(), said }
    }

    /// All that it wrote so far, line by line.
    pub fn said(&self) -> String {
        self.said.lock().expect("not poisoned").clone()
    }

    /// `kill -9`
    pub fn kill(mut self) {
        self.end();
    }

    /// The process, for signals.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it ends by itself; its exit code.
    pub fn wait(mut self) -> Option<i32> {
        self.child.wait().expect("it ends").code()
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}
