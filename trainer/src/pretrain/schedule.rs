//! How many steps a run makes, and how its learning rate changes over them (method §4).

use spanlight_learn::Schedule;

use super::config::PretrainConfig;

impl PretrainConfig {
    /// Steps of a run that needs so many for a pass over its corpus.
    pub fn steps(&self, steps_per_epoch: usize) -> usize {
        match self.epochs {
            Some(epochs) => epochs * steps_per_epoch,
            None => self.total_steps,
        }
    }

    /// Learning-rate factors of a run of so many steps, which may end before its schedule does.
    pub fn schedule(&self, steps: usize) -> Schedule {
        let total = self.schedule_steps.filter(|&s| s > 0).unwrap_or(steps) as f64;
        Schedule {
            warmup: (total * self.optimizer.warmup).max(1.0),
            total,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::pretrain::PRESETS;
    use crate::settings::{overlaid, table};

    /// Asserts the factors at some steps (0-based).
    fn assert_factors(config: &PretrainConfig, steps: usize, expected: &[(usize, f64)]) {
        let schedule = config.schedule(steps);
        for &(step, expected) in expected {
            let found = schedule.factor(step);
            assert!(
                (found - expected).abs() < 1e-9,
                "step {step}: {found} instead of {expected}"
            );
        }
    }

    #[test]
    fn the_rate_falls_to_zero_at_the_end_as_in_the_paper() {
        let config = PretrainConfig::default();
        assert_eq!(config.steps(7), 40_000);
        let expected = [
            (0, 0.0),
            (1, 1.0 / 18_000.0),
            (9_000, 0.5),
            (18_000, 1.0),
            (29_000, 0.5),
            (39_999, 1.0 / 22_000.0),
            (40_000, 0.0),
        ];
        assert_factors(&config, 40_000, &expected);
    }

    #[test]
    fn the_rate_hardly_falls_as_in_the_papers_code() {
        let path = Path::new("reference");
        let preset = table(PRESETS.reference, path).unwrap();
        let config = overlaid(&PretrainConfig::default(), &[&preset], path).unwrap();
        let expected = [
            (0, 0.0),
            (4_500, 0.25),
            (18_000, 1.0),
            (40_000, 360_000.0 / 382_000.0),
            (400_000, 0.0),
        ];
        assert_factors(&config, config.steps(7), &expected);
    }

    #[test]
    fn epochs_stand_for_steps_and_a_schedule_of_no_steps_for_that_of_the_run() {
        let mut config = PretrainConfig {
            epochs: Some(3),
            schedule_steps: Some(0),
            ..PretrainConfig::default()
        };
        config.optimizer.warmup = 0.5;
        assert_eq!(config.steps(4), 12);
        assert_factors(&config, 12, &[(0, 0.0), (3, 0.5), (6, 1.0), (9, 0.5)]);
    }

    #[test]
    fn the_first_step_is_at_rate_zero_even_without_a_warm_up() {
        let mut config = PretrainConfig::default();
        config.optimizer.warmup = 0.0;
        assert_factors(&config, 5, &[(0, 0.0), (1, 1.0), (3, 0.5), (5, 0.0)]);
    }
}
