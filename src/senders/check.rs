//! Whether a sender's samples are told as what they are, with their headers and without.

use super::catalogue::Catalogue;
use super::facts::Facts;
use super::sample::Sample;
use crate::request::{Arrival, Head, Identity};

/// A sample that is not told as its file says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{sample}: {message}")]
pub struct SampleFault {
    /// The sample's id.
    pub sample: String,
    pub message: String,
}

impl Catalogue {
    /// Sends each sample of a sender through the whole catalogue. With all its headers it has to be told
    /// as its own event; with its Content-Type alone it may be nobody's, but never another sender's.
    #[must_use]
    pub fn check_samples(&self, sender: &str) -> Vec<SampleFault> {
        self.samples()
            .filter(|sample| sample.sender == sender)
            .flat_map(|sample| {
                let messages = self.with_headers(sample).into_iter();
                let messages = messages.chain(self.without_headers(sample));
                messages.map(|message| SampleFault {
                    sample: sample.id.clone(),
                    message,
                })
            })
            .collect()
    }

    fn with_headers(&self, sample: &Sample) -> Vec<String> {
        let identity = self.identify(&sample.head("/"), &sample.body, Arrival::Whole);
        if identity.sender.as_deref() != Some(&sample.sender) {
            return vec![format!("it is taken for {}", whose(&identity))];
        }
        let mut faults = Vec::new();
        let event_type = identity.event_type.as_deref();
        if event_type != Some(&sample.event_type) {
            let found = event_type.map_or("no type".to_owned(), |found| format!("`{found}`"));
            faults.push(format!("its event type is read as {found}"));
        } else if identity.variant != sample.variant {
            let found = identity
                .variant
                .map_or("none".to_owned(), |found| format!("`{found}`"));
            faults.push(format!("its variant is read as {found}"));
        } else if self.is_handshake_unasked(sample) {
            faults.push("its handshake's `when` does not hold".to_owned());
        } else if self.label_stands_in(sample, &identity) {
            faults.push("none of its titles can be filled".to_owned());
        }
        faults
    }

    fn without_headers(&self, sample: &Sample) -> Option<String> {
        let mut bare = sample.clone();
        bare.headers
            .retain(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let identity = self.identify(&bare.head("/"), &bare.body, Arrival::Whole);
        let found = self.sender(identity.sender.as_deref()?)?;
        (!found.names_nobody && found.id != sample.sender).then(|| {
            format!(
                "without its headers it is taken for {}, which has to ask for more",
                whose(&identity)
            )
        })
    }

    fn is_handshake_unasked(&self, sample: &Sample) -> bool {
        let Some(sender) = self.sender(&sample.sender) else {
            return false;
        };
        let head = sample.head("/");
        let facts = Facts::new(&self.selectors, &head, &sample.body, Arrival::Whole);
        let mut of_type = sender
            .handshakes
            .iter()
            .filter(|entry| entry.event_type == sample.event_type)
            .peekable();
        of_type.peek().is_some() && !of_type.any(|entry| entry.when.holds(&facts))
    }

    /// Whether an event that has titles got its label instead.
    fn label_stands_in(&self, sample: &Sample, identity: &Identity) -> bool {
        identity.title.as_deref() == Some(&sample.label)
            && self.sender(&sample.sender).is_some_and(|sender| {
                let mut handshakes = sender.handshakes.iter();
                match handshakes.find(|entry| entry.event_type == sample.event_type) {
                    Some(handshake) => !handshake.event.titles.is_empty(),
                    None => super::event::find_named(
                        &sender.events,
                        &sample.event_type,
                        sample.variant.as_deref(),
                    )
                    .is_some_and(|event| {
                        // A title may say the same as the label on purpose.
                        event.titles.iter().all(|title| title.first_selector().is_some())
                    } && !event.titles.is_empty()),
                }
            })
    }
}

fn whose(identity: &Identity) -> String {
    match (&identity.sender, &identity.rule) {
        (Some(sender), Some(rule)) => format!("`{sender}` by `{rule}`"),
        _ => "nobody's".to_owned(),
    }
}

impl Sample {
    /// The head of a request to `path`.
    #[must_use]
    pub fn head(&self, path: &str) -> Head {
        let mut head = format!(
            "{} {} HTTP/1.1\r\nHost: localhost\r\n",
            self.method,
            self.target(path)
        );
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n", self.body.len()));
        Head::new(head.into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_is_told_as_its_own_and_without_its_headers_as_nobody_elses() {
        let catalogue = Catalogue::embedded();
        for id in catalogue.sender_ids() {
            let mut samples = catalogue.samples();
            assert!(samples.any(|sample| sample.sender == id), "{id}: no sample");
            assert_eq!(catalogue.check_samples(id), [], "{id}");
        }
    }
}
