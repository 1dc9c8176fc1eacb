//! What came of a check, as types and in sentences.

use std::fmt;

use super::body_form::BodyForm;
use super::encoding::Encoding;
use super::key::Misread;
use super::proof::Hash;
use super::timestamp::TimestampCheck;

/// What is known of a request's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureReport {
    pub status: SignatureStatus,
    /// The time that the sender signed at, where it says so.
    pub timestamp: Option<TimestampCheck>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureStatus {
    Verified(Match),
    Wrong(Diagnosis),
    NotChecked(NotChecked),
    /// The endpoint has no secret yet; what to paste, in words, where the catalogue knows.
    NoSecret {
        paste: Option<String>,
    },
    /// Nothing stands where this sender puts its signatures.
    NotSigned {
        places: Vec<String>,
    },
}

/// What held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The name of the secret: of several, the one that it was.
    pub secret: String,
    /// The name of the way to sign, where the sender has several.
    pub scheme: Option<String>,
    /// The form in which the body was signed, if it was a part of the message.
    pub form: Option<BodyForm>,
    /// The scheme and host that were signed, if they were a part of the message.
    pub origin: Option<String>,
}

/// Why nothing was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotChecked {
    UnknownSender,
    /// The catalogue has no way to sign for this sender.
    NoScheme,
    /// The body did not arrive whole.
    NotWhole,
    /// The scheme is checked by other means.
    External {
        reason: String,
    },
}

/// Why a signature is wrong, as far as it can be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Diagnosis {
    /// It would hold if something were different.
    HoldsIf {
        secret: String,
        deviations: Vec<Deviation>,
    },
    /// It holds, but was made too long before or after it arrived.
    Stale {
        matched: Match,
        check: TimestampCheck,
    },
    /// What stands there is no signature of this kind.
    Unreadable {
        place: String,
        expected: String,
    },
    /// A part of what is signed is missing.
    Incomplete {
        part: String,
    },
    /// No secret has the form that this sender's secrets have.
    UnusableSecrets {
        names: Vec<String>,
        expected: &'static str,
    },
    OtherUser,
    OtherPassword,
    /// Not one of so many secrets fits, whatever is done to the body.
    NoneFits {
        tried: usize,
        /// The body is too large for all to be tried.
        cut_short: bool,
    },
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deviation {
    Body(BodyForm),
    Encoding {
        sent: Encoding,
        expected: Encoding,
    },
    Prefix {
        sent: String,
        expected: String,
    },
    Secret(Misread),
    Hash {
        used: Hash,
        expected: Hash,
    },
    /// The secret was given for this other endpoint.
    Elsewhere(String),
}

impl SignatureStatus {
    /// The word used in JSON and in class names.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Verified(_) => "verified",
            Self::Wrong(_) => "wrong",
            Self::NotChecked(_) => "not-checked",
            Self::NoSecret { .. } => "no-secret",
            Self::NotSigned { .. } => "not-signed",
        }
    }
}

impl fmt::Display for SignatureStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verified(matched) => matched.fmt(f),
            Self::Wrong(diagnosis) => diagnosis.fmt(f),
            Self::NotChecked(reason) => reason.fmt(f),
            Self::NoSecret { paste: Some(paste) } => write!(f, "Paste the secret: {paste}"),
            Self::NoSecret { paste: None } => {
                f.write_str("Paste the secret that this sender signs with")
            }
            Self::NotSigned { places } => {
                write!(f, "No signature came in the {}", places.join(" or "))
            }
        }
    }
}

impl fmt::Display for Match {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signed with the secret “{}”", self.secret)?;
        if let Some(form) = self.form.filter(|&form| form != BodyForm::AsSent) {
            write!(f, ", over {form}")?;
        }
        if let Some(origin) = &self.origin {
            write!(f, ", for {origin}")?;
        }
        Ok(())
    }
}

impl fmt::Display for NotChecked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownSender => f.write_str("The sender is not known, nor how it signs"),
            Self::NoScheme => {
                f.write_str("How this sender signs, if it does, is not in the catalogue")
            }
            Self::NotWhole => {
                f.write_str("The body did not arrive whole, so what was signed is not here")
            }
            Self::External { reason } => f.write_str(reason),
        }
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HoldsIf { secret, deviations } => {
                write!(f, "It holds with the secret “{secret}” if ")?;
                for (place, deviation) in deviations.iter().enumerate() {
                    let joint = if place == 0 { "" } else { " and " };
                    write!(f, "{joint}{deviation}")?;
                }
                for deviation in deviations {
                    if let Deviation::Body(form) = deviation {
                        write!(f, ": {}", form.cause())?;
                    }
                }
                Ok(())
            }
            Self::Stale { check, .. } if check.age_s < 0 => write!(
                f,
                "The signature is right, but its time is {check}: a clock is wrong"
            ),
            Self::Stale { check, .. } => {
                write!(f, "The signature is right, but it is stale: {check}")
            }
            Self::Unreadable { place, expected } => {
                write!(
                    f,
                    "What stands in the {place} is no such signature: {expected} expected"
                )
            }
            Self::Incomplete { part } => {
                write!(
                    f,
                    "The message that is signed needs {part}, which did not arrive"
                )
            }
            Self::UnusableSecrets { names, expected } => write!(
                f,
                "The secret “{}” is not {expected}, as this sender's secrets are",
                names.join("”, “")
            ),
            Self::OtherUser => f.write_str("It was sent with another user name"),
            Self::OtherPassword => {
                f.write_str("The user name is right, the password is another one")
            }
            Self::NoneFits { tried, cut_short } => {
                match tried {
                    1 => f.write_str("The secret does not fit: it was signed with another one, or the message was changed")?,
                    _ => write!(f, "None of the {tried} secrets fits: it was signed with another one, or the message was changed")?,
                }
                if *cut_short {
                    f.write_str("; the body is too large to look for the change")?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body(form) => write!(f, "what is signed is {form}"),
            Self::Encoding { sent, expected } => {
                write!(
                    f,
                    "it is read as {sent}, while this sender writes {expected}"
                )
            }
            Self::Prefix { sent, expected } => match (sent.as_str(), expected.as_str()) {
                ("", expected) => write!(f, "`{expected}` stands before it, which is missing"),
                (sent, "") => write!(f, "`{sent}` is taken off it"),
                (sent, expected) => write!(f, "`{expected}` stands before it in place of `{sent}`"),
            },
            Self::Secret(Misread::Trimmed) => {
                f.write_str("the blanks around the secret are taken off")
            }
            Self::Secret(Misread::As(form)) => {
                write!(f, "the secret is taken as {}", form.as_str())
            }
            Self::Secret(Misread::WithPrefix(prefix)) => {
                write!(f, "the secret is taken as text, `{prefix}` and all")
            }
            Self::Hash { used, expected } => {
                write!(
                    f,
                    "it is made with {used}, while this sender uses {expected}"
                )
            }
            Self::Elsewhere(endpoint) => write!(f, "the secret is that of {endpoint}"),
        }
    }
}
