//! What `rushes pipelines check` says of a file without errors.

use std::fmt::Write;

use rushes_model::pipeline::{ComponentRef, Pipeline, Use};
use serde_json::Value;

use super::Pipelines;
use crate::duration;

impl Pipelines {
    /// Every pipeline with its analyzers, limits and parameters, routes and webhooks; then warnings and the count.
    pub fn summary(&self, colour: bool) -> String {
        let mut text = String::new();
        for pipeline in self.iter() {
            self.describe(&mut text, pipeline);
        }
        for route in self.routes() {
            let kind = route.interview_type.as_ref().map(|kind| format!(" ({kind})")).unwrap_or_default();
            line(&mut text, format_args!("route s3://{}/{} -> {}{kind}", route.bucket, route.key, route.pipeline));
        }
        for webhook in self.webhooks() {
            line(
                &mut text,
                format_args!("webhook {} -> {} on {}", webhook.name, webhook.url, webhook.events.join(", ")),
            );
        }
        if !self.routes().is_empty() || !self.webhooks().is_empty() {
            text.push('\n');
        }
        text.push_str(&self.warnings.render(colour));
        text
    }

    fn describe(&self, text: &mut String, pipeline: &Pipeline) {
        line(text, format_args!("pipeline {}", pipeline.name));
        if !pipeline.description.is_empty() {
            line(text, format_args!("  {}", pipeline.description));
        }
        if let Some(memory) = pipeline.memory {
            line(text, format_args!("  memory of a job: {memory}"));
        }
        for used in pipeline.uses.values() {
            let version = self.descriptor(&used.component).map_or("", |descriptor| &descriptor.version);
            let optional = if used.required { "" } else { ", its failure doesn't fail the job" };
            line(text, format_args!("  {} {version} ({}){optional}", used.analyzer, place(&used.component)));
            line(text, format_args!("    limits: {}", limits(used)));
            let params = params(used);
            if !params.is_empty() {
                line(text, format_args!("    params: {params}"));
            }
        }
        text.push('\n');
    }
}

fn line(text: &mut String, words: std::fmt::Arguments<'_>) {
    writeln!(text, "{words}").expect("a String takes everything");
}

fn place(component: &ComponentRef) -> String {
    match component {
        ComponentRef::Bundled(_) => "bundled".to_owned(),
        ComponentRef::Path(path) => path.display().to_string(),
    }
}

fn limits(used: &Use) -> String {
    let limits = used.limits;
    format!(
        "memory {}, fuel {} and {} a second of media, {} a call",
        limits.memory,
        limits.fuel_base,
        limits.fuel_per_media_second,
        duration::show(limits.call_timeout)
    )
}

fn params(used: &Use) -> String {
    let objects = [&used.params, &used.merge_params].into_iter().filter_map(Value::as_object);
    let pairs: Vec<String> = objects.flatten().map(|(name, value)| format!("{name} = {value}")).collect();
    pairs.join(", ")
}
