//! The vote of several models on one sentence.

use std::collections::BTreeMap;

use spanlight_core::document::{Entity, Relation};
use spanlight_core::score::Prediction;

/// The number of models that must agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quorum {
    /// On an entity. A majority ensures that no two elected entities overlap.
    pub entities: usize,
    /// On a relation between elected entities. Models miss more relations than they invent, so a minority may
    /// suffice; of several relations on one pair, the relation with most votes is elected.
    pub relations: usize,
}

/// Span of a mention: first word, and the word after the last.
type Words = (usize, usize);
/// Spans of head and tail and the type of their relation.
type Triple<'a> = (Words, Words, &'a str);

/// The elected entities, in textual order, and the elected relations between them.
///
/// A vote for an entity needs its span and type. A vote for a relation needs its type and the spans of head and
/// tail, but not the types of these entities.
pub fn vote(ballot: &[Prediction], quorum: Quorum) -> (Vec<Entity>, Vec<Relation>) {
    let entities = votes(ballot.iter().map(|p| p.entities.iter().collect()));
    let elected = entities.into_iter().filter(|(_, n)| *n >= quorum.entities);
    let entities: Vec<&Entity> = elected.map(|(entity, _)| entity).collect();
    let spans: Vec<Words> = entities.iter().map(|entity| words(entity)).collect();
    let found = votes(ballot.iter().map(triples));
    let mut pairs: BTreeMap<[usize; 2], (Relation, usize)> = BTreeMap::new();
    for ((head, tail, label), count) in found {
        let index = |span: Words| spans.binary_search(&span).ok();
        let (Some(head), Some(tail)) = (index(head), index(tail)) else {
            continue;
        };
        let pair = [head.min(tail), head.max(tail)];
        let better = pairs.get(&pair).is_none_or(|(_, most)| count > *most);
        if count >= quorum.relations && better {
            let label = label.into();
            pairs.insert(pair, (Relation { head, tail, label }, count));
        }
    }
    let relations = pairs.into_values().map(|(relation, _)| relation);
    let relations = relations.collect();
    (entities.into_iter().cloned().collect(), relations)
}

fn words(entity: &Entity) -> Words {
    (entity.start, entity.end)
}

fn triples(prediction: &Prediction) -> Vec<Triple<'_>> {
    let span = |i: usize| prediction.entities.get(i).map(words);
    let named = |r: &'_ Relation| Some((span(r.head)?, span(r.tail)?));
    let relations = prediction.relations.iter();
    relations
        .filter_map(|r| named(r).map(|(head, tail)| (head, tail, r.label.as_str())))
        .collect()
}

/// The number of lists that hold each item; repetitions within a list count once.
fn votes<T: Ord + Clone>(lists: impl Iterator<Item = Vec<T>>) -> BTreeMap<T, usize> {
    let mut votes: BTreeMap<T, usize> = BTreeMap::new();
    for mut list in lists {
        list.sort();
        list.dedup();
        for item in list {
            *votes.entry(item).or_default() += 1;
        }
    }
    votes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity(start: usize, end: usize, label: &str) -> Entity {
        Entity {
            start,
            end,
            label: label.into(),
        }
    }

    fn found(entities: &[Entity], relations: &[(usize, usize, &str)]) -> Prediction {
        Prediction {
            spans: Vec::new(),
            entities: entities.to_vec(),
            relations: relations
                .iter()
                .map(|&(head, tail, label)| Relation {
                    head,
                    tail,
                    label: label.into(),
                })
                .collect(),
        }
    }

    fn all(agree: usize) -> Quorum {
        Quorum {
            entities: agree,
            relations: agree,
        }
    }

    #[test]
    fn two_of_three_elect_spans_types_and_arguments() {
        let (a, b, c) = (
            entity(0, 2, "Task"),
            entity(3, 4, "Method"),
            entity(3, 5, "Method"),
        );
        let ballot = [
            found(&[a.clone(), b.clone()], &[(1, 0, "USED-FOR")]),
            // The same relation under other indices.
            found(&[b.clone(), a.clone()], &[(0, 1, "USED-FOR")]),
            found(
                &[entity(0, 2, "Metric"), c],
                &[(1, 0, "USED-FOR"), (0, 1, "PART-OF")],
            ),
        ];
        let (entities, relations) = vote(&ballot, all(2));
        assert_eq!(entities, [a.clone(), b.clone()]);
        let expected = Relation {
            head: 1,
            tail: 0,
            label: "USED-FOR".into(),
        };
        assert_eq!(relations, std::slice::from_ref(&expected));
        // The third model's vote counts with another entity type, but not with another span.
        let mut ballot = ballot.to_vec();
        ballot[2].entities[1] = entity(3, 4, "Material");
        let relations_of_three = Quorum {
            entities: 2,
            relations: 3,
        };
        assert_eq!(vote(&ballot, relations_of_three).1, [expected]);
        ballot[2].entities[1] = entity(3, 5, "Method");
        assert!(vote(&ballot, relations_of_three).1.is_empty());
        assert_eq!(vote(&ballot, all(3)), (Vec::new(), Vec::new()));
    }

    #[test]
    fn direction_and_type_of_a_relation_are_part_of_the_vote() {
        let both = [entity(0, 1, "Task"), entity(2, 3, "Task")];
        let ballot = [
            found(&both, &[(0, 1, "COMPARE")]),
            found(&both, &[(1, 0, "COMPARE")]),
            found(&both, &[(0, 1, "CONJUNCTION")]),
        ];
        let (entities, relations) = vote(&ballot, all(2));
        assert_eq!((entities.len(), relations.len()), (2, 0));
    }

    #[test]
    fn a_minority_may_elect_relations_but_only_one_per_pair() {
        let both = [entity(0, 1, "Task"), entity(2, 3, "Task")];
        let ballot = [
            found(&both, &[(0, 1, "COMPARE")]),
            found(&both, &[(1, 0, "USED-FOR")]),
            found(&both, &[(1, 0, "USED-FOR")]),
            found(&both, &[]),
            found(&both[..1], &[]),
        ];
        let few = |relations| Quorum {
            entities: 3,
            relations,
        };
        for relations in [1, 2] {
            let (_, relations) = vote(&ballot, few(relations));
            let labels: Vec<&str> = relations.iter().map(|r| r.label.as_str()).collect();
            assert_eq!(labels, ["USED-FOR"]);
        }
        assert!(vote(&ballot, few(3)).1.is_empty());
    }

    #[test]
    fn a_model_that_repeats_itself_has_one_vote() {
        let twice = [entity(0, 1, "Task"), entity(0, 1, "Task")];
        let ballot = [found(&twice, &[]), found(&[], &[]), found(&[], &[])];
        assert!(vote(&ballot, all(2)).0.is_empty());
    }
}
