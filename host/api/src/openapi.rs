//! The description of the interface.

use std::collections::BTreeMap;

use rushes_model::Scope;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, OpenApi, PathItem, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{Modify, OpenApi as _};

/// What every path is described under.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Rushes",
        description = "A host for media analyzers: post a job, read its report.\n\nErrors are RFC 9457 problem documents; \
                       their `type` is a page that says what happened, why, and what to do. Lists come in pages: send `next` \
                       of one as `cursor` of the following. A POST that creates something may carry an `Idempotency-Key`: sent again \
                       with the same body within 24 hours it creates nothing new.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    modifiers(&Bearer),
    components(schemas(crate::problem::Document)),
    tags(
        (name = "jobs", description = "One media object to be analysed by one pipeline"),
        (name = "interviews", description = "Jobs that belong together"),
        (name = "queue", description = "How the queue and its hosts stand"),
        (name = "pipelines", description = "What is loaded"),
        (name = "events", description = "What storage tells us"),
        (name = "webhooks", description = "Who is told of events, and whether they heard"),
        (name = "health", description = "For probes; never needs a token"),
    )
)]
struct Described;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, described: &mut OpenApi) {
        let scopes: Vec<&str> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
        let text = format!(
            "A token of `rushes token create`, with scopes: {}; `admin` implies all. On loopback it may be left out.",
            scopes.join(", ")
        );
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("rsh_…").description(Some(text));
        let components = described.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer.build()));
    }
}

/// The beginning of the description.
pub(crate) fn begun() -> OpenApi {
    Described::openapi()
}

/// What can come of every request, and what kind problems are of.
pub(crate) fn finish(described: &mut OpenApi) {
    for item in described.paths.paths.values_mut() {
        for operation in operations(item) {
            add_common(operation);
            operation.responses.responses.values_mut().for_each(mark_problem);
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.delete].into_iter().flatten()
}

fn add_common(operation: &mut Operation) {
    let needs_token = operation.security.as_ref().is_none_or(|ways| *ways != [SecurityRequirement::default()]);
    let mut common = BTreeMap::from([("500", "A mistake of ours")]);
    if needs_token {
        common.insert("400", "The request can't be understood");
        common.insert("401", "No good token was sent");
        common.insert("403", "The token has no scope for it");
        common.insert("429", "Too many requests; `Retry-After` says when to come again");
        common.insert("503", "The database doesn't answer");
    }
    if operation.request_body.is_some() {
        common.insert("413", "The body is too large");
        common.insert("415", "The body isn't sent as JSON");
        common.insert("422", "The body can't be used; `errors` says where, as far as that can be said");
    }
    for (status, text) in common {
        operation.responses.responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(problem(text)));
    }
}

fn problem(text: &str) -> Response {
    let schema = RefOr::Ref(Ref::from_schema_name("Problem"));
    ResponseBuilder::new().description(text).content(PROBLEM, Content::new(Some(schema))).build()
}

const PROBLEM: &str = "application/problem+json";

/// A body of problems has its own media type.
fn mark_problem(response: &mut RefOr<Response>) {
    let RefOr::T(response) = response else { return };
    let is_problem = |content: &RefOr<Content>| match content {
        RefOr::T(content) => matches!(&content.schema, Some(RefOr::Ref(to)) if to.ref_location.ends_with("/Problem")),
        RefOr::Ref(_) => false,
    };
    if response.content.get("application/json").is_some_and(is_problem)
        && let Some(content) = response.content.shift_remove("application/json")
    {
        response.content.insert(PROBLEM.to_owned(), content);
    }
}

/// The interface as OpenAPI, in JSON: what `/openapi.json` serves.
///
/// # Errors
/// Never in practice: the description is made of texts and numbers.
pub fn document() -> Result<String, serde_json::Error> {
    crate::router::described().to_pretty_json()
}
