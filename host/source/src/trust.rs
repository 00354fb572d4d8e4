//! Whose certificates are believed.

use std::error::Error as StdError;
use std::io;
use std::path::Path;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::error::Error;

/// A file of authorities' certificates, each looked at: what comes behind takes them for granted.
pub(crate) fn read_bundle(path: &Path) -> Result<Vec<u8>, Error> {
    let refused = |source| Error::File { path: path.display().to_string(), source };
    let text = std::fs::read(path).map_err(refused)?;
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&text) {
        let certificate = certificate.map_err(|error| refused(io::Error::other(error.to_string())))?;
        store.add(certificate).map_err(|error| refused(io::Error::other(error)))?;
    }
    if store.is_empty() {
        return Err(refused(io::Error::other("there is no certificate in it (PEM)")));
    }
    Ok(text)
}

/// The system's authorities, and those of a file.
pub(crate) fn authorities(bundle: Option<&Path>) -> Result<RootCertStore, Error> {
    let mut store = RootCertStore::empty();
    // Systems have some that nobody can parse; the others count.
    store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = bundle {
        let text = read_bundle(path)?;
        store.add_parsable_certificates(CertificateDer::pem_slice_iter(&text).flatten());
    }
    Ok(store)
}

/// Whether a connection failed because of the server's certificate.
pub(crate) fn is_untrusted(error: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(rustls::Error::InvalidCertificate(_)) = error.downcast_ref() {
            return true;
        }
        // An `io::Error` shows as its source not what it holds, but that one's source.
        let held = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = held.map(|held| held as &(dyn StdError + 'static)).or_else(|| error.source());
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_certificate_is_no_bundle() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        let refused = |text: &str| {
            std::fs::write(&path, text).unwrap();
            read_bundle(&path).is_err()
        };
        assert!(refused(""));
        assert!(refused("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"));
        assert!(refused("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"));
        assert!(read_bundle(Path::new("/nowhere/ca.pem")).is_err());
    }
}
