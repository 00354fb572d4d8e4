//! The analyzers that come with Rushes, as components ready to be loaded; and the decoders, as another.
//!
//! Nothing here knows how they are run: these are bytes with names. `build.rs` has the list, and builds them from `analyzers/*` with
//! everything that other teams have, and nothing more. Start from [`find`].

/// A component that comes with Rushes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bundled {
    /// What pipelines call it.
    pub name: &'static str,
    /// The component.
    pub bytes: &'static [u8],
}

const ALL: &[Bundled] = include!(concat!(env!("OUT_DIR"), "/bundled.rs"));

/// All decoders as a component, for `runtime::Sandboxed`.
pub const DECODERS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/decoders.wasm"));

/// All of them, by name.
pub const fn all() -> &'static [Bundled] {
    ALL
}

/// The one of this name.
pub fn find(name: &str) -> Option<&'static Bundled> {
    ALL.iter().find(|bundled| bundled.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A component's first bytes: magic, version 13, layer 1 (a core module has layer 0).
    const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

    #[test]
    fn what_is_bundled_are_components_with_names_in_order() {
        assert!(all().iter().all(|bundled| bundled.bytes.starts_with(COMPONENT)));
        assert!(DECODERS.starts_with(COMPONENT));
        assert!(all().is_sorted_by_key(|bundled| bundled.name));
    }

    #[test]
    fn each_is_found_by_its_name_and_no_other() {
        assert!(all().iter().all(|bundled| find(bundled.name) == Some(bundled)));
        assert_eq!(find("rushes-loudness"), None);
    }
}
