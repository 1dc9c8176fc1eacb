//! The ways in which the message of a scheme can be filled: each template, for each origin.

use super::exchange::{Exchange, Setting};
use super::message::{Message, Missing};
use super::proof::Pieces;
use super::scheme::SignedMessage;

/// One template with one origin.
pub(super) struct Filling<'f, 'e> {
    pub(super) message: &'f Message,
    exchange: &'f Exchange<'e>,
    origin: &'f str,
}

impl SignedMessage {
    /// The likeliest first.
    pub(super) fn fillings<'f, 'e>(
        &'f self,
        exchange: &'f Exchange<'e>,
    ) -> impl Iterator<Item = Filling<'f, 'e>> {
        self.messages.iter().flat_map(move |message| {
            let tried = if message.names_origin() {
                exchange.origins.len()
            } else {
                1
            };
            let origins = exchange.origins.iter().take(tried);
            origins.map(move |origin| Filling {
                message,
                exchange,
                origin,
            })
        })
    }
}

impl<'f> Filling<'f, '_> {
    /// The origin, where the message names one.
    pub(super) fn origin(&self) -> Option<&'f str> {
        self.message.names_origin().then_some(self.origin)
    }

    pub(super) fn pieces<'p>(
        &'p self,
        body: &'p [u8],
        secret: &'p [u8],
    ) -> Result<Pieces<'p>, Missing> {
        let setting = Setting {
            body,
            origin: self.origin,
            secret,
        };
        self.message.fill(self.exchange, setting)
    }

    /// The place of the first key that holds. The message is filled once, unless the secret is in it.
    pub(super) fn find(
        &self,
        body: &[u8],
        keys: &[&[u8]],
        holds: &mut dyn FnMut(&[u8], &Pieces<'_>) -> bool,
    ) -> Option<usize> {
        if self.message.names_secret() {
            return keys.iter().position(|key| {
                let pieces = self.pieces(body, key);
                pieces.is_ok_and(|pieces| holds(key, &pieces))
            });
        }
        let pieces = self.pieces(body, b"").ok()?;
        keys.iter().position(|key| holds(key, &pieces))
    }
}
