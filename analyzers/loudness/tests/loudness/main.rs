//! What the analyzer promises, on signals whose values are known.

mod cases;
mod ebu;
mod media;
mod promises;
mod run;
