//! JSON values that know their path, so that every error can name the field.

use std::{borrow::Cow, rc::Rc};

use crate::{
    defect::{Flaw, Kind},
    printable::shorten,
    value::Value,
};

/// A value inside a record.
#[derive(Debug, Clone)]
pub(crate) struct Node<'a> {
    value: &'a Value<'a>,
    /// Where the value stands; `None` for the record itself.
    place: Option<Place>,
}

/// The last step to a value, and the place that it starts from. Children of one value share that place, so
/// that a list of a million elements holds one path, not a million.
#[derive(Debug, Clone)]
struct Place {
    step: Step,
    from: Option<Rc<Place>>,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Field(&'static str),
    Element(usize),
}

impl Place {
    /// Such as `ner[0][2]`.
    fn path(&self) -> String {
        let mut path = self.from.as_ref().map_or_else(String::new, |p| p.path());
        match self.step {
            Step::Field(key) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(key);
            }
            Step::Element(index) => {
                path.push('[');
                path.push_str(&index.to_string());
                path.push(']');
            }
        }
        path
    }
}

impl<'a> Node<'a> {
    pub fn root(value: &'a Value<'a>) -> Self {
        Self { value, place: None }
    }

    /// A flaw of this field.
    pub fn flaw(&self, kind: Kind, problem: impl Into<String>) -> Flaw {
        let path = self.place.as_ref().map_or_else(String::new, Place::path);
        Flaw::new(kind, path, problem)
    }

    fn child(&self, value: &'a Value<'a>, key: &'static str) -> Node<'a> {
        let step = Step::Field(key);
        let from = self.place.clone().map(Rc::new);
        Node {
            value,
            place: Some(Place { step, from }),
        }
    }

    /// A required field.
    pub fn get(&self, key: &'static str) -> Result<Node<'a>, Flaw> {
        self.find(key)?.ok_or_else(|| {
            let problem = format!("field `{key}` is missing; {}", remedy(key));
            self.flaw(Kind::Missing, problem)
        })
    }

    /// An optional field; `null` counts as absent.
    pub fn find(&self, key: &'static str) -> Result<Option<Node<'a>>, Flaw> {
        if !matches!(self.value, Value::Object(_)) {
            return Err(self.wrong("an object"));
        }
        let found = self.value.get(key).filter(|v| **v != Value::Null);
        Ok(found.map(|value| self.child(value, key)))
    }

    /// Whether an object has this field.
    pub fn has(&self, key: &str) -> bool {
        self.value.get(key).is_some()
    }

    /// The elements of a list.
    pub fn items(&self) -> Result<impl ExactSizeIterator<Item = Node<'a>> + use<'a>, Flaw> {
        let Value::List(items) = self.value else {
            return Err(self.wrong("a list"));
        };
        let from = self.place.clone().map(Rc::new);
        let child = move |(i, value)| Node {
            value,
            place: Some(Place {
                step: Step::Element(i),
                from: from.clone(),
            }),
        };
        Ok(items.iter().enumerate().map(child))
    }

    /// The elements of a list of a fixed length; `shape` describes it.
    pub fn tuple<const N: usize>(&self, shape: &str) -> Result<[Node<'a>; N], Flaw> {
        let items = self.items()?;
        let found = items.len();
        let wrong = || {
            let problem = format!(
                "expected {shape}, found a list of {found} elements; give the {N} elements"
            );
            self.flaw(Kind::Type, problem)
        };
        if found != N {
            return Err(wrong());
        }
        let items: Vec<Node<'a>> = items.collect();
        items.try_into().map_err(|_| wrong())
    }

    /// A text.
    pub fn text(&self) -> Result<&'a str, Flaw> {
        match self.value {
            Value::Text(text) => Ok(text),
            _ => Err(self.wrong("a text")),
        }
    }

    /// A list of texts.
    pub fn texts(&self) -> Result<Vec<String>, Flaw> {
        self.items()?
            .map(|item| Ok(item.text()?.to_owned()))
            .collect()
    }

    /// A whole number from 0.
    pub fn number(&self) -> Result<usize, Flaw> {
        let number = match self.value {
            Value::Number(number) => number.as_u64().and_then(|n| usize::try_from(n).ok()),
            _ => None,
        };
        number.ok_or_else(|| self.wrong("a whole number, 0 or more"))
    }

    /// Any number.
    pub fn real(&self) -> Result<f64, Flaw> {
        let number = match self.value {
            Value::Number(number) => number.as_f64(),
            _ => None,
        };
        number.ok_or_else(|| self.wrong("a number"))
    }

    /// `true` or `false`.
    pub fn flag(&self) -> Result<bool, Flaw> {
        match self.value {
            Value::Flag(flag) => Ok(*flag),
            _ => Err(self.wrong("`true` or `false`")),
        }
    }

    /// A text or a whole number, as the name of a document.
    ///
    /// Every sentence of a document holds a copy of its name, so a long name would multiply the size of
    /// the file.
    pub fn identifier(&self) -> Result<String, Flaw> {
        let name: Cow<'_, str> = match self.value {
            Value::Text(text) => Cow::Borrowed(text),
            Value::Number(number) => Cow::Owned(number.to_string()),
            _ => return Err(self.wrong("a text or a number")),
        };
        if name.len() > LONGEST_NAME {
            let problem = format!(
                "a name of {} bytes, more than {LONGEST_NAME}; shorten it",
                name.len()
            );
            return Err(self.flaw(Kind::TooLong, problem));
        }
        Ok(name.into_owned())
    }

    fn wrong(&self, expected: &str) -> Flaw {
        let found = match self.value {
            Value::Null => "`null`".into(),
            Value::Flag(b) => format!("`{b}`"),
            Value::Number(n) => format!("the number {n}"),
            Value::Text(s) => format!("the text `{}`", shorten(s)),
            Value::List(a) => format!("a list of {} elements", a.len()),
            Value::Object(_) => "an object".into(),
        };
        let problem = format!("expected {expected}, found {found}; replace it by {expected}");
        self.flaw(Kind::Type, problem)
    }
}

/// Longest name of a document in bytes.
const LONGEST_NAME: usize = 1000;

/// What to do where a field is missing.
fn remedy(key: &str) -> &'static str {
    match key {
        "ner" | "relations" | "entities" | "facts" | "entityMentions" | "relationMentions"
        | "vertexSet" | "labels" => "add it, with an empty list if there is none",
        "sentences" | "sents" | "tokens" | "sentText" | "passageText" => {
            "add it: nothing can be read without the words"
        }
        "text" => "add the text",
        "start" | "end" | "begin" | "offset" | "pos" | "passageStart" | "subjectStart"
        | "subjectEnd" | "objectStart" | "objectEnd" | "sourceBegin" | "sourceEnd"
        | "targetBegin" | "targetEnd" => "add the offset, or remove the annotation",
        "emId" | "em1Id" | "em2Id" | "head" | "tail" | "h" | "t" | "em1Text" | "em2Text" => {
            "name the mention, or remove the annotation"
        }
        "_id" | "documentId" => "name the document, as its other records do",
        "sent_id" => "add the number of the sentence, counted from 0",
        "type" | "label" | "r" | "property" | "propertyId" | "propertyName" => {
            "add the label, or remove the annotation"
        }
        _ => "add it",
    }
}
