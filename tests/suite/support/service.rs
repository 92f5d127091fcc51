//! Servers that `scripts/with_*` start: those of all tests, and those that a test has alone and may stop.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};

/// If it is set, nothing may be left out.
const EVERYTHING: &str = "EDUCA_TEST_EVERYTHING";

/// The address of a server of all tests, which a variable holds; nothing, said aloud, if there is none.
pub fn shared(variable: &str, name: &str, scripts: &str) -> Option<String> {
    let address = std::env::var(variable).ok();
    if address.is_none() {
        assert!(std::env::var_os(EVERYTHING).is_none(), "{variable} is not set: nothing was tested on {name}");
        let test = std::thread::current().name().unwrap_or_default().to_owned();
        // Not by a macro: what those print is kept from who looks.
        let _ = writeln!(std::io::stderr(), "NOT TESTED: {test} needs {name}: {scripts} cargo test --test suite");
    }
    address
}

/// A server of one test alone.
pub struct Service {
    child: Child,
    ctl: String,
}

impl Service {
    /// Starts one by a script, which says where it is in these variables; returns what they hold.
    pub fn start<const N: usize>(script: &str, control: &str, variables: [&str; N]) -> (Self, [String; N]) {
        let script = format!("{}/scripts/{script}", env!("CARGO_MANIFEST_DIR"));
        let names: Vec<_> = [control].iter().chain(&variables).map(|name| format!("\"${name}\"")).collect();
        // It goes on until it can read no more, so it ends with us, however we end.
        let says = format!("printf '%s\\n' {}; cat", names.join(" "));
        let mut command = Command::new(script);
        let mut child =
            command.args(["sh", "-c", &says]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("run");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let mut line = || lines.next().expect("it says where it is").expect("read");
        let ctl = line();
        (Self { child, ctl }, std::array::from_fn(|_| line()))
    }

    /// `stop`, `kill` or `start`.
    pub fn tell(&self, what: &str) {
        assert!(Command::new(&self.ctl).arg(what).status().expect("run").success(), "{what}");
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
