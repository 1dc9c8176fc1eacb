//! The pages of those who are not signed in.

use askama::Template;

use super::frame::Frame;
use super::phrase::{Phrase, Slot};

/// `GET /-/login`: a field for the one-time code or an API token.
#[derive(Template)]
#[template(path = "login.html")]
pub struct LoginPage {
    pub frame: Frame,
    /// Where to go once signed in.
    pub next: String,
    /// The code that was given did not open.
    pub refused: bool,
}

/// The 401 of an inspector page: how to sign in, and nothing of what is behind.
#[derive(Template)]
#[template(path = "unauthorized.html")]
pub struct UnauthorizedPage {
    pub frame: Frame,
    /// The page that was asked for.
    pub next: String,
}

impl LoginPage {
    fn open_with(&self) -> Phrase {
        open_with(&self.frame)
    }
}

impl UnauthorizedPage {
    fn open_with(&self) -> Phrase {
        open_with(&self.frame)
    }
}

fn open_with(frame: &Frame) -> Phrase {
    let command = Slot::Code("hookglass open".to_owned());
    Phrase::new(frame.s.sign_in_open, &[("command", command)])
}
