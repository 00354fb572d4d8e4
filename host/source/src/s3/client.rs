//! The process's client, and the requests that are no ranges.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::interceptors::BeforeDeserializationInterceptorContextRef;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    Builder, ConfigBag, Credentials, IdentityCache, Intercept, ProvideCredentials, RequestChecksumCalculation,
    ResponseChecksumValidation, RuntimeComponents, SharedCredentialsProvider, StalledStreamProtectionConfig,
};
use aws_sdk_s3::error::{BoxError, ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::StorageClass;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use bytes::Bytes;
use rushes_model::Identity;

use super::failure::{Subject, failure};
use crate::answer::Head;
use crate::config::StorageConfig;
use crate::error::Error;
use crate::trust;

/// Longest wait for an answer's head, where no option of a reader says otherwise.
const READ_TIMEOUT: Duration = Duration::from_secs(20);

/// Region that a server other than AWS is told, if none is set: it must be some, and this is what they expect.
const ANY_REGION: &str = "us-east-1";

/// A client of one endpoint.
pub(crate) struct S3 {
    client: RwLock<Client>,
    credentials: Option<SharedCredentialsProvider>,
    endpoint: String,
}

impl S3 {
    /// Finds settings and credentials, those not given in the standard chain.
    pub(crate) async fn connect(config: &StorageConfig) -> Result<Self, Error> {
        let found = load(config).await?;
        let endpoint = config.endpoint.clone().or_else(|| found.endpoint_url().map(str::to_owned));
        let mut builder = Builder::from(&found)
            .force_path_style(config.wants_path_style(endpoint.as_deref()))
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().read_timeout(READ_TIMEOUT).build())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired);
        if let Some(endpoint) = &config.endpoint {
            builder = builder.endpoint_url(endpoint);
        }
        let region = found.region().map_or(ANY_REGION, Region::as_ref).to_owned();
        let s3 = Self {
            client: RwLock::new(Client::from_conf(builder.build())),
            credentials: found.credentials_provider(),
            endpoint: endpoint.unwrap_or_else(|| format!("https://s3.{region}.amazonaws.com")),
        };
        s3.check_credentials().await?;
        Ok(s3)
    }

    /// Whether there are any, so that a missing one is told from a server that doesn't answer.
    async fn check_credentials(&self) -> Result<(), Error> {
        let Some(provider) = &self.credentials else {
            return Err(Error::NoCredentials { source: "the chain found no provider".into() });
        };
        let found = provider.provide_credentials().await;
        found.map(drop).map_err(|source| Error::NoCredentials { source: source.into() })
    }

    pub(crate) fn client(&self) -> Client {
        self.client.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Forgets cached credentials: a client with an empty cache over the same connections.
    pub(crate) fn refresh(&self) {
        let mut client = self.client.write().unwrap_or_else(PoisonError::into_inner);
        let config = client.config().to_builder().identity_cache(IdentityCache::lazy().build());
        *client = Client::from_conf(config.build());
    }

    /// Endpoint, bucket and key.
    pub(crate) fn place(&self, bucket: &str, key: &str) -> String {
        format!("{}/{bucket}/{key}", self.endpoint.trim_end_matches('/'))
    }

    /// The object's version; none where there is no such object.
    pub(crate) async fn head(&self, bucket: &str, key: &str) -> Result<Option<Identity>, Error> {
        let seen = Seen::default();
        let request = self.client().head_object().bucket(bucket).key(key);
        let sent = request.customize().config_override(patient()).interceptor(seen.clone()).send().await;
        match sent {
            Ok(found) => {
                let size = found.content_length.and_then(|size| u64::try_from(size).ok());
                let object = format!("s3://{bucket}/{key}");
                if let Some(class) = archived(found.storage_class(), found.restore()) {
                    return Err(Error::Archived { object, class });
                }
                let size = size.ok_or_else(|| Error::BadAnswer { object, why: "no length".to_owned() })?;
                Ok(Some(seen.head().identity(size, self.place(bucket, key))))
            }
            Err(error) => match self.failed(Subject::Head { bucket, key }, error).await {
                Error::NotFound { .. } => Ok(None),
                // The answer to HEAD has no body that could say more: a request without a key, for an object that is
                // encrypted with one, is the only bad request that this one can be.
                Error::BadAnswer { object, .. } if seen.head().status == 400 => Err(Error::Sealed { object }),
                error => Err(error),
            },
        }
    }

    /// The keys under a prefix from `first` to `last`; none where there are more than so many pages of them.
    pub(crate) async fn list(
        &self,
        bucket: &str,
        prefix: &str,
        first: &str,
        last: &str,
    ) -> Result<Option<BTreeSet<String>>, Error> {
        let mut keys = BTreeSet::new();
        let mut token = None;
        for _ in 0..MOST_PAGES {
            let request = self.client().list_objects_v2().bucket(bucket).prefix(prefix);
            // Begins behind a key, so a little before the first.
            let request = request.start_after(just_before(first)).set_continuation_token(token);
            let sent = request.customize().config_override(patient()).send().await;
            let page = match sent {
                Ok(page) => page,
                Err(error) => return Err(self.failed(Subject::Head { bucket, key: prefix }, error).await),
            };
            for key in page.contents().iter().filter_map(|object| object.key()) {
                if key > last {
                    return Ok(Some(keys));
                }
                keys.insert(key.to_owned());
            }
            token = page.next_continuation_token().map(str::to_owned);
            if token.is_none() {
                return Ok(Some(keys));
            }
        }
        Ok(None)
    }

    pub(crate) async fn put(&self, bucket: &str, key: &str, body: Bytes) -> Result<(), Error> {
        let request = self.client().put_object().bucket(bucket).key(key).body(ByteStream::from(body));
        let sent = request.customize().config_override(patient()).send().await;
        match sent {
            Ok(_) => Ok(()),
            Err(error) => Err(self.failed(Subject::Head { bucket, key }, error).await),
        }
    }

    pub(crate) async fn put_file(&self, bucket: &str, key: &str, path: &Path) -> Result<(), Error> {
        let name = path.display().to_string();
        let body = ByteStream::from_path(path).await;
        let body = body.map_err(|source| Error::File { path: name, source: std::io::Error::other(source) })?;
        let request = self.client().put_object().bucket(bucket).key(key).body(body);
        let sent = request.customize().config_override(patient()).send().await;
        match sent {
            Ok(_) => Ok(()),
            Err(error) => Err(self.failed(Subject::Head { bucket, key }, error).await),
        }
    }

    /// Makes a bucket; one of ours that exists is fine.
    pub(crate) async fn create_bucket(&self, bucket: &str) -> Result<(), Error> {
        let sent = self.client().create_bucket().bucket(bucket).customize().config_override(patient()).send().await;
        match sent {
            Ok(_) => Ok(()),
            Err(error) if error.code() == Some("BucketAlreadyOwnedByYou") => Ok(()),
            Err(error) => Err(self.failed(Subject::Head { bucket, key: "" }, error).await),
        }
    }

    /// The error that a failed request means. Where the request was never sent, a lack of credentials is looked for
    /// first: the SDK reports it like any other failure to send.
    pub(crate) async fn failed<E>(&self, subject: Subject<'_>, error: SdkError<E, HttpResponse>) -> Error
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        if matches!(&error, SdkError::DispatchFailure(cause) if cause.is_other() && cause.as_other().is_none())
            && let Err(missing) = self.check_credentials().await
        {
            return missing;
        }
        failure(subject, error)
    }
}

/// The server's address and the region, without asking for credentials.
pub(crate) async fn find_server(config: &StorageConfig) -> Result<(String, String), Error> {
    let found = load(config).await?;
    let region = found.region().map_or(ANY_REGION, Region::as_ref).to_owned();
    let endpoint = config.endpoint.clone().or_else(|| found.endpoint_url().map(str::to_owned));
    Ok((endpoint.unwrap_or_else(|| format!("https://s3.{region}.amazonaws.com")), region))
}

/// Pages of a thousand keys; more strangers between those that are looked for, and looking for each is cheaper.
const MOST_PAGES: u32 = 10;

/// A text that sorts before this one and behind most that do.
fn just_before(key: &str) -> String {
    let mut shorter = key.to_owned();
    shorter.pop();
    shorter
}

/// The class of an object that can't be read before it is restored.
fn archived(class: Option<&StorageClass>, restore: Option<&str>) -> Option<String> {
    let is_restored = restore.is_some_and(|state| state.contains("ongoing-request=\"false\""));
    let class = class.map(StorageClass::as_str).filter(|class| matches!(*class, "GLACIER" | "DEEP_ARCHIVE"))?;
    (!is_restored).then(|| class.to_owned())
}

async fn load(config: &StorageConfig) -> Result<SdkConfig, Error> {
    let tls = TlsContext::builder().with_trust_store(trusted(config)?).build();
    let tls = tls.map_err(|source| Error::Configuration { object: "AWS_CA_BUNDLE".into(), source: source.into() })?;
    let http = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
    let http = http.tls_context(tls).build_https();
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12()).http_client(http);
    if let Some(credentials) = &config.credentials {
        let credentials = credentials.clone();
        loader = loader.credentials_provider(Credentials::new(
            credentials.key,
            credentials.secret,
            credentials.token,
            None,
            "settings",
        ));
    }
    let region = config.region.clone().or_else(|| config.endpoint.is_some().then(|| ANY_REGION.to_owned()));
    if let Some(region) = region {
        loader = loader.region(Region::new(region));
    }
    Ok(loader.load().await)
}

/// The system's authorities, and those that are named.
fn trusted(config: &StorageConfig) -> Result<TrustStore, Error> {
    let own = config.ca_bundle.as_deref().map(trust::read_bundle).transpose()?;
    Ok(own.map_or_else(TrustStore::default, |own| TrustStore::default().with_pem_certificate(own)))
}

/// Small requests are retried by the SDK.
pub(super) fn patient() -> Builder {
    Builder::new().retry_config(RetryConfig::standard())
}

/// Keeps the head of the last answer, which the SDK's types show only in part.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen(Arc<OnceLock<Head>>);

impl Seen {
    pub(super) fn head(&self) -> Head {
        self.0.get().cloned().unwrap_or_default()
    }
}

impl Intercept for Seen {
    fn name(&self) -> &'static str {
        "head of the answer"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let answer = context.response();
        let text = |name: &str| answer.headers().get(name).map(str::to_owned);
        let head = Head {
            status: answer.status().as_u16(),
            content_range: text("content-range"),
            content_length: text("content-length"),
            content_encoding: text("content-encoding"),
            etag: text("etag"),
            modified: text("last-modified"),
            version: text("x-amz-version-id"),
            retry_after: None,
        };
        // With retries, the answer that counts is the last; only small requests have them, and those that failed had
        // no head that anyone asks for.
        let _ = self.0.set(head);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archived_object_is_told_from_one_that_was_restored() {
        let of = |class: &str, restore| archived(Some(&StorageClass::from(class)), restore);
        assert_eq!(of("GLACIER", None).as_deref(), Some("GLACIER"));
        assert_eq!(of("DEEP_ARCHIVE", Some("ongoing-request=\"true\"")).as_deref(), Some("DEEP_ARCHIVE"));
        assert_eq!(of("GLACIER", Some("ongoing-request=\"false\", expiry-date=\"…\"")), None);
        assert_eq!(of("GLACIER_IR", None), None);
        assert_eq!(archived(None, None), None);
    }
}
