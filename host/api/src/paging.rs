//! Lists in pages.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::problem::Problem;

/// Longest page, and the one of those who say nothing.
const MOST: u64 = 200;
const USUAL: u64 = 50;

/// Where the page begins.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Page {
    /// How many, 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    pub(crate) limit: Option<u64>,
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
}

/// How many are wanted.
pub(crate) fn limit(asked: Option<u64>) -> Result<u64, Problem> {
    let limit = asked.unwrap_or(USUAL);
    let is_sane = (1..=MOST).contains(&limit);
    is_sane.then_some(limit).ok_or_else(|| Problem::bad_request(format!("`limit` must be 1 to {MOST}")))
}

/// Where the page begins: `next` of the one before, read back.
pub(crate) fn cursor<T>(asked: Option<&str>, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, Problem> {
    let Some(text) = asked else { return Ok(None) };
    read(text).map(Some).ok_or_else(|| Problem::bad_request("`cursor` is none of ours: send `next` of the page before"))
}
