//! Parses and checks the values of settings.

use std::fmt;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::Value;
use spanlight_learn::OptimizerConfig;

use crate::error::{Error, Result};

/// A required path.
///
/// # Errors
/// [`Error::Usage`] that names the flag.
pub fn required<'a>(flag: &str, path: Option<&'a Path>) -> Result<&'a Path> {
    path.ok_or_else(|| {
        Error::Usage(format!(
            "{flag} is missing; give it as a flag or in the settings file"
        ))
    })
}

/// Parses a lower-case name of a serde enum.
///
/// # Errors
/// A message that says what is wrong with the text.
pub fn parse_lowercase<T: DeserializeOwned>(name: &str) -> Result<T, String> {
    serde_json::from_value(Value::String(name.into())).map_err(|e| e.to_string())
}

/// The range of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// More than 0.
    Positive,
    /// 0 or more.
    NotNegative,
    /// From 0 to 1.
    Share,
    /// From 0 to 1, but not 1.
    BelowOne,
    /// From 0 to 1, but not 0.
    AboveZero,
}

impl Range {
    /// Checks the value of a flag.
    ///
    /// # Errors
    /// [`Error::Usage`] that names the flag and its range.
    pub fn check(self, flag: &str, value: f64) -> Result<()> {
        let fits = match self {
            Self::Positive => value > 0.0,
            Self::NotNegative => value >= 0.0,
            Self::Share => (0.0..=1.0).contains(&value),
            Self::BelowOne => (0.0..1.0).contains(&value),
            Self::AboveZero => value > 0.0 && value <= 1.0,
        };
        if fits && value.is_finite() {
            return Ok(());
        }
        Err(Error::Usage(format!("{flag} must be {self}, not {value}")))
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Positive => "above 0",
            Self::NotNegative => "0 or more",
            Self::Share => "in [0, 1]",
            Self::BelowOne => "in [0, 1)",
            Self::AboveZero => "above 0 and at most 1",
        })
    }
}

/// Checks that counts are not 0.
///
/// # Errors
/// [`Error::Usage`] that names the flag.
pub fn at_least_one(counts: &[(&str, usize)]) -> Result<()> {
    match counts.iter().find(|(_, count)| *count == 0) {
        None => Ok(()),
        Some((flag, _)) => Err(Error::Usage(format!("{flag} must be at least 1"))),
    }
}

/// Checks the values of flags.
///
/// # Errors
/// [`Error::Usage`] that names the flag and its range.
pub fn check_all(values: &[(&str, f64, Range)]) -> Result<()> {
    (values.iter()).try_for_each(|(flag, value, range)| range.check(flag, *value))
}

/// Checks the settings of the optimiser; `other` is a further learning rate.
///
/// # Errors
/// [`Error::Usage`] that names the flag, and when all learning rates are 0.
pub fn check_optimizer(optimizer: &OptimizerConfig, other: f64) -> Result<()> {
    check_all(&[
        (
            "--learning-rate",
            optimizer.learning_rate,
            Range::NotNegative,
        ),
        ("--head-lr", optimizer.head_lr, Range::NotNegative),
        ("--layer-decay", optimizer.layer_decay, Range::AboveZero),
        ("--warmup", optimizer.warmup, Range::Share),
        ("--weight-decay", optimizer.weight_decay, Range::NotNegative),
        ("--clip", optimizer.clip, Range::Positive),
    ])?;
    let rates = [optimizer.encoder_rate(), optimizer.head_lr, other];
    if rates.iter().all(|rate| *rate == 0.0) {
        return Err(Error::Usage(
            "nothing would be trained: raise --head-lr, or --learning-rate without --freeze-encoder"
                .into(),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_include_or_exclude_their_bounds() {
        for (range, fit, unfit) in [
            (Range::Positive, vec![1e-9, 7.0], vec![0.0, -1.0]),
            (Range::NotNegative, vec![0.0, 7.0], vec![-1e-9]),
            (Range::Share, vec![0.0, 1.0], vec![-0.1, 1.1]),
            (Range::BelowOne, vec![0.0, 0.9], vec![1.0]),
            (Range::AboveZero, vec![0.1, 1.0], vec![0.0, 1.1]),
        ] {
            assert!(fit.iter().all(|&v| range.check("--x", v).is_ok()));
            for value in unfit.into_iter().chain([f64::NAN, f64::INFINITY]) {
                let error = range.check("--x", value).unwrap_err().to_string();
                assert!(error.contains(&format!("--x must be {range}")), "{error}");
            }
        }
    }
}
