//! `wasi:io`: pollables that are ready as soon as they are waited for, an input that is at its end, outputs that
//! take everything.

use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lift, LinkerInstance, Lower, Resource, ResourceType};

use crate::state::{State, charge};

/// Bytes that an output takes between two questions how many it takes.
const WRITE_BYTES: u64 = 1 << 20;

/// Something to wait for.
pub(super) enum Pollable {
    /// Always ready.
    Now,
    /// Ready when the clock says so.
    At(u64),
}

/// Standard input: at its end.
pub(super) struct Input;

/// Where written bytes go.
#[derive(Clone, Copy)]
pub(super) enum Output {
    /// Nowhere.
    Stdout,
    /// The last of them are kept.
    Stderr,
}

/// No stream fails in a way that has one of these; the type must be there.
pub(super) struct Failure;

#[derive(ComponentType, Lift, Lower)]
#[component(variant)]
enum StreamError {
    #[component(name = "last-operation-failed")]
    Failed(Resource<Failure>),
    #[component(name = "closed")]
    Closed,
}

type Store<'a> = StoreContextMut<'a, State>;

pub(super) fn link_error(linker: &mut LinkerInstance<'_, State>) -> wasmtime::Result<()> {
    linker.resource("error", ResourceType::host::<Failure>(), drop_of::<Failure>)?;
    linker.func_wrap("[method]error.to-debug-string", |mut store, (error,): (Resource<Failure>,)| {
        charge(&mut store, 0)?;
        store.data().table.get(&error)?;
        Ok(("stream error".to_owned(),))
    })
}

pub(super) fn link_poll(linker: &mut LinkerInstance<'_, State>) -> wasmtime::Result<()> {
    linker.resource("pollable", ResourceType::host::<Pollable>(), drop_of::<Pollable>)?;
    linker.func_wrap("[method]pollable.ready", |mut store, (pollable,): (Resource<Pollable>,)| {
        charge(&mut store, 0)?;
        Ok((due(&store, &pollable)? <= store.data().clock.now(),))
    })?;
    linker.func_wrap("[method]pollable.block", |mut store, (pollable,): (Resource<Pollable>,)| {
        charge(&mut store, 0)?;
        let due = due(&store, &pollable)?;
        store.data_mut().clock.sleep_until(due);
        Ok(())
    })?;
    linker.func_wrap("poll", |mut store, (pollables,): (Vec<Resource<Pollable>>,)| {
        charge(&mut store, pollables.len() as u64)?;
        Ok((poll(&mut store, &pollables)?,))
    })
}

/// Sleeps until the first is due; those that are due then, by their place in the list.
fn poll(store: &mut Store<'_>, pollables: &[Resource<Pollable>]) -> wasmtime::Result<Vec<u32>> {
    let mut times = Vec::with_capacity(pollables.len());
    for pollable in pollables {
        times.push(due(store, pollable)?);
    }
    let Some(first) = times.iter().min() else {
        return Err(wasmtime::Error::msg("polled an empty list"));
    };
    let clock = &mut store.data_mut().clock;
    clock.sleep_until(*first);
    let now = clock.now();
    Ok((0..).zip(times).filter(|(_, due)| *due <= now).map(|(place, _)| place).collect())
}

fn due(store: &Store<'_>, pollable: &Resource<Pollable>) -> wasmtime::Result<u64> {
    Ok(match store.data().table.get(pollable)? {
        Pollable::Now => 0,
        Pollable::At(when) => *when,
    })
}

pub(super) fn link_streams(linker: &mut LinkerInstance<'_, State>) -> wasmtime::Result<()> {
    linker.resource("input-stream", ResourceType::host::<Input>(), drop_of::<Input>)?;
    linker.resource("output-stream", ResourceType::host::<Output>(), drop_of::<Output>)?;
    link_input(linker)?;
    link_output(linker)
}

fn link_input(linker: &mut LinkerInstance<'_, State>) -> wasmtime::Result<()> {
    for name in ["[method]input-stream.read", "[method]input-stream.blocking-read"] {
        linker.func_wrap(name, |mut store, (_, _): (Resource<Input>, u64)| {
            charge(&mut store, 0)?;
            Ok((Err::<Vec<u8>, _>(StreamError::Closed),))
        })?;
    }
    for name in ["[method]input-stream.skip", "[method]input-stream.blocking-skip"] {
        linker.func_wrap(name, |mut store, (_, _): (Resource<Input>, u64)| {
            charge(&mut store, 0)?;
            Ok((Err::<u64, _>(StreamError::Closed),))
        })?;
    }
    linker.func_wrap("[method]input-stream.subscribe", |mut store, (_,): (Resource<Input>,)| {
        charge(&mut store, 0)?;
        Ok((store.data_mut().table.push(Pollable::Now)?,))
    })
}

fn link_output(linker: &mut LinkerInstance<'_, State>) -> wasmtime::Result<()> {
    linker.func_wrap("[method]output-stream.check-write", |mut store, (_,): (Resource<Output>,)| {
        charge(&mut store, 0)?;
        Ok((Ok::<_, StreamError>(WRITE_BYTES),))
    })?;
    for name in ["[method]output-stream.write", "[method]output-stream.blocking-write-and-flush"] {
        linker.func_wrap(name, |mut store, (output, bytes): (Resource<Output>, Vec<u8>)| {
            charge(&mut store, bytes.len() as u64)?;
            let state = store.data_mut();
            if matches!(state.table.get(&output)?, Output::Stderr) {
                state.stderr.write(&bytes);
            }
            Ok((Ok::<_, StreamError>(()),))
        })?;
    }
    for name in ["[method]output-stream.flush", "[method]output-stream.blocking-flush"] {
        linker.func_wrap(name, |mut store, (_,): (Resource<Output>,)| {
            charge(&mut store, 0)?;
            Ok((Ok::<_, StreamError>(()),))
        })?;
    }
    for name in ["[method]output-stream.write-zeroes", "[method]output-stream.blocking-write-zeroes-and-flush"] {
        linker.func_wrap(name, |mut store, (_, _): (Resource<Output>, u64)| {
            charge(&mut store, 0)?;
            Ok((Ok::<_, StreamError>(()),))
        })?;
    }
    for name in ["[method]output-stream.splice", "[method]output-stream.blocking-splice"] {
        linker.func_wrap(name, |mut store, (_, _, _): (Resource<Output>, Resource<Input>, u64)| {
            charge(&mut store, 0)?;
            Ok((Err::<u64, _>(StreamError::Closed),))
        })?;
    }
    linker.func_wrap("[method]output-stream.subscribe", |mut store, (_,): (Resource<Output>,)| {
        charge(&mut store, 0)?;
        Ok((store.data_mut().table.push(Pollable::Now)?,))
    })
}

/// What happens when the guest drops its handle: the entry goes.
pub(super) fn drop_of<T: Send + 'static>(mut store: Store<'_>, place: u32) -> wasmtime::Result<()> {
    store.data_mut().table.delete(Resource::<T>::new_own(place))?;
    Ok(())
}
