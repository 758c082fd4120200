//! How long the rest will take.

/// Time spent on finished cells, to foretell that of the others.
#[derive(Debug, Default)]
pub struct Pace {
    seconds: f64,
    work: f64,
}

impl Pace {
    /// A finished cell: the work is its epochs times its share of the data.
    pub fn add(&mut self, seconds: f64, work: f64) {
        self.seconds += seconds;
        self.work += work;
    }

    /// Seconds for that much work; nothing before the first cell.
    pub fn left(&self, work: f64) -> Option<f64> {
        (self.work > 0.0).then(|| self.seconds / self.work * work)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_goes_as_fast_as_what_is_done() {
        let mut pace = Pace::default();
        assert_eq!(pace.left(1.0), None);
        pace.add(10.0, 1.0);
        pace.add(50.0, 5.0);
        assert_eq!(pace.left(3.0), Some(30.0));
    }
}
