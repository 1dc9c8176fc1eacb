//! Senders' checks of the URL, and what else some want to be answered, answered as they ask, so that a
//! webhook can be set up without a server of one's own.

use super::hook::Hook;
use crate::request::{HandshakeAnswer, Identity, Received};
use crate::senders::Handshake;
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
        match catalogue.handshake(received, identity, &secrets)? {
            Handshake::Answer(status, answer) => Some((status, answer)),
            Handshake::Forged => Some((401, HandshakeAnswer::default())),
            Handshake::Incomplete => None,
        }
    }

    /// A database that cannot be read fails the capture itself; here it is as if there were none.
    async fn secrets(&self, received: &Received) -> Vec<NamedSecret> {
        let path = received.head.url_path();
        let secrets = self.store.secrets(path).await.unwrap_or_default();
        secrets.into_iter().map(NamedSecret::from).collect()
    }
}
