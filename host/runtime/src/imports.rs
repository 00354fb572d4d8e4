//! What components may import, and what stands behind it. Anything else is refused at load, by name.

use std::sync::Arc;

use rushes_model::ByteSize;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, Linker, LinkerInstance};

use crate::bind::latest;
use crate::error::{Error, Result};
use crate::state::{State, charge};
use crate::wasi;

/// Most bytes of a granted file that one call reads.
const ASSET_READ: ByteSize = ByteSize::mib(16);

/// A linker for this component: all that it imports, and nothing else.
pub(crate) fn link(component: &Component, origin: &str) -> Result<Linker<State>> {
    let mut linker = Linker::new(component.engine());
    let mut refused = Vec::new();
    for (name, item) in component.component_type().imports(component.engine()) {
        let granted = match &item.ty {
            ComponentItem::ComponentInstance(wanted) => linker.instance(name).and_then(|mut instance| {
                let (interface, version) = name.split_once('@').unwrap_or((name, ""));
                match (interface, minor(version)) {
                    ("rushes:analyzer/types", "0.1") => Ok(true),
                    ("rushes:analyzer/log", "0.1") => link_log(&mut instance).map(|()| true),
                    ("rushes:analyzer/assets", "0.1") => link_assets(&mut instance).map(|()| true),
                    (wasi, "0.2") => wasi::link(wasi, wanted, component.engine(), &mut instance),
                    _ => Ok(false),
                }
            }),
            _ => Ok(false),
        };
        match granted {
            Ok(true) => {}
            Ok(false) => refused.push(name.to_owned()),
            Err(why) => return Err(Error::Invalid { origin: origin.to_owned(), why: format!("{why:#}") }),
        }
    }
    if refused.is_empty() { Ok(linker) } else { Err(Error::NotGranted { origin: origin.to_owned(), imports: refused }) }
}

/// `0.1` of `0.1.7`: what is compatible in versions before 1.
pub(crate) fn minor(version: &str) -> &str {
    version.rsplit_once('.').map_or(version, |(minor, _)| minor)
}

fn link_log(linker: &mut LinkerInstance<'_, State>) -> wasmtime::Result<()> {
    linker.func_wrap("log", |mut store, (level, message): (latest::Level, String)| {
        charge(&mut store, message.len() as u64)?;
        let state = store.data_mut();
        state.log.push(level.into(), state.at, message);
        Ok(())
    })
}

fn link_assets(linker: &mut LinkerInstance<'_, State>) -> wasmtime::Result<()> {
    linker.func_wrap("size", |mut store, (name,): (String,)| {
        charge(&mut store, name.len() as u64)?;
        Ok((store.data().assets.get(&name).map(|bytes| bytes.len() as u64),))
    })?;
    linker.func_wrap("read", |mut store, (name, offset, length): (String, u64, u32)| {
        charge(&mut store, u64::from(length))?;
        let Some(bytes) = store.data().assets.get(&name).map(Arc::clone) else {
            return Err(wasmtime::Error::msg(format!("read `{name}`, a file that wasn't granted")));
        };
        Ok((window(&bytes, offset, length).to_vec(),))
    })
}

/// So many bytes from there, fewer at the end.
fn window(bytes: &[u8], offset: u64, length: u32) -> &[u8] {
    let start = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
    let length = (length as usize).min(ASSET_READ.as_usize());
    bytes.get(start..start.saturating_add(length).min(bytes.len())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_past_the_end_gives_what_is_there() {
        assert_eq!(window(b"model", 3, 10), b"el");
        assert_eq!(window(b"model", u64::MAX, u32::MAX), b"");
        assert_eq!(window(b"model", 1, 2), b"od");
    }

    #[test]
    fn versions_before_one_are_compatible_by_their_minor_number() {
        assert_eq!(minor("0.1.7"), "0.1");
        assert_eq!(minor("0.2.0-rc.1"), "0.2.0-rc");
        assert_eq!(minor(""), "");
    }
}
