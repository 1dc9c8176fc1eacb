//! What every page has around its content: its words, its files, its colours.

use http::HeaderMap;

use super::assets;
use super::strings::{EN, Strings};
use super::theme::Theme;

/// The surroundings of a page.
#[derive(Debug, Clone)]
pub struct Frame {
    pub s: &'static Strings,
    pub theme: Theme,
}

impl Frame {
    /// The frame for who asks.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        Self {
            s: &EN,
            theme: Theme::of(headers),
        }
    }

    /// The URL of a file of `static/`.
    #[must_use]
    pub fn asset(&self, file: &str) -> String {
        assets::url(file)
    }

    /// What the theme button says.
    #[must_use]
    pub fn theme_label(&self) -> &'static str {
        match self.theme {
            Theme::Auto => self.s.theme_auto,
            Theme::Light => self.s.theme_light,
            Theme::Dark => self.s.theme_dark,
        }
    }
}
