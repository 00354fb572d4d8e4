//! `wasi:cli`: no environment, no arguments, no terminal, standard streams that go nowhere.

use wasmtime::component::{LinkerInstance, Resource, ResourceType};

use super::io::{Input, Output, drop_of};
use crate::state::{State, charge};

/// A terminal; there is none.
enum TerminalInput {}
/// A terminal; there is none.
enum TerminalOutput {}

pub(super) fn link_environment(linker: &mut LinkerInstance<'_, State>) -> wasmtime::Result<()> {
    linker.func_wrap("get-environment", |mut store, (): ()| {
        charge(&mut store, 0)?;
        Ok((Vec::<(String, String)>::new(),))
    })?;
    linker.func_wrap("get-arguments", |mut store, (): ()| {
        charge(&mut store, 0)?;
        Ok((Vec::<String>::new(),))
    })?;
    linker.func_wrap("initial-cwd", |mut store, (): ()| {
        charge(&mut store, 0)?;
        Ok((None::<String>,))
    })
}

pub(super) fn link_exit(linker: &mut LinkerInstance<'_, State>) -> wasmtime::Result<()> {
    linker.func_wrap("exit", |_, (status,): (Result<(), ()>,)| -> wasmtime::Result<()> {
        let status = if status.is_ok() { "success" } else { "failure" };
        Err(wasmtime::Error::msg(format!("left by `exit` with {status}")))
    })?;
    linker.func_wrap("exit-with-code", |_, (status,): (u8,)| -> wasmtime::Result<()> {
        Err(wasmtime::Error::msg(format!("left by `exit` with status {status}")))
    })
}

pub(super) fn link_stdin(linker: &mut LinkerInstance<'_, State>) -> wasmtime::Result<()> {
    linker.func_wrap("get-stdin", |mut store, (): ()| {
        charge(&mut store, 0)?;
        Ok((store.data_mut().table.push(Input)?,))
    })
}

pub(super) fn link_stdout(linker: &mut LinkerInstance<'_, State>) -> wasmtime::Result<()> {
    linker.func_wrap("get-stdout", |mut store, (): ()| {
        charge(&mut store, 0)?;
        Ok((store.data_mut().table.push(Output::Stdout)?,))
    })
}

pub(super) fn link_stderr(linker: &mut LinkerInstance<'_, State>) -> wasmtime::Result<()> {
    linker.func_wrap("get-stderr", |mut store, (): ()| {
        charge(&mut store, 0)?;
        Ok((store.data_mut().table.push(Output::Stderr)?,))
    })
}

pub(super) fn link_terminal_input(linker: &mut LinkerInstance<'_, State>) -> wasmtime::Result<()> {
    linker.resource("terminal-input", ResourceType::host::<TerminalInput>(), drop_of::<TerminalInput>)
}

pub(super) fn link_terminal_output(linker: &mut LinkerInstance<'_, State>) -> wasmtime::Result<()> {
    linker.resource("terminal-output", ResourceType::host::<TerminalOutput>(), drop_of::<TerminalOutput>)
}

pub(super) fn link_terminal_stdin(linker: &mut LinkerInstance<'_, State>) -> wasmtime::Result<()> {
    linker.func_wrap("get-terminal-stdin", |mut store, (): ()| {
        charge(&mut store, 0)?;
        Ok((None::<Resource<TerminalInput>>,))
    })
}

/// Standard output's or error's.
pub(super) fn link_terminal(linker: &mut LinkerInstance<'_, State>, name: &str) -> wasmtime::Result<()> {
    linker.func_wrap(name, |mut store, (): ()| {
        charge(&mut store, 0)?;
        Ok((None::<Resource<TerminalOutput>>,))
    })
}
