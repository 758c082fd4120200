//! Decoded JSON that borrows from its record and takes 24 bytes a value.
//!
//! `serde_json::Value` copies every text and takes up to 600 bytes for an object of one field, so that a
//! large record of tiny values would take a hundred times its size.

use std::{borrow::Cow, fmt::Formatter};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_json::Number;

use crate::defect::{Flaw, Kind, utf8};

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(Cow<'a, str>),
    /// A list.
    List(Box<[Value<'a>]>),
    /// The fields of an object, in the order of the record.
    Object(Box<[(Cow<'a, str>, Value<'a>)]>),
}

impl<'a> Value<'a> {
    /// A field of an object; of several with one name the last, as is usual for JSON.
    pub fn get(&self, key: &str) -> Option<&Value<'a>> {
        let Self::Object(fields) = self else {
            return None;
        };
        let mut last_first = fields.iter().rev();
        last_first
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    }
}

/// Decodes a record as JSON.
///
/// # Errors
/// A [`Flaw`] of the record as a whole.
pub fn decode(bytes: &[u8]) -> Result<Value<'_>, Flaw> {
    serde_json::from_str(utf8(bytes)?).map_err(|e| {
        let remedy = if e.is_eof() {
            "the record is cut off or spread over several lines; put each record on one line, or \
             all records into one list"
        } else {
            "mend the JSON"
        };
        Flaw::new(Kind::Syntax, "", format!("{e} of the record; {remedy}"))
    })
}

impl<'de: 'a, 'a> Deserialize<'de> for Value<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Values)
    }
}

struct Values;

impl<'de> Visitor<'de> for Values {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(Value::Flag(flag))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Value::List(items.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some((Key(key), value)) = object.next_entry()? {
            fields.push((key, value));
        }
        Ok(Value::Object(fields.into()))
    }
}

/// A name of a field, borrowed where it has no escapes.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

#[test]
fn values_are_small_and_borrow_their_texts() {
    assert_eq!(size_of::<Value<'_>>(), 24);
    let text = r#"{"a": [null, true, -1, 1.5, "x", "\u00e9"], "a": {"é\n": 7}, "b": []}"#;
    let value = decode(text.as_bytes()).unwrap();
    let last = value.get("a").and_then(|a| a.get("é\n"));
    assert_eq!(last, Some(&Value::Number(7.into())));
    assert_eq!(value.get("c"), None);
    let Value::Object(fields) = &value else {
        panic!("{value:?}")
    };
    let Value::List(list) = &fields[0].1 else {
        panic!("{value:?}")
    };
    assert!(matches!(&list[4], Value::Text(Cow::Borrowed("x"))));
    assert!(matches!(&list[5], Value::Text(Cow::Owned(text)) if text == "é"));
    assert_eq!(list[2], Value::Number((-1).into()));
}
