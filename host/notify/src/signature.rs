//! Signatures, after Standard Webhooks 1.0.0, "Signature scheme".

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What an endpoint and we know alone.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Reads `whsec_` and the base64 of 24 to 64 bytes; none for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text.strip_prefix("whsec_")?).ok()?;
        (24..=64).contains(&bytes.len()).then_some(Self(bytes))
    }
}

/// The value of `webhook-signature`: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`, for each secret, with a
/// space between. A receiver that knows one of them is content.
pub fn sign(secrets: &[Secret], id: &str, timestamp_s: u64, body: &str) -> String {
    let signatures: Vec<String> = secrets.iter().map(|secret| signature(secret, id, timestamp_s, body)).collect();
    signatures.join(" ")
}

fn signature(secret: &Secret, id: &str, timestamp_s: u64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(&secret.0).expect("HMAC takes keys of every length");
    mac.update(format!("{id}.{timestamp_s}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The message that the reference libraries of Standard Webhooks test themselves with.
    #[test]
    fn a_signature_is_the_reference_libraries_own() {
        let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature = sign(&[secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn while_a_secret_is_replaced_both_sign() {
        let old = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let new = Secret::parse("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX").unwrap();
        let both = sign(&[new.clone(), old.clone()], "id", 1, "body");
        let each = [sign(&[new], "id", 1, "body"), sign(&[old], "id", 1, "body")];
        assert_eq!(both.split(' ').collect::<Vec<_>>(), each);
        assert_ne!(each[0], each[1]);
    }

    #[test]
    fn a_secret_that_is_none_is_refused() {
        assert!(Secret::parse("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").is_none());
        assert!(Secret::parse("whsec_short").is_none());
        assert!(Secret::parse("whsec_AAAA").is_none());
    }
}
