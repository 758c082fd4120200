//! Mean and standard deviation over seeds.

use serde::Serialize;

/// Values of several seeds.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Spread {
    /// Mean.
    pub mean: f64,
    /// Standard deviation of a sample; nothing for a single value.
    pub sd: Option<f64>,
    /// The values, in the order of the seeds.
    pub values: Vec<f64>,
}

impl Spread {
    /// Of at least one value; nothing without any.
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
}
