//! Uploads in parts.

use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use md5::{Digest, Md5};
use s3s::dto::{
    CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CompletedPart, CreateMultipartUploadInput,
    CreateMultipartUploadOutput, ETag, ListPartsInput, ListPartsOutput, Part, UploadPartInput, UploadPartOutput,
};
use s3s::{S3Result, s3_error};
use serde::{Deserialize, Serialize};

use crate::folder::{Folder, internal, modified};
use crate::objects::{length, write};
use crate::tags::{Tag, hex};

/// Unfinished uploads: a folder for each, a file for each part.
#[derive(Clone, Debug)]
pub(crate) struct Uploads {
    folder: Folder,
    next: Arc<AtomicU64>,
}

/// What an upload becomes.
#[derive(Debug, Serialize, Deserialize)]
struct Target {
    bucket: String,
    key: String,
    content_type: Option<String>,
}

impl Uploads {
    pub(crate) fn new(folder: Folder) -> Self {
        Self { folder, next: Arc::default() }
    }

    pub(crate) fn create(&self, input: CreateMultipartUploadInput) -> S3Result<CreateMultipartUploadOutput> {
        self.folder.object(&input.bucket, &input.key)?;
        let id = self.reserve().map_err(internal)?;
        let target = Target { bucket: input.bucket, key: input.key, content_type: input.content_type };
        let text = serde_json::to_vec(&target).map_err(|error| internal(error.into()))?;
        fs::write(self.path(&id)?.join("target.json"), text).map_err(internal)?;
        Ok(CreateMultipartUploadOutput {
            bucket: Some(target.bucket),
            key: Some(target.key),
            upload_id: Some(id),
            ..CreateMultipartUploadOutput::default()
        })
    }

    /// Takes the first number whose folder isn't there, also after a restart.
    fn reserve(&self) -> io::Result<String> {
        loop {
            let id = format!("upload-{}", self.next.fetch_add(1, Relaxed));
            match fs::create_dir(self.folder.uploads().join(&id)) {
                Ok(()) => return Ok(id),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    pub(crate) async fn part(&self, input: UploadPartInput) -> S3Result<UploadPartOutput> {
        let path = self.path(&input.upload_id)?.join(input.part_number.to_string());
        let draft = self.folder.draft();
        let etag = hex(&write(&draft, input.body).await?);
        fs::write(path.with_extension("md5"), &etag).map_err(internal)?;
        fs::rename(draft, path).map_err(internal)?;
        Ok(UploadPartOutput { e_tag: Some(ETag::Strong(etag)), ..UploadPartOutput::default() })
    }

    pub(crate) fn list(&self, input: ListPartsInput) -> S3Result<ListPartsOutput> {
        let folder = self.path(&input.upload_id)?;
        let mut parts = Vec::new();
        for entry in fs::read_dir(folder).map_err(internal)? {
            let entry = entry.map_err(internal)?;
            if let Some(number) = entry.file_name().to_str().and_then(|name| name.parse().ok()) {
                let found = entry.metadata().map_err(internal)?;
                let etag = fs::read_to_string(entry.path().with_extension("md5")).map_err(internal)?;
                parts.push(Part {
                    part_number: Some(number),
                    size: Some(length(found.len())),
                    last_modified: Some(modified(&found).into()),
                    e_tag: Some(ETag::Strong(etag)),
                    ..Part::default()
                });
            }
        }
        parts.sort_by_key(|part| part.part_number);
        Ok(ListPartsOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(input.upload_id),
            is_truncated: Some(false),
            parts: Some(parts),
            ..ListPartsOutput::default()
        })
    }

    pub(crate) fn complete(&self, input: CompleteMultipartUploadInput) -> S3Result<CompleteMultipartUploadOutput> {
        let folder = self.path(&input.upload_id)?;
        let text = fs::read(folder.join("target.json")).map_err(internal)?;
        let target: Target = serde_json::from_slice(&text).map_err(|error| internal(error.into()))?;
        let parts = input.multipart_upload.and_then(|upload| upload.parts).unwrap_or_default();
        if parts.is_empty() {
            return Err(s3_error!(InvalidPart, "no part is named"));
        }
        let draft = self.folder.draft();
        let mut whole = File::create_new(&draft).map_err(internal)?;
        let mut digest = Md5::new();
        for part in &parts {
            let (path, md5) = self.check(&input.upload_id, part)?;
            digest.update(md5);
            io::copy(&mut File::open(path).map_err(internal)?, &mut whole).map_err(internal)?;
        }
        // As S3 makes it: the MD5 of the parts' MD5s, and how many there were.
        let etag = format!("{}-{}", hex(&digest.finalize()), parts.len());
        let tag = Tag { etag: etag.clone(), content_type: target.content_type };
        self.folder.publish(&draft, &target.bucket, &target.key, &tag)?;
        fs::remove_dir_all(folder).map_err(internal)?;
        Ok(CompleteMultipartUploadOutput {
            bucket: Some(target.bucket),
            key: Some(target.key),
            e_tag: Some(ETag::Strong(etag)),
            ..CompleteMultipartUploadOutput::default()
        })
    }

    /// The file and MD5 of a part that the client names.
    fn check(&self, id: &str, part: &CompletedPart) -> S3Result<(PathBuf, Vec<u8>)> {
        let number = part.part_number.ok_or_else(|| s3_error!(InvalidPart))?;
        let path = self.path(id)?.join(number.to_string());
        let kept = fs::read_to_string(path.with_extension("md5"));
        let kept = kept.map_err(|_| s3_error!(InvalidPart, "part {number} was not uploaded"))?;
        if part.e_tag.as_ref().is_some_and(|etag| etag.value() != kept) {
            return Err(s3_error!(InvalidPart, "part {number} has another entity tag"));
        }
        let md5 = (0..kept.len()).step_by(2);
        let md5 = md5.filter_map(|at| u8::from_str_radix(kept.get(at..at + 2)?, 16).ok()).collect();
        Ok((path, md5))
    }

    pub(crate) fn abort(&self, id: &str) -> S3Result<()> {
        fs::remove_dir_all(self.path(id)?).map_err(internal)
    }

    fn path(&self, id: &str) -> S3Result<PathBuf> {
        let is_ours = id.strip_prefix("upload-").is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
        let path = self.folder.uploads().join(id);
        if !is_ours || !path.is_dir() {
            return Err(s3_error!(NoSuchUpload));
        }
        Ok(path)
    }
}
