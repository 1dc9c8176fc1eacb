//! What stands in the place of the list while there is nothing to list.

use super::figures;
use super::phrase::{Phrase, Slot};
use super::place::{self, Place};
use super::state::App;
use super::strings::Strings;
use crate::store::EndpointSummary;

/// Whose samples are offered first.
const FIRST_SENDER: &str = "systeme-io";
/// Paths that an empty page names.
const OTHERS_MAX: usize = 12;

/// Why there is nothing to list, and what to do about it.
#[derive(Debug)]
pub enum Empty {
    /// Nothing has arrived here yet.
    Waiting(Box<Waiting>),
    /// All that arrived is browser noise.
    OnlyNoise {
        title: String,
        show: String,
        /// What the page would say without the noise.
        waiting: Box<Waiting>,
    },
    /// The list has ended before this page.
    End { list: String },
}

/// How to get a first request.
#[derive(Debug)]
pub struct Waiting {
    pub title: Phrase,
    pub path: String,
    pub url: String,
    pub curl: String,
    /// Said where the URL can be reached from this computer only.
    pub only_here: Option<Phrase>,
    pub samples: Vec<SamplesOf>,
    pub others: Vec<Other>,
}

/// The events of a sender that the button can send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SamplesOf {
    id: String,
    pub sender: String,
    pub samples: Vec<Sample>,
}

/// An event that the button can send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    pub name: String,
    pub label: String,
}

/// A path that has received requests.
#[derive(Debug)]
pub struct Other {
    pub path: String,
    pub href: String,
    pub count: String,
}

/// The catalogue's events by their senders, in the words of the page; the first users' sender stands first.
#[must_use]
pub fn samples(app: &App, s: &Strings) -> Vec<SamplesOf> {
    let catalogue = &app.catalogue;
    let mut senders: Vec<SamplesOf> = Vec::new();
    for sample in catalogue.samples() {
        let variant = sample.variant.as_deref();
        let label = catalogue.label(&sample.sender, &sample.event_type, variant, s.lang);
        let choice = Sample {
            name: sample.name(),
            label: format!("{} · {}", label.unwrap_or(&sample.label), sample.event_type),
        };
        match senders.last_mut() {
            Some(last) if last.id == sample.sender => last.samples.push(choice),
            _ => senders.push(SamplesOf {
                sender: catalogue
                    .sender_name(&sample.sender)
                    .unwrap_or(&sample.sender)
                    .to_owned(),
                id: sample.sender.clone(),
                samples: vec![choice],
            }),
        }
    }
    senders.sort_by_key(|of| (of.id != FIRST_SENDER, of.sender.to_lowercase()));
    senders
}

impl Waiting {
    /// `url` is the full address of the place's path.
    #[must_use]
    pub fn new(
        place: &Place,
        url: &str,
        endpoints: &[EndpointSummary],
        samples: Vec<SamplesOf>,
        s: &Strings,
    ) -> Self {
        let title = if place.is_everywhere() {
            Phrase::new(s.waiting_all, &[])
        } else {
            Phrase::new(s.waiting_for, &[("path", Slot::Code(place.path.clone()))])
        };
        Self {
            title,
            path: place.path.clone(),
            url: url.to_owned(),
            curl: curl_line(url),
            only_here: port_of_loopback(url).map(|port| only_here(port, s)),
            samples,
            others: endpoints
                .iter()
                .filter(|endpoint| !place.holds(&endpoint.path))
                .take(OTHERS_MAX)
                .map(|endpoint| Other {
                    href: place::list_of(&endpoint.path),
                    path: endpoint.path.clone(),
                    count: figures::grouped(endpoint.requests),
                })
                .collect(),
        }
    }
}

fn only_here(port: &str, s: &Strings) -> Phrase {
    let tunnel = format!("cloudflared tunnel --url http://127.0.0.1:{port}");
    Phrase::new(
        s.only_here,
        &[
            ("tunnel", Slot::Code(tunnel)),
            ("flag", Slot::Code("--trust-proxy cloudflared".to_owned())),
        ],
    )
}

fn port_of_loopback(url: &str) -> Option<&str> {
    let authority = url.split_once("://")?.1.split('/').next()?;
    let (host, port) = authority
        .rsplit_once(':')
        .filter(|(_, port)| !port.ends_with(']'))?;
    let here = host == "localhost" || host == "[::1]" || host.starts_with("127.");
    here.then_some(port)
}

/// A command that sends one request, for any POSIX shell.
#[must_use]
pub fn curl_line(url: &str) -> String {
    const BODY: &str =
        r#"{"type":"contact.tag.added","data":{"contact":{"email":"jane@example.com"}}}"#;
    format!(
        "curl {} \\\n  -H 'Content-Type: application/json' \\\n  -d {}",
        shell_quoted(url),
        shell_quoted(BODY)
    )
}

/// A word of a shell command; inside single quotes only the single quote itself is special.
fn shell_quoted(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/:.-_~%@+,=".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_command_are_quoted_where_they_must_be() {
        assert_eq!(
            shell_quoted("http://127.0.0.1:4665/a"),
            "http://127.0.0.1:4665/a"
        );
        assert_eq!(shell_quoted("http://h/it's?a&b"), r"'http://h/it'\''s?a&b'");
        assert_eq!(shell_quoted(""), "''");
    }

    #[test]
    fn only_loopback_is_told_how_to_be_reached() {
        assert_eq!(port_of_loopback("http://127.0.0.1:4665/x"), Some("4665"));
        assert_eq!(port_of_loopback("http://[::1]:80/"), Some("80"));
        assert_eq!(port_of_loopback("https://hooks.example:8443/x"), None);
        assert_eq!(port_of_loopback("http://[::1]/"), None);
    }
}
