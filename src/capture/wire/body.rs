//! Bodies: read whole under the limits of size, memory and time, or as far as they came.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;

use super::chunked::{BadChunk, Decoder};
use super::head::Framing;
use super::stream::{Filled, Stream};
use crate::capture::budget::{Budget, Reserved};
use crate::capture::limits::{
    BODY_GRACE, BODY_MIN_RATE, BODY_STALL, BODY_TIME, KEPT_OF_TOO_LARGE, KEPT_WAIT,
};

/// What came of a body.
pub(crate) struct Body {
    pub(crate) bytes: Bytes,
    pub(crate) trailers: Bytes,
    pub(crate) end: End,
    /// The share of memory that the bytes hold.
    pub(crate) reserved: Reserved,
}

/// How a body ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum End {
    Whole,
    /// Past the limit on size; the first bytes are kept.
    TooLarge,
    /// The sender hung up or the connection broke.
    CutOff,
    /// Too slow.
    TimedOut,
    /// Breaks the chunked coding.
    Malformed(&'static str),
    /// No room for it in memory; the first bytes are kept.
    NoMemory,
}

/// Reads a body of at most `max` bytes.
pub(crate) async fn read<S>(
    stream: &mut Stream<S>,
    framing: Framing,
    max: u64,
    budget: &Budget,
) -> Body
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut reading = Reading {
        body: BytesMut::new(),
        reserved: budget.empty(),
        max,
    };
    let (end, trailers) = match framing {
        Framing::None => (End::Whole, BytesMut::new()),
        Framing::Length(length) => (reading.length(stream, length).await, BytesMut::new()),
        Framing::Chunked => {
            let mut decoder = Decoder::new();
            let end = reading.chunked(stream, &mut decoder).await;
            (end, decoder.trailers)
        }
    };
    if matches!(end, End::TooLarge | End::NoMemory) {
        reading.body.truncate(KEPT_OF_TOO_LARGE);
    }
    Body {
        bytes: reading.body.freeze(),
        trailers: trailers.freeze(),
        end,
        reserved: reading.reserved,
    }
}

/// Takes what has come of a body that is refused by its declared length, up to what is kept of it.
pub(crate) async fn peek<S>(stream: &mut Stream<S>) -> Bytes
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let deadline = Instant::now() + KEPT_WAIT;
    while stream.buffer.len() < KEPT_OF_TOO_LARGE && stream.fill(deadline).await == Filled::Some {}
    let kept = stream.buffer.len().min(KEPT_OF_TOO_LARGE);
    stream.buffer.split_to(kept).freeze()
}

struct Reading {
    body: BytesMut,
    reserved: Reserved,
    max: u64,
}

impl Reading {
    async fn length<S>(&mut self, stream: &mut Stream<S>, length: u64) -> End
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        if length > self.max {
            return End::TooLarge;
        }
        let started = Instant::now();
        loop {
            let missing = length - self.body.len() as u64;
            let taken = stream
                .buffer
                .len()
                .min(usize::try_from(missing).unwrap_or(usize::MAX));
            if !self.reserved.grow(taken) {
                return End::NoMemory;
            }
            if self.body.is_empty() {
                self.body = stream.buffer.split_to(taken);
            } else {
                self.body.extend_from_slice(&stream.buffer.split_to(taken));
            }
            if self.body.len() as u64 == length {
                return End::Whole;
            }
            if let Some(end) = self.more(stream, started).await {
                return end;
            }
        }
    }

    async fn chunked<S>(&mut self, stream: &mut Stream<S>, decoder: &mut Decoder) -> End
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let started = Instant::now();
        loop {
            let before = self.body.len();
            if let Err(BadChunk(how)) = decoder.decode(&mut stream.buffer, &mut self.body) {
                return End::Malformed(how);
            }
            if self.body.len() as u64 > self.max {
                return End::TooLarge;
            }
            if !self.reserved.grow(self.body.len() - before) {
                return End::NoMemory;
            }
            if decoder.is_done() {
                return End::Whole;
            }
            if let Some(end) = self.more(stream, started).await {
                return end;
            }
        }
    }

    /// Waits for more; the end where none comes in time.
    async fn more<S>(&self, stream: &mut Stream<S>, started: Instant) -> Option<End>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        match stream.fill(self.deadline(started)).await {
            Filled::Some => None,
            Filled::End | Filled::Broken => Some(End::CutOff),
            Filled::TimedOut => Some(End::TimedOut),
        }
    }

    /// The earliest of: a stall, too slow on the whole, too long in all.
    fn deadline(&self, started: Instant) -> Instant {
        let earned = Duration::from_secs(self.body.len() as u64 / BODY_MIN_RATE);
        (Instant::now() + BODY_STALL)
            .min(started + BODY_GRACE + earned)
            .min(started + BODY_TIME)
    }
}

/// What came behind a head that is refused.
pub(crate) fn buffered<S>(stream: &mut Stream<S>) -> Bytes {
    let kept = stream.buffer.len().min(KEPT_OF_TOO_LARGE);
    stream.buffer.split_to(kept).freeze()
}
