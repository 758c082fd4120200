//! Shows a run on the terminal.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use indicatif::FormattedDuration;

use spanlight_core::loss::Measure;

use super::format::{brief, headline, significant, title, total, value};
use super::progress::View;
use crate::event::{CellState, Event, Figure, Sink, SinkError};

/// Number of recent steps that averages cover.
const SPAN: f64 = 50.0;

/// Shows events on standard error: a bar with a line of numbers on a terminal, else a log with a
/// line every ten seconds. Colours follow `NO_COLOR`.
pub struct Terminal {
    view: View,
    steps: u64,
    epochs: u64,
    loss: Smooth,
    figures: BTreeMap<&'static str, Smooth>,
    gradient: Smooth,
    pieces: Smooth,
    seconds: Smooth,
    since: Option<(Instant, u64)>,
    scores: String,
    saved: BTreeSet<String>,
}

impl Default for Terminal {
    fn default() -> Self {
        Self::new()
    }
}

impl Terminal {
    /// On standard error.
    pub fn new() -> Self {
        Self::with(View::stderr())
    }

    #[cfg(test)]
    fn log_to(out: Box<dyn std::io::Write>) -> Self {
        Self::with(View::log(out))
    }

    fn with(view: View) -> Self {
        Self {
            view,
            steps: 0,
            epochs: 0,
            loss: Smooth::over(SPAN),
            figures: BTreeMap::new(),
            gradient: Smooth::over(SPAN),
            pieces: Smooth::over(SPAN),
            seconds: Smooth::over(SPAN),
            since: None,
            scores: String::new(),
            saved: BTreeSet::new(),
        }
    }

    fn step(&mut self, step: u64, epoch: u64, figures: &[Figure]) {
        let (since, first) = *self.since.get_or_insert((Instant::now(), step));
        let (mut losses, mut others) = (vec![], vec![]);
        for &Figure { name, kind, value } in figures {
            let average = self.figures.entry(name).or_insert(Smooth::over(SPAN));
            let value = average.add(value);
            match kind {
                _ if value.is_nan() => {}
                Measure::CrossEntropy => losses.push(format!("{name} {}", brief(value))),
                Measure::Accuracy => others.push(format!("{name} {:.0} %", 100.0 * value)),
            }
        }
        let loss = significant(self.loss.get());
        let mut parts = vec![
            format!("epoch {epoch}/{}", self.epochs.max(epoch)),
            if losses.is_empty() {
                format!("loss {loss}")
            } else {
                format!("loss {loss} ({})", losses.join(", "))
            },
        ];
        parts.append(&mut others);
        parts.push(format!("gradient {}", brief(self.gradient.get())));
        parts.push(speed(self.pieces.get() / self.seconds.get()));
        if step > first {
            // Wall-clock time, since evaluations take time too.
            let each = since.elapsed().as_secs_f64() / (step - first) as f64;
            let left = each * self.steps.saturating_sub(step) as f64;
            parts.push(format!("ETA {}", duration(left)));
        }
        if !self.scores.is_empty() {
            parts.push(self.scores.clone());
        }
        let text = parts.join(" · ");
        self.view.progress(step, self.steps, "step", text);
    }
}

impl Sink for Terminal {
    fn emit(&mut self, event: &Event) -> Result<(), SinkError> {
        match event {
            Event::Started {
                command,
                device,
                parameters,
                steps,
                epochs,
                seed,
                ..
            } => {
                (self.steps, self.epochs) = (*steps, *epochs);
                let size = *parameters as f64 / 1e6;
                if let View::Bar(bar) = &self.view {
                    bar.set_length(*steps);
                }
                self.view.line(&format!("{command} on {device}"));
                self.view.line(&match steps {
                    0 => format!("{size:.1} M parameters"),
                    _ => format!(
                        "{size:.1} M parameters · {steps} steps · {epochs} epochs · seed {seed}"
                    ),
                });
            }
            Event::Step {
                step,
                steps,
                epoch,
                losses,
                figures,
                grad_norm,
                pieces,
                seconds,
                ..
            } => {
                self.steps = *steps;
                self.loss.add(total(losses));
                self.gradient.add(*grad_norm);
                self.pieces.add(*pieces as f64);
                self.seconds.add(*seconds);
                self.step(*step, *epoch, figures);
            }
            Event::Reading {
                done,
                total,
                sentences,
            } => {
                let kept = format!("{sentences} sentences");
                self.view
                    .progress(*done, *total, "reading the corpus", kept);
            }
            Event::Evaluated {
                step,
                epoch,
                split,
                metrics,
                best,
            } => {
                let star = if *best { " ★" } else { "" };
                self.scores = format!("{split}: {}{star}", scores(metrics));
                if self.steps == 0 {
                    self.view.line(&self.scores);
                } else {
                    let place = format!("epoch {epoch} · step {step}");
                    self.view.line(&format!("{place} · {}", self.scores));
                }
            }
            Event::Saved { path, .. } => {
                // Once per file; a line for every checkpoint would only be noise.
                if self.saved.insert(path.clone()) {
                    self.view.line(&format!("saving to {path}"));
                }
            }
            Event::Note { message } => self.view.line(message),
            Event::Cell {
                cell,
                state,
                done,
                failed,
                total,
                left,
            } => {
                let state = match state {
                    CellState::Started => "started",
                    CellState::Finished => "finished",
                    CellState::Failed => "failed",
                };
                let mut parts = vec![format!("{cell} {state}"), format!("{done}/{total} cells")];
                if *failed > 0 {
                    parts.push(format!("{failed} failed"));
                }
                if let Some(left) = left {
                    parts.push(format!("ETA {}", duration(*left)));
                }
                self.view.line(&parts.join(" · "));
            }
            Event::Finished {
                reason,
                seconds,
                best,
            } => {
                if let View::Bar(bar) = &self.view {
                    bar.finish_and_clear();
                }
                let time = duration(*seconds);
                self.view.line(&if best.is_empty() {
                    format!("{reason} after {time}")
                } else {
                    format!("{reason} after {time} · ★ {}", scores(best))
                });
            }
        }
        Ok(())
    }
}

fn scores(metrics: &BTreeMap<String, f64>) -> String {
    let all = headline(metrics).map(|(name, n)| format!("{} {}", title(name), value(name, n)));
    all.collect::<Vec<_>>().join(", ")
}

fn duration(seconds: f64) -> FormattedDuration {
    FormattedDuration(Duration::try_from_secs_f64(seconds.round()).unwrap_or_default())
}

fn speed(pieces: f64) -> String {
    match pieces {
        p if p >= 1e3 => format!("{:.1}k pieces/s", p / 1e3),
        p => format!("{p:.0} pieces/s"),
    }
}

/// An exponentially weighted average over about the last `span` values.
#[derive(Clone, Copy, Debug)]
struct Smooth {
    keep: f64,
    sum: f64,
    weight: f64,
}

impl Smooth {
    fn over(span: f64) -> Self {
        Self {
            keep: 1.0 - 1.0 / span.max(1.0),
            sum: 0.0,
            weight: 0.0,
        }
    }

    /// Adds a value if it is finite, and returns the average.
    fn add(&mut self, value: f64) -> f64 {
        if value.is_finite() {
            self.sum = self.keep * self.sum + value;
            self.weight = self.keep * self.weight + 1.0;
        }
        self.get()
    }

    /// The average; NaN before the first value.
    fn get(&self) -> f64 {
        self.sum / self.weight
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, io, rc::Rc};

    use super::*;

    #[derive(Clone, Default)]
    struct Output(Rc<RefCell<Vec<u8>>>);

    impl io::Write for Output {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn averages_start_unbiased_and_skip_nan() {
        let mut smooth = Smooth::over(50.0);
        assert!(smooth.get().is_nan());
        assert_eq!(smooth.add(4.0), 4.0);
        assert_eq!(smooth.add(f64::NAN), 4.0);
        assert!((smooth.add(2.0) - 3.0).abs() < 0.02);
    }

    #[test]
    fn a_log_is_short_and_plain() {
        let output = Output::default();
        let mut terminal = Terminal::log_to(Box::new(output.clone()));
        for step in 1..=100 {
            let event = serde_json::json!({
                "event": "step", "step": step, "steps": 100, "epoch": 1,
                "losses": { "span": 0.25, "pair": 0.5 }, "grad_norm": 1.0,
                "learning_rate": 5e-5, "pieces": 500, "seconds": 0.25
            });
            terminal
                .emit(&serde_json::from_value(event).unwrap())
                .unwrap();
        }
        let metrics = [("relation_f1", 0.6214), ("relation_recall", 0.6)];
        let metrics = metrics.map(|(name, value)| (name.to_owned(), value));
        let (split, best) = ("dev".to_owned(), true);
        let evaluated = Event::Evaluated {
            step: 100,
            epoch: 1,
            split,
            metrics: metrics.into(),
            best,
        };
        terminal.emit(&evaluated).unwrap();
        let text = String::from_utf8(output.0.take()).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 3, "{text}");
        assert_eq!(
            lines[0],
            "step 1/100 · epoch 1/1 · loss 0.7500 · gradient 1.0 · 2.0k pieces/s"
        );
        assert!(lines[1].starts_with("step 100/100 · "), "{text}");
        assert!(lines[1].ends_with(" · ETA 00:00:00"), "{text}");
        assert_eq!(lines[2], "epoch 1 · step 100 · dev: relation F1 62.1 ★");
    }

    #[test]
    fn a_line_shows_the_figures_of_the_step() {
        let output = Output::default();
        let mut terminal = Terminal::log_to(Box::new(output.clone()));
        let figure = |name, kind, value| Figure { name, kind, value };
        let step = |step, [spo, cspo, recognised]: [f64; 3]| Event::Step {
            step,
            steps: 1500,
            epoch: 1,
            losses: BTreeMap::from([("total".to_owned(), 3.875)]),
            shares: BTreeMap::new(),
            figures: vec![
                figure("tbo", Measure::CrossEntropy, 4.1),
                figure("spo", Measure::CrossEntropy, spo),
                figure("cspo", Measure::CrossEntropy, cspo),
                figure("recognised", Measure::Accuracy, recognised),
            ],
            grad_norm: 1.3,
            learning_rate: 1e-4,
            pieces: 310,
            seconds: 0.5,
        };
        let none = f64::NAN;
        terminal.emit(&step(1499, [1.6, none, none])).unwrap();
        terminal.emit(&step(1500, [none, 2.9, 0.61])).unwrap();
        let text = String::from_utf8(output.0.take()).unwrap();
        let expected = [
            "step 1499/1500 · epoch 1/1 · loss 3.875 (tbo 4.1, spo 1.6) · gradient 1.3 · 620 pieces/s",
            "step 1500/1500 · epoch 1/1 · loss 3.875 (tbo 4.1, spo 1.6, cspo 2.9) · recognised 61 % \
             · gradient 1.3 · 620 pieces/s · ETA 00:00:00",
        ];
        assert_eq!(text.lines().collect::<Vec<_>>(), expected);
    }
}
