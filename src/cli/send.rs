//! `hookglass send`: post the catalogue's sample events, as their senders would.

use std::io::Write;
use std::net::SocketAddr;

use super::CliError;
use super::post::{Answer, Outgoing, Target};
use crate::config::SendArgs;
use crate::config::nearest::nearest;
use crate::request::RequestId;
use crate::senders::Sample;

/// Names that a person is offered in place of one that does not exist.
const HINTS_MAX: usize = 5;

/// Lists the samples, or posts one or all of them.
pub(super) fn run(
    out: &mut impl Write,
    args: &SendArgs,
    samples: &[&Sample],
    listen: SocketAddr,
) -> Result<(), CliError> {
    if args.list {
        return list(out, samples);
    }
    let chosen: Vec<&Sample> = match &args.sample {
        Some(name) => find(samples, name)?,
        None => samples.to_vec(),
    };
    let target = match &args.to {
        Some(url) => Target::parse(url)?,
        None => Target::listening(listen)?,
    };
    let mut refused = 0;
    for sample in &chosen {
        let answer = target.send(&Outgoing {
            method: &sample.method,
            query: &sample.query,
            headers: &sample.headers,
            body: &sample.body,
        })?;
        writeln!(out, "{} → {}", sample.name(), describe(&answer))?;
        refused += usize::from(!(200..300).contains(&answer.status));
    }
    match (refused, chosen.len()) {
        (0, _) => Ok(()),
        (_, 1) => Err(CliError::Failed("the sample was not taken".to_owned())),
        (refused, all) => Err(CliError::Failed(format!(
            "{refused} of {all} samples were not taken"
        ))),
    }
}

fn list(out: &mut impl Write, samples: &[&Sample]) -> Result<(), CliError> {
    let names = samples.iter().map(|sample| sample.name());
    let width = names.map(|name| name.chars().count()).max().unwrap_or(0);
    for sample in samples {
        writeln!(out, "{:width$}  {}", sample.name(), sample.label)?;
    }
    Ok(())
}

/// The sample of this name, or all of this sender; the sender may be left out where no other has one
/// like it.
fn find<'a>(samples: &[&'a Sample], name: &str) -> Result<Vec<&'a Sample>, CliError> {
    let those = |holds: &dyn Fn(&Sample) -> bool| -> Vec<&'a Sample> {
        let found = samples.iter().filter(|sample| holds(sample));
        found.copied().collect()
    };
    let exact = those(&|sample| sample.name() == name || sample.sender == name);
    if !exact.is_empty() {
        return Ok(exact);
    }
    let of_id = those(&|sample| sample.id == name);
    if of_id.len() == 1 {
        return Ok(of_id);
    }
    let begins = |text: &str| {
        text.strip_prefix(name)
            .is_some_and(|rest| rest.starts_with(':'))
    };
    let mut near: Vec<_> = samples
        .iter()
        .filter(|sample| sample.id == name || begins(&sample.name()) || begins(&sample.id))
        .map(|sample| sample.name())
        .collect();
    if near.is_empty() {
        let names: Vec<_> = samples
            .iter()
            .flat_map(|sample| [sample.name(), sample.id.clone()])
            .collect();
        let found = nearest(name, names.iter().map(String::as_str));
        near = found.into_iter().map(str::to_owned).collect();
    }
    let mut sentence = format!("there is no sample \"{name}\"; ");
    if !near.is_empty() {
        near.truncate(HINTS_MAX);
        sentence.push_str(&format!("did you mean {}? ", near.join(" or ")));
    }
    Err(CliError::Usage(format!(
        "{sentence}`hookglass send --list` shows all"
    )))
}

/// `200 stored as 1h6x5q8v0k2pd`, where the answer is hookglass's own.
fn describe(answer: &Answer) -> String {
    let Answer { status, body } = answer;
    let stored = serde_json::from_slice::<serde_json::Value>(body)
        .ok()
        .and_then(|json| json.get("id")?.as_str()?.parse::<RequestId>().ok());
    match stored {
        Some(id) => format!("{status} stored as {id}"),
        None => status.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::net::TcpListener;

    fn samples() -> Vec<Sample> {
        [
            ("contact.tag.added", "Tag added"),
            (
                "contact.optin.completed:blog-page",
                "Blog page form subscribed",
            ),
            (
                "contact.optin.completed:funnel-step",
                "Funnel step form subscribed",
            ),
        ]
        .map(|(id, label)| Sample {
            id: id.to_owned(),
            sender: "systeme-io".to_owned(),
            event_type: id.split(':').next().unwrap().to_owned(),
            variant: id.split_once(':').map(|(_, variant)| variant.to_owned()),
            label: label.to_owned(),
            method: "POST".to_owned(),
            query: String::new(),
            headers: vec![("User-Agent".to_owned(), "Symfony".to_owned())],
            body: b"{}".to_vec(),
        })
        .into()
    }

    fn args(sample: Option<&str>, list: bool, all: bool) -> SendArgs {
        let sample = sample.map(str::to_owned);
        SendArgs {
            sample,
            to: None,
            list,
            all,
        }
    }

    fn send(args: &SendArgs, listen: SocketAddr) -> (String, Result<(), CliError>) {
        let mut out = Vec::new();
        let result = run(
            &mut out,
            args,
            &samples().iter().collect::<Vec<_>>(),
            listen,
        );
        (String::from_utf8(out).unwrap(), result)
    }

    /// Answers each connection with the next of `answers`.
    fn server(answers: Vec<&'static str>) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let (mut got, mut chunk) = (Vec::new(), [0; 1024]);
                while !got.ends_with(b"{}") {
                    let count = stream.read(&mut chunk).unwrap();
                    got.extend_from_slice(&chunk[..count]);
                }
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        address
    }

    const STORED: &str = "HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\n{\"id\":\"1h6x5q8v0k2pd\"}";
    const FULL: &str = "HTTP/1.1 507 Full\r\nContent-Length: 0\r\n\r\n";

    #[test]
    fn a_sample_is_posted_and_its_id_told() {
        let (text, result) = send(
            &args(Some("contact.tag.added"), false, false),
            server(vec![STORED]),
        );
        assert_eq!(
            text,
            "systeme-io:contact.tag.added → 200 stored as 1h6x5q8v0k2pd\n"
        );
        assert!(result.is_ok());
    }

    #[test]
    fn all_are_sent_and_what_was_not_taken_is_counted() {
        let (text, result) = send(&args(None, false, true), server(vec![STORED, FULL, STORED]));
        assert_eq!(text.lines().count(), 3);
        assert!(text.contains("systeme-io:contact.optin.completed:blog-page → 507\n"));
        let error = result.unwrap_err();
        assert_eq!(error.to_string(), "1 of 3 samples were not taken");
        assert_eq!(error.exit_code(), 1);
    }

    #[test]
    fn the_list_has_every_sample_with_its_label() {
        let nowhere = "127.0.0.1:1".parse().unwrap();
        let (text, result) = send(&args(None, true, false), nowhere);
        assert!(result.is_ok());
        assert!(text.starts_with("systeme-io:contact.tag.added "));
        assert!(text.contains("  Tag added\n"));
        assert_eq!(text.lines().count(), 3);
    }

    #[test]
    fn an_unknown_sample_leads_to_the_nearest() {
        let nowhere = "127.0.0.1:1".parse().unwrap();
        let why = |name| {
            let error = send(&args(Some(name), false, false), nowhere)
                .1
                .unwrap_err();
            assert_eq!(error.exit_code(), 2);
            error.to_string()
        };
        assert!(why("contact.tag.aded").contains("did you mean contact.tag.added?"));
        assert!(
            why("contact.optin.completed").contains(
                "systeme-io:contact.optin.completed:blog-page or systeme-io:contact.optin.completed:funnel-step"
            )
        );
        assert_eq!(
            why("x"),
            "there is no sample \"x\"; `hookglass send --list` shows all"
        );
    }
}
