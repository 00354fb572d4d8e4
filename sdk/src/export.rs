//! From an [`Analyzer`](crate::Analyzer) to a component.

/// Makes a component of the crate: `rushes_sdk::export!(Mine)`, once, at the top of `lib.rs`, where `Mine` implements
/// [`Analyzer`](crate::Analyzer).
///
/// Outside of `wasm32` it only checks that the type is an analyzer, so that the crate can be tested natively. The crate needs
/// `crate-type = ["cdylib", "rlib"]`.
///
/// A panic ends the analyzer, not the host: its message and place are written to the log first.
#[macro_export]
macro_rules! export {
    ($analyzer:ty) => {
        const _: fn() = $crate::__analyzer::<$analyzer>;
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type Component = $crate::__guest::Component<$analyzer>;
    $crate::bindings::export_bindings!(Component with_types_in $crate::bindings);
        };
    };
}

#[cfg(target_arch = "wasm32")]
mod convert;
#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
pub mod guest;
