//! WASI 0.2 as an analyzer sees it: there, so that ordinary programs start, and inert.
//!
//! Written out here instead of taken from a ready-made host, because what isn't linked can't go wrong: there is no
//! file, socket, environment or argument; the clock stands still until somebody sleeps, and sleeping takes no time;
//! chance is seeded; what is written to standard output is thrown away, of standard error the end is kept for the
//! text of a panic. Each call costs fuel.
//!
//! An interface that is imported and not in [`link`]'s table is refused at load, by name.

mod chance;
mod cli;
mod clocks;
mod denied;
mod io;

use wasmtime::Engine;
use wasmtime::component::LinkerInstance;
use wasmtime::component::types::ComponentInstance;

pub(crate) use chance::Chance;
pub(crate) use clocks::Clock;

use crate::state::State;

/// Defines what a component imports as `name`, where it is one of the interfaces that we have. False where it isn't.
pub(crate) fn link(
    name: &str,
    wanted: &ComponentInstance,
    engine: &Engine,
    linker: &mut LinkerInstance<'_, State>,
) -> wasmtime::Result<bool> {
    match name {
        "wasi:io/error" => io::link_error(linker)?,
        "wasi:io/poll" => io::link_poll(linker)?,
        "wasi:io/streams" => io::link_streams(linker)?,
        "wasi:clocks/monotonic-clock" => clocks::link_monotonic(linker)?,
        "wasi:clocks/wall-clock" => clocks::link_wall(linker)?,
        "wasi:random/random" => chance::link_random(linker)?,
        "wasi:random/insecure" => chance::link_insecure(linker)?,
        "wasi:random/insecure-seed" => chance::link_seed(linker)?,
        "wasi:cli/environment" => cli::link_environment(linker)?,
        "wasi:cli/exit" => cli::link_exit(linker)?,
        "wasi:cli/stdin" => cli::link_stdin(linker)?,
        "wasi:cli/stdout" => cli::link_stdout(linker)?,
        "wasi:cli/stderr" => cli::link_stderr(linker)?,
        "wasi:cli/terminal-input" => cli::link_terminal_input(linker)?,
        "wasi:cli/terminal-output" => cli::link_terminal_output(linker)?,
        "wasi:cli/terminal-stdin" => cli::link_terminal_stdin(linker)?,
        "wasi:cli/terminal-stdout" => cli::link_terminal(linker, "get-terminal-stdout")?,
        "wasi:cli/terminal-stderr" => cli::link_terminal(linker, "get-terminal-stderr")?,
        "wasi:filesystem/preopens" | "wasi:filesystem/types" => denied::link(wanted, engine, linker)?,
        // Python's and C's libraries import sockets whether or not they are used.
        _ if name.starts_with("wasi:sockets/") => denied::link(wanted, engine, linker)?,
        _ => return Ok(false),
    }
    Ok(true)
}
