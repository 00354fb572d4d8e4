//! The analyzers that pipelines may use: `[analyzers.…]`, and the bundled ones, which need no entry.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use rushes_model::media::Descriptor;
use rushes_model::pipeline::{ComponentRef, Limits};
use rushes_model::{Code, Failure};

use super::{Analyzers, limits};
use crate::problem::Problem;
use crate::suggest;
use crate::table::{At, Table};

/// An entry of `[analyzers]`.
struct Declared {
    /// None after an error that was reported.
    component: Option<ComponentRef>,
    limits: Limits,
    span: Range<usize>,
    used: bool,
}

/// What a pipeline gets for a name.
pub(crate) struct Component {
    pub(crate) component: ComponentRef,
    pub(crate) limits: Limits,
    pub(crate) descriptor: Descriptor,
}

/// All that may be used.
pub(crate) struct Components<'a> {
    analyzers: &'a dyn Analyzers,
    bundled: Vec<String>,
    base: Limits,
    declared: BTreeMap<String, Declared>,
    described: BTreeMap<ComponentRef, Result<Descriptor, Failure>>,
}

impl<'a> Components<'a> {
    pub(crate) fn read(
        tables: Vec<(At<String>, Table<'_>)>,
        folder: &Path,
        base: Limits,
        analyzers: &'a dyn Analyzers,
    ) -> Self {
        let bundled = analyzers.bundled();
        let mut declared = BTreeMap::new();
        for (name, mut table) in tables {
            let component = component(&mut table, &name, folder, &bundled);
            let limits = limits::read(table.table("limits"), base);
            table.finish();
            declared.insert(name.value, Declared { component, limits, span: name.span, used: false });
        }
        Self { analyzers, bundled, base, declared, described: BTreeMap::new() }
    }

    /// The component of a name that a pipeline uses; none after reporting why not.
    pub(crate) fn find(&mut self, name: &At<String>, user: &Table<'_>) -> Option<Component> {
        let (component, limits) = self.resolve(name, user)?;
        let analyzers = self.analyzers;
        let known = self.described.entry(component.clone()).or_insert_with(|| analyzers.descriptor(&component));
        match known {
            Ok(descriptor) => Some(Component { descriptor: descriptor.clone(), component, limits }),
            Err(failure) => {
                let problem =
                    Problem::new(user.path(), name.span.clone(), format!("analyzer `{}`: {failure}", name.value));
                let problem = problem.with_code(failure.code);
                user.refuse(match &failure.help {
                    Some(help) => problem.with_help(help.as_str()),
                    None => problem,
                });
                None
            }
        }
    }

    /// Warns of entries that no pipeline uses.
    pub(crate) fn warn_of_unused(&self, root: &Table<'_>) {
        for (name, entry) in self.declared.iter().filter(|(_, entry)| !entry.used) {
            let message = format!("analyzer `{name}` is used by no pipeline");
            root.refuse(Problem::new(format!("analyzers.{name}"), entry.span.clone(), message).into_warning());
        }
    }

    pub(crate) fn into_descriptors(self) -> BTreeMap<ComponentRef, Descriptor> {
        self.described.into_iter().filter_map(|(component, described)| Some((component, described.ok()?))).collect()
    }

    fn resolve(&mut self, name: &At<String>, user: &Table<'_>) -> Option<(ComponentRef, Limits)> {
        if let Some(entry) = self.declared.get_mut(&name.value) {
            entry.used = true;
            return Some((entry.component.clone()?, entry.limits));
        }
        if self.bundled.contains(&name.value) {
            return Some((ComponentRef::Bundled(name.value.clone()), self.base));
        }
        let known = self.declared.keys().chain(&self.bundled).map(String::as_str);
        let label = match suggest::nearest(&name.value, known.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known: {}", suggest::listed(known)),
        };
        let problem = Problem::new(user.path(), name.span.clone(), format!("unknown analyzer `{}`", name.value));
        let help = format!("an analyzer of your own needs an entry: [analyzers.{}] with its component", name.value);
        user.refuse(problem.with_label(label).with_help(help));
        None
    }
}

/// `component = "bundled:gaze"`, or a path from the file's folder; without the key: the bundled one of the entry's name.
fn component(table: &mut Table<'_>, name: &At<String>, folder: &Path, bundled: &[String]) -> Option<ComponentRef> {
    let has_key = table.raw("component").is_some();
    let written = table.text("component");
    let refuse = |span: Range<usize>, message: String, help: Option<String>| {
        let problem = Problem::new(table.key("component"), span, message).with_code(Code::PipelineInvalid);
        table.refuse(match help {
            Some(help) => problem.with_help(help),
            None => problem,
        });
        None
    };
    let Some(written) = written else {
        if has_key || bundled.contains(&name.value) {
            return (!has_key).then(|| ComponentRef::Bundled(name.value.clone()));
        }
        let help = "write `component = \"path/to/analyzer.wasm\"`, or \"bundled:…\"".to_owned();
        return refuse(name.span.clone(), format!("analyzer `{}` says no component", name.value), Some(help));
    };
    if let Some(wanted) = written.value.strip_prefix("bundled:") {
        if bundled.iter().any(|known| known == wanted) {
            return Some(ComponentRef::Bundled(wanted.to_owned()));
        }
        let known = bundled.iter().map(String::as_str);
        let help = format!("bundled are {}", suggest::listed(known));
        return refuse(written.span, format!("no bundled analyzer `{wanted}`"), Some(help));
    }
    if written.value.starts_with("oci://") {
        let help = "this version reads components from files; give the path of one".to_owned();
        return refuse(written.span, "components from a registry aren't available in this version".into(), Some(help));
    }
    if written.value.is_empty() {
        return refuse(written.span, "`component` is empty".into(), None);
    }
    Some(ComponentRef::Path(folder.join(&written.value)))
}
