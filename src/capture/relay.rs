//! Hands requests for hookglass's own pages to the router, and writes what it answers.

use std::io;
use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body::Body as _;
use http_body_util::BodyExt;
use tokio::io::{AsyncRead, AsyncWrite};
use tower::ServiceExt;

use super::answer::{Answer, http_date, now_s, reason_phrase};
use super::budget::Budget;
use super::connection::Next;
use super::limits::OWN_BODY_MAX;
use super::wire::body::{self, End};
use super::wire::head::{Accepted, Refusal};
use super::wire::stream::Stream;
use crate::request::{Head, url_spelling};

/// The inspector and the API.
pub type Pages = Router;

/// Where a request for a page came from; an extension of the request.
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    pub peer: SocketAddr,
    /// It came by https, to us or to a trusted proxy.
    pub secure: bool,
}

/// One request for a page and its answer.
pub(super) async fn relay<S>(
    stream: &mut Stream<S>,
    head: &Head,
    accepted: &Accepted,
    origin: Origin,
    keep_alive: bool,
    pages: &Pages,
    budget: &Budget,
) -> Next
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let body = body::read(stream, accepted.framing, OWN_BODY_MAX, budget).await;
    let refusal = match body.end {
        End::Whole => None,
        End::TooLarge => Some(Refusal::new(413, "forms here are at most 1 MiB")),
        End::TimedOut => Some(Refusal::new(408, "the request's body came too slowly")),
        End::NoMemory => Some(Refusal::new(503, "no memory left for bodies")),
        End::CutOff | End::Malformed(_) => {
            Some(Refusal::new(400, "the request's body did not arrive whole"))
        }
    };
    let request = match refusal {
        Some(refusal) => Err(refusal),
        None => request(head, body.bytes, origin),
    };
    let request = match request {
        Ok(request) => request,
        Err(refusal) => {
            let answer = Answer::refused(&refusal);
            let _ = stream.write(&answer.to_bytes(false, true)).await;
            return Next::Close { unread: true };
        }
    };
    let head_only = request.method() == Method::HEAD;
    let response = match pages.clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    let framing = ResponseFraming::of(&response, head_only, accepted.http_1_0, keep_alive);
    match write(stream, response, framing).await {
        Ok(()) if framing.keeps_alive() => Next::KeepAlive,
        _ => Next::Close { unread: false },
    }
}

/// The request as the router takes it.
fn request(head: &Head, body: Bytes, origin: Origin) -> Result<Request<Body>, Refusal> {
    let bad = |what: &str| Refusal::new(400, format!("{what} can't be read"));
    let mut request = Request::new(Body::from(body));
    *request.method_mut() =
        Method::from_bytes(head.method().as_bytes()).map_err(|_| bad("the method"))?;
    *request.uri_mut() = uri(head).ok_or_else(|| bad("the request target"))?;
    for (name, value) in head.headers() {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad("a header's name"))?;
        let value = HeaderValue::from_bytes(value).map_err(|_| bad("a header's value"))?;
        request.headers_mut().append(name, value);
    }
    request.extensions_mut().insert(origin);
    Ok(request)
}

/// Path and query, with bytes encoded that a URI may not hold but a webhook's path may.
fn uri(head: &Head) -> Option<Uri> {
    let mut text = head.url_path();
    if let Some(query) = head.query() {
        text.push('?');
        text.push_str(&url_spelling(query));
    }
    text.parse().ok()
}

/// How an answer's end is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ResponseFraming {
    /// There is no body, or its length is in the head.
    Known {
        body: bool,
        keep_alive: bool,
    },
    Chunked {
        keep_alive: bool,
    },
    UntilClose,
}

impl ResponseFraming {
    fn of(response: &Response<Body>, head_only: bool, http_1_0: bool, keep_alive: bool) -> Self {
        let status = response.status();
        let empty = status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED;
        if empty || head_only {
            let body = false;
            return Self::Known { body, keep_alive };
        }
        if response.body().size_hint().exact().is_some() {
            let body = true;
            return Self::Known { body, keep_alive };
        }
        match http_1_0 {
            true => Self::UntilClose,
            false => Self::Chunked { keep_alive },
        }
    }

    fn keeps_alive(self) -> bool {
        matches!(
            self,
            Self::Known {
                keep_alive: true,
                ..
            } | Self::Chunked { keep_alive: true }
        )
    }
}

async fn write<S>(
    stream: &mut Stream<S>,
    response: Response<Body>,
    framing: ResponseFraming,
) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (parts, mut body) = response.into_parts();
    let mut out = response_head(&parts, &body, framing);
    if matches!(framing, ResponseFraming::Known { body: false, .. }) {
        return stream.write(&out).await;
    }
    let chunked = matches!(framing, ResponseFraming::Chunked { .. });
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(io::Error::other)?.into_data() else {
            continue;
        };
        if data.is_empty() {
            continue;
        }
        if chunked {
            out.extend_from_slice(format!("{:x}\r\n", data.len()).as_bytes());
            out.extend_from_slice(&data);
            out.extend_from_slice(b"\r\n");
        } else {
            out.extend_from_slice(&data);
        }
        stream.write(&out).await?;
        out.clear();
    }
    if chunked {
        out.extend_from_slice(b"0\r\n\r\n");
    }
    stream.write(&out).await
}

fn response_head(parts: &http::response::Parts, body: &Body, framing: ResponseFraming) -> BytesMut {
    let mut out = BytesMut::with_capacity(1024);
    let status = parts.status.as_u16();
    let line = format!(
        "HTTP/1.1 {status} {}\r\ndate: {}\r\n",
        reason_phrase(status),
        http_date(now_s())
    );
    out.extend_from_slice(line.as_bytes());
    for (name, value) in &parts.headers {
        if *name == http::header::CONTENT_LENGTH && status != 304 && !is_head(framing) {
            continue;
        }
        out.extend_from_slice(name.as_str().as_bytes());
        out.extend_from_slice(b": ");
        out.extend_from_slice(value.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    if let (ResponseFraming::Known { body: true, .. }, Some(length)) =
        (framing, body.size_hint().exact())
    {
        out.extend_from_slice(format!("content-length: {length}\r\n").as_bytes());
    }
    if matches!(framing, ResponseFraming::Chunked { .. }) {
        out.extend_from_slice(b"transfer-encoding: chunked\r\n");
    }
    if !framing.keeps_alive() {
        out.extend_from_slice(b"connection: close\r\n");
    }
    out.extend_from_slice(b"\r\n");
    out
}

/// An answer without a body keeps the length that the router said its body would have.
fn is_head(framing: ResponseFraming) -> bool {
    matches!(framing, ResponseFraming::Known { body: false, .. })
}
