use super::*;

/// Three entities in a row of eight words.
fn side_by_side(relations: Vec<Relation>) -> Sentence {
    let entities = vec![entity(0, 2, "A"), entity(3, 4, "B"), entity(6, 8, "B")];
    sentence(8, entities, relations)
}

fn predicted(entities: Vec<Entity>, relations: Vec<Relation>) -> Prediction {
    Prediction {
        spans: vec![],
        entities,
        relations,
    }
}

#[test]
fn only_sentences_without_gold_relations_count() {
    let gold = [
        side_by_side(vec![]),
        side_by_side(vec![relation(0, 1, "R")]),
        sentence(4, vec![entity(0, 1, "A")], vec![]),
        // A span with two types is no pair, and neither are nested spans.
        sentence(
            4,
            vec![entity(0, 2, "A"), entity(0, 2, "B"), entity(1, 2, "A")],
            vec![],
        ),
    ];
    let eager = |s: &Sentence| {
        let all = vec![relation(0, s.entities.len() - 1, "R")];
        predicted(s.entities.clone(), all)
    };
    let eager: Vec<Prediction> = gold.iter().map(eager).collect();
    let counts = unrelated(&gold, &eager).unwrap();
    let expected = Unrelated {
        sentences: 1,
        related_sentences: 1,
        pairs: 3,
        related_pairs: 1,
        relations: 1,
    };
    assert_eq!(counts, expected);
    assert_eq!(counts.sentence_rate(), 1.0);
    assert!((counts.pair_rate() - 1.0 / 3.0).abs() < 1e-12);
    let quiet: Vec<Prediction> = gold.iter().map(|_| Prediction::default()).collect();
    let counts = unrelated(&gold, &quiet).unwrap();
    assert_eq!((counts.sentences, counts.pairs), (1, 3));
    assert_eq!((counts.sentence_rate(), counts.pair_rate()), (0.0, 0.0));
    assert_eq!(unrelated(&[], &[]).unwrap().pair_rate(), 0.0);
}

#[test]
fn wrong_borders_and_the_direction_excuse_nothing() {
    let gold = [side_by_side(vec![])];
    let found = vec![entity(5, 7, "B"), entity(1, 3, "A"), entity(4, 5, "C")];
    let at = |head, tail| {
        let prediction = predicted(found.clone(), vec![relation(head, tail, "R")]);
        unrelated(&gold, &[prediction]).unwrap()
    };
    assert_eq!((at(0, 1).related_sentences, at(0, 1).related_pairs), (1, 1));
    assert_eq!(at(1, 0), at(0, 1));
    // A relation with an argument outside of all gold entities counts for the sentence, but joins no pair.
    assert_eq!((at(0, 2).related_sentences, at(0, 2).related_pairs), (1, 0));
    assert!(unrelated(&gold, &[]).is_err());
}
