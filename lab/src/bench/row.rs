//! Repeated measurements of one kind of work and their summary.

use std::fmt;

use serde::Serialize;

use super::Measure;

/// Measurements of one kind of work on every side.
pub struct Row {
    /// Name of the work.
    pub name: &'static str,
    /// Number of sentences, if the report shows the speed in sentences too.
    pub sentences: Option<usize>,
    /// Measurements of spanlight, of PyTorch in plain batches, and of PyTorch in sorted chunks.
    pub measures: [Vec<Measure>; 3],
}

impl Row {
    /// A row without measurements.
    pub fn new(name: &'static str, sentences: Option<usize>) -> Self {
        Self {
            name,
            sentences,
            measures: Default::default(),
        }
    }
}

/// One quantity of a row: a line of the report.
#[derive(Debug, Serialize)]
pub struct Line {
    what: String,
    unit: &'static str,
    spanlight: f64,
    torch_plain: Option<f64>,
    torch_sorted: Option<f64>,
    /// Our value divided by the better of PyTorch's.
    ratio: Option<f64>,
}

impl Line {
    /// Applies `summary` to `value` over the rounds; `better` chooses between PyTorch's two values.
    pub fn new(
        row: &Row,
        unit: &'static str,
        value: impl Fn(&Measure) -> Option<f64>,
        summary: fn(Vec<f64>) -> Option<f64>,
        better: fn(f64, f64) -> f64,
    ) -> Self {
        let [ours, plain, sorted] = row
            .measures
            .each_ref()
            .map(|m| summary(m.iter().filter_map(&value).collect()));
        let spanlight = ours.unwrap_or(f64::NAN);
        Self {
            what: row.name.into(),
            unit,
            spanlight,
            torch_plain: plain,
            torch_sorted: sorted,
            ratio: plain
                .zip(sorted)
                .map(|(plain, sorted)| spanlight / better(plain, sorted)),
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<28} {:<15}", self.what, self.unit)?;
        for value in [
            Some(self.spanlight),
            self.torch_plain,
            self.torch_sorted,
            self.ratio,
        ] {
            match value {
                None => write!(f, " {:>12}", "-")?,
                Some(value) if value < 100.0 => write!(f, " {value:>12.2}")?,
                Some(value) => write!(f, " {value:>12.0}")?,
            }
        }
        Ok(())
    }
}

/// The middle value, or the mean of the two middle values; `None` without values.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let upper = *values.get(values.len() / 2)?;
    Some(f64::midpoint(upper, values[(values.len() - 1) / 2]))
}

/// The smallest value; `None` without values.
pub fn lowest(values: Vec<f64>) -> Option<f64> {
    values.into_iter().min_by(f64::total_cmp)
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn medians_of_odd_and_even_counts() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0]), Some(2.5));
        assert_eq!(median(vec![]), None);
    }
}
