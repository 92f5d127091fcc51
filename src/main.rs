//! The program: parse, run, exit code.

use std::process::ExitCode;

/// A build makes and drops millions of small texts on all cores, which the allocators of the system are slower at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    educa::cli::run()
}
