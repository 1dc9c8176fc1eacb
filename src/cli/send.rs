//! `hookglass send`: send the catalogue's sample events, as their senders would.

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use super::CliError;
use super::post::{Answer, Target};
use crate::config::SendArgs;
use crate::config::nearest::nearest;
use crate::request::{RequestId, Timestamp};
use crate::secret::Hidden;
use crate::senders::signature::Draft;
use crate::senders::{Catalogue, Sample};

/// Names that a person is offered in place of one that does not exist.
const HINTS_MAX: usize = 5;

/// Lists the samples, or sends one, all of a sender, or all there are.
pub(super) fn run(
    out: &mut impl Write,
    args: &SendArgs,
    catalogue: &Catalogue,
    secret: Option<&Hidden>,
    listen: SocketAddr,
) -> Result<(), CliError> {
    let samples: Vec<_> = catalogue.samples().collect();
    if args.list {
        return list(out, &samples);
    }
    let chosen: Vec<&Sample> = match &args.sample {
        Some(name) => find(&samples, name)?,
        None => samples,
    };
    let target = match &args.to {
        Some(url) => Target::parse(url)?,
        None => Target::listening(listen)?,
    };
    let (mut refused, mut skipped) = (0, 0);
    for sample in &chosen {
        if let Some(secret) = secret
            && chosen.len() > 1
            && let Err(error) = draft(catalogue, sample, &target, 1, Some(secret))
        {
            writeln!(out, "{error}; left out")?;
            skipped += 1;
            continue;
        }
        for number in 1..=args.attempts {
            if number > 1 {
                std::thread::sleep(Duration::from_secs(args.gap.into()));
            }
            let draft = draft(catalogue, sample, &target, number, secret)?;
            let answer = target.send(&draft)?;
            let attempt = match args.attempts {
                1 => String::new(),
                _ => format!(" attempt {number}"),
            };
            writeln!(out, "{}{attempt} → {}", sample.name(), describe(&answer))?;
            refused += usize::from(!(200..300).contains(&answer.status));
        }
    }
    match (refused, (chosen.len() - skipped) * args.attempts as usize) {
        (0, _) => Ok(()),
        (_, 1) => Err(CliError::Failed("the sample was not taken".to_owned())),
        (refused, all) => Err(CliError::Failed(format!(
            "{refused} of {all} requests were not taken"
        ))),
    }
}

/// The sample as its sender would send it for the `number`th time, signed where there is a secret.
fn draft(
    catalogue: &Catalogue,
    sample: &Sample,
    target: &Target,
    number: u32,
    secret: Option<&Hidden>,
) -> Result<Draft, CliError> {
    let mut draft = Draft {
        method: sample.method.clone(),
        origin: target.origin(),
        target: target.with_query(&sample.query),
        headers: sample.headers.clone(),
        body: sample.body.clone(),
    };
    if number > 1
        && let Some((name, value)) = catalogue.attempt_header(&sample.sender, number)
    {
        draft
            .headers
            .retain(|(other, _)| !other.eq_ignore_ascii_case(&name));
        draft.headers.push((name, value));
    }
    let Some(secret) = secret else {
        return Ok(draft);
    };
    catalogue
        .sign(&sample.sender, secret, &draft, Timestamp::now())
        .map_err(|error| CliError::Failed(format!("{}: {error}", sample.name())))
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

    /// A catalogue with two senders of our own, in a folder that may go once it is read.
    fn catalogue() -> Catalogue {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let event = |kind: &str, variant: &str, label: &str| {
            format!(
                "[[event]]\ntype = \"{kind}\"\n{variant}label = {{ en = \"{label}\" }}\nsample = \"body.json\"\n"
            )
        };
        let signature = "[[signature]]\nkind = \"hmac\"\nhash = \"sha256\"\nvalue = \"header.x-signature\"\nmessage = [\"{raw}\"]\n";
        let shop = format!(
            "id = \"zz-shop\"\nname = \"Shop\"\nmatch = [\"header.x-shop @100\"]\nattempt = \"{{header.x-retry|add:1}}\"\n\
             sample_headers = [\"X-Shop: 1\", \"X-Signature: 00\"]\n{signature}{}{}{}",
            event("zz.paid", "", "Paid"),
            event("zz.seen", "variant = \"once\"\n", "Seen once"),
            event("zz.seen", "variant = \"twice\"\n", "Seen twice"),
        );
        file("body.json", "{}");
        let (catalogue, faults) = Catalogue::load_with(None, &[file("shop.toml", &shop)]);
        assert_eq!(faults, []);
        catalogue
    }

    fn args(sample: Option<&str>, list: bool) -> SendArgs {
        SendArgs {
            sample: sample.map(str::to_owned),
            to: None,
            secret_file: None,
            attempts: 1,
            gap: 0,
            list,
            all: false,
        }
    }

    fn send(args: &SendArgs, listen: SocketAddr) -> (String, Result<(), CliError>) {
        let mut out = Vec::new();
        let secret = args
            .secret_file
            .is_some()
            .then(|| Hidden::new("key".to_owned()));
        let result = run(&mut out, args, &catalogue(), secret.as_ref(), listen);
        (String::from_utf8(out).unwrap(), result)
    }

    /// Answers each connection with the next of `answers`, and gives what it read.
    fn server(answers: Vec<&'static str>) -> (SocketAddr, std::thread::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let reader = std::thread::spawn(move || {
            let mut all = Vec::new();
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let (mut got, mut chunk) = (Vec::new(), [0; 1024]);
                while !got.ends_with(b"{}") {
                    let count = stream.read(&mut chunk).unwrap();
                    got.extend_from_slice(&chunk[..count]);
                }
                stream.write_all(answer.as_bytes()).unwrap();
                all.push(String::from_utf8(got).unwrap());
            }
            all
        });
        (address, reader)
    }

    const STORED: &str = "HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\n{\"id\":\"1h6x5q8v0k2pd\"}";
    const FULL: &str = "HTTP/1.1 507 Full\r\nContent-Length: 0\r\n\r\n";

    #[test]
    fn a_sample_is_posted_and_its_id_told() {
        let (address, reader) = server(vec![STORED]);
        let (text, result) = send(&args(Some("zz.paid"), false), address);
        assert_eq!(text, "zz-shop:zz.paid → 200 stored as 1h6x5q8v0k2pd\n");
        assert!(result.is_ok());
        let got = reader.join().unwrap();
        assert!(got[0].contains("X-Shop: 1\r\n") && got[0].contains("X-Signature: 00\r\n"));
    }

    #[test]
    fn all_of_a_sender_are_sent_and_what_was_not_taken_is_counted() {
        let (address, _) = server(vec![STORED, FULL, STORED]);
        let (text, result) = send(&args(Some("zz-shop"), false), address);
        assert_eq!(text.lines().count(), 3);
        assert!(text.contains("zz-shop:zz.seen:once → 507\n"), "{text}");
        let error = result.unwrap_err();
        assert_eq!(error.to_string(), "1 of 3 requests were not taken");
        assert_eq!(error.exit_code(), 1);
    }

    #[test]
    fn attempts_are_counted_and_signed() {
        let (address, reader) = server(vec![FULL, FULL, STORED]);
        let repeated = SendArgs {
            attempts: 3,
            secret_file: Some("secret".into()),
            ..args(Some("zz.paid"), false)
        };
        let (text, result) = send(&repeated, address);
        assert!(
            text.ends_with("zz-shop:zz.paid attempt 3 → 200 stored as 1h6x5q8v0k2pd\n"),
            "{text}"
        );
        assert_eq!(
            result.unwrap_err().to_string(),
            "2 of 3 requests were not taken"
        );
        let got = reader.join().unwrap();
        let count = |place: usize, line: &str| got[place].contains(line);
        assert!(!count(0, "x-retry") && count(1, "x-retry: 1\r\n") && count(2, "x-retry: 2\r\n"));
        // HMAC-SHA256 of `{}` with the key `key`, as openssl has it.
        let signature =
            "X-Signature: a777724d943eb48dc69bca8a4a6d57a04db3f9ec7e1de4e581e860265bdf3032\r\n";
        assert!(got.iter().all(|one| one.contains(signature)), "{got:?}");
    }

    #[test]
    fn the_list_has_every_sample_with_its_label() {
        let (text, result) = send(&args(None, true), "127.0.0.1:1".parse().unwrap());
        assert!(result.is_ok());
        let line = text
            .lines()
            .find(|line| line.starts_with("zz-shop:zz.paid "));
        assert!(line.is_some_and(|line| line.ends_with("  Paid")), "{text}");
    }

    #[test]
    fn an_unknown_sample_leads_to_the_nearest() {
        let why = |name| {
            let error = send(&args(Some(name), false), "127.0.0.1:1".parse().unwrap());
            let error = error.1.unwrap_err();
            assert_eq!(error.exit_code(), 2);
            error.to_string()
        };
        assert!(
            why("zz.payd").contains("did you mean zz.paid?"),
            "{}",
            why("zz.payd")
        );
        assert!(why("zz.seen").contains("zz-shop:zz.seen:once or zz-shop:zz.seen:twice"));
        assert_eq!(
            why("nothing-like-it"),
            "there is no sample \"nothing-like-it\"; `hookglass send --list` shows all"
        );
    }
}
