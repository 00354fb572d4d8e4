//! Objects at https addresses: the same promises, from a server that knows nothing of S3's signatures.

use rushes_devs3::{Action, Config, Running, Server, When};
use rushes_model::private::PrivateHosts;
use rushes_model::{ByteSize, Class, Classify, Code, ObjectRef, Reason};
use rushes_source::{Error, Object, Storage, StorageConfig, Whole};
use tempfile::TempDir;

use crate::content::{self, drain};
use crate::secure::Secure;
use crate::world::options;

const SIZE: u64 = 5_000_000;
const HELD: u64 = 1 << 20;
const PART: u64 = 256 << 10;

/// A folder behind TLS, open to all.
struct Web {
    folder: TempDir,
    server: Running,
    secure: Secure,
}

impl Web {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("web")).unwrap();
        let server = Server::start(Config::new(folder.path())).await.unwrap();
        let secure = Secure::start(server.address(), "localhost").await;
        let web = Self { folder, server, secure };
        web.write(0);
        web
    }

    fn write(&self, version: u64) {
        let draft = self.folder.path().join("draft");
        std::fs::write(&draft, content::bytes(version, 0..SIZE)).unwrap();
        std::fs::rename(draft, self.folder.path().join("web/object")).unwrap();
    }

    fn url(&self, key: &str) -> String {
        format!("{}/web/{key}", self.secure.endpoint("localhost"))
    }

    fn storage(&self, allowed: &str) -> Storage {
        self.storage_with(allowed, None)
    }

    fn storage_with(&self, allowed: &str, whole: Option<Whole>) -> Storage {
        Storage::new(StorageConfig {
            whole,
            ca_bundle: Some(self.secure.authority()),
            allow_private: PrivateHosts::parse(allowed).unwrap(),
            ..StorageConfig::default()
        })
    }

    async fn open(&self, key: &str) -> Result<Object, Error> {
        self.storage("localhost").open(&ObjectRef::https(&self.url(key)).unwrap(), options()).await
    }

    /// All of the object, under faults that begin after it was opened.
    async fn read(&self, when: When, action: Action) -> Result<Object, Error> {
        let object = self.open("object").await?;
        self.server.faults().add(when, action);
        let (runs, end) = drain(&mut object.stream(vec![0..SIZE]), 0).await;
        end?;
        assert_eq!(runs, [0..SIZE]);
        Ok(object)
    }

    fn redirect(&self, to: &str) {
        let moved = || When::get().key("moved");
        self.server.faults().add(moved(), Action::Status { status: 302, code: "Found" });
        self.server.faults().add(moved(), Action::Header { name: "location", value: to.to_owned() });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_https_address_is_read_by_ranges_of_one_version() {
    let web = Web::start().await;
    let object = web.read(When::get().first(0), Action::Whole).await.unwrap();
    assert_eq!(object.identity().size, SIZE);
    let etag = object.identity().etag.as_ref().unwrap().as_str();
    let gets = web.server.requests();
    assert_eq!(gets[0].range, Some(0..HELD));
    assert!(gets.iter().skip(1).all(|get| get.if_match.as_deref() == Some(etag)), "{gets:?}");
    assert!(gets.iter().all(|get| get.accept_encoding.as_deref() == Some("identity")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_https_address_is_read_through_trouble() {
    let part = || When::get().starting_in(2 * HELD..2 * HELD + PART);
    for (when, action) in [
        (part().first(2), Action::Status { status: 503, code: "SlowDown" }),
        (part().nth(1), Action::Reset { after: Some(100_000) }),
        (part().nth(1), Action::Truncate { after: 70_001 }),
    ] {
        let web = Web::start().await;
        let object = web.read(when, action).await.unwrap();
        assert!(object.stats().retries >= 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_https_address_that_changes_or_goes_while_it_is_read_says_so() {
    for does_server_care in [true, false] {
        let web = Web::start().await;
        let object = web.open("object").await.unwrap();
        if !does_server_care {
            web.server.faults().add(When::get(), Action::IgnoreConditions);
        }
        web.write(1);
        let (_, end) = drain(&mut object.stream(vec![0..SIZE]), 0).await;
        assert!(matches!(end, Err(Error::Changed { .. })), "{end:?}");
    }
    let web = Web::start().await;
    let end = web.read(When::get(), Action::Status { status: 404, code: "NoSuchKey" }).await;
    assert!(matches!(end, Err(Error::Gone { .. })), "{end:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_address_is_refused_before_anything_is_sent() {
    let web = Web::start().await;
    let port = web.secure.endpoint("").rsplit(':').next().unwrap().to_owned();
    for (allowed, host) in [("", "localhost"), ("", "127.0.0.1"), ("10.0.0.0/8", "localhost"), ("other", "[::1]")] {
        let object = ObjectRef::https(&format!("https://{host}:{port}/web/object")).unwrap();
        let error = web.storage(allowed).open(&object, options()).await.err().unwrap();
        assert!(matches!(error, Error::Refused { .. }), "{host}: {error}");
        assert_eq!((error.class(), error.code()), (Class::Permanent(Reason::Storage), Code::StorageDenied));
        assert!(error.help().unwrap().contains("HTTPS_ALLOW_PRIVATE"));
    }
    assert_eq!(web.secure.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_followed_once_and_then_asked_where_it_led() {
    let web = Web::start().await;
    web.redirect(&web.url("object"));
    let object = web.open("moved").await.unwrap();
    let (_, end) = drain(&mut object.stream(vec![0..SIZE]), 0).await;
    end.unwrap();
    let asked = |key: &str| web.server.requests().iter().filter(|get| get.key == key).count();
    assert_eq!(asked("moved"), 1);
    // Where it led was signed for a while.
    let refused = When::get().key("object").starting_in(3 * HELD..SIZE).nth(1);
    web.server.faults().add(refused, Action::Status { status: 403, code: "Expired" });
    let (_, end) = drain(&mut object.stream(vec![0..SIZE]), 0).await;
    end.unwrap();
    assert_eq!(asked("moved"), 2, "asked again at the address that was given");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_leads_to_no_address_that_would_have_been_refused() {
    for target in ["https://169.254.169.254/latest/meta-data", "https://127.0.0.1/x", "http://localhost/x", "//[::1]/x"]
    {
        let web = Web::start().await;
        web.redirect(target);
        let error = web.open("moved").await.err().unwrap();
        assert!(matches!(error, Error::Refused { .. }), "{target}: {error}");
    }
    let web = Web::start().await;
    web.redirect(&web.url("moved"));
    let error = web.open("moved").await.err().unwrap();
    assert!(error.to_string().contains("redirects"), "{error}");
    assert!(web.server.requests().len() <= 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_ranges_or_without_versions_says_what_to_do() {
    let web = Web::start().await;
    web.server.faults().add(When::get(), Action::Whole);
    let error = web.open("object").await.err().unwrap();
    assert!(matches!(error, Error::NoRanges { .. }), "{error}");
    assert!(error.help().unwrap().contains("ENABLE_STREAMING_PROCESSING=false"));
    let web = Web::start().await;
    for name in ["etag", "last-modified"] {
        web.server.faults().add(When::get(), Action::NoHeader { name });
    }
    let error = web.open("object").await.err().unwrap();
    assert!(matches!(error, Error::NoRanges { .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_ranges_is_read_from_a_copy() {
    for has_length in [true, false] {
        let web = Web::start().await;
        web.server.faults().add(When::get(), Action::Whole);
        if !has_length {
            web.server.faults().add(When::get(), Action::NoHeader { name: "content-length" });
        }
        let whole = Whole { folder: web.folder.path().join("temporary"), limit: ByteSize::mib(16) };
        let object = ObjectRef::https(&web.url("object")).unwrap();
        let opened = web.storage_with("localhost", Some(whole)).open(&object, options()).await.unwrap();
        assert_eq!(opened.identity().size, SIZE);
        let (runs, end) = drain(&mut opened.stream(vec![0..SIZE]), 0).await;
        end.unwrap();
        assert_eq!(runs, [0..SIZE]);
        let narrow = Whole { folder: web.folder.path().join("narrow"), limit: ByteSize::mib(1) };
        let error = web.storage_with("localhost", Some(narrow)).open(&object, options()).await.err().unwrap();
        assert!(matches!(error, Error::NoRoom { .. }), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_https_address_is_looked_at_without_reading_it() {
    let web = Web::start().await;
    let storage = web.storage("127.0.0.0/8,::1");
    let head = storage.head(&ObjectRef::https(&web.url("object?signature=hush")).unwrap()).await.unwrap().unwrap();
    assert_eq!(head.size, SIZE);
    assert!(!head.place.contains("hush"), "{}", head.place);
    assert!(storage.head(&ObjectRef::https(&web.url("nothing")).unwrap()).await.unwrap().is_none());
    assert!(web.server.requests().iter().all(|get| get.sent <= 1000), "a byte each, or an error's text");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_wants_to_know_who_asks_is_told_from_one_that_is_away() {
    let web = Web::start().await;
    web.server.faults().add(When::get(), Action::Status { status: 403, code: "AccessDenied" });
    let error = web.open("object").await.err().unwrap();
    assert!(matches!(error, Error::Denied { .. }), "{error}");
    assert!(error.help().unwrap().contains("signed"));
}
