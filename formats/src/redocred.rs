//! DocRED and Re-DocRED documents: mentions of entities, and relations between entities.
//!
//! `{title, sents: [[word]], vertexSet: [[{pos: [s, e], sent_id, type, name}]], labels: [{h, t, r,
//! evidence}]}`; `s` and `e` are half-open and count words from the start of the sentence, `h` and
//! `t` index the entities, `r` is a Wikidata property.
//!
//! A relation is between entities of a document and becomes relations between mentions: in every
//! sentence that mentions both entities, and is among the evidence where evidence is given, it joins
//! the two mentions with the fewest words between them (the leftmost of equals; never two that
//! share a word). Relations that no sentence holds are left out.

use std::collections::BTreeSet;

use spanlight_core::{
    document::{Entity, Sentence},
    schema::Span,
};

use crate::{
    defect::{Flaw, Kind},
    json::Node,
    parsed::{Origin, Parsed},
    wikidata,
};

/// Readable names of the entity types; others keep theirs.
const TYPES: [(&str, &str); 6] = [
    ("PER", "Person"),
    ("ORG", "Organisation"),
    ("LOC", "Place"),
    ("TIME", "Time"),
    ("NUM", "Number"),
    ("MISC", "Other"),
];

/// A mention: its sentence and its index there.
type Mention = (usize, usize);

/// Reads one document.
pub(crate) fn parse(
    record: &Node<'_>,
    origin: &Origin<'_>,
    parsed: &mut Parsed,
) -> Result<(), Flaw> {
    let document = match record.find("title")? {
        Some(title) => title.identifier()?,
        None => format!("{}-{}", origin.stem, origin.record),
    };
    let nodes = record.get("sents")?.items()?;
    let (mut sentences, mut positions) = (Vec::new(), Vec::new());
    for (index, node) in nodes.iter().enumerate() {
        let (words, kept) = without_blanks(node.texts()?);
        positions.push(kept);
        sentences.push(Sentence {
            document: document.clone(),
            index,
            words,
            ..<_>::default()
        });
    }
    let mut entities = Vec::new();
    for entity in record.get("vertexSet")?.items()? {
        let mut mentions = Vec::new();
        for item in entity.items()? {
            mentions.extend(mention(&item, &mut sentences, &positions, parsed)?);
        }
        entities.push(mentions);
    }
    if let Some(labels) = record.find("labels")? {
        let (items, mut elsewhere) = (labels.items()?, 0);
        for item in &items {
            elsewhere += usize::from(!relation(item, &entities, &mut sentences, parsed)?);
        }
        if elsewhere > 0 {
            parsed.note(labels.flaw(
                Kind::CrossSentence,
                format!(
                    "{elsewhere} of {} relations hold in no single sentence; they are left out",
                    items.len()
                ),
            ));
        }
    }
    for (sentence, node) in sentences.into_iter().zip(&nodes) {
        parsed.push(sentence, node);
    }
    Ok(())
}

/// The words that are not blank (no-break spaces are words in these files), and for each offset of
/// the given words its value among the words returned.
fn without_blanks(words: Vec<String>) -> (Vec<String>, Vec<usize>) {
    let mut kept = Vec::with_capacity(words.len());
    let mut borders = vec![0];
    for word in words {
        if !word.trim().is_empty() {
            kept.push(word);
        }
        borders.push(kept.len());
    }
    (kept, borders)
}

fn mention(
    item: &Node<'_>,
    sentences: &mut [Sentence],
    positions: &[Vec<usize>],
    parsed: &mut Parsed,
) -> Result<Option<Mention>, Flaw> {
    let kind = item.get("type")?;
    let short = kind.text()?;
    let name = TYPES.iter().find(|(known, _)| *known == short);
    let label = match name {
        Some((_, name)) => Some((*name).to_owned()),
        None => parsed.label(&kind)?,
    };
    let (number, pos) = (item.get("sent_id")?, item.get("pos")?);
    let index = number.number()?;
    let count = sentences.len();
    let (Some(sentence), Some(borders)) = (sentences.get_mut(index), positions.get(index)) else {
        parsed.note(number.flaw(
            Kind::Span,
            format!("the document has {count} sentences, counted from 0; mend the number"),
        ));
        return Ok(None);
    };
    let [start, end] = pos.tuple("[start, end)")?;
    // An offset outside the sentence stays outside.
    let at = |node: &Node<'_>| Ok(borders.get(node.number()?).copied().unwrap_or(usize::MAX));
    let span = (at(&start)?, at(&end)?);
    Ok(parsed
        .entity(sentence, &pos, span, label)
        .map(|i| (index, i)))
}

/// Adds the relation to the sentences that hold it; false if there is none.
fn relation(
    item: &Node<'_>,
    entities: &[Vec<Mention>],
    sentences: &mut [Sentence],
    parsed: &mut Parsed,
) -> Result<bool, Flaw> {
    let known = |node: Node<'_>| match entities.get(node.number()?) {
        Some(mentions) => Ok(mentions),
        None => Err(node.flaw(
            Kind::Argument,
            format!(
                "the document has {} entities, counted from 0; mend the index",
                entities.len()
            ),
        )),
    };
    let (heads, tails) = (known(item.get("h")?)?, known(item.get("t")?)?);
    let property = item.get("r")?;
    let label = parsed.named(&property, wikidata::name(property.text()?));
    let mut evidence = BTreeSet::new();
    for number in item.find("evidence")?.map_or(Ok(vec![]), |e| e.items())? {
        evidence.insert(number.number()?);
    }
    let mut held = false;
    for (index, sentence) in sentences.iter_mut().enumerate() {
        if !evidence.is_empty() && !evidence.contains(&index) {
            continue;
        }
        let inside = |mentions: &[Mention]| -> Vec<usize> {
            let own = mentions.iter().filter(|(sentence, _)| *sentence == index);
            own.map(|(_, entity)| *entity).collect()
        };
        if let Some((head, tail)) = nearest(&sentence.entities, &inside(heads), &inside(tails)) {
            Parsed::relation(sentence, head, tail, label.clone());
            held = true;
        }
    }
    Ok(held)
}

/// The head and the tail with the fewest words between them, the leftmost of equals.
fn nearest(entities: &[Entity], heads: &[usize], tails: &[usize]) -> Option<(usize, usize)> {
    let span = |i: usize| -> Option<Span> { entities.get(i).map(|e| (e.start, e.end)) };
    let pairs = heads
        .iter()
        .flat_map(|&head| tails.iter().map(move |&tail| (head, tail)));
    pairs
        .filter_map(|(head, tail)| {
            let (a, b) = (span(head)?, span(tail)?);
            let between = a.0.max(b.0).checked_sub(a.1.min(b.1))?;
            Some(((between, a.0.min(b.0), a, b), (head, tail)))
        })
        .min()
        .map(|(_, pair)| pair)
}
