//! A sentence with its annotations in brackets: `[text]TYPE{RELATION-n}`.

use std::cmp::Reverse;
use std::collections::HashMap;

use spanlight_core::document::{Relation, Sentence};
use spanlight_core::schema::Span;

/// A relation by its type and the spans of head and tail.
type Key = (String, Span, Span);

/// Numbers of relations: a relation has one number in all versions of a sentence.
#[derive(Default)]
pub struct Numbers(HashMap<Key, usize>);

impl Numbers {
    /// Numbers the relations of several versions of a sentence, from 1, in textual order within
    /// each version.
    pub fn of(versions: &[&Sentence]) -> Self {
        let mut numbers = HashMap::new();
        for version in versions {
            let mut keys: Vec<Key> = version
                .relations
                .iter()
                .filter_map(|r| key(version, r))
                .collect();
            keys.sort_by_key(|(label, head, tail)| {
                (*head.min(tail), *head.max(tail), label.clone())
            });
            for key in keys {
                let next = numbers.len() + 1;
                numbers.entry(key).or_insert(next);
            }
        }
        Self(numbers)
    }

    fn get(&self, sentence: &Sentence, relation: &Relation) -> usize {
        let number = key(sentence, relation).and_then(|key| self.0.get(&key).copied());
        number.unwrap_or_default()
    }
}

fn key(sentence: &Sentence, relation: &Relation) -> Option<Key> {
    let span = |i: usize| sentence.entities.get(i).map(|e| (e.start, e.end));
    Some((
        relation.label.clone(),
        span(relation.head)?,
        span(relation.tail)?,
    ))
}

/// Writes a sentence with brackets. `{WORK-1>}` marks the head of relation 1, `{>WORK-1}` its tail. Brackets of
/// nested mentions nest.
pub fn bracketed(sentence: &Sentence, numbers: &Numbers) -> String {
    let mut parts = Vec::with_capacity(sentence.words.len());
    for (i, word) in sentence.words.iter().enumerate() {
        let opened = sentence.entities.iter().filter(|e| e.start == i).count();
        let mut text = "[".repeat(opened) + word;
        let mut closed: Vec<usize> = (0..sentence.entities.len())
            .filter(|&e| sentence.entities[e].end == i + 1)
            .collect();
        closed.sort_by_key(|&e| (Reverse(sentence.entities[e].start), e));
        for e in closed {
            text.push(']');
            text.push_str(&sentence.entities[e].label);
            text.push_str(&arguments(sentence, e, numbers));
        }
        parts.push(text);
    }
    parts.join(" ")
}

/// The relations of a mention, in braces; empty for a mention without relations.
fn arguments(sentence: &Sentence, entity: usize, numbers: &Numbers) -> String {
    let mut found: Vec<(usize, String)> = Vec::new();
    for relation in &sentence.relations {
        let name = format!("{}-{}", relation.label, numbers.get(sentence, relation));
        let number = numbers.get(sentence, relation);
        if relation.head == entity {
            found.push((number, format!("{name}>")));
        }
        if relation.tail == entity {
            found.push((number, format!(">{name}")));
        }
    }
    found.sort();
    found.dedup();
    let names: Vec<String> = found.into_iter().map(|(_, name)| name).collect();
    if names.is_empty() {
        String::new()
    } else {
        format!("{{{}}}", names.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use spanlight_core::document::Entity;

    use super::*;

    fn sentence(entities: &[(usize, usize, &str)], relations: &[(usize, usize, &str)]) -> Sentence {
        let entity = |&(start, end, label): &(usize, usize, &str)| Entity {
            start,
            end,
            label: label.into(),
        };
        let relation = |&(head, tail, label): &(usize, usize, &str)| Relation {
            head,
            tail,
            label: label.into(),
        };
        Sentence {
            words: "anna of the robot lab met carla"
                .split(' ')
                .map(String::from)
                .collect(),
            entities: entities.iter().map(entity).collect(),
            relations: relations.iter().map(relation).collect(),
            ..Sentence::default()
        }
    }

    #[test]
    fn arguments_point_from_head_to_tail() {
        let gold = sentence(
            &[(0, 1, "PER"), (2, 5, "ORG"), (6, 7, "PER")],
            &[(2, 0, "KNOWS"), (0, 1, "WORK")],
        );
        let other = sentence(
            &[(0, 1, "PER"), (6, 7, "ORG")],
            &[(1, 0, "KNOWS"), (0, 1, "WORK")],
        );
        let numbers = Numbers::of(&[&gold, &other]);
        assert_eq!(
            bracketed(&gold, &numbers),
            "[anna]PER{WORK-1> >KNOWS-2} of [the robot lab]ORG{>WORK-1} met [carla]PER{KNOWS-2>}"
        );
        // KNOWS has the spans of the gold relation and keeps its number; WORK has another tail.
        assert_eq!(
            bracketed(&other, &numbers),
            "[anna]PER{>KNOWS-2 WORK-3>} of the robot lab met [carla]ORG{KNOWS-2> >WORK-3}"
        );
    }

    #[test]
    fn brackets_nest_and_a_sentence_may_have_none() {
        let nested = sentence(&[(2, 5, "ORG"), (3, 4, "THING"), (4, 5, "PLACE")], &[]);
        let none = Numbers::default();
        assert_eq!(
            bracketed(&nested, &none),
            "anna of [the [robot]THING [lab]PLACE]ORG met carla"
        );
        assert_eq!(
            bracketed(&sentence(&[], &[]), &none),
            "anna of the robot lab met carla"
        );
    }
}
