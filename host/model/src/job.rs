//! A job's states and the one machine that moves between them.
