//! Learning-rate schedule: linear warm-up from zero, then linear decay to zero (method §4, §5).

/// Factor of the peak learning rate over the steps of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Schedule {
    /// Steps of warm-up.
    pub warmup: f64,
    /// Step at which the rate has fallen to zero.
    pub total: f64,
}

impl Schedule {
    /// A schedule over `total` steps, a share of them warm-up.
    pub fn new(total: usize, warmup_share: f64) -> Self {
        let total = total as f64;
        Self {
            warmup: (total * warmup_share).floor() + 1.0,
            total,
        }
    }

    /// Factor at a step (0-based: the number of finished steps).
    pub fn factor(&self, step: usize) -> f64 {
        let step = step as f64;
        if step < self.warmup {
            return step / self.warmup;
        }
        ((self.total - step) / (self.total - self.warmup).max(1.0)).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Schedule;

    #[test]
    fn warms_up_and_decays_linearly() {
        let schedule = Schedule {
            warmup: 2.0,
            total: 4.0,
        };
        let factors: Vec<f64> = (0..5).map(|s| schedule.factor(s)).collect();
        assert_eq!(factors, [0.0, 0.5, 1.0, 0.5, 0.0]);
    }

    #[test]
    fn a_share_of_all_steps_and_one_more_warm_up() {
        let schedule = Schedule::new(200, 0.2);
        assert_eq!(
            schedule,
            Schedule {
                warmup: 41.0,
                total: 200.0
            }
        );
        assert_eq!(
            (
                schedule.factor(0),
                schedule.factor(41),
                schedule.factor(200)
            ),
            (0.0, 1.0, 0.0)
        );
        assert!((0..41).all(|s| schedule.factor(s) < schedule.factor(s + 1)));
        assert!((41..200).all(|s| schedule.factor(s) > schedule.factor(s + 1)));
    }

    #[test]
    fn short_runs_have_finite_rates() {
        for total in 0..4 {
            let schedule = Schedule::new(total, 1.0);
            assert!((0..9).all(|s| (0.0..=1.0).contains(&schedule.factor(s))));
        }
    }
}
