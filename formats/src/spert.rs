//! SpERT sentences: `{tokens, entities: [{type, start, end}], relations: [{type, head, tail}],
//! orig_id}`, and TablERT's variant with BILOU `tags` in place of `entities`.
//!
//! Spans are half-open; `head` and `tail` index the entities, which with tags count from the left.

use spanlight_core::document::Sentence;

use crate::{
    defect::{Flaw, Kind},
    json::Node,
    parsed::{Origin, Parsed},
    printable::shorten,
};

/// Reads one sentence.
pub(crate) fn parse(
    record: &Node<'_>,
    origin: &Origin<'_>,
    parsed: &mut Parsed,
) -> Result<(), Flaw> {
    let (document, index) = match record.find("orig_id")? {
        Some(id) => (id.identifier()?, 0),
        None => (origin.stem.to_owned(), origin.record - 1),
    };
    let tokens = record.get("tokens")?;
    let words = tokens.texts()?;
    let mut sentence = Sentence {
        document,
        index,
        words,
        ..<_>::default()
    };
    // Numbers in the file, so that a rejected entity does not shift the others.
    let ids = match record.find("tags")? {
        Some(tags) if !record.has("entities") => from_tags(&tags, &mut sentence, parsed)?,
        _ => from_list(&record.get("entities")?, &mut sentence, parsed)?,
    };
    for item in record.get("relations")?.items()? {
        let label = parsed.label(&item.get("type")?)?;
        let [head, tail] = [item.get("head")?, item.get("tail")?];
        let known = |node: &Node<'_>| match ids.get(node.number()?) {
            Some(id) => Ok(Ok(*id)),
            None => Ok(Err(node.flaw(
                Kind::Argument,
                format!(
                    "the sentence has {} entities, counted from 0; mend the index",
                    ids.len()
                ),
            ))),
        };
        match (known(&head)?, known(&tail)?) {
            (Ok(Some(head)), Ok(Some(tail))) => Parsed::relation(&mut sentence, head, tail, label),
            (head, tail) => parsed
                .flaws
                .extend(head.err().into_iter().chain(tail.err())),
        }
    }
    parsed.push(sentence, &tokens);
    Ok(())
}

fn from_list(
    entities: &Node<'_>,
    sentence: &mut Sentence,
    parsed: &mut Parsed,
) -> Result<Vec<Option<usize>>, Flaw> {
    let mut ids = Vec::new();
    for item in entities.items()? {
        let label = parsed.label(&item.get("type")?)?;
        let span = (item.get("start")?.number()?, item.get("end")?.number()?);
        ids.push(parsed.entity(sentence, &item, span, label));
    }
    Ok(ids)
}

fn from_tags(
    tags: &Node<'_>,
    sentence: &mut Sentence,
    parsed: &mut Parsed,
) -> Result<Vec<Option<usize>>, Flaw> {
    let items = tags.items()?;
    if items.len() != sentence.words.len() {
        return Err(tags.flaw(
            Kind::Length,
            format!(
                "{} tags for {} tokens; give one each",
                items.len(),
                sentence.words.len()
            ),
        ));
    }
    let mut ids = Vec::new();
    let mut open: Option<(usize, &str)> = None;
    for (i, item) in items.enumerate() {
        let tag = item.text()?;
        let (prefix, label) = tag.split_once('-').unwrap_or((tag, ""));
        let finished = match (prefix, open) {
            ("O", None) if label.is_empty() => None,
            ("U", None) if !label.is_empty() => Some((i, label)),
            ("B", None) if !label.is_empty() => {
                open = Some((i, label));
                None
            }
            ("I", Some((_, l))) if l == label => None,
            ("L", Some((start, l))) if l == label => {
                open = None;
                Some((start, label))
            }
            (_, open) => return Err(bad_tag(&item, tag, open)),
        };
        if let Some((start, label)) = finished {
            let label = parsed.named(&item, label);
            ids.push(parsed.entity(sentence, &item, (start, i + 1), label));
        }
    }
    if let Some((start, label)) = open {
        return Err(tags.flaw(
            Kind::Tag,
            format!(
                "the entity from word {start} never ends; close it with `L-{}`",
                shorten(label)
            ),
        ));
    }
    Ok(ids)
}

fn bad_tag(item: &Node<'_>, tag: &str, open: Option<(usize, &str)>) -> Flaw {
    let allowed = match open {
        Some((_, label)) => format!("`I-{0}` or `L-{0}`", shorten(label)),
        None => "`O`, `U-TYPE` or `B-TYPE`".into(),
    };
    item.flaw(
        Kind::Tag,
        format!(
            "tag `{}` cannot stand here; replace it by {allowed}",
            shorten(tag)
        ),
    )
}
