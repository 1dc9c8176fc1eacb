//! What bodies of one event look like, and how one of them differs.

use std::fmt;

use super::RequestId;

/// The type of a value in a body. An empty list is a type of its own: some senders write it for "none" of
/// what else is an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueType {
    Object,
    Array,
    EmptyArray,
    String,
    Number,
    Boolean,
    Null,
}

impl ValueType {
    pub const ALL: [Self; 7] = [
        Self::Object,
        Self::Array,
        Self::EmptyArray,
        Self::String,
        Self::Number,
        Self::Boolean,
        Self::Null,
    ];

    /// The word used in SQL, JSON and on the page.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Object => "object",
            Self::Array => "array",
            Self::EmptyArray => "[]",
            Self::String => "string",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Null => "null",
        }
    }

    /// The inverse of [`ValueType::as_str`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Its place in [`ValueType::ALL`].
    #[must_use]
    pub fn index(self) -> usize {
        self as usize
    }
}

/// Some of the types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Types(u8);

impl Types {
    #[must_use]
    pub fn with(self, kind: ValueType) -> Self {
        Self(self.0 | 1 << kind.index())
    }

    #[must_use]
    pub fn has(self, kind: ValueType) -> bool {
        self.0 & 1 << kind.index() != 0
    }

    #[must_use]
    pub fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    #[must_use]
    pub fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn iter(self) -> impl Iterator<Item = ValueType> {
        ValueType::ALL
            .into_iter()
            .filter(move |&kind| self.has(kind))
    }

    /// The inverse of the `Display` form; a word that is no type is passed over.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        text.split(", ").filter_map(ValueType::parse).collect()
    }
}

impl FromIterator<ValueType> for Types {
    fn from_iter<I: IntoIterator<Item = ValueType>>(kinds: I) -> Self {
        kinds.into_iter().fold(Self::default(), Self::with)
    }
}

/// `[], object`
impl fmt::Display for Types {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, kind) in self.iter().enumerate() {
            f.write_str(if place > 0 { ", " } else { "" })?;
            f.write_str(kind.as_str())?;
        }
        Ok(())
    }
}

/// Which events are held to look alike.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ShapeKey {
    /// Empty where the event type is a guess.
    pub sender: String,
    pub event_type: String,
    /// Empty where the catalogue tells no variants apart.
    pub variant: String,
}

/// What a body does not have in common with those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Difference {
    /// A path that never came before.
    New,
    /// A path that always came, and is missing.
    Lost,
    /// A type that never stood at that path before.
    Type,
}

impl Difference {
    pub const ALL: [Self; 3] = [Self::New, Self::Lost, Self::Type];

    /// The word used in SQL and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Lost => "lost",
            Self::Type => "type",
        }
    }

    /// The inverse of [`Difference::as_str`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.as_str() == text)
    }
}

/// What a body was held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Against {
    /// The sender's documented samples, until enough real events came.
    Samples,
    /// The events that came before.
    Events,
}

impl Against {
    /// The word used in SQL and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Samples => "samples",
            Self::Events => "events",
        }
    }

    /// The inverse of [`Against::as_str`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Samples, Self::Events]
            .into_iter()
            .find(|against| against.as_str() == text)
    }
}

/// One difference of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub what: Difference,
    /// JSONPath with `[]` for the elements of a list and `.*` for keys that are data.
    pub path: String,
    /// The types that stand there now; for [`Difference::Type`] only the new ones.
    pub types: Types,
    /// The types that stood there before.
    pub before: Types,
    /// The number of the first such value in the body.
    pub node: Option<u32>,
    /// The latest request before this one that had the path.
    pub last: Option<RequestId>,
}

/// How a body differs from what it was held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    pub against: Against,
    /// How many there are; the list may be shorter.
    pub total: u64,
    pub list: Vec<Change>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_sets_are_one() {
        for (place, kind) in ValueType::ALL.into_iter().enumerate() {
            assert_eq!(ValueType::parse(kind.as_str()), Some(kind));
            assert_eq!(kind.index(), place);
        }
        let some: Types = [ValueType::String, ValueType::EmptyArray]
            .into_iter()
            .collect();
        assert_eq!(some.to_string(), "[], string");
        assert_eq!(Types::parse(&some.to_string()), some);
        assert!(Types::parse("").is_empty());
        assert!(some.without(some).is_empty() && !some.has(ValueType::Null));
    }
}
