//! The same reads from servers that others wrote: `moto_server`, nginx, and s3rver, which ignores `If-Match`.
//!
//! What the development server proves might be its own opinion; these have theirs. `tests/run` installs them and says
//! where they are; a server that isn't there is skipped, loudly, but never where RUSHES_TEST_ALL_SERVERS is set.

#![expect(clippy::unwrap_used, reason = "these are tests; clippy exempts only the test functions")]
#![expect(clippy::single_range_in_vec_init, reason = "one range is a list of ranges here")]
#![expect(clippy::disallowed_methods, reason = "tests/run says by environment where the servers are")]

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rushes_model::{ByteSize, ObjectRef};
use rushes_source::{Credentials, Error, Options, Reader, Storage, StorageConfig};
use tempfile::TempDir;

const BUCKET: &str = "recordings";
const HELD: u64 = 1 << 20;
const SIZE: u64 = 5_000_000;
const SIZES: [u64; 6] = [0, 1, HELD - 1, HELD, HELD + 1, SIZE];

/// A server of its own, over a folder of its own.
struct Other {
    process: Child,
    folder: TempDir,
    storage: Storage,
    /// It serves the folder as it is, and takes no uploads.
    is_plain: bool,
}

impl Other {
    async fn moto() -> Option<Self> {
        let program =
            named("moto_server", std::env::var("RUSHES_TEST_VENV").ok().map(|venv| venv + "/bin/moto_server"))?;
        Some(
            Self::start(|port, _| arguments(&program, &["-H", "127.0.0.1", "-p", &port.to_string()]), "testing", false)
                .await,
        )
    }

    async fn s3rver() -> Option<Self> {
        let program = named("s3rver", std::env::var("RUSHES_TEST_S3RVER").ok())?;
        let command = |port: u16, folder: &str| {
            let port = port.to_string();
            arguments(&program, &["-d", folder, "-a", "127.0.0.1", "-p", &port, "--silent"])
        };
        Some(Self::start(command, "S3RVER", false).await)
    }

    async fn nginx() -> Option<Self> {
        let program = named(
            "nginx",
            ["/usr/sbin/nginx", "/usr/bin/nginx"]
                .iter()
                .map(|path| (*path).to_owned())
                .find(|path| PathBuf::from(path).exists()),
        )?;
        let command = |port: u16, folder: &str| {
            let config = format!(
                "user root; daemon off; pid {folder}/pid; error_log stderr error; events {{}}\n\
                 http {{ access_log off; client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; \
                 fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;\n\
                 server {{ listen 127.0.0.1:{port}; root {folder}; }} }}\n"
            );
            let path = format!("{folder}/nginx.conf");
            std::fs::write(&path, config).unwrap();
            arguments(&program, &["-p", folder, "-c", &path, "-e", "stderr"])
        };
        Some(Self::start(command, "any", true).await)
    }

    async fn start(command: impl FnOnce(u16, &str) -> Command, key: &str, is_plain: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let mut command = command(port, folder.path().to_str().unwrap());
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        for _ in 0..600 {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let storage = Storage::new(StorageConfig {
            endpoint: Some(format!("http://127.0.0.1:{port}")),
            credentials: Some(Credentials { key: key.into(), secret: key.into(), token: None }),
            ..StorageConfig::default()
        });
        let other = Self { process, folder, storage, is_plain };
        match is_plain {
            true => std::fs::create_dir(other.folder.path().join(BUCKET)).unwrap(),
            false => other.storage.create_bucket(BUCKET).await.unwrap(),
        }
        other
    }

    async fn write(&self, key: &str, version: u64, size: u64) {
        let bytes: Vec<u8> = (0..size).map(|offset| byte(version, offset)).collect();
        if self.is_plain {
            let draft = self.folder.path().join("draft");
            std::fs::write(&draft, bytes).unwrap();
            // Its entity tag is made of size and second: another second for another version.
            let when = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + version);
            std::fs::File::options().append(true).open(&draft).unwrap().set_modified(when).unwrap();
            std::fs::rename(draft, self.folder.path().join(BUCKET).join(key)).unwrap();
        } else {
            self.storage.put(BUCKET, key, bytes).await.unwrap();
        }
    }

    /// Everything that is read of a recording: identity, probes, a stream, sizes at the edges, and a change.
    async fn keeps_the_promises(&self, sizes: &[u64]) {
        assert!(self.storage.head(&object("nothing")).await.unwrap().is_none());
        assert!(matches!(self.storage.open(&object("nothing"), options()).await, Err(Error::NotFound { .. })));
        for size in sizes.iter().copied() {
            self.write("object", 0, size).await;
            let opened = self.storage.open(&object("object"), options()).await.unwrap();
            assert_eq!(opened.identity().size, size);
            let head = self.storage.head(&object("object")).await.unwrap().unwrap();
            assert_eq!(head.etag, opened.identity().etag);
            let (end, failed) = drain(&mut opened.stream(vec![0..size])).await;
            assert!(failed.is_none(), "{failed:?}");
            assert_eq!(end, size);
        }
        let opened = self.storage.open(&object("object"), options()).await.unwrap();
        let tail = opened.read_at(SIZE - 10..SIZE + 10).await.unwrap();
        assert!(tail.iter().zip(SIZE - 10..).all(|(found, offset)| *found == byte(0, offset)) && tail.len() == 10);
        let mut reader = opened.stream(vec![0..SIZE]);
        reader.next().await.unwrap().unwrap();
        self.write("object", 1, SIZE).await;
        let (_, failed) = drain(&mut reader).await;
        assert!(matches!(failed, Some(Error::Changed { .. })), "{failed:?}");
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn moto_server_is_read_like_our_own() {
    if let Some(server) = Other::moto().await {
        server.keeps_the_promises(&SIZES).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nginx_is_read_like_our_own() {
    if let Some(server) = Other::nginx().await {
        server.keeps_the_promises(&SIZES).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s3rver_deceives_nobody_though_it_ignores_if_match() {
    if let Some(server) = Other::s3rver().await {
        server.keeps_the_promises(&SIZES[1..]).await;
        server.write("object", 0, 0).await;
        // It says that the first byte of nothing follows.
        assert!(matches!(server.storage.open(&object("object"), options()).await, Err(Error::BadAnswer { .. })));
        server.write("object", 0, 10).await;
        assert!(!server.storage.heeds_if_match(BUCKET, "object").await.unwrap(), "it is hostile no more: find another");
    }
}

fn named(name: &str, program: Option<String>) -> Option<String> {
    let is_there = program.filter(|program| PathBuf::from(program).exists());
    if is_there.is_none() {
        assert!(std::env::var_os("RUSHES_TEST_ALL_SERVERS").is_none(), "{name} isn't there, and must be");
        eprintln!("SKIPPED: {name} isn't there; `tests/run rooms` installs it");
    }
    is_there
}

fn arguments(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

fn object(key: &str) -> ObjectRef {
    ObjectRef::S3 { bucket: BUCKET.to_owned(), key: key.to_owned() }
}

/// Parts that are small enough for a change to come between them.
fn options() -> Options {
    Options {
        readahead: ByteSize::kib(1024),
        part: Some(ByteSize::kib(256)),
        max_requests: 2,
        hedge_after: None,
        ..Options::default()
    }
}

/// How far it came, each byte being right.
async fn drain(reader: &mut Reader) -> (u64, Option<Error>) {
    let mut end = 0;
    while let Some(next) = reader.next().await {
        match next {
            Ok(chunk) => {
                let wrong =
                    (chunk.offset..).zip(chunk.bytes.iter()).find(|(offset, found)| byte(0, *offset) != **found);
                assert_eq!(wrong, None);
                end = chunk.offset + chunk.bytes.len() as u64;
            }
            Err(error) => return (end, Some(error)),
        }
    }
    (end, None)
}

/// A function of offset and version, so that a byte that is misplaced shows.
fn byte(version: u64, offset: u64) -> u8 {
    let mixed = (offset / 8 + version * 0x1234_5678_9abc).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29)).to_le_bytes()[(offset % 8) as usize]
}
