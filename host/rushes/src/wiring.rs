//! The doors between rooms: each file joins one, deciding nothing.

pub(crate) mod analyzers;
pub(crate) mod decoders;
pub(crate) mod folder;
pub(crate) mod journal;
pub(crate) mod partials;
pub(crate) mod storage;
pub(crate) mod uploads;
pub(crate) mod work;
