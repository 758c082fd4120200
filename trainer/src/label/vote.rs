//! What several models agree on in one sentence.

use std::collections::BTreeMap;

use spanlight_core::document::{Entity, Relation};
use spanlight_core::score::Prediction;

/// Entities that at least `agree` models find, with span and type, in textual order, and relations
/// between them that at least `agree` models find, with both arguments and type.
pub fn vote(ballot: &[Prediction], agree: usize) -> (Vec<Entity>, Vec<Relation>) {
    let entities = elected(ballot.iter().map(|p| p.entities.iter().collect()), agree);
    let relations = elected(
        ballot.iter().map(|p| {
            let named = |r: &Relation| Some((p.entities.get(r.head)?, p.entities.get(r.tail)?));
            p.relations
                .iter()
                .filter_map(|r| named(r).map(|(head, tail)| (head, tail, r.label.as_str())))
                .collect()
        }),
        agree,
    );
    let place = |entity: &Entity| entities.binary_search(&entity).ok();
    let relations = relations
        .into_iter()
        .filter_map(|(head, tail, label)| {
            Some(Relation {
                head: place(head)?,
                tail: place(tail)?,
                label: label.into(),
            })
        })
        .collect();
    (entities.into_iter().cloned().collect(), relations)
}

/// In order, what at least `agree` of the lists hold; a list counts once, however often it repeats.
fn elected<T: Ord + Clone>(lists: impl Iterator<Item = Vec<T>>, agree: usize) -> Vec<T> {
    let mut votes: BTreeMap<T, usize> = BTreeMap::new();
    for mut list in lists {
        list.sort();
        list.dedup();
        for item in list {
            *votes.entry(item).or_default() += 1;
        }
    }
    let enough = votes.into_iter().filter(|(_, count)| *count >= agree);
    enough.map(|(item, _)| item).collect()
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
        let (entities, relations) = vote(&ballot, 2);
        assert_eq!(entities, [a, b]);
        let expected = Relation {
            head: 1,
            tail: 0,
            label: "USED-FOR".into(),
        };
        assert_eq!(relations, [expected]);
        assert_eq!(vote(&ballot, 3), (Vec::new(), Vec::new()));
    }

    #[test]
    fn direction_and_type_of_a_relation_are_part_of_the_vote() {
        let both = [entity(0, 1, "Task"), entity(2, 3, "Task")];
        let ballot = [
            found(&both, &[(0, 1, "COMPARE")]),
            found(&both, &[(1, 0, "COMPARE")]),
            found(&both, &[(0, 1, "CONJUNCTION")]),
        ];
        let (entities, relations) = vote(&ballot, 2);
        assert_eq!((entities.len(), relations.len()), (2, 0));
    }

    #[test]
    fn a_model_that_repeats_itself_has_one_vote() {
        let twice = [entity(0, 1, "Task"), entity(0, 1, "Task")];
        let ballot = [found(&twice, &[]), found(&[], &[]), found(&[], &[])];
        assert!(vote(&ballot, 2).0.is_empty());
    }
}
