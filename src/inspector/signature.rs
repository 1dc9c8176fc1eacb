//! Whether the request is signed by its sender, and where the secret for that is given.

use super::place;
use super::state::App;
use super::strings::Strings;
use crate::request::CapturedRequest;
use crate::secret::EndpointSecret;
use crate::senders::Catalogue;
use crate::senders::signature::{NamedSecret, NotChecked, SignatureReport, SignatureStatus};
use crate::store::{StoreError, secrets};

/// The signature in the strip under the title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignaturePane {
    /// The class that gives the colour.
    pub kind: &'static str,
    pub icon: &'static str,
    pub word: &'static str,
    /// What held, what is wrong, or what is missing.
    pub sentence: String,
    /// The page where a secret for this path is given, and whether there is one already.
    pub secrets: Option<String>,
    /// The request itself hands over a secret, which the page offers to keep.
    pub offers_secret: bool,
}

/// The class of what is wrong.
const WRONG: &str = "outside";

/// The secrets that a request's signature is held against.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    /// Of the request's own path and those above it.
    pub own: Vec<EndpointSecret>,
    /// Of other paths; they never verify, and help to tell what is wrong.
    pub others: Vec<EndpointSecret>,
}

impl SignaturePane {
    /// `None` where there is nothing to say: the sender is unknown, or never signs. Reads the whole body, so
    /// not for an async thread.
    #[must_use]
    pub fn new(
        request: &CapturedRequest,
        secrets: Secrets,
        catalogue: &Catalogue,
        back: &str,
        s: &'static Strings,
    ) -> Option<Self> {
        let identity = &request.judged.identity;
        let sender = identity.sender.as_deref();
        let is_check = sender
            .zip(identity.event_type.as_deref())
            .is_some_and(|(sender, event)| catalogue.is_handshake(sender, event));
        let has_own = !secrets.own.is_empty();
        let report = report(request, secrets, catalogue);
        let offers_secret = catalogue
            .offered_secret(&request.received, identity)
            .is_some();
        let (kind, icon, word) = match &report.status {
            SignatureStatus::Verified(_) => ("listed", "✓", s.signature_verified),
            SignatureStatus::Wrong(_) => (WRONG, "⚠", s.signature_wrong),
            SignatureStatus::NotChecked(NotChecked::UnknownSender | NotChecked::NoScheme) => {
                return None;
            }
            SignatureStatus::NotChecked(_) => ("no-list", "–", s.signature_not_checked),
            SignatureStatus::NoSecret { .. } => ("no-list", "–", s.signature_no_secret),
            // Some sign only where they were given a secret, and few their checks of the URL: no news then.
            SignatureStatus::NotSigned { .. } if (!has_own || is_check) && !offers_secret => {
                return None;
            }
            SignatureStatus::NotSigned { .. } => ("no-list", "–", s.signature_none),
        };
        let takes_secret = sender.is_some_and(|sender| catalogue.takes_secret(sender));
        let path = request.received.head.url_path();
        Some(Self {
            kind,
            icon,
            word,
            sentence: report.status.to_string(),
            secrets: takes_secret.then(|| {
                let (path, back) = (place::query_value(&path), place::query_value(back));
                format!("/-/secrets?path={path}&back={back}")
            }),
            offers_secret,
        })
    }
}

impl SignaturePane {
    /// Whether it says more than fits into the strip.
    #[must_use]
    pub fn is_wrong(&self) -> bool {
        self.kind == WRONG
    }
}

/// The secrets that a request may be signed with; none are read where its sender does not sign.
///
/// # Errors
/// When the database can't be read.
pub async fn secrets(app: &App, request: &CapturedRequest) -> Result<Secrets, StoreError> {
    let sender = request.judged.identity.sender.as_deref();
    if !sender.is_some_and(|sender| app.catalogue.takes_secret(sender)) {
        return Ok(Secrets::default());
    }
    let path = request.received.head.url_path();
    app.store
        .read(move |db| {
            Ok(Secrets {
                own: secrets::of_path(db, &path)?,
                others: secrets::of_other_paths(db, &path)?,
            })
        })
        .await
}

/// The report on a stored request.
#[must_use]
pub fn report(
    request: &CapturedRequest,
    secrets: Secrets,
    catalogue: &Catalogue,
) -> SignatureReport {
    let own = secrets.own.into_iter().map(NamedSecret::from);
    let others = secrets.others.into_iter().map(NamedSecret::of_other);
    let secrets: Vec<_> = own.chain(others).collect();
    let sender = request.judged.identity.sender.as_deref();
    catalogue.check_signature(sender, &request.received, &secrets)
}
