//! The inspector: pages, fragments of pages, and the files they need.
//!
//! [`show::show`] answers every `?inspect`; everything else stands below `/-/`. What a page shows is
//! gathered into plain structs first, and only then written by a template of the same name.

pub mod access;
pub mod assets;
pub mod attempts;
pub mod body;
pub mod changes;
pub mod detail;
pub mod empty;
pub mod figures;
pub mod frame;
pub mod header_rows;
pub mod headers;
pub mod list;
mod live_stream;
pub mod message;
pub mod phrase;
pub mod place;
pub mod raw;
mod sample;
pub mod screen;
mod secrets;
pub mod shape;
pub mod show;
pub mod sign_in;
pub mod signature;
pub mod state;
pub mod strings;
pub mod theme;
pub mod verdict;

use axum::Router;
use axum::routing::{get, post};

pub use access::Access;
pub use show::show;
pub use state::{App, AppState};

/// The pages' own routes below `/-/`.
pub fn pages() -> Router<AppState> {
    Router::new()
        .route("/-/static/{edition}/{file}", get(assets::serve))
        .route("/-/theme", post(theme::change))
        .route("/-/live", get(live_stream::live))
        .route("/-/sample", post(sample::send))
        .route("/-/secrets", get(secrets::page).post(secrets::add))
        .route("/-/secrets/remove", post(secrets::remove))
        .route("/-/r/{id}/keep-secret", post(secrets::keep_offered))
        .route("/-/r/{id}/raw", get(raw::download))
        .route("/-/r/{id}/tree", get(raw::tree))
        .route("/-/r/{id}/value", get(raw::value))
}
