//! `/-/secrets`: the secrets that senders sign with. A value goes in and never comes out.

use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::response::{Html, IntoResponse, Response};
use http::header::LOCATION;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::AppState;
use super::figures::Moment;
use super::frame::Frame;
use super::message::PageError;
use super::place;
use super::theme::is_own;
use crate::request::Timestamp;
use crate::secret::{EndpointSecret, SECRETS_MAX_OF_PATH};
use crate::store::secrets::{self, Added};

#[derive(Template)]
#[template(path = "secrets.html")]
struct SecretsPage {
    frame: Frame,
    known: Vec<Known>,
    /// What the form is filled with.
    path: String,
    name: String,
    back: String,
    refused: Option<String>,
}

/// A row of the table.
struct Known {
    path: String,
    name: String,
    added: Option<Moment>,
}

/// What a link to the page says.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    path: String,
    #[serde(default)]
    back: String,
}

pub(super) async fn page(
    State(app): State<AppState>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let form = NewSecret {
        path: asked.path,
        back: asked.back,
        ..NewSecret::default()
    };
    shown(&app, &headers, form, None).await
}

/// The form.
#[derive(Default, Deserialize)]
pub(super) struct NewSecret {
    #[serde(default)]
    path: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    secret: String,
    /// The page to come back to.
    #[serde(default)]
    back: String,
}

pub(super) async fn add(
    State(app): State<AppState>,
    headers: HeaderMap,
    Form(form): Form<NewSecret>,
) -> Response {
    let s = Frame::of(&headers).s;
    let Ok(secret) = EndpointSecret::new(&form.path, &form.name, &form.secret) else {
        let why = s.secret_incomplete.to_owned();
        return shown(&app, &headers, form, Some(why)).await;
    };
    let now = Timestamp::now();
    let added = app
        .store
        .write(move |db| secrets::add(db, &secret, now))
        .await;
    let why = match added {
        Ok(Added::Yes) => return see(&form.back),
        Ok(Added::NameTaken) => s.secret_name_taken.to_owned(),
        Ok(Added::TooMany) => s
            .secret_too_many
            .replace("{n}", &SECRETS_MAX_OF_PATH.to_string()),
        Err(error) => return PageError::Store(error).answer(&headers),
    };
    shown(&app, &headers, form, Some(why)).await
}

/// Keeps the secret that a sender's check of the URL hands over, for the path it came to. Only on a person's
/// word: whoever sends such a check chooses the secret.
pub(super) async fn keep_offered(
    State(app): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let request = match id.parse() {
        Ok(id) => app.store.request(id).await,
        Err(_) => Ok(None),
    };
    let request = match request {
        Ok(Some(request)) => request,
        Ok(None) => {
            let list = "/?inspect".to_owned();
            return PageError::UnknownRequest { id, list }.answer(&headers);
        }
        Err(error) => return PageError::Store(error).answer(&headers),
    };
    let identity = &request.judged.identity;
    let offered = app.catalogue.offered_secret(&request.received, identity);
    let form = NewSecret {
        path: request.received.head.url_path(),
        name: format!("{} {id}", identity.sender.as_deref().unwrap_or_default()),
        secret: offered.unwrap_or_default(),
        back: place::list_of(&request.received.head.path())
            .replace("?inspect", &format!("?inspect={id}")),
    };
    add(State(app), headers, Form(form)).await
}

/// The button beside a secret.
#[derive(Deserialize)]
pub(super) struct Removed {
    path: String,
    name: String,
}

pub(super) async fn remove(
    State(app): State<AppState>,
    headers: HeaderMap,
    Form(Removed { path, name }): Form<Removed>,
) -> Response {
    let removed = app
        .store
        .write(move |db| secrets::remove(db, &path, &name))
        .await;
    match removed {
        Ok(_) => see(""),
        Err(error) => PageError::Store(error).answer(&headers),
    }
}

/// To the page that the form was on, or to the secrets.
fn see(back: &str) -> Response {
    let target = match is_own(back) {
        true => back,
        false => "/-/secrets",
    };
    (StatusCode::SEE_OTHER, [(LOCATION, target.to_owned())]).into_response()
}

async fn shown(
    app: &AppState,
    headers: &HeaderMap,
    form: NewSecret,
    refused: Option<String>,
) -> Response {
    let known = match app.store.read(secrets::list).await {
        Ok(known) => known,
        Err(error) => return PageError::Store(error).answer(headers),
    };
    let status = match refused {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let page = SecretsPage {
        frame: Frame::of(headers),
        known: known
            .into_iter()
            .map(|secret| Known {
                added: (!secret.from_file).then(|| secret.created_at.into()),
                path: secret.path,
                name: secret.name,
            })
            .collect(),
        path: form.path,
        name: form.name,
        back: Some(form.back)
            .filter(|back| is_own(back))
            .unwrap_or_default(),
        refused,
    };
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => PageError::Template(error).answer(headers),
    }
}
