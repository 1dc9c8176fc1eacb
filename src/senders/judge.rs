//! Everything that is derived of a request, in one step: at arrival, and anew when the catalogue or a
//! list has changed.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::{AddressList, Catalogue, Lists};
use crate::request::{ClientAddress, Identity, Judged, Received, Verdict, VerdictKind};

/// The catalogue and the lists that hold now.
pub struct Judge {
    catalogue: Arc<Catalogue>,
    lists: Lists,
}

impl Judge {
    #[must_use]
    pub fn new(catalogue: Arc<Catalogue>, user_lists: Vec<AddressList>) -> Self {
        let lists = Lists::new(&catalogue, user_lists);
        Self { catalogue, lists }
    }

    /// The known senders.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// Changes with the catalogue and the lists: what was derived under another is to be derived anew.
    #[must_use]
    pub fn version(&self) -> i64 {
        let mut both = Sha256::new();
        both.update(self.catalogue.version());
        both.update(self.lists.version());
        let hash: [u8; 32] = both.finalize().into();
        i64::from_le_bytes(*hash.first_chunk().unwrap_or(&[0; 8]))
    }

    /// Who sent it, what it is, and whether its address is one of the sender's.
    #[must_use]
    pub fn judge(&self, received: &Received, client: ClientAddress) -> Judged {
        let identity = self
            .catalogue
            .identify(&received.head, &received.body, received.arrival);
        self.with_verdict(received, client, identity)
    }

    /// Like [`Judge::judge`], without a look at the request itself.
    #[must_use]
    pub fn unidentified(&self, received: &Received, client: ClientAddress) -> Judged {
        self.with_verdict(received, client, Identity::default())
    }

    fn with_verdict(
        &self,
        received: &Received,
        client: ClientAddress,
        identity: Identity,
    ) -> Judged {
        let verdict = match received.sample {
            true => Verdict {
                kind: VerdictKind::NoList,
                list: None,
                reason: "a sample sent from the inspector: there is no sender's address to check"
                    .into(),
            },
            false => self
                .lists
                .judge(&client, &received.head.path(), identity.sender.as_deref()),
        };
        Judged {
            client,
            verdict,
            identity,
        }
    }
}
