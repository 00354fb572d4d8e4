//! Which functions ran when a component broke: the analyzer's own, innermost first.

use wasmtime::WasmBacktrace;

use crate::log::cut;

/// How many are told.
const MOST: usize = 5;
/// Longest name.
const NAME_BYTES: usize = 120;
/// What the language runs on the way to a trap; nobody wrote these.
const RUNTIME: [&str; 9] =
    ["std::", "core::", "alloc::", "<std::", "<core::", "<alloc::", "__rust", "rust_", "dlmalloc"];

/// The functions of an error's backtrace, if it has one.
pub(crate) fn of(error: &wasmtime::Error) -> Vec<String> {
    // Its text has the names demangled: `   0: 0x1234 - module.wasm!name`.
    error.downcast_ref::<WasmBacktrace>().map(|backtrace| named(&backtrace.to_string())).unwrap_or_default()
}

fn named(backtrace: &str) -> Vec<String> {
    let names: Vec<_> =
        backtrace.lines().filter_map(|line| line.split_once('!')).map(|(_, name)| plain(name)).collect();
    let ours = |name: &&String| *name != "abort" && !RUNTIME.iter().any(|prefix| name.starts_with(prefix));
    let own: Vec<_> = names.iter().filter(ours).take(MOST).cloned().collect();
    if own.is_empty() { names.into_iter().take(MOST).collect() } else { own }
}

/// `std[d123b7a1a2ed1472]::process::abort` without the crate's hash.
fn plain(name: &str) -> String {
    let mut parts = name.trim().split('[');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(']') {
            Some((hash, rest)) if hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                plain.push_str(rest);
            }
            _ => {
                plain.push('[');
                plain.push_str(part);
            }
        }
    }
    cut(plain, NAME_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_analyzers_functions_are_told_and_not_the_languages() {
        let backtrace = "error while executing at wasm backtrace:
    0:   0x4b2 - m.wasm!abort
    1:  0x1b2c - m.wasm!std[d123b7a1a2ed1472]::process::abort
    2:  0x1b2d - m.wasm!<pitch[0123456789abcdef]::Pitch as sdk[0123456789abcdef]::Analyzer>::push_audio
    3:  0x1b2e - m.wasm!pitch::window::<[f32; 4]>";
        let names = ["<pitch::Pitch as sdk::Analyzer>::push_audio", "pitch::window::<[f32; 4]>"];
        assert_eq!(named(backtrace), names);
        assert_eq!(named("0: 0x1 - m.wasm!abort"), ["abort"]);
        assert_eq!(plain(&"n".repeat(500)).len(), NAME_BYTES + "…".len());
    }
}
