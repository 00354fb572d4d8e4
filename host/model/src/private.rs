//! Which private addresses may be spoken to: told of events, or read from. Public ones always may.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Hosts that may be spoken to although they lie in private networks: names, addresses, networks. None, unless somebody
/// says so: whoever names an address in `[webhooks]` or a job could else make this host speak to the machines behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrivateHosts {
    names: Vec<String>,
    networks: Vec<Network>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    prefix: u8,
}

impl PrivateHosts {
    /// Nobody.
    pub const fn none() -> Self {
        Self { names: Vec::new(), networks: Vec::new() }
    }

    /// Reads names, addresses and networks (`10.1.0.0/16`) with commas between; none where one of them is neither.
    pub fn parse(text: &str) -> Option<Self> {
        let mut read = Self::none();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            match Network::parse(part) {
                Some(network) => read.networks.push(network),
                None if is_name(part) => read.names.push(part.to_ascii_lowercase()),
                None => return None,
            }
        }
        Some(read)
    }

    /// Whether this name may be spoken to, whatever address it has.
    pub fn names(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        self.names.contains(&host)
    }

    /// Whether this address is allowed by one of the networks.
    pub fn holds(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.iter().any(|network| network.holds(address))
    }
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u8>().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.trim_start_matches('[').trim_end_matches(']').parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(most);
        (prefix <= most).then_some(Self { address, prefix })
    }

    fn holds(self, other: IpAddr) -> bool {
        match (self.address, other) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                is_same(own.to_bits().into(), other.to_bits().into(), 32, self.prefix)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => is_same(own.to_bits(), other.to_bits(), 128, self.prefix),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

/// Whether the first `prefix` of so many bits agree.
fn is_same(one: u128, other: u128, bits: u32, prefix: u8) -> bool {
    let rest = bits.saturating_sub(u32::from(prefix));
    (one ^ other).checked_shr(rest).is_none_or(|differ| differ == 0)
}

fn is_name(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let ends_as_address = text.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    text.len() <= 253 && text.split('.').all(is_label) && !ends_as_address
}

/// What kind of address that isn't anybody's in the internet; none for a public one.
pub fn private_kind(address: IpAddr) -> Option<&'static str> {
    match address.to_canonical() {
        IpAddr::V4(address) => private_v4(address),
        IpAddr::V6(address) => private_v6(address),
    }
}

/// The IANA special-purpose registry (RFC 6890 and its updates), what isn't globally reachable; and one more.
fn private_v4(address: Ipv4Addr) -> Option<&'static str> {
    let [a, b, c, d] = address.octets();
    match (a, b, c, d) {
        (0, ..) => Some("this network"),
        (10, ..) | (172, 16..=31, ..) | (192, 168, ..) => Some("private"),
        (100, 64..=127, ..) => Some("carrier-grade NAT"),
        (127, ..) => Some("loopback"),
        // The metadata services of most clouds: 169.254.169.254.
        (169, 254, ..) => Some("link-local"),
        // Azure's own, from inside alone, though it looks public.
        (168, 63, 129, 16) => Some("cloud metadata"),
        (192, 0, 0, _) => Some("protocol assignments"),
        (192, 0, 2, _) | (198, 51, 100, _) | (203, 0, 113, _) => Some("documentation"),
        (192, 88, 99, _) => Some("6to4 relay"),
        (198, 18..=19, ..) => Some("benchmarking"),
        (224..=239, ..) => Some("multicast"),
        (240..=255, ..) => Some("reserved"),
        _ => None,
    }
}

fn private_v6(address: Ipv6Addr) -> Option<&'static str> {
    let [first, second, third, fourth, .., last_but_one, last] = address.segments();
    let inner = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match (first, second) {
        (0, 0) if address.is_loopback() => Some("loopback"),
        (0, 0) => Some("reserved"),
        // Translated to the IPv4 address at its end (RFC 6052).
        (0x64, 0xff9b) if third == 0 && fourth == 0 => private_v4(inner(last_but_one, last)),
        (0x64, 0xff9b) => Some("private translation"),
        // 6to4: the IPv4 address follows (RFC 3056).
        (0x2002, _) => private_v4(inner(second, third)),
        (0x2001, 0x0000..=0x01ff) => Some("protocol assignments"),
        (0x2001, 0x0db8) | (0x3fff, 0x0000..=0x0fff) => Some("documentation"),
        (0xfc00..=0xfdff, _) => Some("private"),
        (0xfe80..=0xfebf, _) => Some("link-local"),
        (0xfec0..=0xfeff, _) => Some("site-local"),
        (0xff00..=0xffff, _) => Some("multicast"),
        (0x2000..=0x3fff, _) => None,
        _ => Some("reserved"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_behind_this_host_is_taken_for_public() {
        for private in [
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.100.100.200",
            "100.64.0.1",
            "192.0.0.192",
            "168.63.129.16",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "203.0.113.9",
            "::1",
            "::",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "fd00:ec2::254",
            "fc00::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
            "100::1",
            "4000::1",
        ] {
            assert!(private_kind(private.parse().unwrap()).is_some(), "{private}");
        }
        for public in [
            "1.1.1.1",
            "172.15.0.1",
            "172.32.0.1",
            "100.63.0.1",
            "100.128.0.1",
            "169.253.0.1",
            "192.0.1.1",
            "198.20.0.1",
            "2606:4700::1111",
            "2a00:1450::1",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
            "2002:808:808::",
            "2001:4860:4860::8888",
        ] {
            assert_eq!(private_kind(public.parse().unwrap()), None, "{public}");
        }
    }

    #[test]
    fn what_is_allowed_is_what_was_named() {
        let allowed = PrivateHosts::parse("hooks.internal, 10.1.0.0/16 ,192.168.7.9,fd12::/16,").unwrap();
        assert!(allowed.names("hooks.internal") && allowed.names("HOOKS.internal.") && !allowed.names("internal"));
        for inside in ["10.1.2.3", "192.168.7.9", "fd12::7", "::ffff:10.1.9.9"] {
            assert!(allowed.holds(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["10.2.0.1", "192.168.7.8", "fd13::7", "127.0.0.1"] {
            assert!(!allowed.holds(outside.parse().unwrap()), "{outside}");
        }
        assert!(PrivateHosts::parse("0.0.0.0/0").unwrap().holds("127.0.0.1".parse().unwrap()));
        assert_eq!(PrivateHosts::parse(""), Some(PrivateHosts::none()));
        for wrong in ["10.0.0.0/33", "10.0.0", "a b", "http://x", "x/8", "fd00::/129", "-.%"] {
            assert_eq!(PrivateHosts::parse(wrong), None, "{wrong}");
        }
    }
}
