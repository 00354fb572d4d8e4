//! Where S3 is and how to speak to it.

use std::fmt;
use std::path::PathBuf;

use rushes_model::ByteSize;
use rushes_model::private::PrivateHosts;

/// Settings of a process's one S3 client. The default is AWS as the standard chain finds it.
#[derive(Clone, Debug)]
pub struct StorageConfig {
    /// Address of a server other than AWS: `http://127.0.0.1:9000`.
    pub endpoint: Option<String>,
    /// Region; none = the chain's, and `us-east-1` where an endpoint is given.
    pub region: Option<String>,
    /// Bucket in the path instead of the host name; none = in the path wherever an endpoint outside AWS is given.
    pub path_style: Option<bool>,
    /// Keys; none = the standard chain: environment, profile files, web identity, container, instance.
    pub credentials: Option<Credentials>,
    /// File of certificates (PEM) of authorities that are trusted beside the system's.
    pub ca_bundle: Option<PathBuf>,
    /// Hosts in private networks that https addresses may name.
    pub allow_private: PrivateHosts,
    /// Objects are fetched whole before they are read; none = they are read by ranges where they are.
    pub whole: Option<Whole>,
    /// Requests in flight on this host, all objects together.
    pub max_requests: u32,
}

impl Default for StorageConfig {
    fn default() -> Self {
        Self {
            endpoint: None,
            region: None,
            path_style: None,
            credentials: None,
            ca_bundle: None,
            allow_private: PrivateHosts::none(),
            whole: None,
            max_requests: 48,
        }
    }
}

/// Where objects are kept that are fetched whole.
#[derive(Clone, Debug)]
pub struct Whole {
    /// A folder of the process's own; made if it isn't there. What lies in it is removed.
    pub folder: PathBuf,
    /// Most bytes in it, all objects together. One that must wait for another's room waits.
    pub limit: ByteSize,
}

/// A pair of keys. Its debug text hides the secret.
#[derive(Clone)]
pub struct Credentials {
    /// The access key's id.
    pub key: String,
    /// The secret.
    pub secret: String,
    /// The session's token, with temporary keys.
    pub token: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Credentials").field("key", &self.key).finish_non_exhaustive()
    }
}

impl StorageConfig {
    /// Whether the bucket goes into the path. Few servers other than AWS have the wildcard name that hosts need, and
    /// `bucket.localhost` resolves nowhere.
    pub(crate) fn wants_path_style(&self, endpoint: Option<&str>) -> bool {
        self.path_style.unwrap_or_else(|| endpoint.is_some_and(|address| !is_aws(address)))
    }
}

fn is_aws(endpoint: &str) -> bool {
    let host = endpoint.split("://").last().unwrap_or(endpoint);
    let host = host.split(['/', ':']).next().unwrap_or(host);
    host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_go_into_the_path_everywhere_but_at_aws() {
        let config = StorageConfig::default();
        assert!(config.wants_path_style(Some("http://localhost:9000")));
        assert!(config.wants_path_style(Some("https://minio.example.org")));
        assert!(!config.wants_path_style(Some("https://s3.eu-central-1.amazonaws.com/")));
        assert!(!config.wants_path_style(None));
    }

    #[test]
    fn a_secret_is_not_shown() {
        let credentials = Credentials { key: "id".into(), secret: "hush".into(), token: Some("hush".into()) };
        assert!(!format!("{credentials:?}").contains("hush"));
    }
}
