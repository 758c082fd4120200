//! Scheduled sampling (method §5).

use spanlight_core::joint::gold_probability;

#[test]
fn gold_becomes_rarer_epoch_by_epoch() {
    let stated = [
        (6, 0.683),
        (7, 0.606),
        (8, 0.525),
        (9, 0.442),
        (10, 0.362),
        (12, 0.225),
        (15, 0.097),
        (20, 0.0198),
        (30, 0.00072),
    ];
    for (epoch, expected) in stated {
        let found = gold_probability(epoch, 5, 3.0);
        // The expected values have two or three digits.
        assert!(
            (found / expected - 1.0).abs() < 6e-3,
            "epoch {epoch}: {found} instead of {expected}"
        );
    }
}

#[test]
fn the_first_epochs_are_all_gold() {
    assert!((0..=5).all(|epoch| gold_probability(epoch, 5, 3.0) == 1.0));
    assert_eq!(gold_probability(0, 0, 3.0), 1.0);
    assert!(gold_probability(1, 0, 3.0) < 1.0);
}

#[test]
fn stays_a_probability_for_ever() {
    let all: Vec<f64> = (0..10_000)
        .map(|epoch| gold_probability(epoch, 2, 3.0))
        .collect();
    assert!(all.is_sorted_by(|a, b| a >= b) && all.iter().all(|p| (0.0..=1.0).contains(p)));
}
