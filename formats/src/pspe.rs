//! The paper's JSON lines (method §2.1), read and written.
//!
//! The `wordpiece*` fields are ignored: the pieces depend on the encoder's vocabulary and are
//! computed anew. The texts of mentions are optional; where given, they must equal the words.

use std::collections::HashMap;

use serde::Serialize;
use spanlight_core::{
    document::{Entity, Sentence},
    schema::Span,
};

use crate::{
    defect::{Flaw, Kind},
    error::Error,
    json::Node,
    parsed::{Origin, Parsed},
    printable::shorten,
    source::Options,
};

/// Mentions by id.
type Mentions<'a> = HashMap<&'a str, Mention<'a>>;

/// A mention, which may have been rejected.
struct Mention<'a> {
    /// The text that the file gives, if any.
    text: Option<&'a str>,
    /// First and one past the last word.
    span: Span,
    /// Index in the sentence; `None` if the mention was rejected.
    index: Option<usize>,
}

/// Reads one sentence.
pub(crate) fn parse(
    record: &Node<'_>,
    origin: &Origin<'_>,
    parsed: &mut Parsed,
) -> Result<(), Flaw> {
    let text = record.get("sentText")?;
    let (document, index) = identity(record, origin)?;
    let mut sentence = Sentence {
        document,
        index,
        words: words(text.text()?),
        ..<_>::default()
    };
    let mut mentions = Mentions::new();
    for item in record.get("entityMentions")?.items()? {
        mention(&item, &mut sentence, &mut mentions, parsed)?;
    }
    for item in record.get("relationMentions")?.items()? {
        let label = parsed.label(&item.get("label")?)?;
        let words = &sentence.words;
        let head = argument(&item, ["em1Id", "em1Text"], words, &mentions, parsed)?;
        let tail = argument(&item, ["em2Id", "em2Text"], words, &mentions, parsed)?;
        if let (Some(head), Some(tail)) = (head, tail) {
            Parsed::relation(&mut sentence, head, tail, label);
        }
    }
    parsed.push(sentence, &text);
    Ok(())
}

/// `articleId` and `sentId`, or the file's name and the record's position.
pub(crate) fn identity(record: &Node<'_>, origin: &Origin<'_>) -> Result<(String, usize), Flaw> {
    let document = match record.find("articleId")? {
        Some(id) => id.identifier()?,
        None => origin.stem.to_owned(),
    };
    let index = match record.find("sentId")? {
        // Some files quote the number.
        Some(id) => id.identifier()?.trim().parse().map_err(|_| {
            id.flaw(
                Kind::Type,
                "is no number; give the sentence's number in its article, 0 or more",
            )
        })?,
        None => origin.record - 1,
    };
    Ok((document, index))
}

/// The words of a text. Two spaces in a row give an empty word, which [`Parsed::push`] notes.
fn words(text: &str) -> Vec<String> {
    let text = text.trim_matches(|c: char| c.is_ascii_whitespace());
    if text.is_empty() {
        Vec::new()
    } else {
        let mut words = Vec::with_capacity(text.matches(' ').count() + 1);
        words.extend(text.split(' ').map(str::to_owned));
        words
    }
}

/// Whether a text is these words with single spaces between them; compares without joining the words, of
/// which mentions may repeat many.
fn spells(words: &[String], text: &str) -> bool {
    text.split(' ').eq(words.iter().map(String::as_str))
}

/// The start of these words as a text, for messages.
fn excerpt(words: &[String]) -> String {
    shorten(
        &words
            .iter()
            .take(41)
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" "),
    )
}

fn mention<'a>(
    item: &Node<'a>,
    sentence: &mut Sentence,
    mentions: &mut Mentions<'a>,
    parsed: &mut Parsed,
) -> Result<(), Flaw> {
    let (id, offset) = (item.get("emId")?, item.get("offset")?);
    let text = item.find("text")?;
    let given = text.as_ref().map(Node::text).transpose()?;
    let label = parsed.label(&item.get("label")?)?;
    let [start, end] = offset.tuple("[start, end)")?;
    let span = (start.number()?, end.number()?);
    let mut index = parsed.entity(sentence, &offset, span, label);
    if let (Some(_), Some(given), Some(text)) = (index, given, &text)
        && let Some(covered) = sentence.words.get(span.0..span.1)
        && !spells(covered, given)
    {
        parsed.note(text.flaw(
            Kind::Text,
            format!(
                "`{}`, but the words [{}, {}) are `{}`; mend the offsets, which count words from 0, \
                 the end exclusive, or the text",
                shorten(given),
                span.0,
                span.1,
                excerpt(covered)
            ),
        ));
        sentence.entities.pop();
        index = None;
    }
    let mention = Mention {
        text: given,
        span,
        index,
    };
    if mentions.insert(id.text()?, mention).is_some() {
        parsed.note(id.flaw(
            Kind::Id,
            format!(
                "`{}` names two mentions; make the ids distinct",
                shorten(id.text()?)
            ),
        ));
    }
    Ok(())
}

/// Index of a relation's argument, if it exists and its text, where it has one, is the mention's.
fn argument(
    item: &Node<'_>,
    [id, text]: [&'static str; 2],
    words: &[String],
    mentions: &Mentions<'_>,
    parsed: &mut Parsed,
) -> Result<Option<usize>, Flaw> {
    let (id, text) = (item.get(id)?, item.find(text)?);
    let Some(mention) = mentions.get(id.text()?) else {
        parsed.note(id.flaw(
            Kind::Argument,
            format!(
                "no mention of this sentence has the id `{}`; mend the id or add the mention",
                shorten(id.text()?)
            ),
        ));
        return Ok(None);
    };
    if let Some(text) = text {
        let given = text.text()?;
        let covered = words.get(mention.span.0..mention.span.1);
        let known = match (mention.text, covered) {
            (Some(known), _) if known != given => Some(shorten(known)),
            (None, Some(covered)) if !spells(covered, given) => Some(excerpt(covered)),
            _ => None,
        };
        if let Some(known) = known {
            parsed.note(text.flaw(
                Kind::Text,
                format!(
                    "`{}`, but the mention `{}` is `{known}`; make the texts equal",
                    shorten(given),
                    shorten(id.text()?)
                ),
            ));
            return Ok(None);
        }
    }
    Ok(mention.index)
}

/// The written form of a sentence.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    sent_id: usize,
    article_id: &'a str,
    sent_text: String,
    entity_mentions: Vec<MentionLine<'a>>,
    relation_mentions: Vec<RelationLine<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MentionLine<'a> {
    em_id: String,
    text: String,
    offset: [usize; 2],
    label: &'a str,
}

#[derive(Serialize)]
struct RelationLine<'a> {
    #[serde(rename = "em1Id")]
    head_id: String,
    #[serde(rename = "em1Text")]
    head_text: String,
    #[serde(rename = "em2Id")]
    tail_id: String,
    #[serde(rename = "em2Text")]
    tail_text: String,
    label: &'a str,
}

/// Writes sentences, one per line and without the `wordpiece*` fields; reading the lines gives equal
/// sentences.
///
/// # Errors
/// [`Error::Unwritable`] for a sentence that is ill-formed, has no words or has a word with white
/// space in it.
pub fn write(sentences: &[Sentence]) -> Result<String, Error> {
    sentences.iter().map(line).collect()
}

/// The line of one sentence, with its line feed.
///
/// # Errors
/// As [`write()`].
pub fn line(sentence: &Sentence) -> Result<String, Error> {
    let unwritable = |problem| Error::Unwritable {
        document: sentence.document.clone(),
        sentence: sentence.index,
        problem,
    };
    let line = written(sentence).map_err(unwritable)?;
    let mut line = serde_json::to_string(&line).map_err(|e| unwritable(e.to_string()))?;
    line.push('\n');
    Ok(line)
}

fn written(sentence: &Sentence) -> Result<Line<'_>, String> {
    sentence.validate().map_err(|e| e.to_string())?;
    if sentence.words.is_empty() {
        return Err("it has no words; remove it".into());
    }
    if let Some(word) = sentence
        .words
        .iter()
        .find(|w| w.contains(|c: char| c.is_ascii_whitespace()))
    {
        return Err(format!(
            "the word `{}` contains white space; split or join it",
            shorten(word)
        ));
    }
    // Every mention repeats its words, and every relation those of its arguments.
    let mut ends = vec![0];
    for word in &sentence.words {
        ends.push(ends.last().unwrap_or(&0) + word.len() + 1);
    }
    let size = |e: &Entity| {
        let [from, to] = [e.start, e.end].map(|at| ends.get(at).copied().unwrap_or_default());
        to - from
    };
    let arguments = sentence.relations.iter().flat_map(|r| [r.head, r.tail]);
    let arguments = arguments.filter_map(|i| sentence.entities.get(i));
    let texts: usize = sentence.entities.iter().chain(arguments).map(size).sum();
    let limit = Options::default().record_limit;
    if texts > limit {
        return Err(format!(
            "the texts of its mentions take {texts} bytes, and readers refuse lines of more than \
             {limit}; split the sentence"
        ));
    }
    let text = |e: &Entity| {
        sentence
            .words
            .get(e.start..e.end)
            .map(|words| words.join(" "))
            .unwrap_or_default()
    };
    let id = |i: usize| format!("{}-{}-E{}", sentence.document, sentence.index, i + 1);
    let named = |i: usize| sentence.entities.get(i).map(|e| (id(i), text(e)));
    let pairs = sentence.relations.iter().filter_map(|r| {
        let ((head_id, head_text), (tail_id, tail_text)) = (named(r.head)?, named(r.tail)?);
        Some(RelationLine {
            head_id,
            head_text,
            tail_id,
            tail_text,
            label: &r.label,
        })
    });
    let mentions = sentence
        .entities
        .iter()
        .enumerate()
        .map(|(i, e)| MentionLine {
            em_id: id(i),
            text: text(e),
            offset: [e.start, e.end],
            label: &e.label,
        });
    Ok(Line {
        sent_id: sentence.index,
        article_id: &sentence.document,
        sent_text: sentence.words.join(" "),
        entity_mentions: mentions.collect(),
        relation_mentions: pairs.collect(),
    })
}
