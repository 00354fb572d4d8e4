//! Tokens of the HTTP interface: `rsh_<id>_<secret>`, shown once, kept as a hash.

use std::fmt;
use std::time::Duration;

use rushes_model::Scope;
use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Set};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::database::{Read, Write};
use crate::entity::api_token::{ActiveModel, Column, Entity, Model};
use crate::readiness::millis;
use crate::{Error, Result};

/// How every token begins, so that one that leaked is found by a search.
const PREFIX: &str = "rsh";
/// Bytes of the part that may be shown, and of the one that may not.
const ID: usize = 8;
const SECRET: usize = 32;
/// How exactly the last use is kept: a write a request would be too many.
const LAST_USED_MS: i64 = 60 * 1000;

/// A token to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// For people: who has it, or what for.
    pub name: String,
    /// What it allows.
    pub scopes: Vec<Scope>,
    /// How long it is good for; none: until it is revoked.
    pub expires_in: Option<Duration>,
}

/// A token as it is kept: without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The part that may be shown.
    pub id: String,
    /// For people.
    pub name: String,
    /// What it allows.
    pub scopes: Vec<Scope>,
    /// When it was made; all moments are milliseconds since 1970.
    pub created_at_ms: i64,
    /// When it ends by itself.
    pub expires_at_ms: Option<i64>,
    /// When it was used last, to the minute.
    pub last_used_at_ms: Option<i64>,
    /// When somebody ended it.
    pub revoked_at_ms: Option<i64>,
}

/// A whole token. Written only where its owner reads it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text that goes behind `Authorization: Bearer`.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(…)")
    }
}

impl Write {
    /// Makes a token. Its secret is given back this once and kept nowhere.
    ///
    /// # Errors
    /// When it has no scope, the machine has no randomness, or the database fails.
    pub async fn create_token(&self, new: NewToken) -> Result<(Token, Secret)> {
        let (id, secret) = (random::<ID>()?, random::<SECRET>()?);
        let transaction = self.begin().await?;
        let now = transaction.now;
        let scopes: Vec<&str> = new.scopes.iter().map(|scope| scope.as_str()).collect();
        let row = ActiveModel {
            id: Set(id.clone()),
            name: Set(new.name),
            secret_hash: Set(hash(&secret)),
            scopes: Set(scopes.join(" ")),
            created_at: Set(now),
            expires_at: Set(new.expires_in.map(|time| now.saturating_add(millis(time)))),
            last_used_at: Set(None),
            revoked_at: Set(None),
        };
        let row = row.insert(&*transaction).await?;
        transaction.commit().await?;
        Ok((token_of(row), Secret(format!("{PREFIX}_{id}_{secret}"))))
    }

    /// Ends a token, by its id. Hosts that know it forget it within seconds.
    ///
    /// # Errors
    /// When there is none of that id, or the database fails.
    pub async fn revoke_token(&self, id: &str) -> Result<Token> {
        let revoked = Func::coalesce([Expr::col(Column::RevokedAt), self.dialect.now()]);
        let rows = Entity::update_many()
            .col_expr(Column::RevokedAt, revoked.into())
            .filter(Column::Id.eq(id))
            .exec_with_returning(&self.pool)
            .await?;
        rows.into_iter().next().map(token_of).ok_or_else(|| Error::UnknownToken(id.to_owned()))
    }

    /// Notes that a token is in use, to the minute.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn touch_token(&self, id: &str) -> Result<()> {
        let earlier = Expr::col(Column::LastUsedAt).lt(self.dialect.now().sub(LAST_USED_MS));
        Entity::update_many()
            .col_expr(Column::LastUsedAt, self.dialect.now())
            .filter(Column::Id.eq(id))
            .filter(Condition::any().add(Column::LastUsedAt.is_null()).add(earlier))
            .exec(&self.pool)
            .await?;
        Ok(())
    }
}

impl Read {
    /// The token that somebody presented, if it is one of ours and still good.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_token(&self, presented: &str) -> Result<Option<Token>> {
        let Some((id, secret)) = parts(presented) else { return Ok(None) };
        let Some(row) = Entity::find_by_id(id).filter(self.is_good()).one(&self.pool).await? else { return Ok(None) };
        let is_same: bool = hash(secret).as_bytes().ct_eq(row.secret_hash.as_bytes()).into();
        Ok(is_same.then(|| token_of(row)))
    }

    /// All tokens, newest first, ended ones among them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tokens(&self) -> Result<Vec<Token>> {
        let rows = Entity::find().order_by_desc(Column::CreatedAt).order_by_desc(Column::Id).all(&self.pool).await?;
        Ok(rows.into_iter().map(token_of).collect())
    }

    /// Whether any token is good.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_tokens(&self) -> Result<bool> {
        Ok(Entity::find().filter(self.is_good()).count(&self.pool).await? > 0)
    }

    fn is_good(&self) -> Condition {
        let lasts =
            Condition::any().add(Column::ExpiresAt.is_null()).add(Expr::col(Column::ExpiresAt).gt(self.dialect.now()));
        Condition::all().add(Column::RevokedAt.is_null()).add(lasts)
    }
}

/// Id and secret of `rsh_<id>_<secret>`.
fn parts(presented: &str) -> Option<(&str, &str)> {
    let (id, secret) = presented.strip_prefix(PREFIX)?.strip_prefix('_')?.split_once('_')?;
    let is_hex =
        |text: &str, bytes: usize| text.len() == bytes * 2 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_hex(id, ID) && is_hex(secret, SECRET)).then_some((id, secret))
}

fn random<const BYTES: usize>() -> Result<String> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(|source| Error::NoRandomness(source.to_string()))?;
    Ok(hexadecimal(&bytes))
}

fn hash(secret: &str) -> String {
    hexadecimal(&Sha256::digest(secret.as_bytes()))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A scope of a newer version is left out: it allows nothing here.
fn token_of(row: Model) -> Token {
    Token {
        id: row.id,
        name: row.name,
        scopes: row.scopes.split(' ').filter_map(|scope| scope.parse().ok()).collect(),
        created_at_ms: row.created_at,
        expires_at_ms: row.expires_at,
        last_used_at_ms: row.last_used_at,
        revoked_at_ms: row.revoked_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_tokens_are_looked_up() {
        let (id, secret) = ("0123456789abcdef", "ab".repeat(32));
        assert_eq!(parts(&format!("rsh_{id}_{secret}")), Some((id, secret.as_str())));
        for other in ["", "rsh", "rsh__", "rsh_0123456789abcdef_ab", "rsx_0123456789abcdef_ab"] {
            assert_eq!(parts(other), None, "{other}");
        }
        assert_eq!(parts(&format!("rsh_{id}_{secret}0")), None);
        assert_eq!(parts(&format!("rsh_{id}_{}é", "a".repeat(62))), None);
    }

    #[test]
    fn a_secret_is_not_shown() {
        assert!(!format!("{:?}", Secret("rsh_hush".into())).contains("hush"));
    }
}
