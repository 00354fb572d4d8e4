//! Which analyzers run on which recordings, checked with what the analyzers themselves say.

mod declared;
mod implicit;
mod limits;
mod params;
mod routes;
mod schema;
mod summary;
mod uses;
mod webhooks;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use rushes_model::Failure;
use rushes_model::media::Descriptor;
use rushes_model::pipeline::{ComponentRef, Limits, Pipeline, Route, Webhook};

use self::declared::Components;
use crate::problem::{Problem, Problems};
use crate::table::Table;

pub use implicit::implicit;

/// The version of the file's format that this program reads.
pub const VERSION: u64 = 1;

/// The door to the components: what one says of itself.
pub trait Analyzers {
    /// Names of those in the binary.
    fn bundled(&self) -> Vec<String>;

    /// What a component says of itself, without parameters.
    ///
    /// # Errors
    /// The component isn't there, or is none, or breaks the contract.
    fn descriptor(&self, component: &ComponentRef) -> Result<Descriptor, Failure>;
}

/// Everything in a `pipelines.toml`, checked.
#[derive(Clone, Debug)]
pub struct Pipelines {
    pipelines: BTreeMap<String, Arc<Pipeline>>,
    routes: Vec<Route>,
    webhooks: Vec<Webhook>,
    descriptors: BTreeMap<ComponentRef, Descriptor>,
    warnings: Problems,
}

impl Pipelines {
    /// The pipeline of that name.
    pub fn find(&self, name: &str) -> Option<&Arc<Pipeline>> {
        self.pipelines.get(name)
    }

    /// All pipelines, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Pipeline>> {
        self.pipelines.values()
    }

    /// The route that an object takes, with what its braces took; see [`Route::choose`].
    pub fn route(
        &self,
        bucket: &str,
        key: &str,
        interview_type: Option<&str>,
    ) -> Option<(&Route, BTreeMap<String, String>)> {
        Route::choose(&self.routes, bucket, key, interview_type)
    }

    /// All routes, in the file's order.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// All endpoints that are told of events.
    pub fn webhooks(&self) -> &[Webhook] {
        &self.webhooks
    }

    /// What is odd, but no error.
    pub fn warnings(&self) -> &Problems {
        &self.warnings
    }

    /// The descriptor of a component that a pipeline uses.
    pub fn descriptor(&self, component: &ComponentRef) -> Option<&Descriptor> {
        self.descriptors.get(component)
    }
}

/// What a walk through the file gave; complete only if no problem was found.
pub(crate) struct Checked {
    pipelines: BTreeMap<String, Arc<Pipeline>>,
    routes: Vec<Route>,
    webhooks: Vec<Webhook>,
    descriptors: BTreeMap<ComponentRef, Descriptor>,
}

impl Checked {
    /// The proof that nothing was wrong.
    pub(crate) fn into_pipelines(self, warnings: Problems) -> Pipelines {
        let Self { pipelines, routes, webhooks, descriptors } = self;
        Pipelines { pipelines, routes, webhooks, descriptors, warnings }
    }
}

/// Walks through the whole file; problems go where `root` puts them.
pub(crate) fn check(
    mut root: Table<'_>,
    folder: &Path,
    analyzers: &dyn Analyzers,
    env: &dyn Fn(&str) -> Option<String>,
) -> Checked {
    root.raw("host");
    let nothing = || Checked {
        pipelines: BTreeMap::new(),
        routes: Vec::new(),
        webhooks: Vec::new(),
        descriptors: BTreeMap::new(),
    };
    if !is_readable_version(&mut root) {
        return nothing();
    }
    let base = limits::read(root.table("limits"), Limits::default());
    let mut components = Components::read(root.tables("analyzers"), folder, base, analyzers);
    let mut pipelines = BTreeMap::new();
    for (name, table) in root.tables("pipelines") {
        if let Some(pipeline) = uses::pipeline(&name, table, &mut components) {
            pipelines.insert(name.value, Arc::new(pipeline));
        }
    }
    let names: Vec<&str> = pipelines.keys().map(String::as_str).collect();
    let routes = routes::read(root.list("routes"), &names);
    let webhooks = webhooks::read(root.tables("webhooks"), env);
    components.warn_of_unused(&root);
    root.finish();
    Checked { pipelines, routes, webhooks, descriptors: components.into_descriptors() }
}

/// A file of a later version is refused as a whole: what its keys mean can't be known.
fn is_readable_version(root: &mut Table<'_>) -> bool {
    let has_key = root.raw("version").is_some();
    let Some(version) = root.number("version") else {
        if !has_key {
            let problem = Problem::new("version", 0..0, "the file doesn't say its version");
            root.refuse(problem.with_help(format!("write `version = {VERSION}` at its beginning")));
        }
        return true;
    };
    if version.value == VERSION {
        return true;
    }
    let message = format!("`version` is {}, and this program reads version {VERSION}", version.value);
    let problem = Problem::new("version", version.span, message);
    root.refuse(problem.with_help("a file of a later version needs a later Rushes; nothing else in it was checked"));
    false
}

#[cfg(test)]
mod tests;
