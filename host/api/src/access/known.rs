//! Tokens that were good a moment ago, so that not every request asks the database.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rushes_store::Token;
use sha2::{Digest, Sha256};

use crate::deps::Deps;
use crate::problem::Problem;

/// How long a token is believed: a revoked one is refused everywhere after this.
const BELIEVED: Duration = Duration::from_secs(5);
/// More are asked for each time.
const MOST: usize = 10_000;

/// Tokens by the hash of their whole text: the secret itself is kept nowhere.
#[derive(Debug, Default)]
pub(crate) struct Known {
    tokens: Mutex<HashMap<[u8; 32], (Token, Instant)>>,
}

impl Known {
    /// Whether it was good a moment ago.
    pub(crate) fn has(&self, presented: &str) -> bool {
        self.recall(&digest(presented)).is_some()
    }

    /// The token, if it is good.
    pub(crate) async fn find(&self, deps: &Deps, presented: &str) -> Result<Option<Token>, Problem> {
        let digest = digest(presented);
        if let Some(token) = self.recall(&digest) {
            return Ok(Some(token));
        }
        let Some(token) = deps.store.find_token(presented).await? else { return Ok(None) };
        if let Err(error) = deps.write.touch_token(&token.id).await {
            tracing::warn!(%error, "the use of a token could not be noted");
        }
        let mut tokens = self.lock();
        let now = Instant::now();
        if tokens.len() >= MOST {
            tokens.retain(|_, (_, until)| *until > now);
        }
        if tokens.len() < MOST {
            tokens.insert(digest, (token.clone(), now + BELIEVED));
        }
        Ok(Some(token))
    }

    fn recall(&self, digest: &[u8; 32]) -> Option<Token> {
        let tokens = self.lock();
        tokens.get(digest).filter(|(_, until)| *until > Instant::now()).map(|(token, _)| token.clone())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<[u8; 32], (Token, Instant)>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn digest(presented: &str) -> [u8; 32] {
    Sha256::digest(presented.as_bytes()).into()
}
