//! Ranges of one address.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::Uri;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use rushes_model::{ETag, Identity};
use sha2::{Digest, Sha256};

use super::client::{Answer, Client, failure};
use crate::error::Error;
use crate::fetch::{FIRST, Fetch, Frames, Opening, Pending, collect};

/// An object, by address.
pub(crate) struct HttpsObject {
    client: Arc<Client>,
    asked: Uri,
    /// Where redirects led: asked at once from then on, until it refuses.
    at: Mutex<Uri>,
    name: String,
}

impl HttpsObject {
    /// `name` is the address as errors may show it.
    pub(crate) fn new(client: Arc<Client>, url: &str, name: String) -> Result<Self, Error> {
        let parsed = url.parse::<Uri>();
        let asked = parsed.map_err(|source| Error::Configuration { object: name.clone(), source: source.into() })?;
        Ok(Self { client, at: Mutex::new(asked.clone()), asked, name })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The current version; none where there is nothing. By a byte, not by HEAD: addresses that are signed are signed
    /// for GET.
    pub(crate) async fn head(&self) -> Result<Option<Identity>, Error> {
        match self.begin(1).await {
            Ok((identity, _)) => Ok(Some(identity)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The whole object in one answer, from a server without ranges; and its length, where the server says it.
    pub(crate) async fn whole(&self) -> Result<(Identity, Option<u64>, Box<dyn Frames>), Error> {
        let answer = self.client.get(&self.asked, &[], &self.name).await?;
        if answer.head.status != 200 {
            return Err(failure(&answer.head, &self.name, false));
        }
        let length = answer.head.whole_length(&self.name)?;
        let identity = answer.head.identity(length.unwrap_or_default(), self.place());
        Ok((identity, length, self.frames(answer.body)))
    }

    async fn begin(&self, first: u64) -> Result<(Identity, Option<(u64, Incoming)>), Error> {
        let headers = [("range", format!("bytes=0-{}", first.saturating_sub(1)))];
        let Answer { head, body, from } = self.client.get(&self.asked, &headers, &self.name).await?;
        if head.status == 416 && head.content_range.as_deref() == Some("bytes */0") {
            return Ok((head.identity(0, self.place()), None));
        }
        if !matches!(head.status, 200 | 206) {
            return Err(failure(&head, &self.name, false));
        }
        let no_ranges = |why: &str| Error::NoRanges { object: self.name.clone(), why: why.to_owned() };
        if head.status == 200 && head.whole_length(&self.name)?.is_none_or(|size| size > first) {
            return Err(no_ranges("it sends the whole object where a range is asked for"));
        }
        let (identity, held) = head.identify(first, &self.name, self.place())?;
        let is_strong = identity.etag.as_ref().is_some_and(ETag::is_strong);
        if !is_strong && identity.modified.is_none() && identity.size > held {
            return Err(no_ranges("it gives neither a strong entity tag nor a date, so versions can't be told apart"));
        }
        *self.at.lock().unwrap_or_else(PoisonError::into_inner) = from;
        Ok((identity, Some((held, body))))
    }

    /// The address, with what may be a signature in it made unreadable.
    fn place(&self) -> String {
        let (scheme, host) =
            (self.asked.scheme_str().unwrap_or_default(), self.asked.authority().map_or("", |a| a.as_str()));
        let query = self.asked.query().map(|query| {
            let digest = Sha256::digest(query);
            let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
            format!("?{hex}")
        });
        format!("{scheme}://{host}{}{}", self.asked.path(), query.unwrap_or_default())
    }

    fn frames(&self, body: Incoming) -> Box<dyn Frames> {
        Box::new(HttpsFrames { body, name: self.name.clone() })
    }
}

impl Opening for HttpsObject {
    fn open(&self) -> Pending<'_, Result<(Identity, Bytes), Error>> {
        Box::pin(async {
            let (identity, begun) = self.begin(FIRST).await?;
            let held = match begun {
                Some((held, body)) => collect(self.frames(body), held, &self.name).await?,
                None => Bytes::new(),
            };
            Ok((identity, held))
        })
    }
}

impl Fetch for HttpsObject {
    fn get<'a>(&'a self, identity: &'a Identity, range: Range<u64>) -> Pending<'a, Result<Box<dyn Frames>, Error>> {
        Box::pin(async move {
            let mut headers = vec![("range", format!("bytes={}-{}", range.start, range.end.saturating_sub(1)))];
            match (&identity.etag, &identity.modified) {
                (Some(etag), _) if etag.is_strong() => headers.push(("if-match", etag.as_str().to_owned())),
                (_, Some(date)) => headers.push(("if-unmodified-since", date.clone())),
                (_, None) => {}
            }
            let at = self.at.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let answer = self.client.get(&at, &headers, &self.name).await?;
            if !matches!(answer.head.status, 200 | 206) {
                return Err(failure(&answer.head, &self.name, true));
            }
            answer.head.check(identity, &range, &self.name)?;
            Ok(self.frames(answer.body))
        })
    }

    /// Begins again at the address that was given: where it led may have been signed for a while only.
    fn refresh(&self) -> bool {
        let mut at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        let has_led = *at != self.asked;
        *at = self.asked.clone();
        has_led
    }
}

struct HttpsFrames {
    body: Incoming,
    name: String,
}

impl Frames for HttpsFrames {
    fn next(&mut self) -> Pending<'_, Result<Option<Bytes>, Error>> {
        Box::pin(async {
            loop {
                match self.body.frame().await {
                    None => return Ok(None),
                    Some(Ok(frame)) => {
                        if let Ok(bytes) = frame.into_data() {
                            return Ok(Some(bytes));
                        }
                    }
                    Some(Err(source)) => {
                        let what = "the answer broke off".to_owned();
                        return Err(Error::Unavailable {
                            object: self.name.clone(),
                            what,
                            source: Some(source.into()),
                        });
                    }
                }
            }
        })
    }
}
