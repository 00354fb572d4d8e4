//! `[[routes]]`: which objects go to which pipeline.

use rushes_model::Code;
use rushes_model::pipeline::Route;

use crate::problem::Problem;
use crate::suggest;
use crate::table::{At, Table};

/// Reads all routes. `pipelines` are the names that exist.
pub(crate) fn read(tables: Vec<Table<'_>>, pipelines: &[&str]) -> Vec<Route> {
    let mut routes: Vec<Route> = Vec::new();
    for table in tables {
        let table = table.named("a route");
        if let Some(route) = route(table, pipelines, &routes) {
            routes.push(route);
        }
    }
    routes
}

fn route(mut table: Table<'_>, pipelines: &[&str], before: &[Route]) -> Option<Route> {
    let bucket = required(&mut table, "bucket");
    let key = required(&mut table, "key");
    let pipeline = required(&mut table, "pipeline");
    let interview_type = table.text("interview_type").map(|at| at.value);
    if let Some(key) = &key {
        check_key(key, &table);
    }
    if let Some(pipeline) = &pipeline {
        check_pipeline(pipeline, pipelines, &table);
    }
    let span = table.span();
    let place = table.key("key");
    let found = bucket.zip(key).zip(pipeline).map(|((bucket, key), pipeline)| Route {
        bucket: bucket.value,
        key: key.value,
        pipeline: pipeline.value,
        interview_type,
    });
    if let Some(route) = found.as_ref().filter(|route| before.iter().any(|other| is_same(route, other))) {
        let message = format!("a second route for `{}/{}`", route.bucket, route.key);
        table.refuse(Problem::new(place, span, message).with_help("order means nothing: take one of them out"));
    }
    table.finish();
    found
}

fn required(table: &mut Table<'_>, name: &'static str) -> Option<At<String>> {
    let has_key = table.raw(name).is_some();
    let written = table.text(name);
    match &written {
        Some(at) if at.value.is_empty() => {
            table.refuse(Problem::new(table.key(name), at.span.clone(), format!("`{name}` of a route is empty")));
        }
        None if !has_key => {
            table.refuse(Problem::new(table.key(name), table.span(), format!("a route needs `{name}`")));
        }
        _ => {}
    }
    written
}

fn check_pipeline(pipeline: &At<String>, known: &[&str], table: &Table<'_>) {
    if known.contains(&pipeline.value.as_str()) {
        return;
    }
    let label = match suggest::nearest(&pipeline.value, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known: {}", suggest::listed(known.iter().copied())),
    };
    let message = format!("no pipeline `{}`", pipeline.value);
    let problem = Problem::new(table.key("pipeline"), pipeline.span.clone(), message);
    table.refuse(problem.with_label(label).with_code(Code::PipelineUnknown));
}

/// Between two slashes stands literal text around at most one `{name}`.
fn check_key(key: &At<String>, table: &Table<'_>) {
    let mut names: Vec<&str> = Vec::new();
    for part in key.value.split('/') {
        let well_formed = match part.split_once('{') {
            None => !part.contains('}'),
            Some((before, rest)) => match rest.split_once('}') {
                Some((name, after)) => {
                    let is_new = !names.contains(&name);
                    names.push(name);
                    is_new && is_name(name) && !before.contains('}') && !after.contains(['{', '}'])
                }
                None => false,
            },
        };
        if !well_formed {
            let message = format!("`{part}` can't be part of a route's key");
            let help = "between two slashes: text around at most one {name}, each name once, of small letters and `_`";
            table.refuse(Problem::new(table.key("key"), key.span.clone(), message).with_help(help));
        }
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}

/// The same objects, whatever the braces are called.
fn is_same(one: &Route, other: &Route) -> bool {
    let shape = |route: &Route| -> Vec<String> {
        let blank = |part: &str| match (part.find('{'), part.find('}')) {
            (Some(open), Some(close)) if open < close => {
                format!("{}{{}}{}", part.get(..open).unwrap_or_default(), part.get(close + 1..).unwrap_or_default())
            }
            _ => part.to_owned(),
        };
        route.key.split('/').map(blank).collect()
    };
    one.bucket == other.bucket && one.interview_type == other.interview_type && shape(one) == shape(other)
}
