//! A pipeline and the analyzers that it uses.

use std::collections::BTreeMap;
use std::ops::Range;

use rushes_model::ByteSize;
use rushes_model::pipeline::{DecodeMode, Pipeline, Transcript, Use};

use super::declared::Components;
use super::{limits, params};
use crate::problem::Problem;
use crate::suggest;
use crate::table::{At, Table};

/// Reads a pipeline; none only where its name can't be one. Problems inside leave a pipeline that nobody will see.
pub(crate) fn pipeline(name: &At<String>, table: Table<'_>, components: &mut Components<'_>) -> Option<Pipeline> {
    let mut table = table.named(format!("pipeline `{}`", name.value));
    check_name(name, &table);
    let description = table.text("description").map(|at| at.value).unwrap_or_default();
    let decode = decode(&mut table);
    let transcript = table.table("transcript").map(|written| transcript(&name.value, written));
    let memory = table.table("limits").and_then(job_memory);
    let mut uses = BTreeMap::new();
    let tables = table.tables("use");
    if tables.is_empty() {
        let problem =
            Problem::new(table.key("use"), name.span.clone(), format!("pipeline `{}` uses no analyzer", name.value));
        table.refuse(problem.with_help(format!("add one, like [pipelines.{}.use.loudness]", name.value)));
    }
    for (analyzer, table) in tables {
        if let Some(used) = analyzer_use(&analyzer, table, components) {
            uses.insert(analyzer.value, used);
        }
    }
    if let Some(memory) = &memory {
        check_memory(memory, &uses, &table);
    }
    table.finish();
    let memory = memory.map(|at| at.value);
    Some(Pipeline { name: name.value.clone(), description, decode, transcript, memory, uses })
}

fn analyzer_use(name: &At<String>, mut table: Table<'_>, components: &mut Components<'_>) -> Option<Use> {
    let found = components.find(name, &table);
    let required = table.switch("required").is_none_or(|at| at.value);
    let given = table.raw("params");
    let base = found.as_ref().map(|component| component.limits).unwrap_or_default();
    let limits = limits::read(table.table("limits"), base);
    let checked =
        found.map(|component| (params::check(name, &table, given, &component.descriptor), component.component));
    table.finish();
    let (params, component) = checked?;
    let (params, merge_params) = params?;
    Some(Use { analyzer: name.value.clone(), component, params, merge_params, required, limits })
}

/// Names stand in addresses, reports and log lines.
fn check_name(name: &At<String>, table: &Table<'_>) {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if !name.value.is_empty() && name.value.len() <= 64 && name.value.chars().all(allowed) {
        return;
    }
    let message = format!("`{}` can't be a pipeline's name", name.value);
    let label = "allowed: 1 to 64 letters, digits, `_`, `-`, `.`";
    table.refuse(Problem::new(format!("pipelines.{}", name.value), name.span.clone(), message).with_label(label));
}

fn decode(table: &mut Table<'_>) -> DecodeMode {
    let Some(written) = table.text("decode") else { return DecodeMode::default() };
    match written.value.as_str() {
        "native" => {}
        "sandboxed" => return DecodeMode::Sandboxed,
        "external" => {
            let message = format!("`decode = \"{}\"` isn't available in this version", written.value);
            let problem = Problem::new(table.key("decode"), written.span, message);
            table.refuse(problem.with_help("write `decode = \"native\"`, or leave the key out"));
        }
        other => {
            let message = format!("unknown kind of decoder `{other}`");
            let label = match suggest::nearest(other, ["native", "sandboxed"]) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "known: native, sandboxed".to_owned(),
            };
            table.refuse(Problem::new(table.key("decode"), written.span, message).with_label(label));
        }
    }
    DecodeMode::Native
}

fn transcript(pipeline: &str, mut table: Table<'_>) -> Transcript {
    let warning = format!("no transcript is read for pipeline `{pipeline}` by this version");
    table.refuse(Problem::new(table.path(), table.span(), warning).into_warning());
    let mut endings = Vec::new();
    if let Some(from) = table.raw("from") {
        let message = "a transcript from another analyzer isn't available in this version";
        let problem = Problem::new(table.key("from"), from.span(), message);
        table.refuse(problem.with_help("use `sidecar`, a list of endings like \".vtt\""));
    } else {
        match table.texts("sidecar") {
            Some(sidecar) => endings = sidecar.value,
            None if table.raw("sidecar").is_none() => {
                let problem = Problem::new(table.key("sidecar"), table.span(), "`transcript` says no `sidecar`");
                table.refuse(problem.with_help("write where words come from: `sidecar = [\".vtt\"]`"));
            }
            None => {}
        }
    }
    for ending in &endings {
        let known = [".vtt", ".srt", ".json"];
        if !known.contains(&ending.value.as_str()) {
            let message = format!("transcripts that end with `{}` can't be read", ending.value);
            let problem = Problem::new(table.key("sidecar"), ending.span.clone(), message);
            table.refuse(problem.with_label(format!("known: {}", suggest::listed(known))));
        }
    }
    let required = table.switch("required").is_some_and(|at| at.value);
    table.finish();
    Transcript { sidecar: endings.into_iter().map(|at| at.value).collect(), required }
}

fn job_memory(mut table: Table<'_>) -> Option<At<ByteSize>> {
    let memory = table.size("memory");
    table.finish();
    memory
}

/// All sessions of a job together must at least have room for the largest.
fn check_memory(memory: &At<ByteSize>, uses: &BTreeMap<String, Use>, table: &Table<'_>) {
    let Some(largest) = uses.values().max_by_key(|used| used.limits.memory) else { return };
    if largest.limits.memory <= memory.value {
        return;
    }
    let (name, own) = (&largest.analyzer, largest.limits.memory);
    let message = format!("`memory` of {} for a whole job can't work: `{name}` alone may take {own}", memory.value);
    let span: Range<usize> = memory.span.clone();
    let problem = Problem::new(table.key("limits.memory"), span, message);
    table.refuse(problem.with_help(format!("give the job at least {own}, or `{name}` less")));
}
