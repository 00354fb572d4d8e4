//! Where nothing is fetched from: private networks that nobody named.
//!
//! Whoever may create a job may name an address, and without this could have the host read what only the host can reach.
//! Names are resolved here, so that the address that was looked at is the one that is connected to.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::vec;

use http::Uri;
use hyper_util::client::legacy::connect::dns::Name;
use rushes_model::private::{PrivateHosts, private_kind};
use tower_service::Service;

/// Says which addresses may be fetched from, and resolves names to those alone.
#[derive(Clone, Debug)]
pub(super) struct Guard(pub(super) Arc<PrivateHosts>);

/// Why nothing was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused(String);

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

impl Guard {
    /// Whether an address may be fetched from. One that stands in it is looked at here, because it is never resolved.
    pub(super) fn check(&self, uri: &Uri) -> Result<(), Refused> {
        if uri.scheme_str() != Some("https") {
            return Err(Refused("only https is fetched from".to_owned()));
        }
        let host = uri.host().unwrap_or_default();
        match host.trim_start_matches('[').trim_end_matches(']').parse() {
            Ok(address) => self.check_address(host, address),
            Err(_) => Ok(()),
        }
    }

    fn check_address(&self, host: &str, address: IpAddr) -> Result<(), Refused> {
        match private_kind(address) {
            Some(kind) if !self.0.names(host) && !self.0.holds(address) => {
                Err(Refused(format!("{host} is {address}, a {kind} address, and HTTPS_ALLOW_PRIVATE doesn't name it")))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The addresses that may be connected to; why not, where there is none.
    fn filter(&self, host: &str, found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, Refused> {
        let (mut good, mut refused) = (Vec::new(), None);
        for address in found {
            match self.check_address(host, address.ip()) {
                Ok(()) => good.push(address),
                Err(why) => refused = Some(why),
            }
        }
        match refused {
            Some(why) if good.is_empty() => Err(why),
            _ => Ok(good),
        }
    }
}

type Resolved = Result<vec::IntoIter<SocketAddr>, Box<dyn std::error::Error + Send + Sync>>;

impl Service<Name> for Guard {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = Box<dyn std::error::Error + Send + Sync>;
    type Future = Pin<Box<dyn Future<Output = Resolved> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let guard = self.clone();
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            Ok(guard.filter(&host, found)?.into_iter())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(allowed: &str) -> Guard {
        Guard(Arc::new(PrivateHosts::parse(allowed).unwrap()))
    }

    #[test]
    fn an_address_that_stands_in_the_url_is_looked_at() {
        let is_refused = |allowed: &str, url: &str| guard(allowed).check(&url.parse().unwrap()).is_err();
        for url in [
            "https://127.0.0.1/a",
            "https://[::1]/a",
            "https://[::ffff:169.254.169.254]/a",
            "https://169.254.169.254/latest/meta-data",
            "https://10.0.0.7:8443/a",
            "http://1.1.1.1/a",
        ] {
            assert!(is_refused("", url), "{url}");
        }
        assert!(!is_refused("", "https://1.1.1.1/a"));
        assert!(!is_refused("127.0.0.0/8", "https://127.0.0.1/a"));
        assert!(is_refused("127.0.0.0/8", "https://[::1]/a"));
    }

    #[test]
    fn of_a_names_addresses_those_that_may_are_left() {
        let address = |text: &str| SocketAddr::new(text.parse().unwrap(), 0);
        let both = vec![address("10.0.0.1"), address("1.1.1.1")];
        assert_eq!(guard("").filter("x.example", both.clone()), Ok(vec![address("1.1.1.1")]));
        assert_eq!(guard("x.example").filter("x.example", both.clone()), Ok(both));
        let refused = guard("").filter("x.example", vec![address("10.0.0.1")]).unwrap_err();
        assert!(refused.to_string().contains("x.example is 10.0.0.1, a private address"), "{refused}");
    }

    #[tokio::test]
    async fn a_number_that_is_an_address_is_resolved_and_refused() {
        for name in ["2130706433", "0x7f.1", "localhost"] {
            let resolved = guard("").call(name.parse().unwrap()).await;
            let refused = resolved.err().unwrap();
            assert!(refused.downcast_ref::<Refused>().is_some(), "{name}: {refused}");
        }
    }
}
