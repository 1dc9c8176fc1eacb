//! Where a request came from: the peer, or what a trusted proxy says of it.
//!
//! Nobody is trusted unless the start says so, and then one header is read and no other: every header
//! that a proxy does not set itself is the client's own word.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::forwarding::{self, Entry, ForwardHeader};
use super::lists::{canonical_net, parse_net};
use crate::request::{ClientAddress, Head};

/// A chain longer than this is not walked: no honest one is.
const MAX_HOPS: usize = 20;
/// As much of an unreadable entry is shown.
const MAX_SHOWN_CHARS: usize = 60;

const DEFAULT_HEADER: &str = "X-Forwarded-For";
/// Proxies that run beside hookglass and the header that each sets. cloudflared adds its client to
/// X-Forwarded-For and leaves there what the client wrote, but sets CF-Connecting-IP anew.
const PROXIES: [(&str, &str); 4] = [
    ("cloudflared", "CF-Connecting-IP"),
    ("ngrok", DEFAULT_HEADER),
    ("caddy", DEFAULT_HEADER),
    ("nginx", DEFAULT_HEADER),
];

/// Which peers are proxies that tell the truth, and in which header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyTrust {
    nets: Vec<IpNet>,
    header: ForwardHeader,
}

impl Default for ProxyTrust {
    /// Nobody is trusted.
    fn default() -> Self {
        Self {
            nets: Vec::new(),
            header: ForwardHeader::named(DEFAULT_HEADER),
        }
    }
}

impl ProxyTrust {
    /// Reads `--trust-proxy` (`cloudflared`, `ngrok`, `caddy`, `nginx`, `loopback`, a range, an address;
    /// several are joined) and `--client-ip-header`.
    ///
    /// # Errors
    /// Says which value is none of these, or that two proxies name the client in two headers.
    pub fn parse(values: &[String], header: Option<&str>) -> Result<Self, String> {
        let mut nets = Vec::new();
        let mut implied: Option<(&str, &str)> = None;
        let words = values.iter().flat_map(|value| value.split(','));
        for word in words.map(str::trim).filter(|word| !word.is_empty()) {
            let proxy = PROXIES
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(word));
            if let Some(&(name, own_header)) = proxy {
                match implied {
                    Some((other, other_header))
                        if other_header != own_header && header.is_none() =>
                    {
                        return Err(format!(
                            "{other} names the client in {other_header} and {name} in {own_header}; choose one with --client-ip-header"
                        ));
                    }
                    _ => implied = Some((name, own_header)),
                }
                nets.extend(loopback());
            } else if word.eq_ignore_ascii_case("loopback") {
                nets.extend(loopback());
            } else {
                nets.push(parse_net(word).map_err(|reason| {
                    format!("{reason}, nor one of cloudflared, ngrok, caddy, nginx, loopback")
                })?);
            }
        }
        if header.is_some() && nets.is_empty() {
            return Err("--client-ip-header needs --trust-proxy: a header is believed from a trusted proxy only".to_owned());
        }
        let header = header
            .or(implied.map(|(_, header)| header))
            .unwrap_or(DEFAULT_HEADER)
            .trim();
        let token = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if header.is_empty() || !header.bytes().all(token) {
            return Err(format!("`{header}` is no header name"));
        }
        nets.sort();
        nets.dedup();
        Ok(Self {
            nets,
            header: ForwardHeader::named(header),
        })
    }

    /// Whether the peer is a proxy that is believed.
    #[must_use]
    pub fn trusts(&self, addr: IpAddr) -> bool {
        let addr = addr.to_canonical();
        self.nets.iter().any(|net| net.contains(&addr))
    }

    /// Where the request came from, with every step of finding that out.
    #[must_use]
    pub fn client(&self, peer: SocketAddr, head: &Head) -> ClientAddress {
        let peer = peer.ip().to_canonical();
        let walk = Walk {
            peer,
            steps: vec![format!("peer {peer}")],
        };
        if !self.trusts(peer) {
            return walk.untrusted(head);
        }
        match self.header.entries(head) {
            Some(entries) => self.peel(walk, &entries),
            None => walk.silent(&self.header, head),
        }
    }

    /// Whether the sender spoke https to the trusted proxy before us, as that proxy says.
    #[must_use]
    pub fn is_https(&self, peer: SocketAddr, head: &Head) -> bool {
        self.trusts(peer.ip())
            && forwarding::protocol(&self.header, head)
                .is_some_and(|protocol| protocol.eq_ignore_ascii_case("https"))
    }

    /// From the right, past trusted proxies, to the first that is none.
    fn peel(&self, mut walk: Walk, entries: &[Entry]) -> ClientAddress {
        let name = &self.header.name;
        let mut through = walk.peer;
        for (hop, entry) in entries.iter().rev().enumerate() {
            let Some(addr) = entry.addr else {
                walk.steps
                    .push(format!("{name} unreadable at {}", shown(&entry.text)));
                return walk.unknown(None);
            };
            if hop == MAX_HOPS {
                walk.steps
                    .push(format!("{name} names more than {MAX_HOPS} proxies"));
                return walk.unknown(None);
            }
            walk.steps
                .push(format!("{name} {addr}, trusted through {through}"));
            through = addr;
            if !self.trusts(addr) {
                break;
            }
        }
        walk.known(through)
    }
}

/// The way so far.
struct Walk {
    peer: IpAddr,
    steps: Vec<String>,
}

impl Walk {
    fn known(self, addr: IpAddr) -> ClientAddress {
        ClientAddress {
            addr: Some(addr),
            claimed: None,
            steps: self.steps,
        }
    }

    fn unknown(self, claimed: Option<IpAddr>) -> ClientAddress {
        ClientAddress {
            addr: None,
            claimed,
            steps: self.steps,
        }
    }

    /// A peer that nobody declared. From the internet its headers are its own word; from this machine or
    /// network they say that a proxy stands between, so that the peer's address says nothing either.
    fn untrusted(mut self, head: &Head) -> ClientAddress {
        let peer = self.peer;
        if is_near(peer) {
            return match forwarding::trace(head) {
                Some(trace) => self.claim(trace, "is not a declared proxy", head),
                None => self.known(peer),
            };
        }
        for header in forwarding::present(head) {
            let name = header.name;
            self.steps.push(format!(
                "{name} ignored: peer {peer} is not a trusted proxy"
            ));
        }
        self.known(peer)
    }

    /// A trusted proxy that did not send its header: the request is the proxy's own (a local curl), or
    /// the proxy uses another header than the one that was declared.
    fn silent(mut self, header: &ForwardHeader, head: &Head) -> ClientAddress {
        let name = &header.name;
        match forwarding::trace(head) {
            Some(trace) => self.claim(trace, &format!("sends no {name}"), head),
            None => {
                let peer = self.peer;
                self.steps.push(format!("no {name}: sent by {peer} itself"));
                self.known(peer)
            }
        }
    }

    /// What the first header that can be read says, believed by nobody.
    fn claim(mut self, trace: &str, why: &str, head: &Head) -> ClientAddress {
        let peer = self.peer;
        let claim = forwarding::present(head).find_map(|header| {
            let addr = claimed(&header.entries(head)?)?;
            Some((header.name, addr))
        });
        let (step, addr) = match claim {
            Some((name, addr)) => (
                format!("{name} {addr} is a claim: peer {peer} {why}"),
                Some(addr),
            ),
            None => (
                format!("{trace} says that a proxy stands between: peer {peer} {why}"),
                None,
            ),
        };
        self.steps.push(step);
        self.unknown(addr)
    }
}

/// The nearest address of the internet that a chain names, else the farthest that it names at all.
fn claimed(entries: &[Entry]) -> Option<IpAddr> {
    let mut farthest = None;
    for entry in entries.iter().rev().take(MAX_HOPS) {
        let addr = entry.addr?;
        if !is_near(addr) {
            return Some(addr);
        }
        farthest = Some(addr);
    }
    farthest
}

/// The headers that only a proxy or tunnel adds.
pub fn forwarding_headers() -> impl Iterator<Item = &'static str> {
    forwarding::names().chain(["Via"])
}

/// What to start with so that an unverified address can be checked.
pub(super) fn advice(client: &ClientAddress) -> Option<String> {
    let peer: IpAddr = client.steps.first()?.strip_prefix("peer ")?.parse().ok()?;
    let (header, _) = client.steps.last()?.split_once(' ')?;
    client.claimed?;
    let proxy = if !peer.is_loopback() {
        peer.to_string()
    } else if let Some((name, _)) = PROXIES.iter().find(|(_, own)| *own == header) {
        if header == DEFAULT_HEADER {
            "loopback".to_owned()
        } else {
            (*name).to_owned()
        }
    } else {
        "loopback".to_owned()
    };
    let implied = header == DEFAULT_HEADER || (peer.is_loopback() && proxy != "loopback");
    let header = if implied {
        String::new()
    } else {
        format!(" --client-ip-header {header}")
    };
    Some(format!("start with --trust-proxy {proxy}{header} to check"))
}

fn loopback() -> [IpNet; 2] {
    [
        IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(127, 0, 0, 0), 8)),
        canonical_net(IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, 128))),
    ]
}

/// This machine or its network, where a peer may be a proxy: loopback, private (RFC 1918, RFC 4193),
/// link-local and carrier-grade addresses (RFC 6598, which overlay networks use).
fn is_near(addr: IpAddr) -> bool {
    match addr.to_canonical() {
        IpAddr::V4(addr) => {
            let [first, second, ..] = addr.octets();
            addr.is_loopback()
                || addr.is_private()
                || addr.is_link_local()
                || (first == 100 && second & 0xc0 == 64)
        }
        IpAddr::V6(addr) => {
            addr.is_loopback() || addr.is_unique_local() || addr.is_unicast_link_local()
        }
    }
}

fn shown(text: &str) -> String {
    let cut: String = text.chars().take(MAX_SHOWN_CHARS).collect();
    let more = if cut.len() < text.len() { "…" } else { "" };
    format!("\"{}{more}\"", cut.escape_debug())
}

#[cfg(test)]
mod tests;
