//! A fine-tuning run from start (or checkpoint) to end.

use std::collections::BTreeMap;
use std::time::Instant;

use burn::module::Module;
use serde::{Deserialize, Serialize};
use spanlight_core::average::follow;
use spanlight_core::batch::{Gold, Pieces};
use spanlight_core::context::surround;
use spanlight_core::document::Sentence;
use spanlight_core::evaluate::follows;
use spanlight_core::init::Init;
use spanlight_core::predict::Predictor;
use spanlight_core::weights::{StateDict, load_state, state_of, write_safetensors};
use spanlight_core::wordpiece::WordPiece;
use spanlight_core::{JointModel, ModelConfig, Schema};

use super::config::{FinetuneConfig, required};
use super::objective::{Example, JointObjective};
use crate::data::{self, Overlap, Unit};
use crate::encoder::EncoderFolder;
use crate::error::{Error, Result};
use crate::evaluation::Evaluation;
use crate::event::{Event, Sink};
use crate::place::Place;
use crate::store::{self, RunFolder};
use crate::train::{
    AdamW, AdamWConfig, Checkpoint, Driver, Progress, Rates, Schedule, Verdict, freeze,
};
use crate::transfer::{Parts, encoders, transfer, whole};

/// Longest training sentence, in words.
const MAX_WORDS: usize = 400;

/// What a run remembers of its evaluations.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Selection {
    best: Option<f64>,
    metrics: BTreeMap<String, f64>,
    stale: usize,
}

/// Trains, evaluates on dev after every epoch and keeps the best weights.
///
/// # Errors
/// Any [`Error`]; what was saved stays usable.
pub fn finetune(
    config: &FinetuneConfig,
    folder: &RunFolder,
    resume: bool,
    place: &Place<'_>,
    sink: &mut dyn Sink,
) -> Result<()> {
    let start = Instant::now();
    let encoder = EncoderFolder::open(required("--encoder", &config.encoder)?)?;
    let tokenizer = encoder.tokenizer()?;
    let format = config.format.parse().map_err(Error::Usage)?;
    let train = data::read(required("--train", &config.train)?, format)?.sentences;
    let dev = data::read(required("--dev", &config.dev)?, format)?.sentences;
    let symmetric: Vec<&str> = config.symmetric.iter().map(String::as_str).collect();
    // Of all data, so that shares of it differ in their sentences and not in their labels.
    let schema = Schema::of(train.iter().chain(&dev), &symmetric);
    let train = match config.fraction < 1.0 {
        true => data::subset(
            &train,
            config.fraction,
            Unit::Document,
            config.fraction_seed,
        ),
        false => train,
    };
    let model_config = ModelConfig {
        dropout: config.dropout,
        cls_repr: config.cls_repr,
        pair_att_act: config.pair_att_act,
        empty_segment: config.empty_segment,
        relation_input: config.relation_input,
        share_span_encoder: config.share_span_encoder,
        tag_pad_class: config.tag_pad_class,
        context: config.context.unwrap_or_default(),
        tag_decoding: config.tag_decoding,
        ..ModelConfig::new(encoder.config.clone(), config.profile)
    };
    let (examples, dropped) = examples(&train, &schema, &tokenizer, &model_config)?;
    let objective = JointObjective {
        schema: schema.clone(),
        examples,
        batch: config.batch.max(1),
        chunk: config.chunk.max(1),
        sampling: (config.gold_epochs, config.schedule_k),
        seed: config.seed,
    };
    let steps_per_epoch = objective.steps_per_epoch();
    let steps = steps_per_epoch * config.epochs;

    let device = place.device.clone().autodiff();
    let mut model = JointModel::new(
        &model_config,
        &schema,
        &mut Init::seeded(config.seed),
        &device,
    )?;
    let groups = rates(config).groups("encoder.", model_config.encoder.num_hidden_layers);
    let mut optimizer = AdamW::new(adamw(config), &model);
    let mut average = (config.ema > 0.0).then(|| model.valid());
    let mut progress = Progress {
        step: 0,
        seconds: 0.0,
        task: Selection::default(),
    };
    if resume {
        let bytes = store::read(&folder.checkpoint())?;
        let extra;
        (model, extra, progress) = Checkpoint::unpack(&bytes, model, &mut optimizer, place.device)?;
        average = average
            .map(|average| load_state(average, extra))
            .transpose()?;
    } else {
        let (loaded, pooled) = encoder.load(model.encoder)?;
        model.encoder = loaded;
        if let Some(earlier) = &config.init_from
            && config.load_parts == Parts::Model
        {
            model = load_state(model, whole(earlier, &schema)?)?;
        } else if let Some(earlier) = &config.init_from {
            let spans: &[&str] = match config.share_span_encoder {
                true => &["entity"],
                false => &["entity", "context"],
            };
            let found = encoders(earlier, config.load_parts, config.load_network)?;
            let places: [(&str, &[&str]); 3] = [
                ("encoder", &["encoder"]),
                ("span", spans),
                ("pair", &["pair"]),
            ];
            model = transfer(model, found, &places)?;
        }
        average = average.map(|_| model.valid());
        if !pooled {
            sink.emit(&Event::Note {
                message: "the encoder has no pooler: a random one is trained".into(),
            })?;
        }
        store::write_json(&folder.schema(), &schema)?;
        store::write_atomic(&folder.tokenizer(), tokenizer.to_json()?.as_bytes())?;
        store::write_json(&folder.model_config(), &model_config)?;
    }
    model = freeze(model, &groups);

    sink.emit(&Event::Started {
        command: "finetune".into(),
        device: place.description.clone(),
        parameters: model.num_params() as u64,
        steps: steps as u64,
        epochs: config.epochs as u64,
        seed: config.seed,
        config: serde_json::to_value(config).unwrap_or_default(),
    })?;
    sink.emit(&Event::Note {
        message: format!(
            "{} training sentences ({dropped} left out: overlapping mentions or too long), {} dev sentences",
            objective.examples.len(),
            dev.len()
        ),
    })?;

    let evaluation = Evaluation::new(&dev, &schema, &tokenizer, model_config.frame())?;
    let driver = Driver {
        objective: &objective,
        groups: &groups,
        schedule: Schedule::new(steps, config.warmup),
        device: &device,
        workers: place.workers,
        seed: config.seed,
        steps,
        steps_per_epoch,
        learning_rate: config.learning_rate,
    };
    let mut selection = progress.task.clone();
    let earlier = progress.seconds;
    let reason = driver.run(
        model,
        &mut optimizer,
        progress.step,
        sink,
        |model, optimizer, step, sink| {
            average = average
                .take()
                .map(|average| follow(average, model, ema_momentum(config.ema, step)));
            let save = |selection: &Selection, sink: &mut dyn Sink| -> Result<()> {
                let extra = match &average {
                    Some(average) => pollster::block_on(state_of(average))?,
                    None => StateDict::new(),
                };
                let seconds = earlier + start.elapsed().as_secs_f64();
                let progress = Progress {
                    step,
                    seconds,
                    task: selection.clone(),
                };
                store::write_atomic(
                    &folder.checkpoint(),
                    &Checkpoint::pack(model, optimizer, extra, &progress)?,
                )?;
                let path = folder.checkpoint().display().to_string();
                Ok(sink.emit(&Event::Saved {
                    step: step as u64,
                    path,
                })?)
            };
            let epoch = step / steps_per_epoch - usize::from(step % steps_per_epoch == 0);
            let ends_epoch = step % steps_per_epoch == 0;
            if ends_epoch && epoch >= config.evaluate_from.min(config.epochs - 1) {
                let smooth = average.clone().unwrap_or_else(|| model.valid());
                let predictor = Predictor::new(smooth, schema.clone(), config.chunk.max(1));
                let report = evaluation.run(&predictor, place.workers, &|_| ())?;
                let full = &report.full;
                let score = full.entity.f1() + full.strict.f1();
                let metrics = BTreeMap::from([
                    ("entity_f1".to_string(), full.entity.f1()),
                    ("relation_f1".to_string(), full.relation.f1()),
                    ("strict_f1".to_string(), full.strict.f1()),
                ]);
                let best = selection.best.is_none_or(|best| score > best);
                if best {
                    let weights = pollster::block_on(state_of(predictor.model()))?;
                    store::write_atomic(&folder.best(), &write_safetensors(&weights, None)?)?;
                    selection = Selection {
                        best: Some(score),
                        metrics: metrics.clone(),
                        stale: 0,
                    };
                } else {
                    selection.stale += 1;
                }
                sink.emit(&Event::Evaluated {
                    step: step as u64,
                    epoch: (epoch + 1) as u64,
                    split: "dev".into(),
                    metrics,
                    best,
                })?;
            }
            if place.interrupt.requested() {
                save(&selection, sink)?;
                return Ok(Verdict::Stop("interrupted".into()));
            }
            if ends_epoch {
                save(&selection, sink)?;
            }
            if selection.stale > config.patience {
                return Ok(Verdict::Stop(format!(
                    "no progress in {} evaluations",
                    selection.stale
                )));
            }
            Ok(Verdict::Continue)
        },
    )?;
    Ok(sink.emit(&Event::Finished {
        reason,
        seconds: earlier + start.elapsed().as_secs_f64(),
        best: selection.metrics,
    })?)
}

/// Tokenised training sentences, and how many were left out.
fn examples(
    sentences: &[Sentence],
    schema: &Schema,
    tokenizer: &WordPiece,
    config: &ModelConfig,
) -> Result<(Vec<Example>, usize)> {
    let alone: spanlight_core::Result<Vec<Pieces>> = sentences
        .iter()
        .map(|sentence| tokenizer.sentence(&sentence.words))
        .collect();
    // What is left out is context all the same.
    let frame = config.frame();
    let surrounded = surround(alone?, frame, |i| follows(sentences, i));
    let mut examples = Vec::with_capacity(sentences.len());
    for (sentence, pieces) in sentences.iter().zip(surrounded) {
        let fits = sentence.words.len() <= MAX_WORDS && pieces.ids.len() <= frame.room;
        let kept = data::trainable(std::slice::from_ref(sentence), Overlap::Drop).0;
        for sentence in kept.iter().filter(|_| fits) {
            examples.push(Example {
                pieces: pieces.clone(),
                gold: Gold::new(sentence, schema)?,
            });
        }
    }
    let dropped = sentences.len() - examples.len();
    match examples.is_empty() {
        true => Err(Error::Usage(
            "no training sentence is left; see `spanlight data check`".into(),
        )),
        false => Ok((examples, dropped)),
    }
}

fn adamw(config: &FinetuneConfig) -> AdamWConfig {
    AdamWConfig {
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-6,
        weight_decay: config.weight_decay,
        bias_correction: config.adamw_bias_correction,
        clip: config.clip,
    }
}

fn rates(config: &FinetuneConfig) -> Rates {
    Rates {
        encoder: match config.freeze_encoder {
            true => 0.0,
            false => config.learning_rate,
        },
        spans: config.span_lr.unwrap_or(config.head_lr),
        head: config.head_lr,
        layer_decay: config.layer_decay,
        embeddings: config.lr_embeddings,
        decay_all: config.decay_all,
    }
}

/// Share of the average that a step keeps: less at first, so that the start is soon forgotten.
fn ema_momentum(ema: f64, step: usize) -> f64 {
    ema.min((1.0 + step as f64) / (10.0 + step as f64))
}
