//! What the pages share.

use std::ops::Deref;
use std::sync::Arc;

use tokio::sync::watch;

use super::access::Access;
use crate::live::Live;
use crate::senders::{Catalogue, Judge, ProxyTrust};
use crate::store::Store;

/// Handed to each handler; cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<App>);

pub struct App {
    pub store: Store,
    pub catalogue: Arc<Catalogue>,
    pub judge: Arc<Judge>,
    pub trust: Arc<ProxyTrust>,
    pub live: Live,
    pub access: Access,
    /// How the world reaches this server (`https://hooks.example.com`), where the operator said so.
    pub public_url: Option<String>,
    /// Turns true when the server stops: streams end.
    pub stop: watch::Receiver<bool>,
}

impl AppState {
    #[must_use]
    pub fn new(app: App) -> Self {
        Self(Arc::new(app))
    }
}

impl Deref for AppState {
    type Target = App;

    fn deref(&self) -> &App {
        &self.0
    }
}
