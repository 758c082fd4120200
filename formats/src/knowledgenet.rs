//! KnowledgeNet: passages with facts; names that take part in no fact are not annotated.
//!
//! A line is a document `{documentId, passages: [passage]}` or one passage with its `documentId`.
//! A passage is `{passageStart, passageText, facts: [{subjectStart, subjectEnd, objectStart,
//! objectEnd, property}]}`, where `propertyId` with the passage's
//! `exhaustivelyAnnotatedProperties` may stand for `property`. Offsets count characters of the
//! document. The type of an argument follows from the property.

use std::collections::HashMap;

use spanlight_core::document::{Entity, Sentence};

use crate::{
    align::Aligned,
    defect::{Flaw, Kind},
    json::Node,
    parsed::{Distinct, Origin, Parsed},
    printable::shorten,
};

/// Types of subject and object by property.
const PROPERTIES: [(&str, [&str; 2]); 15] = [
    ("CEO", ["Organisation", "Person"]),
    ("CHILD_OF", ["Person", "Person"]),
    ("DATE_FOUNDED", ["Organisation", "Time"]),
    ("DATE_OF_BIRTH", ["Person", "Time"]),
    ("DATE_OF_DEATH", ["Person", "Time"]),
    ("EDUCATED_AT", ["Person", "Organisation"]),
    ("EMPLOYEE_OR_MEMBER_OF", ["Person", "Organisation"]),
    ("FOUNDED_BY", ["Organisation", "Person"]),
    ("HEADQUARTERS", ["Organisation", "Place"]),
    ("NATIONALITY", ["Person", "Place"]),
    ("PLACE_OF_BIRTH", ["Person", "Place"]),
    ("PLACE_OF_RESIDENCE", ["Person", "Place"]),
    ("POLITICAL_AFFILIATION", ["Person", "Organisation"]),
    ("SPOUSE", ["Person", "Person"]),
    ("SUBSIDIARY_OF", ["Organisation", "Organisation"]),
];

/// Reads one document or passage.
pub(crate) fn parse(
    record: &Node<'_>,
    origin: &Origin<'_>,
    parsed: &mut Parsed,
) -> Result<(), Flaw> {
    let document = match record.find("documentId")? {
        Some(id) => id.identifier()?,
        None => format!("{}-{}", origin.stem, origin.record),
    };
    let Some(passages) = record.find("passages")? else {
        return passage(record, &document, parsed);
    };
    for item in passages.items()? {
        passage(&item, &document, parsed)?;
    }
    Ok(())
}

fn passage(node: &Node<'_>, document: &str, parsed: &mut Parsed) -> Result<(), Flaw> {
    let (text, from) = (
        node.get("passageText")?,
        node.get("passageStart")?.number()?,
    );
    let aligned = Aligned::new(text.text()?);
    // A passage has fewer sentences than characters, so no two passages share a number.
    let mut sentences = aligned.sentences(document, from);
    let mut distinct: Vec<Distinct> = sentences.iter().map(|_| Distinct::default()).collect();
    let mut numbered = None;
    for fact in node.get("facts")?.items()? {
        let property = property(&fact, node, &mut numbered)?;
        let Some((_, [subject, object])) = PROPERTIES.iter().find(|(p, _)| *p == property) else {
            let known: Vec<&str> = PROPERTIES.iter().map(|(p, _)| *p).collect();
            return Err(fact.flaw(
                Kind::Label,
                format!(
                    "`{}` is no property; use one of {}",
                    shorten(property),
                    known.join(", ")
                ),
            ));
        };
        let head = argument(&fact, &SUBJECT, from, &aligned);
        let tail = argument(&fact, &OBJECT, from, &aligned);
        let mut mention = |found: Result<_, Flaw>, label: &str| match found {
            Err(flaw) => {
                parsed.note(flaw);
                None
            }
            Ok((index, (start, end))) => {
                let sentence: &mut Sentence = sentences.get_mut(index)?;
                let label = label.to_owned();
                let known: &mut Distinct = distinct.get_mut(index)?;
                Some((index, known.add(sentence, Entity { start, end, label })))
            }
        };
        let (Some(head), Some(tail)) = (mention(head, subject), mention(tail, object)) else {
            continue;
        };
        match sentences.get_mut(head.0) {
            Some(sentence) if head.0 == tail.0 => {
                let label = property.to_lowercase().replace('_', " ");
                Parsed::relation(sentence, head.1, tail.1, Some(label));
            }
            _ => parsed.note(fact.flaw(
                Kind::CrossSentence,
                "an argument lies in another sentence; the relation is left out",
            )),
        }
    }
    for sentence in sentences {
        parsed.push(sentence, &text);
    }
    Ok(())
}

/// Names of the properties of a passage by their numbers.
type Numbered<'a> = HashMap<String, Node<'a>>;

/// Name of a fact's property; `numbered` holds the passage's properties once a fact has needed them.
fn property<'a>(
    fact: &Node<'a>,
    passage: &Node<'a>,
    numbered: &mut Option<Numbered<'a>>,
) -> Result<&'a str, Flaw> {
    if let Some(name) = fact.find("property")? {
        return name.text();
    }
    let id = fact.get("propertyId")?;
    let numbered = match numbered {
        Some(numbered) => numbered,
        unread => {
            let mut names = Numbered::new();
            for known in passage.get("exhaustivelyAnnotatedProperties")?.items()? {
                let number = known.get("propertyId")?.identifier()?;
                names.entry(number).or_insert(known.get("propertyName")?);
            }
            unread.insert(names)
        }
    };
    if let Some(name) = numbered.get(&id.identifier()?) {
        return name.text();
    }
    let problem = "is none of the passage's `exhaustivelyAnnotatedProperties`; name it there";
    Err(id.flaw(Kind::Label, problem))
}

/// Names of the fields of an argument.
struct Role {
    start: &'static str,
    end: &'static str,
    /// Its text, under either name.
    texts: [&'static str; 2],
}

const SUBJECT: Role = Role {
    start: "subjectStart",
    end: "subjectEnd",
    texts: ["subject", "subjectText"],
};

const OBJECT: Role = Role {
    start: "objectStart",
    end: "objectEnd",
    texts: ["object", "objectText"],
};

/// Sentence and words of an argument.
fn argument(
    fact: &Node<'_>,
    role: &Role,
    from: usize,
    aligned: &Aligned<'_>,
) -> Result<(usize, (usize, usize)), Flaw> {
    let (start, end) = (fact.get(role.start)?, fact.get(role.end)?);
    let inside = |node: &Node<'_>| {
        let offset = node.number()?;
        offset.checked_sub(from).ok_or_else(|| {
            node.flaw(
                Kind::Span,
                format!(
                    "{offset} is in front of the passage, which starts at {from}; mend the offset"
                ),
            )
        })
    };
    let (first, last) = (inside(&start)?, inside(&end)?);
    let [short, long] = role.texts;
    let text = match fact.find(short)? {
        Some(text) => Some(text),
        None => fact.find(long)?,
    };
    if let (Some(text), Some(found)) = (text, aligned.between(first, last))
        && text.text()? != found
    {
        return Err(text.flaw(
            Kind::Text,
            format!(
                "`{}`, but the text at the offsets is `{}`; mend the offsets, which count characters \
                 of the document",
                shorten(text.text()?),
                shorten(found)
            ),
        ));
    }
    aligned.locate(&start, first, last)
}
