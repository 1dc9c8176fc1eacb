//! The secrets that a signature is held against, with what their owner calls them.

use crate::secret::{EndpointSecret, Hidden};

/// A secret and its name. The name is shown, the value never is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedSecret {
    pub name: String,
    pub value: Hidden,
    /// The path that the secret was given for, where that is not one that the request came to: such a
    /// secret never verifies, it only helps to tell why a signature is wrong.
    pub elsewhere: Option<String>,
}

impl NamedSecret {
    /// A secret of the endpoint that the request came to.
    #[must_use]
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: Hidden::new(value.into()),
            elsewhere: None,
        }
    }

    /// A secret of another endpoint.
    #[must_use]
    pub fn of_other(secret: EndpointSecret) -> Self {
        let path = secret.path.clone();
        Self {
            elsewhere: Some(path),
            ..Self::from(secret)
        }
    }
}

impl From<EndpointSecret> for NamedSecret {
    fn from(secret: EndpointSecret) -> Self {
        Self {
            name: secret.name,
            value: secret.value,
            elsewhere: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_printed() {
        let secret = NamedSecret::of_other(EndpointSecret {
            path: "/shop".to_owned(),
            name: "main".to_owned(),
            value: Hidden::new("whsec_very".to_owned()),
        });
        let shown = format!("{secret:?}");
        assert!(shown.contains("main") && shown.contains("/shop") && !shown.contains("very"));
        assert_eq!(secret.value.reveal(), "whsec_very");
    }
}
