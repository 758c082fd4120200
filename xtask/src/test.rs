//! `cargo xtask test`: the stages in order, then a summary.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::folders::Folders;
use crate::setup;
use crate::stage::{self, Stage};
use crate::step::clock;

/// A stage that passed.
struct Passed {
    stage: Stage,
    took: Duration,
    /// Closing lines of its tests.
    closing: Vec<String>,
}

/// Sets up and runs the stages; stops at the first failure.
pub fn run(folders: &Folders, stages: &[Stage], yes: bool) -> Result<()> {
    setup::run(folders, &stage::parts(stages), yes)?;
    let mut passed = Vec::new();
    for (index, &stage) in stages.iter().enumerate() {
        println!("\n== {}/{} {} ==", index + 1, stages.len(), stage.name());
        let started = Instant::now();
        let outcome = stage.run(folders);
        let took = started.elapsed();
        match outcome {
            Ok(closing) => {
                println!("-- {} passed in {}", stage.name(), clock(took));
                passed.push(Passed {
                    stage,
                    took,
                    closing,
                });
            }
            Err(error) => {
                summarise(&passed);
                println!("  {:8} FAILED after {}", stage.name(), clock(took));
                let name = stage.name();
                return Err(error).context(format!(
                    "stage {name} failed; after a fix, run `cargo xtask test --only {name}`"
                ));
            }
        }
    }
    summarise(&passed);
    close(&passed);
    Ok(())
}

fn summarise(passed: &[Passed]) {
    println!("\n== summary ==");
    for Passed { stage, took, .. } in passed {
        println!("  {:8} ok, {}", stage.name(), clock(*took));
    }
}

/// Repeats the closing lines of the tests, the lines of `cargo test` last.
fn close(passed: &[Passed]) {
    let (native, others): (Vec<&Passed>, Vec<&Passed>) =
        passed.iter().partition(|one| one.stage == Stage::Test);
    for one in others.into_iter().chain(native) {
        if !one.closing.is_empty() {
            println!("\n{}:", one.stage.name());
        }
        for line in &one.closing {
            println!("{line}");
        }
    }
}
