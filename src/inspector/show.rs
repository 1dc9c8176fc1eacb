//! `GET /ANY/PATH?inspect`: the page, or the fragment of it that a page already open asks for.

use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use super::attempts::BESIDE;
use super::detail::{Around, Detail};
use super::empty::{self, Empty, Waiting};
use super::figures::{self, Moment};
use super::frame::Frame;
use super::list::{MoreRows, NEWER_ROWS_MAX, PAGE_ROWS, Rows};
use super::message::PageError;
use super::phrase::{Phrase, Slot};
use super::place::{Opened, Place};
use super::screen::{Content, Header, Listed, Page, Screen, full_url};
use super::shape::{LISTED_MAX, ShapeList, ShapePage};
use super::signature;
use super::state::AppState;
use crate::follow::shape_key;
use crate::request::{CapturedRequest, RequestId, RequestSummary, Timestamp};
use crate::store::{self, Counts, Health};

const FRAGMENT: HeaderName = HeaderName::from_static("x-fragment");

/// The page at a path, by its URL and the request's `X-Fragment`.
pub async fn show(State(app): State<AppState>, parts: Parts) -> Response {
    let place = Place::read(&parts.uri);
    app.live.followed().await;
    let wanted = parts.headers.get(&FRAGMENT).map(HeaderValue::as_bytes);
    let html = match wanted {
        _ if place.shape.is_some() => shape_page(&app, place, &parts).await,
        Some(b"rows") => rows(&app, &place, &parts.headers).await,
        Some(b"detail") => detail_alone(&app, &place, &parts.headers).await,
        Some(b"screen") => screen_alone(&app, place, &parts).await,
        _ => page(&app, place, &parts).await,
    };
    let mut response = match html {
        Ok(html) => Html(html).into_response(),
        Err(error) => error.answer(&parts.headers),
    };
    response
        .headers_mut()
        .insert(header::VARY, HeaderValue::from_static("X-Fragment"));
    if parts.method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response
}

async fn page(app: &AppState, place: Place, parts: &Parts) -> Result<String, PageError> {
    let frame = Frame::of(&parts.headers);
    let title = format!("{} — hookglass", place.path);
    let screen = screen(app, place, parts).await?;
    Ok(Page {
        frame,
        title,
        screen,
    }
    .render()?)
}

/// The shape of an event, or the list of all shapes.
async fn shape_page(app: &AppState, place: Place, parts: &Parts) -> Result<String, PageError> {
    let frame = Frame::of(&parts.headers);
    let s = frame.s;
    let event = place.shape.clone().unwrap_or_default();
    let (title, content) = match event.split_once('/') {
        None if event.is_empty() => {
            let (shapes, unlearnt) = app.store.shapes(LISTED_MAX).await?;
            let list = ShapeList::new(&shapes, unlearnt, app, &place, s);
            (s.shape.all_title.to_owned(), Content::Shapes(list))
        }
        None => return Err(PageError::UnknownShape(event)),
        Some((sender, event_type)) => {
            let shapes = app
                .store
                .shapes_of(sender.to_owned(), event_type.to_owned());
            let shapes = shapes.await?;
            if shapes.is_empty() {
                return Err(PageError::UnknownShape(event));
            }
            let page = ShapePage::new(&shapes, sender, event_type, app, &place, s);
            let title = s.shape.title_guessed.replace("{event}", event_type);
            (title, Content::Shape(page))
        }
    };
    let header = Header::new(&place, parts, app, &frame, false);
    let screen = Screen {
        trouble: trouble(&app.store.health(), &frame),
        frame: Frame::of(&parts.headers),
        header,
        content,
    };
    let title = format!("{title} — hookglass");
    Ok(Page {
        frame,
        title,
        screen,
    }
    .render()?)
}

async fn screen_alone(app: &AppState, place: Place, parts: &Parts) -> Result<String, PageError> {
    Ok(screen(app, place, parts).await?.render()?)
}

async fn detail_alone(
    app: &AppState,
    place: &Place,
    headers: &HeaderMap,
) -> Result<String, PageError> {
    let request = opened(app, place).await?;
    match request {
        Some(request) => Ok(detail(app, request, place, Frame::of(headers).s)
            .await?
            .render()?),
        None => Err(unknown(place, String::new())),
    }
}

/// Newer rows than `after`, or the page of older ones below `before`.
async fn rows(app: &AppState, place: &Place, headers: &HeaderMap) -> Result<String, PageError> {
    let limit = if place.after.is_some() {
        NEWER_ROWS_MAX
    } else {
        PAGE_ROWS
    };
    let wanted = store::Page {
        before: place.before,
        after: place.after,
        limit,
    };
    let requests = app.store.page(place.scope(), wanted).await?;
    let counts = app.store.counts(place.scope()).await?;
    let s = Frame::of(headers).s;
    let rows = Rows::new(&requests, counts, place, app, s, &today());
    let rows = if place.after.is_some() {
        rows
    } else {
        rows.with_older(place)
    };
    Ok(MoreRows { rows }.render()?)
}

async fn screen(app: &AppState, place: Place, parts: &Parts) -> Result<Screen, PageError> {
    let frame = Frame::of(&parts.headers);
    let request = opened_at_load(app, &place).await?;
    let (requests, newest_shown) = list_page(app, &place, request.as_ref()).await?;
    let counts = app.store.counts(place.scope()).await?;
    let request = match (request, requests.first()) {
        (None, Some(newest)) => app.store.request(newest.id).await?,
        (request, _) => request,
    };
    let header = Header::new(&place, parts, app, &frame, counts.shown > 0);
    let content = if requests.is_empty() && request.is_none() {
        Content::Empty(empty(app, &place, counts, &parts.headers, &frame).await?)
    } else {
        Content::List(Box::new(
            listed(app, place, requests, counts, request, newest_shown, &frame).await?,
        ))
    };
    Ok(Screen {
        trouble: trouble(&app.store.health(), &frame),
        frame,
        header,
        content,
    })
}

/// The request that the URL names.
async fn opened_at_load(
    app: &AppState,
    place: &Place,
) -> Result<Option<CapturedRequest>, PageError> {
    match place.opened {
        Opened::Newest => Ok(None),
        _ => opened(app, place).await,
    }
}

/// The request that the URL names, or the newest; an id that names none is an error.
async fn opened(app: &AppState, place: &Place) -> Result<Option<CapturedRequest>, PageError> {
    match &place.opened {
        Opened::Unreadable(text) => Err(unknown(place, text.clone())),
        Opened::One(id) => match app.store.request(*id).await? {
            Some(request) => Ok(Some(request)),
            None => Err(unknown(place, id.to_string())),
        },
        Opened::Newest => {
            let newest = store::Page {
                before: None,
                after: None,
                limit: 1,
            };
            match app.store.page(place.scope(), newest).await?.first() {
                Some(newest) => Ok(app.store.request(newest.id).await?),
                None => Ok(None),
            }
        }
    }
}

fn unknown(place: &Place, id: String) -> PageError {
    PageError::UnknownRequest {
        id,
        list: place.list(),
    }
}

/// The page of the list that holds the open request, and whether it is the newest page.
async fn list_page(
    app: &AppState,
    place: &Place,
    open: Option<&CapturedRequest>,
) -> Result<(Vec<RequestSummary>, bool), PageError> {
    let page = |before| store::Page {
        before,
        after: None,
        limit: PAGE_ROWS,
    };
    let requests = app.store.page(place.scope(), page(place.before)).await?;
    let Some(open) = open.filter(|_| place.before.is_none()) else {
        return Ok((requests, place.before.is_none()));
    };
    let hidden = open.judged.identity.noise && !place.all;
    let elsewhere = hidden || !place.holds(&open.received.head.path());
    let reached = requests.last().is_none_or(|last| last.id <= open.id);
    if elsewhere || reached {
        return Ok((requests, true));
    }
    let from_open = page(RequestId::new(open.id.get().saturating_add(1)));
    Ok((app.store.page(place.scope(), from_open).await?, false))
}

async fn listed(
    app: &AppState,
    place: Place,
    requests: Vec<RequestSummary>,
    counts: Counts,
    request: Option<CapturedRequest>,
    newest_shown: bool,
    frame: &Frame,
) -> Result<Listed, PageError> {
    let current = request.as_ref().map(|request| request.id);
    let rows = Rows::new(&requests, counts, &place, app, frame.s, &today())
        .with_current(current)
        .with_older(&place);
    let detail = match request {
        Some(request) => Some(detail(app, request, &place, frame.s).await?),
        None => None,
    };
    Ok(Listed {
        rows,
        newest: (!newest_shown).then(|| place.list()),
        detail,
        is_permalink: matches!(place.opened, Opened::One(_)),
        feed: place.list(),
        place,
    })
}

async fn detail(
    app: &AppState,
    request: CapturedRequest,
    place: &Place,
    s: &'static super::strings::Strings,
) -> Result<Detail, PageError> {
    let around = around(app, place, &request).await?;
    let (app, place) = (app.clone(), place.clone());
    // Hashing and indexing a large body takes its time.
    tokio::task::spawn_blocking(move || Detail::new(&request, around, &place, &app, s))
        .await
        .map_err(|error| PageError::Store(store::StoreError::Unreadable(error.to_string())))
}

async fn around(
    app: &AppState,
    place: &Place,
    request: &CapturedRequest,
) -> Result<Around, PageError> {
    let id = request.id;
    let (newer, older) = app.store.neighbours(place.scope(), id).await?;
    let attempt = match app.store.attempt(id).await? {
        Some(attempt) => Some((attempt, app.store.attempts(attempt, BESIDE).await?)),
        None => None,
    };
    let shape = match shape_key(request) {
        Some(key) => {
            let shape = app.store.shape(key.clone()).await?;
            let unlearnt = shape.is_none() && app.store.shapes(0).await?.1 > 0;
            Some((key, shape, unlearnt))
        }
        None => None,
    };
    Ok(Around {
        newer,
        older,
        attempt,
        changes: app.store.changes(id).await?,
        shape,
        secrets: signature::secrets(app, request).await?,
    })
}

async fn empty(
    app: &AppState,
    place: &Place,
    counts: Counts,
    headers: &HeaderMap,
    frame: &Frame,
) -> Result<Empty, PageError> {
    if counts.shown > 0 {
        return Ok(Empty::End { list: place.list() });
    }
    let endpoints = app.store.endpoints().await?;
    let url = full_url(place, headers, app.public_url.as_deref());
    let samples = empty::samples(app, frame.s);
    let waiting = Box::new(Waiting::new(place, &url, &endpoints, samples, frame.s));
    if counts.noise == 0 {
        return Ok(Empty::Waiting(waiting));
    }
    let title = frame.s.only_noise.of(counts.noise);
    Ok(Empty::OnlyNoise {
        title: title.replace("{n}", &figures::grouped(counts.noise)),
        show: place.with_noise(),
        waiting,
    })
}

fn trouble(health: &Health, frame: &Frame) -> Option<Phrase> {
    let why = Slot::Strong(health.to_string());
    (!health.is_ok()).then(|| Phrase::new(frame.s.not_storing, &[("why", why)]))
}

/// The day now, in UTC.
fn today() -> String {
    let now = jiff::Timestamp::now().as_microsecond();
    Moment::from(Timestamp(now)).day
}
