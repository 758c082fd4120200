use super::*;

/// Random annotations from a small linear congruential generator.
fn random(seed: &mut u64) -> Sentence {
    let mut next = |n: u64| {
        *seed = seed
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        ((*seed >> 33) % n) as usize
    };
    let labels = ["GEN-AFF", "ORG-AFF", "PHYS"];
    let entities: Vec<_> = (0..=next(5))
        .map(|_| {
            let start = next(7);
            entity(
                start,
                start + 1 + next(8 - start as u64),
                ["PER", "ORG", "GPE"][next(3)],
            )
        })
        .collect();
    let n = entities.len() as u64;
    let relations = (0..next(6))
        .map(|_| relation(next(n), next(n), labels[next(3)]))
        .collect();
    sentence(8, entities, relations)
}

#[test]
fn properties_hold_on_random_annotations() {
    let (mut seed, schema) = (7, schema(&["GEN-AFF"]));
    for _ in 0..2000 {
        let (a, b) = (random(&mut seed), random(&mut seed));
        let forth = score(std::slice::from_ref(&a), &[(&b).into()], &schema).unwrap();
        let back = score(std::slice::from_ref(&b), &[(&a).into()], &schema).unwrap();
        for protocol in [Protocol::Full, Protocol::Symmetric] {
            let (x, y) = (forth.get(protocol), back.get(protocol));
            for (x, y) in [
                (x.entity, y.entity),
                (x.relation, y.relation),
                (x.strict, y.strict),
            ] {
                assert_eq!(x, counts(y.pred, y.gold, y.tp), "exchange swaps P and R");
            }
            let sum = x
                .by_type
                .strict
                .values()
                .fold(Counts::default(), |mut s, c| {
                    s += *c;
                    s
                });
            assert_eq!(sum, x.strict, "types add up");
        }
        assert!(forth.symmetric.relation.tp >= forth.full.relation.tp.min(1));

        let found = differences(std::slice::from_ref(&a), &[(&b).into()]).unwrap();
        let errors: Vec<Difference> = found.into_iter().flat_map(|s| s.errors).collect();
        for (subject, counts) in [
            (Subject::Entity, forth.full.entity),
            (Subject::Relation, forth.full.strict),
        ] {
            let of = errors.iter().filter(|e| e.subject == subject);
            assert_eq!(
                (
                    of.clone().filter(|e| e.gold.is_some()).count(),
                    of.filter(|e| e.predicted.is_some()).count()
                ),
                (counts.gold - counts.tp, counts.pred - counts.tp),
                "every miss and every false alarm is named once"
            );
        }

        let mut twice = b.clone();
        twice.entities.extend(b.entities.clone());
        twice.relations.extend(b.relations.clone());
        let repeated = score(std::slice::from_ref(&a), &[(&twice).into()], &schema).unwrap();
        assert_eq!(repeated.full, forth.full, "duplicates collapse");
        assert_eq!(repeated.symmetric, forth.symmetric, "duplicates collapse");

        let own = score(std::slice::from_ref(&a), &[(&a).into()], &schema).unwrap();
        for s in [&own.full, &own.symmetric] {
            assert_eq!(
                s.strict,
                counts(s.strict.gold, s.strict.gold, s.strict.gold)
            );
        }
        if let Some(view) = reference_view(&a) {
            assert_eq!(reference_view(&view).as_ref(), Some(&view), "idempotent");
            assert_eq!(
                own.reference.relation.tp,
                view.relations.len(),
                "nothing missed"
            );
        }
    }
}
