//! Interfaces that programs import without using them: files and sockets. Calling one traps, and says which.

use wasmtime::Engine;
use wasmtime::component::types::{ComponentInstance, ComponentItem};
use wasmtime::component::{LinkerInstance, ResourceType, Val};

use crate::state::{State, charge};

/// Stands for every resource of a denied interface: none is ever made.
enum Never {}

/// Defines all that is wanted of an interface, from its own type.
pub(super) fn link(
    wanted: &ComponentInstance,
    engine: &Engine,
    linker: &mut LinkerInstance<'_, State>,
) -> wasmtime::Result<()> {
    for (name, item) in wanted.exports(engine) {
        match item.ty {
            // The one function that every program calls at its start: which folders are there?
            ComponentItem::ComponentFunc(_) if name == "get-directories" => {
                linker.func_new(name, |mut store, _, _, results| {
                    charge(&mut store, 0)?;
                    if let Some(folders) = results.first_mut() {
                        *folders = Val::List(Vec::new());
                    }
                    Ok(())
                })?;
            }
            ComponentItem::ComponentFunc(_) => {
                let called = name.to_owned();
                linker.func_new(name, move |_, _, _, _| {
                    Err(wasmtime::Error::msg(format!("called `{called}`: analyzers have no files and no network")))
                })?;
            }
            ComponentItem::Resource(_) => linker.resource(name, ResourceType::host::<Never>(), |_, _| Ok(()))?,
            _ => {}
        }
    }
    Ok(())
}
