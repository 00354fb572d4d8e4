//! Where nothing is posted to: addresses in private networks that nobody named.
//!
//! A name is resolved here and its addresses are filtered before one is connected to, so that the address that was
//! checked is the one that is used. An address that stands in the URL itself is never resolved, and is checked before.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rushes_model::private::{PrivateHosts, private_kind};

/// Says which addresses may be posted to.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    allowed: Arc<PrivateHosts>,
    /// Whether an address must have been named, even a public one: over plain http anybody on the way reads along.
    is_plain: bool,
}

/// Why nothing was posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused(String);

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

impl Guard {
    pub(crate) fn new(allowed: &Arc<PrivateHosts>, is_plain: bool) -> Self {
        Self { allowed: Arc::clone(allowed), is_plain }
    }

    /// Whether this address, that a host has or is, may be posted to.
    fn check(&self, host: &str, address: IpAddr) -> Result<(), Refused> {
        if self.allowed.names(host) || self.allowed.holds(address) {
            return Ok(());
        }
        match private_kind(address) {
            Some(kind) => {
                Err(Refused(format!("{host} is {address}, a {kind} address: WEBHOOK_ALLOW_PRIVATE doesn't name it")))
            }
            None if self.is_plain => Err(Refused(format!(
                "{host} would be told over plain http: use https, or name it in WEBHOOK_ALLOW_PRIVATE"
            ))),
            None => Ok(()),
        }
    }

    /// Checks an address that stands in the URL itself. A name is left to the resolver.
    pub(crate) fn check_url(&self, url: &Url) -> Result<(), Refused> {
        let host = url.host_str().unwrap_or_default();
        match host.trim_start_matches('[').trim_end_matches(']').parse() {
            Ok(address) => self.check(host, address),
            Err(_) => Ok(()),
        }
    }

    /// The addresses that may be posted to; why not, where there is none.
    fn filter(&self, host: &str, found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, Refused> {
        let (mut good, mut refused) = (Vec::new(), None);
        for address in found {
            match self.check(host, address.ip()) {
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

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            let good = guard.filter(&host, found)?;
            Ok(Box::new(good.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(allowed: &str, is_plain: bool) -> Guard {
        Guard::new(&Arc::new(PrivateHosts::parse(allowed).unwrap()), is_plain)
    }

    fn is_refused(guard: &Guard, url: &str) -> bool {
        guard.check_url(&Url::parse(url).unwrap()).is_err()
    }

    #[test]
    fn an_address_in_a_url_is_checked_however_it_is_written() {
        let nobody = guard("", false);
        for url in [
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:169.254.169.254]/",
            "https://169.254.169.254/latest/meta-data",
            "https://10.0.0.7/",
        ] {
            assert!(is_refused(&nobody, url), "{url}");
        }
        assert!(!is_refused(&nobody, "https://1.1.1.1/"));
        assert!(!is_refused(&guard("127.0.0.0/8", false), "https://127.0.0.1/"));
        assert!(is_refused(&guard("127.0.0.0/8", false), "https://[::1]/"));
    }

    #[test]
    fn plain_http_is_for_those_that_were_named() {
        assert!(is_refused(&guard("", true), "http://1.1.1.1/"));
        assert!(!is_refused(&guard("1.1.1.1", true), "http://1.1.1.1/"));
        assert!(!is_refused(&guard("10.0.0.0/8", true), "http://10.9.8.7/"));
    }

    #[test]
    fn of_a_names_addresses_those_that_may_are_left() {
        let address = |text: &str| SocketAddr::new(text.parse().unwrap(), 0);
        let both = vec![address("10.0.0.1"), address("1.1.1.1")];
        assert_eq!(guard("", false).filter("x.example", both.clone()), Ok(vec![address("1.1.1.1")]));
        assert_eq!(guard("x.example", false).filter("x.example", both.clone()), Ok(both.clone()));
        let refused = guard("", false).filter("x.example", vec![address("10.0.0.1")]).unwrap_err();
        assert!(refused.to_string().contains("x.example is 10.0.0.1, a private address"), "{refused}");
        assert!(guard("", true).filter("x.example", both).is_err());
    }
}
