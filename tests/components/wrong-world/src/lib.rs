//! A component that is no analyzer: it exports nothing.
