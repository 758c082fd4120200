//! ARNOR's edition of the NYT data (method §2.9): no offsets and no ids.
//!
//! `{sentText, entityMentions: [{text, label}], relationMentions: [{em1Text, em2Text, label,
//! is_noise}]}`. A mention is its first exact occurrence, word by word; `None` relations and those
//! marked as noise (in the test file) are no relations.

use std::collections::HashMap;

use spanlight_core::document::{Entity, Sentence};

use crate::{
    defect::{Flaw, Kind},
    json::Node,
    occurrence::Phrases,
    parsed::{Distinct, Origin, Parsed},
    printable::shorten,
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
    let mut phrases = Phrases::default();
    for item in record.get("entityMentions")?.items()? {
        phrases.add(item.get("text")?.text()?.split_ascii_whitespace());
    }
    phrases.search(&sentence.words);
    let mut mentions: HashMap<&str, Option<usize>> = HashMap::new();
    let mut distinct = Distinct::default();
    for item in record.get("entityMentions")?.items()? {
        let text = item.get("text")?;
        let Some(label) = parsed.label(&item.get("label")?)? else {
            continue;
        };
        let place = phrases
            .add(text.text()?.split_ascii_whitespace())
            .and_then(|phrase| phrases.first(&phrase));
        let index = if let Some((start, end)) = place {
            Some(distinct.add(&mut sentence, Entity { start, end, label }))
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

fn not_found(node: &Node<'_>, why: &str) -> Result<Flaw, Flaw> {
    let text = shorten(node.text()?);
    Ok(node.flaw(Kind::NotFound, format!("`{text}` is left out: {why}")))
}
