//! The operations that `s3s` calls.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom};
use std::ops::Range;

use futures_util::StreamExt;
use md5::{Digest, Md5};
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, Bucket, CompleteMultipartUploadInput,
    CompleteMultipartUploadOutput, CreateBucketInput, CreateBucketOutput, CreateMultipartUploadInput,
    CreateMultipartUploadOutput, DeleteBucketInput, DeleteBucketOutput, DeleteObjectInput, DeleteObjectOutput, ETag,
    ETagCondition, GetBucketLocationInput, GetBucketLocationOutput, GetObjectInput, GetObjectOutput, HeadBucketInput,
    HeadBucketOutput, HeadObjectInput, HeadObjectOutput, ListBucketsInput, ListBucketsOutput, ListObjectsV2Input,
    ListObjectsV2Output, ListPartsInput, ListPartsOutput, PutObjectInput, PutObjectOutput, StreamingBlob,
    UploadPartInput, UploadPartOutput,
};
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufWriter};
use tokio::task::spawn_blocking;
use tokio_util::io::ReaderStream;

use crate::conditions::Conditions;
use crate::folder::{Folder, Found, internal, modified};
use crate::front::Blindness;
use crate::listing;
use crate::tags::{Tag, hex};
use crate::uploads::Uploads;

/// Bytes of one read of a file.
const READ: usize = 256 << 10;

/// The folder as S3.
#[derive(Clone, Debug)]
pub(crate) struct Objects {
    folder: Folder,
    uploads: Uploads,
}

impl Objects {
    pub(crate) fn new(folder: Folder) -> Self {
        Self { uploads: Uploads::new(folder.clone()), folder }
    }

    async fn find(&self, bucket: String, key: String) -> S3Result<Found> {
        let folder = self.folder.clone();
        blocking(move || folder.find(&bucket, &key)).await
    }
}

#[async_trait::async_trait]
impl S3 for Objects {
    async fn get_object(&self, request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let blind = request.extensions.get::<Blindness>().copied().unwrap_or_default();
        let mut input = request.input;
        if blind.to_range {
            input.range = None;
        }
        let found = self.find(input.bucket, input.key).await?;
        let etag = ETag::Strong(found.tag.etag.clone());
        let conditions = Conditions {
            if_match: input.if_match,
            if_none_match: input.if_none_match,
            if_modified_since: input.if_modified_since,
            if_unmodified_since: input.if_unmodified_since,
        };
        if !blind.to_conditions {
            conditions.check(&etag, found.modified)?;
        }
        let span = match &input.range {
            Some(range) => range.check(found.size)?,
            None => 0..found.size,
        };
        let content_range = input.range.map(|_| format!("bytes {}-{}/{}", span.start, span.end - 1, found.size));
        Ok(S3Response::new(GetObjectOutput {
            content_length: Some(length(span.end - span.start)),
            content_range,
            accept_ranges: Some("bytes".to_owned()),
            content_type: found.tag.content_type.clone(),
            e_tag: Some(etag),
            last_modified: Some(found.modified.into()),
            body: Some(body(found.file, &span)?),
            ..GetObjectOutput::default()
        }))
    }

    async fn head_object(&self, request: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
        let input = request.input;
        let found = self.find(input.bucket, input.key).await?;
        let etag = ETag::Strong(found.tag.etag.clone());
        let conditions = Conditions {
            if_match: input.if_match,
            if_none_match: input.if_none_match,
            if_modified_since: input.if_modified_since,
            if_unmodified_since: input.if_unmodified_since,
        };
        conditions.check(&etag, found.modified)?;
        Ok(S3Response::new(HeadObjectOutput {
            content_length: Some(length(found.size)),
            accept_ranges: Some("bytes".to_owned()),
            content_type: found.tag.content_type,
            e_tag: Some(etag),
            last_modified: Some(found.modified.into()),
            ..HeadObjectOutput::default()
        }))
    }

    async fn put_object(&self, request: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        let input = request.input;
        self.folder.object(&input.bucket, &input.key)?;
        let existing = self.find(input.bucket.clone(), input.key.clone()).await.ok();
        check_write(input.if_match.as_ref(), input.if_none_match.as_ref(), existing.as_ref())?;
        let draft = self.folder.draft();
        let digest = write(&draft, input.body).await?;
        let folder = self.folder.clone();
        let tag = Tag { etag: hex(&digest), content_type: input.content_type };
        let etag = ETag::Strong(tag.etag.clone());
        blocking(move || folder.publish(&draft, &input.bucket, &input.key, &tag)).await?;
        Ok(S3Response::new(PutObjectOutput { e_tag: Some(etag), ..PutObjectOutput::default() }))
    }

    async fn delete_object(&self, request: S3Request<DeleteObjectInput>) -> S3Result<S3Response<DeleteObjectOutput>> {
        let folder = self.folder.clone();
        blocking(move || folder.remove(&request.input.bucket, &request.input.key)).await?;
        Ok(S3Response::new(DeleteObjectOutput::default()))
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let folder = self.folder.clone();
        let output = blocking(move || listing::list(&folder, request.input)).await?;
        Ok(S3Response::new(output))
    }

    async fn list_buckets(&self, _request: S3Request<ListBucketsInput>) -> S3Result<S3Response<ListBucketsOutput>> {
        let folder = self.folder.clone();
        let buckets = blocking(move || buckets(&folder)).await?;
        Ok(S3Response::new(ListBucketsOutput { buckets: Some(buckets), ..ListBucketsOutput::default() }))
    }

    async fn create_bucket(&self, request: S3Request<CreateBucketInput>) -> S3Result<S3Response<CreateBucketOutput>> {
        let path = self.folder.root().join(&request.input.bucket);
        if path.exists() {
            return Err(s3_error!(BucketAlreadyOwnedByYou));
        }
        fs::create_dir(path).map_err(internal)?;
        let location = Some(format!("/{}", request.input.bucket));
        Ok(S3Response::new(CreateBucketOutput { location }))
    }

    async fn head_bucket(&self, request: S3Request<HeadBucketInput>) -> S3Result<S3Response<HeadBucketOutput>> {
        self.folder.bucket(&request.input.bucket)?;
        Ok(S3Response::new(HeadBucketOutput::default()))
    }

    async fn delete_bucket(&self, request: S3Request<DeleteBucketInput>) -> S3Result<S3Response<DeleteBucketOutput>> {
        let path = self.folder.bucket(&request.input.bucket)?;
        fs::remove_dir(path).map_err(|_| s3_error!(BucketNotEmpty))?;
        Ok(S3Response::new(DeleteBucketOutput::default()))
    }

    async fn get_bucket_location(
        &self,
        request: S3Request<GetBucketLocationInput>,
    ) -> S3Result<S3Response<GetBucketLocationOutput>> {
        self.folder.bucket(&request.input.bucket)?;
        Ok(S3Response::new(GetBucketLocationOutput::default()))
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        let uploads = self.uploads.clone();
        Ok(S3Response::new(blocking(move || uploads.create(request.input)).await?))
    }

    async fn upload_part(&self, request: S3Request<UploadPartInput>) -> S3Result<S3Response<UploadPartOutput>> {
        Ok(S3Response::new(self.uploads.part(request.input).await?))
    }

    async fn list_parts(&self, request: S3Request<ListPartsInput>) -> S3Result<S3Response<ListPartsOutput>> {
        let uploads = self.uploads.clone();
        Ok(S3Response::new(blocking(move || uploads.list(request.input)).await?))
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let uploads = self.uploads.clone();
        Ok(S3Response::new(blocking(move || uploads.complete(request.input)).await?))
    }

    async fn abort_multipart_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        let uploads = self.uploads.clone();
        blocking(move || uploads.abort(&request.input.upload_id)).await?;
        Ok(S3Response::new(AbortMultipartUploadOutput::default()))
    }
}

/// `If-Match` and `If-None-Match` of a write.
fn check_write(
    if_match: Option<&ETagCondition>,
    if_none_match: Option<&ETagCondition>,
    existing: Option<&Found>,
) -> S3Result<()> {
    let is = |condition: &ETagCondition| match (condition, existing) {
        (ETagCondition::Any, found) => found.is_some(),
        (ETagCondition::ETag(etag), Some(found)) => etag.value() == found.tag.etag,
        (ETagCondition::ETag(_), None) => false,
    };
    if if_match.is_some_and(|condition| !is(condition)) || if_none_match.is_some_and(is) {
        return Err(s3_error!(PreconditionFailed));
    }
    Ok(())
}

/// Writes a body to a new file; its MD5.
pub(crate) async fn write(path: &std::path::Path, body: Option<StreamingBlob>) -> S3Result<[u8; 16]> {
    let mut file = BufWriter::with_capacity(READ, tokio::fs::File::create_new(path).await.map_err(internal)?);
    let mut digest = Md5::new();
    if let Some(mut body) = body {
        while let Some(bytes) = body.next().await {
            let bytes = bytes.map_err(|error| s3_error!(IncompleteBody, "{error}"))?;
            digest.update(&bytes);
            file.write_all(&bytes).await.map_err(internal)?;
        }
    }
    file.flush().await.map_err(internal)?;
    Ok(digest.finalize().into())
}

fn body(mut file: File, span: &Range<u64>) -> S3Result<StreamingBlob> {
    file.seek(SeekFrom::Start(span.start)).map_err(internal)?;
    let mut file = tokio::fs::File::from_std(file);
    file.set_max_buf_size(READ);
    let bytes = ReaderStream::with_capacity(file.take(span.end - span.start), READ);
    Ok(StreamingBlob::wrap(bytes))
}

fn buckets(folder: &Folder) -> S3Result<Vec<Bucket>> {
    let mut buckets = Vec::new();
    for entry in fs::read_dir(folder.root()).map_err(internal)? {
        let entry = entry.map_err(internal)?;
        let metadata = entry.metadata().map_err(internal)?;
        if let Ok(name) = entry.file_name().into_string()
            && metadata.is_dir()
            && !name.starts_with('.')
        {
            let creation_date = Some(modified(&metadata).into());
            buckets.push(Bucket { name: Some(name), creation_date, ..Bucket::default() });
        }
    }
    buckets.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(buckets)
}

/// A file's length as S3's types have it; no file is longer.
pub(crate) fn length(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> S3Result<T> + Send + 'static) -> S3Result<T> {
    spawn_blocking(work).await.unwrap_or_else(|_| Err(s3_error!(InternalError)))
}
