//! Tokens.

use std::time::Duration;

use rushes_model::Scope;
use rushes_store::{Error, NewToken};

use crate::database::Database;

fn wanted(expires_in: Option<Duration>) -> NewToken {
    NewToken { name: "app".into(), scopes: vec![Scope::JobsRead, Scope::JobsWrite], expires_in }
}

pub(crate) async fn a_token_is_found_by_its_secret_alone(db: Database) {
    let (token, secret) = db.write().create_token(wanted(None)).await.unwrap();
    assert_eq!(db.read().find_token(secret.reveal()).await.unwrap(), Some(token.clone()));
    assert_eq!(token.scopes, [Scope::JobsRead, Scope::JobsWrite]);
    let (other, _) = db.write().create_token(wanted(None)).await.unwrap();
    let mixed = secret.reveal().replace(&token.id, &other.id);
    assert_eq!(db.read().find_token(&mixed).await.unwrap(), None);
    assert_eq!(db.read().find_token("rsh_").await.unwrap(), None);
}

pub(crate) async fn of_a_token_only_a_hash_is_kept(db: Database) {
    let (_, secret) = db.write().create_token(wanted(None)).await.unwrap();
    let hidden = secret.reveal().rsplit('_').next().unwrap().to_owned();
    let kept = format!("{:?}", db.read().tokens().await.unwrap());
    assert!(!kept.contains(&hidden));
    db.execute(&format!("DELETE FROM api_tokens WHERE secret_hash = '{hidden}'")).await;
    assert_eq!(db.read().tokens().await.unwrap().len(), 1);
}

pub(crate) async fn a_token_that_was_revoked_is_good_no_more(db: Database) {
    let (token, secret) = db.write().create_token(wanted(None)).await.unwrap();
    assert!(db.read().has_tokens().await.unwrap());
    let revoked = db.write().revoke_token(&token.id).await.unwrap();
    assert!(revoked.revoked_at_ms.is_some());
    assert_eq!(db.read().find_token(secret.reveal()).await.unwrap(), None);
    assert!(!db.read().has_tokens().await.unwrap());
    assert_eq!(db.write().revoke_token(&token.id).await.unwrap(), revoked);
    assert!(matches!(db.write().revoke_token("0123").await, Err(Error::UnknownToken(_))));
}

pub(crate) async fn a_token_ends_at_its_time(db: Database) {
    let (_, lasting) = db.write().create_token(wanted(Some(Duration::from_secs(3_600)))).await.unwrap();
    let (_, over) = db.write().create_token(wanted(Some(Duration::ZERO))).await.unwrap();
    assert!(db.read().find_token(lasting.reveal()).await.unwrap().is_some());
    assert_eq!(db.read().find_token(over.reveal()).await.unwrap(), None);
}

pub(crate) async fn the_last_use_is_kept_to_the_minute(db: Database) {
    let (token, _) = db.write().create_token(wanted(None)).await.unwrap();
    db.write().touch_token(&token.id).await.unwrap();
    db.execute("UPDATE api_tokens SET last_used_at = last_used_at - 30000").await;
    let used = db.read().tokens().await.unwrap()[0].last_used_at_ms;
    assert!(used.is_some());
    db.write().touch_token(&token.id).await.unwrap();
    assert_eq!(db.read().tokens().await.unwrap()[0].last_used_at_ms, used);
    db.execute("UPDATE api_tokens SET last_used_at = last_used_at - 60000").await;
    db.write().touch_token(&token.id).await.unwrap();
    assert!(db.read().tokens().await.unwrap()[0].last_used_at_ms > used);
}
