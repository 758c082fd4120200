//! A pre-training run from start (or checkpoint) to end.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use burn::module::Module;
use serde::{Deserialize, Serialize};
use spanlight_core::pretrain::PretrainModel;
use spanlight_core::weights::{StateDict, state_of, write_safetensors};

use super::config::PretrainConfig;
use super::contrast::{Contrast, MOMENTUM, Places};
use super::objective::PretrainObjective;
use super::setup::Setup;
use crate::corpus::{Corpus, Loader, LoaderConfig, Progress as Reading};
use crate::encoder::EncoderFolder;
use crate::error::{Error, Result};
use crate::event::{Event, Sink};
use crate::finetune::required;
use crate::place::Place;
use crate::store::{self, RunFolder};
use crate::train::{AdamW, Checkpoint, Driver, Progress, Schedule, Verdict, freeze};

/// What a run remembers besides arrays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Memory {
    places: Places,
    /// Of the corpus it was trained on.
    corpus: String,
}

/// Pre-trains the encoders on plain text and saves them every so many steps.
///
/// # Errors
/// Any [`Error`]; what was saved stays usable.
pub fn pretrain(
    config: &PretrainConfig,
    folder: &RunFolder,
    resume: bool,
    place: &Place<'_>,
    sink: &mut dyn Sink,
) -> Result<()> {
    let start = Instant::now();
    let encoder = EncoderFolder::open(required("--encoder", &config.encoder)?)?;
    let tokenizer = encoder.tokenizer()?;
    let cache = match &config.corpus_cache {
        Some(folder) => folder.clone(),
        None => default_cache()?,
    };
    let corpus = Corpus::prepare(
        &config.corpus,
        &tokenizer,
        &cache,
        place.threads(),
        &mut |reading| read(reading, place, sink),
    )?;
    store::write_json(&folder.corpus(), corpus.counts())?;
    let fingerprint = corpus.fingerprint().to_string();
    let loader = LoaderConfig {
        batch: config.batch,
        seed: config.seed,
        shuffle: config.shuffle,
        dynamic_sampling: config.dynamic_sampling,
        threads: place.threads(),
    };
    let mut sample = config.sample();
    sample.max_pieces = (sample.max_pieces).min(encoder.config.room());
    let loader = Loader::new(corpus, sample, loader)?;

    let objectives = config.objectives();
    let mut setup = Setup::new(config, &encoder, place.device)?;
    let mut progress = Progress {
        step: 0,
        seconds: 0.0,
        task: Memory::default(),
    };
    let mut extra = StateDict::new();
    if resume {
        let bytes = store::read(&folder.checkpoint())?;
        (setup.model, extra, progress) =
            Checkpoint::unpack(&bytes, setup.model, &mut setup.optimizer, place.device)?;
        if progress.task.corpus != fingerprint {
            return Err(Error::Usage(
                "the corpus is not the one this run was started with; put its files back or start a new run".into(),
            ));
        }
    } else {
        let pooled;
        (setup, pooled) = setup.start(config, &encoder)?;
        if !pooled {
            sink.emit(&Event::Note {
                message: "the encoder has no pooler: a random one is trained".into(),
            })?;
        }
        store::write_atomic(&folder.tokenizer(), tokenizer.to_json()?.as_bytes())?;
        store::write_json(&folder.model_config(), &setup.sizes)?;
    }
    let Setup {
        device,
        model,
        momentum,
        groups,
        mut optimizer,
        ..
    } = setup;
    let model = freeze(model, &groups);
    let mut contrast = Contrast::new(momentum, &objectives);
    if resume {
        contrast = contrast.restore(extra, progress.task.places, &objectives, place.device)?;
    }

    let steps_per_epoch = loader.steps_per_epoch();
    let steps = match config.epochs {
        Some(epochs) => epochs * steps_per_epoch,
        None => config.total_steps,
    };
    let earlier = progress.seconds;
    sink.emit(&Event::Started {
        command: "pretrain".into(),
        device: place.description.clone(),
        parameters: model.num_params() as u64,
        steps: steps as u64,
        epochs: steps.div_ceil(steps_per_epoch) as u64,
        seed: config.seed,
        config: serde_json::to_value(config).unwrap_or_default(),
    })?;
    let skipped: u64 = loader.skipped().values().sum();
    sink.emit(&Event::Note {
        message: format!(
            "{} sentences, {} of them drawn from ({skipped} too short or too long); {} steps an epoch",
            loader.corpus().len(),
            loader.len(),
            steps_per_epoch
        ),
    })?;
    let sizes = (config.chunk, config.micro_batch);
    let objective = PretrainObjective::new(loader, objectives, sizes, config.mean_over, contrast);
    let total = config.schedule_steps.filter(|&s| s > 0).unwrap_or(steps) as f64;
    let driver = Driver {
        objective: &objective,
        groups: &groups,
        schedule: Schedule {
            warmup: (total * config.warmup).max(1.0),
            total,
        },
        device: &device,
        workers: place.workers,
        seed: config.seed,
        steps,
        steps_per_epoch,
        learning_rate: config.learning_rate.max(config.head_lr),
    };
    let reason = driver.run(
        model,
        &mut optimizer,
        progress.step,
        sink,
        |model, optimizer, step, sink| {
            let stop = place.interrupt.requested();
            if stop || step == steps || step.is_multiple_of(config.save_every) {
                let (extra, places) = objective.contrast().state()?;
                let progress = Progress {
                    step,
                    seconds: earlier + start.elapsed().as_secs_f64(),
                    task: Memory {
                        places,
                        corpus: fingerprint.clone(),
                    },
                };
                save(model, optimizer, extra, &progress, folder)?;
                sink.emit(&Event::Saved {
                    step: step as u64,
                    path: folder.checkpoint().display().to_string(),
                })?;
            }
            Ok(match stop && step < steps {
                true => Verdict::Stop("interrupted".into()),
                false => Verdict::Continue,
            })
        },
    )?;
    Ok(sink.emit(&Event::Finished {
        reason,
        seconds: earlier + start.elapsed().as_secs_f64(),
        best: BTreeMap::new(),
    })?)
}

/// Saves the run, and beside it what others start from: both networks without queues and moments.
fn save(
    model: &PretrainModel,
    optimizer: &AdamW,
    extra: StateDict,
    progress: &Progress<Memory>,
    folder: &RunFolder,
) -> Result<()> {
    let mut networks = pollster::block_on(state_of(model))?;
    let momentum = extra.iter().filter(|(name, _)| name.starts_with(MOMENTUM));
    networks.extend(momentum.map(|(name, array)| (name.clone(), array.clone())));
    store::write_atomic(
        &folder.checkpoint(),
        &Checkpoint::pack(model, optimizer, extra, progress)?,
    )?;
    store::write_atomic(&folder.pretrained(), &write_safetensors(&networks, None)?)?;
    Ok(())
}

/// Shows how far the corpus is read; stops when asked to.
fn read(reading: Reading, place: &Place<'_>, sink: &mut dyn Sink) -> ControlFlow<()> {
    let event = match reading {
        Reading::Rebuilding { reason } => Event::Note {
            message: format!("reading the corpus again: {reason}"),
        },
        Reading::Reading {
            done,
            total,
            sentences,
        } => Event::Reading {
            done,
            total,
            sentences,
        },
    };
    // What cannot be shown is no reason to stop.
    let _ = sink.emit(&event);
    match place.interrupt.requested() {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    }
}

/// Where corpora are kept that no flag places.
fn default_cache() -> Result<PathBuf> {
    let home = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(".cache")));
    home.map(|cache| cache.join("spanlight").join("corpora"))
        .ok_or_else(|| Error::Usage("there is no HOME; give --corpus-cache".into()))
}
