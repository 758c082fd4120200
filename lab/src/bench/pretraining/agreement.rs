//! Agreement of the losses and gradients of both sides.

use serde::Deserialize;

use crate::bench::theirs::Theirs;
use crate::error::Result;

/// Tasks whose losses are compared, as [`Event::Step`](spanlight::event::Event::Step) names them.
pub const TASKS: [&str; 6] = [
    "tbo_target",
    "tbo_context",
    "spo_target",
    "spo_context",
    "cspo_target",
    "cspo_context",
];
/// Maximum relative difference, which allows for float32 sums in different orders.
const TOLERANCE: f64 = 1e-3;
/// Minimum denominator of a relative difference: the loss of a task without rows is 0.
const NOTHING: f64 = 1e-6;

/// Result of a step without dropout.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Outcome {
    /// Mean losses, in the order of [`TASKS`].
    pub losses: [f64; 6],
    /// Norm of the gradient before clipping.
    pub norm: f64,
}

/// The largest relative difference of a loss or norm.
///
/// # Errors
/// A message that names the first value that differs by more than the tolerance.
pub fn difference(ours: &[Outcome], theirs: &[Outcome]) -> Result<f64, String> {
    if ours.len() != theirs.len() {
        return Err(format!(
            "{} steps in spanlight, {}",
            ours.len(),
            theirs.len()
        ));
    }
    let mut largest = 0.0;
    for (step, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        let losses = TASKS
            .into_iter()
            .zip(ours.losses.into_iter().zip(theirs.losses));
        for (what, (ours, theirs)) in losses.chain([("gradient norm", (ours.norm, theirs.norm))]) {
            let difference = (ours - theirs).abs() / ours.abs().max(NOTHING);
            if difference.is_nan() || difference > TOLERANCE {
                return Err(format!(
                    "{what} of step {} is {ours} in spanlight, {theirs}",
                    step + 1
                ));
            }
            largest = f64::max(largest, difference);
        }
    }
    Ok(largest)
}

/// As [`difference`], with an error that names PyTorch's script.
///
/// # Errors
/// [`Error::Usage`](crate::error::Error::Usage).
pub fn agree(ours: &[Outcome], found: &[Outcome], theirs: &Theirs) -> Result<f64> {
    difference(ours, found).map_err(|difference| theirs.differs(&difference))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome() -> Outcome {
        Outcome {
            losses: [10.0, 9.0, 1.7, 1.8, 0.0, 3.0],
            norm: 4.0,
        }
    }

    #[test]
    fn rounding_is_within_the_tolerance() {
        let mut other = outcome();
        other.losses[0] += 1e-4;
        let found = difference(&[outcome()], &[other]).unwrap();
        assert!((found - 1e-5).abs() < 1e-9, "{found}");
    }

    #[test]
    fn a_difference_is_named() {
        let refused = |change: &dyn Fn(&mut Outcome)| {
            let mut other = outcome();
            change(&mut other);
            difference(&[outcome(), outcome()], &[outcome(), other]).unwrap_err()
        };
        assert!(
            refused(&|o| o.losses[2] = 1.75)
                .starts_with("spo_target of step 2 is 1.7 in spanlight")
        );
        assert!(refused(&|o| o.losses[4] = 0.1).starts_with("cspo_target"));
        assert!(refused(&|o| o.losses[5] = f64::NAN).starts_with("cspo_context"));
        assert!(refused(&|o| o.norm = 3.9).starts_with("gradient norm"));
        assert!(difference(&[outcome()], &[]).is_err());
    }
}
