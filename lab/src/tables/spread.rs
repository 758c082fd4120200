//! Statistics over seeds: mean, standard deviation and the difference between two models.

/// Maximum number of pairs for the exact test, which enumerates all signs.
const MAX_PAIRS: usize = 20;

/// A score over several seeds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spread {
    /// Mean.
    pub mean: f64,
    /// Sample standard deviation; `None` for a single value.
    pub sd: Option<f64>,
    /// The values, in the order of the seeds.
    pub values: Vec<f64>,
}

impl Spread {
    /// Mean and deviation of values; `None` without values.
    pub fn new(values: Vec<f64>) -> Option<Self> {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
        (!values.is_empty()).then(|| Self {
            mean,
            sd: (values.len() > 1).then(|| (squares / (count - 1.0)).sqrt()),
            values,
        })
    }
}

/// Differences by seed.
#[derive(Debug, Clone, PartialEq)]
pub struct Paired {
    /// Mean, deviation and values of the differences.
    pub difference: Spread,
    /// Seeds with a higher score.
    pub wins: usize,
    /// Seeds with a lower score.
    pub losses: usize,
    /// Two-sided p of Fisher's exact randomisation test: the probability of a mean at least as far from zero if
    /// each difference were equally likely with the opposite sign. With n seeds it is at least 2 / 2ⁿ; `None`
    /// for one seed or more than 20.
    pub p: Option<f64>,
}

impl Paired {
    /// Compares values of the same seeds, in the same order; `None` without values.
    pub fn new(ours: &[f64], theirs: &[f64]) -> Option<Self> {
        let differences: Vec<f64> = ours.iter().zip(theirs).map(|(a, b)| a - b).collect();
        let count = |test: fn(&f64) -> bool| differences.iter().filter(|d| test(d)).count();
        Some(Self {
            wins: count(|d| *d > 0.0),
            losses: count(|d| *d < 0.0),
            p: randomisation_p(&differences),
            difference: Spread::new(differences)?,
        })
    }
}

/// Two-sided p of the exact randomisation test.
fn randomisation_p(differences: &[f64]) -> Option<f64> {
    let count = differences.len();
    if !(2..=MAX_PAIRS).contains(&count) {
        return None;
    }
    let observed = differences.iter().sum::<f64>().abs();
    // Sums of the same numbers in another order may differ by rounding.
    let least = observed - 1e-9 * differences.iter().map(|d| d.abs()).sum::<f64>();
    let total = 1_u32 << count;
    let sum = |signs: u32| -> f64 {
        let signed = |(i, d): (usize, &f64)| if signs >> i & 1 == 1 { -d } else { *d };
        differences.iter().enumerate().map(signed).sum()
    };
    let far = (0..total)
        .filter(|&signs| sum(signs).abs() >= least)
        .count();
    Some(far as f64 / f64::from(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deviation_is_that_of_a_sample() {
        let spread = Spread::new(vec![1.0, 2.0, 3.0, 6.0]).unwrap();
        assert_eq!(spread.mean, 3.0);
        assert!((spread.sd.unwrap() - (14.0_f64 / 3.0).sqrt()).abs() < 1e-12);
        assert_eq!(Spread::new(vec![5.0]).unwrap().sd, None);
        assert_eq!(Spread::new(vec![]), None);
    }

    fn p(differences: &[f64]) -> Option<f64> {
        Paired::new(differences, &vec![0.0; differences.len()])
            .unwrap()
            .p
    }

    #[test]
    fn the_test_counts_signs() {
        // All differences have one sign: only the observed signs and the opposite ones are as far from zero.
        assert_eq!(p(&[1.0, 2.0, 3.0]), Some(0.25));
        assert_eq!(p(&[-0.1, -0.2, -0.3, -0.4, -0.5, -0.6]), Some(2.0 / 64.0));
        // By hand: the sums of ±1 ±2 ±3 whose size is at least 4 are ±6 and ±4 (once each).
        assert_eq!(p(&[-1.0, 2.0, 3.0]), Some(0.5));
        assert_eq!(p(&[1.0, -1.0]), Some(1.0));
        assert_eq!(p(&[0.0, 0.0]), Some(1.0));
        assert_eq!(p(&[1.0]), None);
        assert_eq!(p(&[1.0; 21]), None);
    }

    #[test]
    fn pairs_are_counted() {
        let paired = Paired::new(&[3.0, 1.0, 2.0], &[1.0, 2.0, 2.0]).unwrap();
        assert_eq!((paired.wins, paired.losses), (1, 1));
        assert!((paired.difference.mean - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(Paired::new(&[], &[]), None);
    }
}
