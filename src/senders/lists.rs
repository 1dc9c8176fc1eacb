//! Address lists: whether a request's address is one that its sender is known to use.
//!
//! A list flags and never refuses. Built-in lists are the addresses that senders publish (the
//! catalogue's `[ips]`) and speak of that sender's requests; the user's speak of paths.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};
use sha2::{Digest, Sha256};

use super::catalogue::{Catalogue, hex};
use super::client_address;
use crate::request::{ClientAddress, Verdict, VerdictKind};

/// Raise it when a verdict's rules change, so that stored verdicts are made anew.
const ENGINE: &[u8] = b"1";

/// Addresses with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressList {
    pub name: String,
    pub allow: Vec<IpNet>,
    /// The paths it speaks of, each with all below it; none means every path.
    pub paths: Vec<String>,
    /// The one sender it speaks of, by its id.
    pub sender: Option<String>,
}

/// All lists.
#[derive(Debug, Clone)]
pub struct Lists {
    built_in: Vec<AddressList>,
    user: Vec<AddressList>,
    version: String,
}

impl Lists {
    /// The catalogue's lists and the user's.
    #[must_use]
    pub fn new(catalogue: &Catalogue, user: Vec<AddressList>) -> Self {
        let built_in = catalogue
            .senders
            .iter()
            .filter(|sender| !sender.ips.is_empty());
        let built_in: Vec<_> = built_in
            .map(|sender| AddressList {
                name: sender.name.clone(),
                allow: sender.ips.iter().copied().map(canonical_net).collect(),
                paths: Vec::new(),
                sender: Some(sender.id.clone()),
            })
            .collect();
        let user: Vec<_> = user
            .into_iter()
            .map(|list| AddressList {
                allow: list.allow.into_iter().map(canonical_net).collect(),
                ..list
            })
            .collect();
        let version = version(built_in.iter().chain(&user));
        Self {
            built_in,
            user,
            version,
        }
    }

    /// Changes when anything does that a verdict depends on.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The addresses that senders publish.
    #[must_use]
    pub fn built_in(&self) -> &[AddressList] {
        &self.built_in
    }

    /// The user's own lists.
    #[must_use]
    pub fn user(&self) -> &[AddressList] {
        &self.user
    }

    /// The client's address held against the lists that apply to the path and the identified sender.
    #[must_use]
    pub fn judge(&self, client: &ClientAddress, path: &str, sender: Option<&str>) -> Verdict {
        let Some(addr) = client.addr else {
            return unverified(client);
        };
        let addr = addr.to_canonical();
        let users = self.user.iter().filter(|list| list.applies(path, sender));
        let senders = self
            .built_in
            .iter()
            .filter(|list| sender.is_some() && list.applies(path, sender));
        let applying: Vec<_> = users.chain(senders).collect();
        if let Some((list, net)) = applying.iter().find_map(|list| list.find(addr)) {
            return listed(list, net, "");
        }
        if sender.is_none()
            && let Some((list, net)) = self.built_in.iter().find_map(|list| list.find(addr))
        {
            return listed(list, net, ", though what it sent was not recognised");
        }
        if applying.is_empty() {
            return Verdict {
                kind: VerdictKind::NoList,
                list: None,
                reason: "no allowlist for this path".to_owned(),
            };
        }
        outside(addr, &applying)
    }
}

impl AddressList {
    fn applies(&self, path: &str, sender: Option<&str>) -> bool {
        let of_sender = self.sender.as_deref().is_none_or(|own| sender == Some(own));
        of_sender && (self.paths.is_empty() || self.paths.iter().any(|own| covers(own, path)))
    }

    fn find(&self, addr: IpAddr) -> Option<(&Self, IpNet)> {
        let net = self.allow.iter().find(|net| net.contains(&addr))?;
        Some((self, *net))
    }
}

/// `/shop` covers `/shop` and `/shop/new`, not `/shopping`.
fn covers(prefix: &str, path: &str) -> bool {
    let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
    path.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn listed(list: &AddressList, net: IpNet, note: &str) -> Verdict {
    Verdict {
        kind: VerdictKind::Listed,
        list: Some(list.name.clone()),
        reason: format!("listed: {} ({}){note}", list.name, shown(net)),
    }
}

fn outside(addr: IpAddr, lists: &[&AddressList]) -> Verdict {
    let count: usize = lists.iter().map(|list| list.allow.len()).sum();
    let single = lists
        .iter()
        .flat_map(|list| &list.allow)
        .all(|net| is_single(*net));
    let noun = match (single, count) {
        (true, 1) => "address",
        (true, _) => "addresses",
        (false, 1) => "range",
        (false, _) => "ranges",
    };
    let names: Vec<_> = lists.iter().map(|list| list.name.as_str()).collect();
    Verdict {
        kind: VerdictKind::Outside,
        list: None,
        reason: format!(
            "{addr} matches none of {count} {noun} of {}",
            names.join(", ")
        ),
    }
}

fn unverified(client: &ClientAddress) -> Verdict {
    let through = client
        .steps
        .first()
        .and_then(|step| step.strip_prefix("peer "));
    let reason = match (client.claimed, through, client_address::advice(client)) {
        (Some(claimed), Some(through), Some(advice)) => {
            format!("claims {claimed}, through {through}; {advice}")
        }
        _ => client
            .steps
            .last()
            .cloned()
            .unwrap_or_else(|| "the address is not known".to_owned()),
    };
    Verdict {
        kind: VerdictKind::Unverified,
        list: None,
        reason,
    }
}

fn is_single(net: IpNet) -> bool {
    net.prefix_len() == net.max_prefix_len()
}

fn shown(net: IpNet) -> String {
    if is_single(net) {
        net.addr().to_string()
    } else {
        net.to_string()
    }
}

/// `10.0.0.0/8`, or one address.
///
/// # Errors
/// Names what is neither.
pub fn parse_net(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    text.parse::<IpNet>()
        .ok()
        .or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
        .map(canonical_net)
        .ok_or_else(|| format!("`{text}` is neither an address nor a range like 10.0.0.0/8"))
}

/// Without host bits, and IPv4 for what is IPv4 mapped into IPv6 (RFC 4291, 2.5.5.2).
pub(super) fn canonical_net(net: IpNet) -> IpNet {
    let net = net.trunc();
    let IpNet::V6(wide) = net else { return net };
    let mapped = wide.addr().to_ipv4_mapped();
    let narrow = mapped.zip(wide.prefix_len().checked_sub(96));
    narrow
        .and_then(|(addr, len)| Ipv4Net::new(addr, len).ok())
        .map_or(net, IpNet::V4)
}

fn version<'l>(lists: impl Iterator<Item = &'l AddressList>) -> String {
    let mut hash = Sha256::new_with_prefix(ENGINE);
    for list in lists {
        hash.update(format!("{list:?}\n"));
    }
    hex(&hash.finalize()[..8])
}

#[cfg(test)]
mod tests;
