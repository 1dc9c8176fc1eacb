//! A connection's bytes: what was read and not yet used, and writing with a time limit.

use std::io;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, timeout, timeout_at};

use crate::capture::limits::{LINGER_BYTES, LINGER_TIME, WRITE_STALL};

/// Room made for a read.
const READ_BYTES: usize = 8 * 1024;
/// Bytes handed to one write, so that the stall limit is held against progress.
const WRITE_BYTES: usize = 64 * 1024;

pub(crate) struct Stream<S> {
    io: S,
    /// Read, and not yet used.
    pub(crate) buffer: BytesMut,
}

/// What a read brought.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Filled {
    Some,
    /// The other end has sent all it will.
    End,
    TimedOut,
    /// The connection broke.
    Broken,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Stream<S> {
    pub(crate) fn new(io: S) -> Self {
        Self {
            io,
            buffer: BytesMut::new(),
        }
    }

    /// Reads what has come, or waits for it until `deadline`.
    pub(crate) async fn fill(&mut self, deadline: Instant) -> Filled {
        self.buffer.reserve(READ_BYTES);
        match timeout_at(deadline, self.io.read_buf(&mut self.buffer)).await {
            Ok(Ok(0)) => Filled::End,
            Ok(Ok(_)) => Filled::Some,
            Ok(Err(_)) => Filled::Broken,
            Err(_) => Filled::TimedOut,
        }
    }

    /// Writes all, as long as the reader keeps taking some.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        for piece in bytes.chunks(WRITE_BYTES) {
            timeout(WRITE_STALL, self.io.write_all(piece)).await??;
        }
        Ok(())
    }

    /// Closes so that the answer arrives: says that no more comes, and takes in for a while what is
    /// still being sent, since unread bytes would turn the close into a reset.
    pub(crate) async fn close(mut self, unread: bool) {
        if self.io.shutdown().await.is_err() || !unread {
            return;
        }
        let deadline = Instant::now() + LINGER_TIME;
        let mut dropped = 0;
        while dropped < LINGER_BYTES && self.fill(deadline).await == Filled::Some {
            dropped += self.buffer.len();
            self.buffer.clear();
        }
    }
}
