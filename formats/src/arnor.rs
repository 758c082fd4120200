//! ARNOR's edition of the NYT data (method §2.9): no offsets and no ids.
//!
//! `{sentText, entityMentions: [{text, label}], relationMentions: [{em1Text, em2Text, label,
//! is_noise}]}`. A mention is its first exact occurrence, word by word; `None` relations and those
//! marked as noise (in the test file) are no relations.

use std::collections::HashMap;

use spanlight_core::document::{Entity, Sentence};

use crate::{
    defect::{Flaw, Kind},
    json::{Node, shorten},
    parsed::{Origin, Parsed},
    pspe::identity,
};

/// Reads one sentence.
pub(crate) fn parse(
    record: &Node<'_>,
    origin: &Origin<'_>,
    parsed: &mut Parsed,
) -> Result<(), Flaw> {
    let text = record.get("sentText")?;
    let (document, index) = identity(record, origin)?;
    // The format has no offsets, so repeated spaces do no harm.
    let words = text
        .text()?
        .split_ascii_whitespace()
        .map(str::to_owned)
        .collect();
    let mut sentence = Sentence {
        document,
        index,
        words,
        ..<_>::default()
    };
    let mut mentions: HashMap<&str, Option<usize>> = HashMap::new();
    for item in record.get("entityMentions")?.items()? {
        let text = item.get("text")?;
        let Some(label) = parsed.label(&item.get("label")?)? else {
            continue;
        };
        let index = if let Some((start, end)) = locate(&sentence.words, text.text()?) {
            Some(add(&mut sentence, Entity { start, end, label }))
        } else {
            parsed.note(not_found(&text, "its words do not occur in the sentence")?);
            None
        };
        mentions.entry(text.text()?).or_insert(index);
    }
    for item in record.get("relationMentions")?.items()? {
        let label = item.get("label")?;
        let noise = item.find("is_noise")?.map_or(Ok(false), |n| n.flag())?;
        let arguments = [item.get("em1Text")?, item.get("em2Text")?];
        if noise || label.text()? == "None" {
            continue;
        }
        let mut ends = [None; 2];
        for (end, argument) in ends.iter_mut().zip(&arguments) {
            *end = if let Some(index) = mentions.get(argument.text()?) {
                *index
            } else {
                parsed.note(not_found(argument, "it is none of the entity mentions")?);
                None
            };
        }
        if let [Some(head), Some(tail)] = ends {
            let label = parsed.label(&label)?;
            Parsed::relation(&mut sentence, head, tail, label);
        }
    }
    parsed.push(sentence, &text);
    Ok(())
}

/// The first words of the sentence that equal those of the text.
fn locate(words: &[String], text: &str) -> Option<(usize, usize)> {
    let wanted: Vec<&str> = text.split_ascii_whitespace().collect();
    if wanted.is_empty() {
        return None;
    }
    let start = words
        .windows(wanted.len())
        .position(|w| w.iter().eq(wanted.iter()))?;
    Some((start, start + wanted.len()))
}

/// Adds a mention unless it exists, since the files repeat many.
fn add(sentence: &mut Sentence, entity: Entity) -> usize {
    sentence
        .entities
        .iter()
        .position(|e| *e == entity)
        .unwrap_or_else(|| {
            sentence.entities.push(entity);
            sentence.entities.len() - 1
        })
}

fn not_found(node: &Node<'_>, why: &str) -> Result<Flaw, Flaw> {
    let text = shorten(node.text()?);
    Ok(node.flaw(Kind::NotFound, format!("`{text}` is left out: {why}")))
}
