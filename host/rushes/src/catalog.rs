//! One immutable value: checked pipelines and their loaded components, ready to run.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use rushes_config::pipelines::implicit;
use rushes_config::{Document, Pipelines, Problems};
use rushes_media::Decoders;
use rushes_model::pipeline::{DecodeMode, Pipeline};
use rushes_model::{ByteSize, Class, Classify, Code, Failure, Reason, StopToken};
use rushes_run::Analyzer;

use crate::fault::Fault;
use crate::wiring::analyzers::Components;
use crate::wiring::decoders::decoders;

/// The pipeline that is used where none is named.
pub(crate) const IMPLICIT: &str = "default";

/// A pipeline whose components are loaded.
pub(crate) struct Ready {
    pub(crate) pipeline: Arc<Pipeline>,
    pub(crate) analyzers: Vec<Analyzer>,
}

/// Everything that can be run.
pub(crate) struct Catalog {
    ready: BTreeMap<String, Ready>,
    components: Components,
    pub(crate) declared: Option<Pipelines>,
}

impl Catalog {
    /// Every pipeline of a file, and the implicit one.
    pub(crate) fn new(declared: Option<Pipelines>, components: Components) -> Result<Self, Failure> {
        let mut all: Vec<Arc<Pipeline>> = declared.iter().flat_map(Pipelines::iter).cloned().collect();
        if !all.iter().any(|pipeline| pipeline.name == IMPLICIT) {
            all.push(Arc::new(implicit(&components)?));
        }
        let mut ready = BTreeMap::new();
        for pipeline in all {
            check_memory(&pipeline)?;
            if pipeline.decode == DecodeMode::Sandboxed {
                // Now, and not in a job.
                components.sandboxed_decoders()?;
            }
            let analyzers = pipeline.uses.values().map(|one| analyzer(one, &components)).collect::<Result<_, _>>()?;
            ready.insert(pipeline.name.clone(), Ready { pipeline, analyzers });
        }
        Ok(Self { ready, components, declared })
    }

    /// The pipeline of that name.
    pub(crate) fn find(&self, name: &str) -> Result<&Ready, Failure> {
        self.ready.get(name).ok_or_else(|| {
            let known: Vec<_> = self.names().collect();
            Failure::new(
                Code::PipelineUnknown,
                Class::Permanent(Reason::Request),
                format!("no pipeline is called `{name}`"),
            )
            .with_help(format!("known are: {}", known.join(", ")))
        })
    }

    /// Decoders of this mode, for one job.
    pub(crate) fn decoders(&self, mode: DecodeMode, stop: StopToken) -> Result<Arc<dyn Decoders>, Failure> {
        decoders(mode, &self.components, stop)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Ready> {
        self.ready.values()
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.ready.keys().map(String::as_str)
    }
}

/// All analyzers of a job together stay under the pipeline's limit if their own limits do.
fn check_memory(pipeline: &Pipeline) -> Result<(), Failure> {
    let together = pipeline.uses.values().fold(ByteSize::default(), |sum, one| sum.saturating_add(one.limits.memory));
    match pipeline.memory {
        Some(allowed) if together > allowed => {
            let message = format!(
                "the analyzers of pipeline `{}` may take {together} together, more than the {allowed} of its `limits.memory`",
                pipeline.name
            );
            let failure = Failure::new(Code::PipelineInvalid, Class::Permanent(Reason::Request), message);
            Err(failure.with_help("lower `limits.memory` of its analyzers, or raise the pipeline's"))
        }
        _ => Ok(()),
    }
}

/// An analyzer as a run needs it; its inputs may depend on its parameters, so it is asked once more.
fn analyzer(one: &rushes_model::pipeline::Use, components: &Components) -> Result<Analyzer, Failure> {
    let component = components.get(&one.component)?;
    let params: Arc<str> = rushes_run::canonical(&one.params).into();
    let descriptor = component.describe(&params).map_err(|error| Failure::of(&error))?;
    Ok(Analyzer {
        name: one.analyzer.clone(),
        component,
        descriptor,
        params,
        merge_params: rushes_run::canonical(&one.merge_params).into(),
        required: one.required,
        limits: one.limits,
    })
}

/// Reads a `pipelines.toml` as far as its syntax.
pub(crate) fn read_document(path: &Path) -> Result<Document, Fault> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        let failure = Failure::new(
            Code::PipelineInvalid,
            Class::Permanent(Reason::Request),
            format!("{} can't be read: {error}", path.display()),
        );
        Fault::from(failure.with_help("give the path of a pipelines.toml with --pipelines FILE"))
    })?;
    Document::parse(&path.display().to_string(), &text).map_err(|problems| refused(&problems))
}

/// Problems of a file, each at its place.
pub(crate) fn refused(problems: &Problems) -> Fault {
    let colour = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let failure = Failure::new(problems.code(), Class::Permanent(Reason::Request), "pipelines.toml has errors")
        .with_help("mend what is listed above; `rushes pipelines check FILE` looks again");
    Fault::from(failure).rendered(problems.render(colour))
}

/// The same for any configuration error.
pub(crate) fn refused_config(error: &rushes_config::Error) -> Fault {
    match error {
        rushes_config::Error::Pipelines(problems) => refused(problems),
        rushes_config::Error::Settings(_) => {
            let fault = Fault::of(error);
            match error.help() {
                Some(help) => fault.with_help(help),
                None => fault,
            }
        }
    }
}
