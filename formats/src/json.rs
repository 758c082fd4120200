//! JSON values that know their path, so that every error can name the field.

use serde_json::Value;

use crate::defect::{Flaw, Kind, utf8};

/// A value inside a record.
#[derive(Debug, Clone)]
pub(crate) struct Node<'a> {
    value: &'a Value,
    /// From the record, such as `ner[0][2]`.
    path: String,
}

impl<'a> Node<'a> {
    pub fn root(value: &'a Value) -> Self {
        Self {
            value,
            path: String::new(),
        }
    }

    /// A flaw of this field.
    pub fn flaw(&self, kind: Kind, problem: impl Into<String>) -> Flaw {
        Flaw::new(kind, self.path.clone(), problem)
    }

    /// A required field.
    pub fn get(&self, key: &str) -> Result<Node<'a>, Flaw> {
        let missing = || {
            let problem =
                format!("field `{key}` is missing; add it (an empty list if it has none)");
            self.flaw(Kind::Missing, problem)
        };
        self.find(key)?.ok_or_else(missing)
    }

    /// An optional field; `null` counts as absent.
    pub fn find(&self, key: &str) -> Result<Option<Node<'a>>, Flaw> {
        let Value::Object(fields) = self.value else {
            return Err(self.wrong("an object"));
        };
        let child = |value| {
            let dot = if self.path.is_empty() { "" } else { "." };
            Node {
                value,
                path: format!("{}{dot}{key}", self.path),
            }
        };
        Ok(fields.get(key).filter(|v| !v.is_null()).map(child))
    }

    /// Whether an object has this field.
    pub fn has(&self, key: &str) -> bool {
        self.value.get(key).is_some()
    }

    /// The elements of a list.
    pub fn items(&self) -> Result<Vec<Node<'a>>, Flaw> {
        let Value::Array(items) = self.value else {
            return Err(self.wrong("a list"));
        };
        let child = |(i, value)| Node {
            value,
            path: format!("{}[{i}]", self.path),
        };
        Ok(items.iter().enumerate().map(child).collect())
    }

    /// The elements of a list of a fixed length; `shape` describes it.
    pub fn tuple<const N: usize>(&self, shape: &str) -> Result<[Node<'a>; N], Flaw> {
        let items = self.items()?;
        let found = items.len();
        items.try_into().map_err(|_| {
            self.flaw(
                Kind::Type,
                format!("expected {shape}, found a list of {found} elements"),
            )
        })
    }

    /// A text.
    pub fn text(&self) -> Result<&'a str, Flaw> {
        self.value.as_str().ok_or_else(|| self.wrong("a text"))
    }

    /// A list of texts.
    pub fn texts(&self) -> Result<Vec<String>, Flaw> {
        self.items()?
            .iter()
            .map(|item| Ok(item.text()?.to_owned()))
            .collect()
    }

    /// A whole number from 0.
    pub fn number(&self) -> Result<usize, Flaw> {
        let number = self.value.as_u64().and_then(|n| usize::try_from(n).ok());
        number.ok_or_else(|| self.wrong("a whole number, 0 or more"))
    }

    /// Any number.
    pub fn real(&self) -> Result<f64, Flaw> {
        self.value.as_f64().ok_or_else(|| self.wrong("a number"))
    }

    /// `true` or `false`.
    pub fn flag(&self) -> Result<bool, Flaw> {
        self.value
            .as_bool()
            .ok_or_else(|| self.wrong("`true` or `false`"))
    }

    /// A text or a whole number, as text.
    pub fn identifier(&self) -> Result<String, Flaw> {
        match self.value {
            Value::String(text) => Ok(text.clone()),
            Value::Number(number) => Ok(number.to_string()),
            _ => Err(self.wrong("a text or a number")),
        }
    }

    fn wrong(&self, expected: &str) -> Flaw {
        let found = match self.value {
            Value::Null => "`null`".into(),
            Value::Bool(b) => format!("`{b}`"),
            Value::Number(n) => format!("the number {n}"),
            Value::String(s) => format!("the text `{}`", shorten(s)),
            Value::Array(a) => format!("a list of {} elements", a.len()),
            Value::Object(_) => "an object".into(),
        };
        self.flaw(Kind::Type, format!("expected {expected}, found {found}"))
    }
}

/// Decodes a record as JSON.
///
/// # Errors
/// A [`Flaw`] of the record as a whole.
pub fn decode(bytes: &[u8]) -> Result<Value, Flaw> {
    serde_json::from_str(utf8(bytes)?).map_err(|e| {
        let remedy = if e.is_eof() {
            "the record is cut off or spread over several lines; put it on one line"
        } else {
            "mend the JSON"
        };
        Flaw::new(Kind::Syntax, "", format!("{e} of the record; {remedy}"))
    })
}

/// The first 40 characters of a text, for messages.
pub fn shorten(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
