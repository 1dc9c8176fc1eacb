//! One request over plain HTTP/1.1: all that `hookglass send` needs of a client.
//!
//! Headers go out as given, in their order and spelling, which client crates do not promise.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use http::Uri;

use super::CliError;
use crate::senders::signature::Draft;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// From the connection to the last byte of the answer.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(30);
/// What is kept of an answer; hookglass's own is far below.
const MAX_ANSWER: usize = 64 * 1024;
const MAX_HEADERS: usize = 64;
/// Ours to write, whatever a sample says.
const FRAMING: [&str; 4] = ["host", "content-length", "connection", "transfer-encoding"];

/// Where to send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    /// Host and port, to connect to.
    address: String,
    /// As it stands in the `Host` header.
    host: String,
    /// Path and query.
    path: String,
}

/// What came back.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub status: u16,
    /// The first bytes of the body.
    pub body: Vec<u8>,
}

impl Target {
    /// Reads `--to`.
    pub(super) fn parse(url: &str) -> Result<Self, CliError> {
        let bad = |why: &str| {
            Err(CliError::Usage(format!(
                "--to: \"{url}\" {why}; write it like http://127.0.0.1:4665/shop"
            )))
        };
        let Ok(uri) = url.parse::<Uri>() else {
            return bad("is no URL");
        };
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") => {
                return Err(CliError::Usage(
                    "--to: https is not spoken here; give the http address that hookglass listens on, or post with curl".to_owned(),
                ));
            }
            _ => return bad("has no http:// in front"),
        }
        let Some(authority) = uri
            .authority()
            .filter(|authority| !authority.as_str().contains('@'))
        else {
            return bad("holds a user name");
        };
        let port = authority.port_u16().unwrap_or(80);
        Ok(Self {
            address: format!("{}:{port}", authority.host()),
            host: authority.as_str().to_owned(),
            path: uri
                .path_and_query()
                .map_or("/", |path| path.as_str())
                .to_owned(),
        })
    }

    /// The hookglass that listens on this address of this machine.
    pub(super) fn listening(listen: SocketAddr) -> Result<Self, CliError> {
        if listen.port() == 0 {
            return Err(CliError::Usage(
                "listen has port 0, so the port is known to the running hookglass only; say --to URL".to_owned(),
            ));
        }
        let mut address = listen;
        if listen.ip().is_unspecified() {
            address.set_ip(match listen {
                SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
                SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
            });
        }
        Ok(Self {
            address: address.to_string(),
            host: address.to_string(),
            path: "/".to_owned(),
        })
    }

    /// Scheme and host, as a sender would call them.
    pub(super) fn origin(&self) -> String {
        format!("http://{}", self.host)
    }

    /// The target of a request with this query besides that of the URL.
    pub(super) fn with_query(&self, query: &str) -> String {
        let joint = if self.path.contains('?') { '&' } else { '?' };
        match query {
            "" => self.path.clone(),
            query => format!("{}{joint}{query}", self.path),
        }
    }

    /// Sends a request and waits for the answer.
    pub(super) fn send(&self, outgoing: &Draft) -> Result<Answer, CliError> {
        let body = &outgoing.body;
        let head = self.head(outgoing)?;
        let mut stream = self.connect()?;
        let deadline = Instant::now() + TOTAL_TIMEOUT;
        stream
            .set_write_timeout(Some(TOTAL_TIMEOUT))
            .map_err(|error| self.broken(&error))?;
        // A server may answer and close before it has read all: its answer says more than the error.
        let sent = stream
            .write_all(&head)
            .and_then(|()| stream.write_all(body));
        let answer = read_answer(&mut stream, deadline);
        match (sent, answer) {
            (_, Ok(answer)) => Ok(answer),
            (Err(error), Err(_)) | (Ok(()), Err(error)) => Err(self.broken(&error)),
        }
    }

    fn head(&self, outgoing: &Draft) -> Result<Vec<u8>, CliError> {
        let mut head = format!(
            "{} {} HTTP/1.1\r\nHost: {}\r\n",
            outgoing.method, outgoing.target, self.host
        );
        for (name, value) in &outgoing.headers {
            if FRAMING.iter().any(|ours| name.eq_ignore_ascii_case(ours)) {
                continue;
            }
            if http::HeaderName::from_bytes(name.as_bytes()).is_err()
                || value.bytes().any(|byte| matches!(byte, b'\r' | b'\n' | 0))
            {
                return Err(CliError::Failed(format!(
                    "the sample's header {name:?} cannot be sent; mend it in the catalogue"
                )));
            }
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!(
            "Content-Length: {}\r\nConnection: close\r\n\r\n",
            outgoing.body.len()
        ));
        Ok(head.into_bytes())
    }

    fn connect(&self) -> Result<TcpStream, CliError> {
        let addresses = self
            .address
            .to_socket_addrs()
            .map_err(|error| CliError::Failed(format!("{} is not found: {error}", self.address)))?;
        let mut last = None;
        for address in addresses {
            match TcpStream::connect_timeout(&address, CONNECT_TIMEOUT) {
                Ok(stream) => return Ok(stream),
                Err(error) => last = Some(error),
            }
        }
        Err(CliError::Failed(match last {
            Some(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                format!("nothing listens on {}; start hookglass first", self.address)
            }
            Some(error) => format!("{} cannot be reached: {error}", self.address),
            None => format!("{} has no address", self.address),
        }))
    }

    fn broken(&self, error: &io::Error) -> CliError {
        use io::ErrorKind::{TimedOut, WouldBlock};
        let why = match error.kind() {
            TimedOut | WouldBlock => {
                format!("it did not answer within {} s", TOTAL_TIMEOUT.as_secs())
            }
            _ => error.to_string(),
        };
        CliError::Failed(format!("{} gave no answer: {why}", self.address))
    }
}

/// Reads up to [`MAX_ANSWER`], until the announced length, the end, or the deadline.
fn read_answer(stream: &mut TcpStream, deadline: Instant) -> io::Result<Answer> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        if let Some((answer, whole)) = parse_answer(&bytes)?
            && (whole || bytes.len() >= MAX_ANSWER)
        {
            return Ok(answer);
        }
        if bytes.len() >= MAX_ANSWER {
            return Err(invalid("its answer's head is too long"));
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // The status is known: a reset that follows it takes nothing away.
            Err(error) => match parse_answer(&bytes)? {
                Some((answer, _)) => return Ok(answer),
                None => return Err(error),
            },
        }
    }
    let answer = parse_answer(&bytes)?.map(|(answer, _)| answer);
    answer.ok_or_else(|| invalid("it closed the connection"))
}

/// The answer as far as it has come, and whether that is all of it; `None` before its head's end.
fn parse_answer(bytes: &[u8]) -> io::Result<Option<(Answer, bool)>> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut head = httparse::Response::new(&mut headers);
    let parsed = head
        .parse(bytes)
        .map_err(|_| invalid("it does not speak HTTP"))?;
    let (httparse::Status::Complete(end), Some(status)) = (parsed, head.code) else {
        return Ok(None);
    };
    let length = head
        .headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("content-length"))
        .and_then(|header| {
            std::str::from_utf8(header.value)
                .ok()?
                .trim()
                .parse::<usize>()
                .ok()
        });
    let body = bytes.get(end..).unwrap_or_default();
    let body = &body[..body.len().min(length.unwrap_or(usize::MAX))];
    let whole = length == Some(body.len()) || matches!(status, 204 | 304);
    let answer = Answer {
        status,
        body: body.to_vec(),
    };
    Ok(Some((answer, whole)))
}

fn invalid(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::thread;

    fn post(target: &Target, headers: &[(String, String)], body: &[u8]) -> Draft {
        Draft {
            method: "POST".to_owned(),
            origin: target.origin(),
            target: target.with_query(""),
            headers: headers.to_vec(),
            body: body.to_vec(),
        }
    }

    fn send_to(address: SocketAddr, body: &[u8]) -> Result<Answer, CliError> {
        let target = Target::listening(address)?;
        target.send(&post(&target, &[], body))
    }

    /// A server that reads one request whole, says `answer` and closes; gives back what it read.
    fn server(answer: &'static [u8]) -> (SocketAddr, thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let reader = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut got, mut chunk) = (Vec::new(), [0; 1024]);
            while !got.ends_with(b"BODY") {
                let count = stream.read(&mut chunk).unwrap();
                got.extend_from_slice(&chunk[..count]);
            }
            stream.write_all(answer).unwrap();
            String::from_utf8(got).unwrap()
        });
        (address, reader)
    }

    fn headers(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|&(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    #[test]
    fn headers_go_out_as_given_and_the_answer_comes_back() {
        let (address, reader) = server(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}ignored");
        let target = Target::parse(&format!("http://{address}/shop?a=1")).unwrap();
        let given = headers(&[
            ("X-B", "1"),
            ("x-A", "2"),
            ("x-b", "3"),
            ("Host", "evil"),
            ("content-length", "9"),
        ]);
        let answer = target.send(&post(&target, &given, b"BODY")).unwrap();
        assert_eq!(
            answer,
            Answer {
                status: 200,
                body: b"{}".to_vec()
            }
        );
        assert_eq!(
            reader.join().unwrap(),
            format!(
                "POST /shop?a=1 HTTP/1.1\r\nHost: {address}\r\nX-B: 1\r\nx-A: 2\r\nx-b: 3\r\nContent-Length: 4\r\nConnection: close\r\n\r\nBODY"
            )
        );
    }

    #[test]
    fn an_answer_without_a_length_ends_with_the_connection() {
        let (address, reader) = server(b"HTTP/1.1 503 Busy\r\n\r\nlater");
        let answer = send_to(address, b"BODY").unwrap();
        assert_eq!(
            answer,
            Answer {
                status: 503,
                body: b"later".to_vec()
            }
        );
        reader.join().unwrap();
    }

    #[test]
    fn what_is_no_answer_is_said() {
        let cases: [(&'static [u8], &str); 2] = [(b"SSH-2.0-x\r\n", "HTTP"), (b"", "closed")];
        for (said, why) in cases {
            let (address, reader) = server(said);
            let error = send_to(address, b"BODY").unwrap_err();
            assert!(error.to_string().contains(why), "{error}");
            assert_eq!(error.exit_code(), 1);
            reader.join().unwrap();
        }
    }

    #[test]
    fn a_closed_port_says_to_start_hookglass() {
        let address = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let error = send_to(address, b"").unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("nothing listens on {address}; start hookglass first")
        );
        assert_eq!(error.exit_code(), 1);
    }

    #[test]
    fn only_plain_http_is_posted_to() {
        for (url, why) in [
            ("https://h/", "curl"),
            ("h:1/p", "http://"),
            ("ftp://h", "http://"),
            ("http://u:p@h/", "user name"),
            ("", "no URL"),
        ] {
            let error = Target::parse(url).unwrap_err();
            assert!(error.to_string().contains(why), "{url}: {error}");
            assert_eq!(error.exit_code(), 2);
        }
    }

    #[test]
    fn a_header_cannot_smuggle_another() {
        let target = Target::parse("http://127.0.0.1:1/").unwrap();
        for pair in [("X", "a\r\nY: b"), ("X: a\r\nY", "b"), ("", "b")] {
            assert!(
                target.head(&post(&target, &headers(&[pair]), b"")).is_err(),
                "{pair:?}"
            );
        }
    }

    #[test]
    fn every_address_of_the_machine_is_reached_by_loopback() {
        let host = |text: &str| Target::listening(text.parse().unwrap()).map(|target| target.host);
        assert_eq!(host("0.0.0.0:1").unwrap(), "127.0.0.1:1");
        assert_eq!(host("[::]:1").unwrap(), "[::1]:1");
        assert!(host("127.0.0.1:0").is_err());
    }
}
