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
//!
//! Relations times sentences times mentions would be cubic, so what joins two entities is found once and
//! remembered.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use spanlight_core::{document::Sentence, schema::Span};

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

/// Most pairs of mentions that the relations of a document may join. Documents of Wikipedia have a few
/// hundred; relations that hold in every sentence of a long document would fill the memory.
const MOST_PAIRS: usize = 1_000_000;

/// The mentions of an entity, by their sentence.
type Mentions = BTreeMap<usize, Inside>;

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
    let nodes = record.get("sents")?;
    let (mut sentences, mut positions) = (Vec::new(), Vec::new());
    for (index, node) in nodes.items()?.enumerate() {
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
        let mut mentions = Mentions::new();
        for item in entity.items()? {
            if let Some((sentence, found)) = mention(&item, &mut sentences, &positions, parsed)? {
                mentions.entry(sentence).or_default().add(found);
            }
        }
        mentions.values_mut().for_each(Inside::sort);
        entities.push(mentions);
    }
    if let Some(labels) = record.find("labels")? {
        let (mut pairs, mut elsewhere) = (Pairs::new(&entities), 0);
        for item in labels.items()? {
            elsewhere += usize::from(!pairs.relation(&item, &mut sentences, parsed)?);
        }
        if elsewhere > 0 {
            parsed.note(labels.flaw(
                Kind::CrossSentence,
                format!(
                    "{elsewhere} of {} relations hold in no single sentence; they are left out",
                    labels.items()?.len()
                ),
            ));
        }
    }
    for (sentence, node) in sentences.into_iter().zip(nodes.items()?) {
        parsed.push(sentence, &node);
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
) -> Result<Option<(usize, Found)>, Flaw> {
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
    let added = parsed.entity(sentence, &pos, span, label);
    Ok(added.map(|entity| (index, (span, entity))))
}

/// A mention: its span, and its index in the sentence.
type Found = (Span, usize);

/// The mentions of an entity in one sentence, in the two orders in which [`Inside::nearest`] searches.
#[derive(Default)]
struct Inside {
    by_start: Vec<Found>,
    by_end: Vec<Found>,
}

impl Inside {
    fn add(&mut self, mention: Found) {
        self.by_start.push(mention);
        self.by_end.push(mention);
    }

    fn sort(&mut self) {
        self.by_start.sort_unstable();
        self.by_end
            .sort_unstable_by_key(|((start, end), entity)| (*end, *start, *entity));
    }

    /// The nearest mentions on either side of a span that share no word with it; of equally near ones the
    /// shortest, which is what [`Pairs::nearest`] prefers.
    fn nearest(&self, (start, end): Span) -> impl Iterator<Item = Found> {
        let before = self.by_end.partition_point(|((_, e), _)| *e <= start);
        let last = before.checked_sub(1).and_then(|i| self.by_end.get(i));
        let left = last.and_then(|((_, last), _)| {
            let first = self.by_end.partition_point(|((_, e), _)| e < last);
            self.by_end.get(first)
        });
        let after = self.by_start.partition_point(|((s, _), _)| *s < end);
        left.into_iter().chain(self.by_start.get(after)).copied()
    }
}

/// Sentence, head and tail of every sentence that mentions both of two entities, in their order.
type Joined = Vec<(usize, usize, usize)>;

/// What joins the entities of a document.
struct Pairs<'a> {
    entities: &'a [Mentions],
    /// By head and tail.
    joined: HashMap<(usize, usize), Joined>,
    /// Pairs found and relations added.
    count: usize,
}

impl<'a> Pairs<'a> {
    fn new(entities: &'a [Mentions]) -> Self {
        Self {
            entities,
            joined: HashMap::new(),
            count: 0,
        }
    }

    /// Adds the relation to the sentences that hold it; false if there is none.
    fn relation(
        &mut self,
        item: &Node<'_>,
        sentences: &mut [Sentence],
        parsed: &mut Parsed,
    ) -> Result<bool, Flaw> {
        let (head, tail) = (self.known(&item.get("h")?)?, self.known(&item.get("t")?)?);
        let property = item.get("r")?;
        let label = parsed.named(&property, wikidata::name(property.text()?));
        let mut evidence = BTreeSet::new();
        if let Some(numbers) = item.find("evidence")? {
            for number in numbers.items()? {
                evidence.insert(number.number()?);
            }
        }
        let entities = self.entities;
        let joined = self.joined.entry((head, tail)).or_insert_with(|| {
            let found = match (entities.get(head), entities.get(tail)) {
                (Some(heads), Some(tails)) => join(heads, tails),
                _ => Joined::new(),
            };
            self.count += found.len();
            found
        });
        let (room, mut held) = (self.count <= MOST_PAIRS, false);
        let mut add = |(sentence, head, tail): (usize, usize, usize)| {
            if let Some(sentence) = sentences.get_mut(sentence) {
                Parsed::relation(sentence, head, tail, label.clone());
                held = true;
                self.count += 1;
            }
            self.count <= MOST_PAIRS
        };
        let within = if evidence.is_empty() {
            joined.iter().all(|place| add(*place))
        } else {
            evidence.iter().all(|sentence| {
                let place = joined.binary_search_by_key(sentence, |(sentence, ..)| *sentence);
                let place = place.ok().and_then(|i| joined.get(i));
                place.is_none_or(|place| add(*place))
            })
        };
        if room && within {
            return Ok(held);
        }
        let problem = format!(
            "the relations of the document join more than {MOST_PAIRS} pairs of mentions; split the \
             document"
        );
        Err(item.flaw(Kind::TooLong, problem))
    }

    fn known(&self, node: &Node<'_>) -> Result<usize, Flaw> {
        let (entity, count) = (node.number()?, self.entities.len());
        if entity < count {
            return Ok(entity);
        }
        let problem = format!("the document has {count} entities, counted from 0; mend the index");
        Err(node.flaw(Kind::Argument, problem))
    }
}

/// The pairs of mentions in all sentences that mention both entities.
fn join(heads: &Mentions, tails: &Mentions) -> Joined {
    let fewer = if heads.len() <= tails.len() {
        heads
    } else {
        tails
    };
    let pair = |sentence: &usize| {
        let (head, tail) = nearest(heads.get(sentence)?, tails.get(sentence)?)?;
        Some((*sentence, head, tail))
    };
    fewer.keys().filter_map(pair).collect()
}

/// The head and the tail with the fewest words between them, the leftmost of equals.
fn nearest(heads: &Inside, tails: &Inside) -> Option<(usize, usize)> {
    let key = |(a, head): Found, (b, tail): Found| {
        let between = a.0.max(b.0).saturating_sub(a.1.min(b.1));
        ((between, a.0.min(b.0), a, b), (head, tail))
    };
    // The entity with fewer mentions is gone through, the other is searched.
    let best = if heads.by_start.len() <= tails.by_start.len() {
        let heads = heads.by_start.iter();
        let pairs = heads.flat_map(|&head| tails.nearest(head.0).map(move |tail| key(head, tail)));
        pairs.min()
    } else {
        let tails = tails.by_start.iter();
        let pairs = tails.flat_map(|&tail| heads.nearest(tail.0).map(move |head| key(head, tail)));
        pairs.min()
    };
    best.map(|(_, pair)| pair)
}

#[test]
fn the_nearest_pair_is_that_of_a_search_through_all() {
    let mut random = spanlight_tests::random::Random(9);
    let mut some = 0;
    for _ in 0..2000 {
        let mut mentions = |first: usize| -> Vec<Found> {
            let span = |start, size| (start, start + 1 + size);
            (0..random.below(6))
                .map(|i| (span(random.below(12), random.below(3)), first + i))
                .collect()
        };
        let (heads, tails) = (mentions(0), mentions(10));
        let inside = |mentions: &[Found]| {
            let mut inside = Inside::default();
            for mention in mentions {
                inside.add(*mention);
            }
            inside.sort();
            inside
        };
        let all = heads
            .iter()
            .flat_map(|&(a, h)| tails.iter().map(move |&(b, t)| (a, b, h, t)));
        let all = all.filter_map(|(a, b, h, t)| {
            let between = a.0.max(b.0).checked_sub(a.1.min(b.1))?;
            Some(((between, a.0.min(b.0), a, b), (h, t)))
        });
        let expected = all.min().map(|(_, pair)| pair);
        some += usize::from(expected.is_some());
        assert_eq!(
            nearest(&inside(&heads), &inside(&tails)),
            expected,
            "{heads:?} {tails:?}"
        );
    }
    assert!(some > 1000);
}
