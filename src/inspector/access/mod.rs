//! Who may look. What was caught is personal data on a URL that the whole internet can reach: each
//! page, stream and API call needs a session or a token, on loopback too, since tunnels and proxies
//! make everybody loopback.

mod csrf;
mod gate;
mod login;
mod open_mode;

use axum::response::{IntoResponse, Response};
use http::StatusCode;

use crate::secret;
use crate::store::StoreError;

pub use gate::gate;
pub(super) use gate::is_still_welcome;
pub use login::routes;

/// How a visitor is let in.
pub enum Access {
    /// By a session cookie or a token.
    SignIn {
        /// `hookglass_4665`: cookies ignore ports, so each server's has another name.
        cookie: String,
        /// SHA-256 of the operator's own token.
        own_token: Option<[u8; 32]>,
    },
    /// `--no-auth`: everybody who comes straight from this machine.
    Open {
        /// Host names beside the loopback's own.
        hosts: Vec<String>,
    },
}

impl Access {
    #[must_use]
    pub fn sign_in(port: u16, own_token: Option<&str>) -> Self {
        Self::SignIn {
            cookie: format!("hookglass_{port}"),
            own_token: own_token.map(secret::hash),
        }
    }

    /// Whether there is a sign-in at all.
    #[must_use]
    pub fn needs_sign_in(&self) -> bool {
        matches!(self, Self::SignIn { .. })
    }
}

/// Nobody can be let in, or out, while the database can't be read or written.
struct Unavailable(StoreError);

impl From<StoreError> for Unavailable {
    fn from(error: StoreError) -> Self {
        Self(error)
    }
}

impl IntoResponse for Unavailable {
    fn into_response(self) -> Response {
        tracing::error!("can't check a sign-in: {}", self.0);
        let sentence =
            "The database can't be used right now, so nobody can sign in or out. The log says why.";
        (StatusCode::SERVICE_UNAVAILABLE, sentence).into_response()
    }
}
