//! The header in which a sender counts its attempts, for samples that are sent again.

use super::Catalogue;
use super::selector::Selector;

impl Catalogue {
    /// Name and value of the header that the sender's `number`th attempt carries, counted from 1; `None`
    /// where it does not count, or not in a header.
    #[must_use]
    pub fn attempt_header(&self, sender: &str, number: u32) -> Option<(String, String)> {
        let mut templates = self.sender(sender)?.attempt.iter();
        templates.find_map(|template| {
            let (selector, added) = template.counter()?;
            let Selector::Header(name) = self.selectors.get(selector) else {
                return None;
            };
            let count = i64::from(number) - added;
            Some((name.clone(), count.to_string()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_retry_counts_as_its_sender_does() {
        let catalogue = Catalogue::embedded();
        let header = |sender, number| catalogue.attempt_header(sender, number);
        // Slack numbers its retries, of which the second attempt is the first.
        let slack = Some(("x-slack-retry-num".to_owned(), "1".to_owned()));
        assert_eq!(header("slack", 2), slack);
        assert_eq!(header("systeme-io", 2), None);
        assert_eq!(header("nobody", 2), None);
    }
}
