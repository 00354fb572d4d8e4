//! ListObjectsV2.

use std::fs;
use std::path::Path;

use s3s::S3Result;
use s3s::dto::{CommonPrefix, ETag, ListObjectsV2Input, ListObjectsV2Output, Object};

use crate::folder::{Folder, internal, modified};
use crate::objects::length;

/// Most entries of a page.
const PAGE: i32 = 1000;

/// One page of a bucket's keys, in the order of their bytes. The token of the next page is the last key of this one.
pub(crate) fn list(folder: &Folder, input: ListObjectsV2Input) -> S3Result<ListObjectsV2Output> {
    let top = folder.bucket(&input.bucket)?;
    let prefix = input.prefix.clone().unwrap_or_default();
    let after = input.continuation_token.clone().or_else(|| input.start_after.clone()).unwrap_or_default();
    let mut keys = Vec::new();
    collect(&top, "", &prefix, &mut keys)?;
    keys.sort();
    keys.retain(|key| key.starts_with(&prefix) && *key > after);
    let most = usize::try_from(input.max_keys.unwrap_or(PAGE).clamp(0, PAGE)).unwrap_or(0);
    let mut page = Page::default();
    for key in &keys {
        let group = group(key, &prefix, input.delimiter.as_deref());
        let is_known = group.is_some() && page.prefixes.last() == group.as_ref();
        // A group's keys are passed over here, so that a page never ends within a group.
        if !is_known {
            if page.len() == most {
                page.is_truncated = true;
                break;
            }
            match group {
                Some(group) => page.prefixes.push(group),
                None => page.objects.push(object(folder, &top, key)?),
            }
        }
        page.last = Some(key.clone());
    }
    Ok(output(input, page))
}

#[derive(Default)]
struct Page {
    objects: Vec<Object>,
    prefixes: Vec<String>,
    last: Option<String>,
    is_truncated: bool,
}

impl Page {
    fn len(&self) -> usize {
        self.objects.len() + self.prefixes.len()
    }
}

fn output(input: ListObjectsV2Input, page: Page) -> ListObjectsV2Output {
    let count = i32::try_from(page.len()).unwrap_or(PAGE);
    let prefixes = page.prefixes.into_iter().map(|prefix| CommonPrefix { prefix: Some(prefix) }).collect();
    ListObjectsV2Output {
        name: Some(input.bucket),
        prefix: input.prefix,
        delimiter: input.delimiter,
        max_keys: Some(input.max_keys.unwrap_or(PAGE)),
        key_count: Some(count),
        continuation_token: input.continuation_token,
        start_after: input.start_after,
        next_continuation_token: page.last.filter(|_| page.is_truncated),
        is_truncated: Some(page.is_truncated),
        contents: Some(page.objects),
        common_prefixes: Some(prefixes),
        ..ListObjectsV2Output::default()
    }
}

/// Keys of a folder and those below it, but for folders that the prefix excludes.
fn collect(folder: &Path, above: &str, prefix: &str, keys: &mut Vec<String>) -> S3Result<()> {
    for entry in fs::read_dir(folder).map_err(internal)? {
        let entry = entry.map_err(internal)?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let key = format!("{above}{name}");
        let Ok(found) = fs::metadata(entry.path()) else { continue };
        if found.is_dir() {
            let below = format!("{key}/");
            if below.starts_with(prefix) || prefix.starts_with(&below) {
                collect(&entry.path(), &below, prefix, keys)?;
            }
        } else if found.is_file() {
            keys.push(key);
        }
    }
    Ok(())
}

/// The common prefix under which a key is shown: up to the first delimiter after the prefix.
fn group(key: &str, prefix: &str, delimiter: Option<&str>) -> Option<String> {
    let delimiter = delimiter.filter(|delimiter| !delimiter.is_empty())?;
    let rest = key.strip_prefix(prefix)?;
    let (before, _) = rest.split_once(delimiter)?;
    Some(format!("{prefix}{before}{delimiter}"))
}

fn object(folder: &Folder, top: &Path, key: &str) -> S3Result<Object> {
    let found = fs::metadata(top.join(key)).map_err(internal)?;
    Ok(Object {
        key: Some(key.to_owned()),
        size: Some(length(found.len())),
        last_modified: Some(modified(&found).into()),
        e_tag: Some(ETag::Strong(folder.tags.find(&found).etag)),
        ..Object::default()
    })
}
