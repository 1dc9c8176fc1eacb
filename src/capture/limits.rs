//! Every bound between a socket and the store. Reaching one is answered, kept and logged.

use std::time::Duration;

/// Bytes of a request target; longer is answered 414.
pub const TARGET_MAX: usize = 32 * 1024;
/// Bytes of a method; longer is answered 400.
pub const METHOD_MAX: usize = 64;
/// Bytes of a head, and of a chunked body's trailers; longer is answered 431.
pub const HEAD_MAX: usize = 64 * 1024;
/// Header lines; more are answered 431.
pub const HEADERS_MAX: usize = 200;
/// Bytes of a chunk's size line with its extensions; longer is answered 400.
pub const CHUNK_LINE_MAX: usize = 4 * 1024;
/// What is kept of a body that is too large, in bytes.
pub const KEPT_OF_TOO_LARGE: usize = 64 * 1024;
/// How long the first bytes of a body that was declared too large are waited for.
pub const KEPT_WAIT: Duration = Duration::from_millis(250);
/// From a head's first byte to its last, and to a connection's first byte.
pub const HEAD_TIME: Duration = Duration::from_secs(10);
/// Between two requests of one connection.
pub const IDLE_TIME: Duration = Duration::from_secs(60);
/// Without a byte of the body.
pub const BODY_STALL: Duration = Duration::from_secs(15);
/// A body may be slower than [`BODY_MIN_RATE`] for this long.
pub const BODY_GRACE: Duration = Duration::from_secs(10);
/// Bytes a second.
pub const BODY_MIN_RATE: u64 = 1024;
/// For a whole body.
pub const BODY_TIME: Duration = Duration::from_secs(120);
/// Without the reader taking a byte of the answer.
pub const WRITE_STALL: Duration = Duration::from_secs(30);
/// After an answer that left bytes unread: so long and so many are thrown away, so that the answer is not lost to a reset.
pub const LINGER_TIME: Duration = Duration::from_secs(2);
pub const LINGER_BYTES: usize = 4 * 1024 * 1024;
/// In-flight requests at a stop.
pub const STOP_TIME: Duration = Duration::from_secs(10);
/// Bytes of a request body to hookglass's own pages; more is answered 413.
pub const OWN_BODY_MAX: u64 = 1024 * 1024;
/// Connections, where the operating system allows as many files.
pub const CONNECTIONS_MAX: usize = 16_384;
/// Files kept for the database, the log and the like.
pub const FILES_RESERVED: usize = 256;
/// A body larger than this is identified off the async threads.
pub const IDENTIFY_INLINE_MAX: usize = 256 * 1024;

/// The bounds that a flag sets.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of a body; more is answered 413.
    pub body: u64,
    /// Bytes of all bodies in memory; more is answered 503.
    pub memory: u64,
    pub connections: usize,
}
