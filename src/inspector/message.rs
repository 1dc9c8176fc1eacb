//! A page that says one thing, and where to go from there.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderMap, StatusCode};

use super::frame::Frame;
use super::place;
use crate::store::StoreError;

/// Why a page can't be shown.
#[derive(Debug)]
pub enum PageError {
    /// No request has this id; the link leads to the list.
    UnknownRequest { id: String, list: String },
    /// No such event has been learnt.
    UnknownShape(String),
    /// The database could not be read.
    Store(StoreError),
    /// A page could not be written.
    Template(askama::Error),
}

impl From<StoreError> for PageError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<askama::Error> for PageError {
    fn from(error: askama::Error) -> Self {
        Self::Template(error)
    }
}

#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage<'a> {
    frame: Frame,
    title: &'a str,
    detail: String,
    list: String,
    link: &'a str,
}

impl PageError {
    /// The answer to a browser with these request headers.
    #[must_use]
    pub fn answer(self, headers: &HeaderMap) -> Response {
        let frame = Frame::of(headers);
        let s = frame.s;
        let (status, title, detail, list, link) = match self {
            Self::UnknownRequest { id, list } => (
                StatusCode::NOT_FOUND,
                s.unknown_request,
                id,
                list,
                s.back_to_list,
            ),
            Self::UnknownShape(event) => (
                StatusCode::NOT_FOUND,
                s.shape.unknown,
                event,
                place::SHAPES.to_owned(),
                s.shape.all,
            ),
            Self::Store(error) => {
                tracing::error!("a page could not be read: {error}");
                let again = "/?inspect".to_owned();
                (
                    StatusCode::SERVICE_UNAVAILABLE,
                    s.store_unreadable,
                    error.to_string(),
                    again,
                    s.try_again,
                )
            }
            Self::Template(error) => {
                tracing::error!("a page could not be written: {error}");
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        };
        let page = MessagePage {
            frame,
            title,
            detail,
            list,
            link,
        };
        match page.render() {
            Ok(html) => (status, Html(html)).into_response(),
            Err(error) => {
                tracing::error!("a page could not be written: {error}");
                status.into_response()
            }
        }
    }
}
