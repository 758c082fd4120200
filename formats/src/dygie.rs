//! DyGIE documents: SciERC, ACE05 as DyGIE++ and PURE use it, and others.
//!
//! `{doc_key, sentences: [[word]], ner: [[[s, e, type]]], relations: [[[s1, e1, s2, e2, type]]]}`
//! with one inner list per sentence; `s` and `e` are inclusive and count words from the start of
//! the document. Other fields are ignored.

use std::{collections::HashMap, ops::Range};

use spanlight_core::{document::Sentence, schema::Span};

use crate::{
    defect::{Flaw, Kind},
    json::Node,
    parsed::{Origin, Parsed},
};

/// Reads one document.
pub(crate) fn parse(
    record: &Node<'_>,
    origin: &Origin<'_>,
    parsed: &mut Parsed,
) -> Result<(), Flaw> {
    let document = match record.find("doc_key")? {
        Some(key) => key.identifier()?,
        None => format!("{}-{}", origin.stem, origin.record),
    };
    let sentences = record.get("sentences")?;
    let mut total = 0;
    for words in sentences.items()? {
        total += words.items()?.len();
    }
    let sentences = sentences.items()?;
    let mut ner = per_sentence(record, "ner", sentences.len())?;
    let mut relations = per_sentence(record, "relations", sentences.len())?;

    let mut start = 0;
    for (index, node) in sentences.enumerate() {
        let words = node.texts()?;
        let bounds = Bounds {
            sentence: start..start + words.len(),
            total,
        };
        start = bounds.sentence.end;
        let mut sentence = Sentence {
            document: document.clone(),
            index,
            words,
            ..<_>::default()
        };
        if let Some(list) = ner.as_mut().and_then(Iterator::next) {
            for item in list.items()? {
                entity(&item, &bounds, &mut sentence, parsed)?;
            }
        }
        if let Some(list) = relations.as_mut().and_then(Iterator::next) {
            let mentions = by_span(&sentence);
            for item in list.items()? {
                relation(&item, &bounds, &mentions, &mut sentence, parsed)?;
            }
        }
        parsed.push(sentence, &node);
    }
    Ok(())
}

/// Words of the document that belong to a sentence.
struct Bounds {
    sentence: Range<usize>,
    total: usize,
}

/// Position of a span relative to the sentence at hand.
enum Located {
    Inside(Span),
    Elsewhere,
}

impl Bounds {
    fn locate(&self, start: &Node<'_>, end: &Node<'_>) -> Result<Result<Located, Flaw>, Flaw> {
        let (s, e) = (start.number()?, end.number()?);
        if s > e || e >= self.total {
            return Ok(Err(start.flaw(
                Kind::Span,
                format!(
                    "words {s} to {e} are not a span of the document's {} words; mend the offsets, \
                     which count from the start of the document, the end inclusive",
                    self.total
                ),
            )));
        }
        let own = &self.sentence;
        Ok(match (own.contains(&s), own.contains(&e)) {
            (true, true) => Ok(Located::Inside((s - own.start, e + 1 - own.start))),
            (false, false) => Ok(Located::Elsewhere),
            _ => Err(start.flaw(
                Kind::Span,
                format!(
                    "words {s} to {e} cross the border of the sentence, which has the words {} \
                     to {} of the document; mend the offsets or the sentence split",
                    own.start,
                    own.end.saturating_sub(1)
                ),
            )),
        })
    }
}

/// A list with one list per sentence; `None` if the field is absent.
fn per_sentence<'a>(
    record: &Node<'a>,
    key: &'static str,
    sentences: usize,
) -> Result<Option<impl Iterator<Item = Node<'a>> + use<'a>>, Flaw> {
    let Some(field) = record.find(key)? else {
        return Ok(None);
    };
    let lists = field.items()?;
    if lists.len() != sentences {
        return Err(field.flaw(
            Kind::Length,
            format!(
                "{} lists for {sentences} sentences; give one per sentence",
                lists.len()
            ),
        ));
    }
    Ok(Some(lists))
}

/// The mentions of a sentence by their span. The last of several types on one span is the one that counts
/// (method §2.2).
fn by_span(sentence: &Sentence) -> HashMap<Span, usize> {
    let mentions = sentence.entities.iter().enumerate();
    mentions.map(|(i, e)| ((e.start, e.end), i)).collect()
}

fn entity(
    item: &Node<'_>,
    bounds: &Bounds,
    sentence: &mut Sentence,
    parsed: &mut Parsed,
) -> Result<(), Flaw> {
    let [start, end, label] = item.tuple("[start, end, type]")?;
    let label = parsed.label(&label)?;
    match bounds.locate(&start, &end)? {
        Ok(Located::Inside(span)) => {
            parsed.entity(sentence, item, span, label);
        }
        Ok(Located::Elsewhere) => parsed.note(item.flaw(
            Kind::Span,
            "the mention lies in another sentence; move it to that sentence's list",
        )),
        Err(flaw) => parsed.note(flaw),
    }
    Ok(())
}

fn relation(
    item: &Node<'_>,
    bounds: &Bounds,
    mentions: &HashMap<Span, usize>,
    sentence: &mut Sentence,
    parsed: &mut Parsed,
) -> Result<(), Flaw> {
    let [s1, e1, s2, e2, label] = item.tuple("[start1, end1, start2, end2, type]")?;
    let label = parsed.label(&label)?;
    let (head, tail) = match (bounds.locate(&s1, &e1)?, bounds.locate(&s2, &e2)?) {
        (Ok(Located::Inside(head)), Ok(Located::Inside(tail))) => (head, tail),
        (Ok(_), Ok(_)) => {
            parsed.note(item.flaw(
                Kind::CrossSentence,
                "an argument lies in another sentence; the relation is left out",
            ));
            return Ok(());
        }
        (head, tail) => {
            parsed.flaws.extend(head.err());
            parsed.flaws.extend(tail.err());
            return Ok(());
        }
    };
    match (mentions.get(&head), mentions.get(&tail)) {
        (Some(&head), Some(&tail)) => Parsed::relation(sentence, head, tail, label),
        (found, _) => {
            let (node, (s, e)) = if found.is_none() {
                (&s1, head)
            } else {
                (&s2, tail)
            };
            parsed.note(node.flaw(
                Kind::Argument,
                format!("no mention covers the words [{s}, {e}) of the sentence; add it to `ner`"),
            ));
        }
    }
    Ok(())
}
