//! The description of the interface.

use utoipa::OpenApi;

/// What every path is described under.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Rushes",
        description = "A host for media analyzers: post a job, read its report.\n\nErrors are RFC 9457 problem documents; \
                       their `type` is a page that says what happened, why, and what to do.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    tags(
        (name = "jobs", description = "One media object to be analysed by one pipeline"),
        (name = "queue", description = "How the queue stands"),
        (name = "health", description = "For probes; never needs a token"),
    )
)]
pub(crate) struct Described;

/// The interface as OpenAPI, in JSON: what `/openapi.json` serves.
///
/// # Errors
/// Never in practice: the description is made of texts and numbers.
pub fn document() -> Result<String, serde_json::Error> {
    crate::router::described().to_pretty_json()
}
