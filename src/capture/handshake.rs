//! Senders' checks of the URL, and what else some want to be answered, answered as they ask, so that a webhook can be set up without a server of
//! one's own.

use super::hook::Hook;
use crate::request::{HandshakeAnswer, Identity, Received};
use crate::secret::EndpointSecret;
use crate::senders::signature::NamedSecret;

impl Hook {
    /// Status and answer, where the request is a check and all that its answer takes is there.
    pub(super) async fn handshake(
        &self,
        received: &Received,
        identity: &Identity,
    ) -> Option<(u16, HandshakeAnswer)> {
        let catalogue = self.judge.catalogue();
        if !self.handshakes || !catalogue.wants_answer(identity) {
            return None;
        }
        let secrets = self.secrets(received).await;
        let nearest = secrets.first().map(|secret| secret.value.reveal());
        let handshake = catalogue.handshake(received, identity, nearest)?;
        let secrets: Vec<_> = secrets.into_iter().map(NamedSecret::from).collect();
        let sender = identity.sender.as_deref();
        if handshake.signed && catalogue.is_forged(sender, received, &secrets) {
            let refusal = HandshakeAnswer {
                content_type: None,
                headers: Vec::new(),
                body: Vec::new(),
            };
            return Some((401, refusal));
        }
        handshake.answer
    }

    /// A database that cannot be read fails the capture itself; here it is as if there were none.
    async fn secrets(&self, received: &Received) -> Vec<EndpointSecret> {
        let path = received.head.url_path();
        self.store.secrets(path).await.unwrap_or_default()
    }
}
