//! What every handler of the inspector can reach.

use std::ops::Deref;
use std::sync::Arc;

use crate::live::Live;
use crate::store::Store;

/// A cheap clone of the running program.
#[derive(Clone)]
pub struct AppState(pub Arc<App>);

impl Deref for AppState {
    type Target = App;

    fn deref(&self) -> &App {
        &self.0
    }
}

/// The parts of the running program that pages read.
pub struct App {
    pub store: Store,
    pub catalogue: Arc<Catalogue>,
    pub live: Live,
    pub public_url: Option<String>,
    pub auth: bool,
}

/// Stands in for the catalogue until it is merged.
pub struct Catalogue;

impl Catalogue {
    pub fn label(&self, _: &str, _: &str, _: Option<&str>, _: &str) -> Option<&str> {
        None
    }

    pub fn sender_name(&self, id: &str) -> Option<&str> {
        (id == "systeme-io").then_some("systeme.io")
    }
}
