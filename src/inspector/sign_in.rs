//! The pages of those who are not signed in. They say how to sign in, and nothing of what is behind.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderMap, StatusCode, Uri};

use super::frame::Frame;
use super::phrase::{Phrase, Slot};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'a> {
    frame: Frame,
    title: &'static str,
    how: Phrase,
    /// Where to go once signed in.
    next: &'a str,
    /// Why the code that was given did not open.
    refused: Option<&'a str>,
}

/// `GET /-/login`, with the reason if a code did not open.
#[must_use]
pub fn page(next: &str, refused: Option<&str>) -> Response {
    let frame = Frame::of(&HeaderMap::new());
    let status = if refused.is_some() {
        StatusCode::FORBIDDEN
    } else {
        StatusCode::OK
    };
    answer(status, frame.s.sign_in, next, refused, frame)
}

/// The answer to a page that needs a sign-in.
#[must_use]
pub fn unauthorized(page: &Uri) -> Response {
    let frame = Frame::of(&HeaderMap::new());
    let next = page
        .path_and_query()
        .map_or("/?inspect", |page| page.as_str());
    answer(
        StatusCode::UNAUTHORIZED,
        frame.s.sign_in_needed,
        next,
        None,
        frame,
    )
}

fn answer(
    status: StatusCode,
    title: &'static str,
    next: &str,
    refused: Option<&str>,
    frame: Frame,
) -> Response {
    let command = Slot::Code("hookglass open".to_owned());
    let how = Phrase::new(frame.s.sign_in_open, &[("command", command)]);
    let page = SignInPage {
        frame,
        title,
        how,
        next,
        refused,
    };
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!("the sign-in page could not be written: {error}");
            status.into_response()
        }
    }
}
