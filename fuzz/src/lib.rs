//! What a stranger's file may do to each reader: give an error, or something valid. One function a reader, which
//! `cargo xtask fuzz` calls with invented inputs, and a test with the inputs that once did harm.

mod corpus;
mod model;

use std::cell::OnceCell;
use std::path::Path;
use std::sync::LazyLock;

use spanlight::finetune::FinetuneConfig;
use spanlight::pretrain::PretrainConfig;
use spanlight::settings::{overlaid, table};
use spanlight_core::text::{OffsetUnit, Offsets, sentences};
use spanlight_formats::{
    Format, Options, Overlap, Source, check, printable, re3d, read, trainable,
};
use tempfile::TempDir;

pub use corpus::{
    corpus_gzip, corpus_jsonl, corpus_parquet, corpus_table, corpus_text, corpus_zstd,
};
pub use model::{int8, manifest, pspe, pytorch, tokenizer, weights};

/// A reader as a function of the bytes of its input.
pub type Target = fn(&[u8]);

/// All readers by name.
pub const TARGETS: [(&str, Target); 15] = [
    ("annotations", annotations),
    ("corpus_gzip", corpus_gzip),
    ("corpus_jsonl", corpus_jsonl),
    ("corpus_parquet", corpus_parquet),
    ("corpus_table", corpus_table),
    ("corpus_text", corpus_text),
    ("corpus_zstd", corpus_zstd),
    ("int8", int8),
    ("manifest", manifest),
    ("pspe", pspe),
    ("pytorch", pytorch),
    ("settings", settings),
    ("text", text),
    ("tokenizer", tokenizer),
    ("weights", weights),
];

/// Checks that a message is short.
fn harmless(error: &impl std::fmt::Display) {
    let message = error.to_string();
    assert!(message.len() < 10_000, "{} bytes long", message.len());
}

/// Checks that a message is short, and that a terminal only shows it.
fn printed(error: &impl std::fmt::Display) {
    harmless(error);
    for line in error.to_string().lines() {
        assert_eq!(printable(line), line);
    }
}

thread_local! {
    static FOLDER: OnceCell<TempDir> = const { OnceCell::new() };
}

/// Calls `work` with a folder for input files, in memory where the system has such a place.
fn in_folder<T>(work: impl FnOnce(&Path) -> T) -> T {
    let make = || {
        let memory = Path::new("/dev/shm");
        let made = if memory.is_dir() {
            tempfile::tempdir_in(memory)
        } else {
            tempfile::tempdir()
        };
        made.expect("a folder for inputs")
    };
    FOLDER.with(|cell| work(cell.get_or_init(make).path()))
}

/// Annotated files; the first byte chooses the format.
pub fn annotations(data: &[u8]) {
    let Some((first, bytes)) = data.split_first() else {
        return;
    };
    let (_, format) = Format::NAMES[usize::from(*first) % Format::NAMES.len()];
    let options = Options {
        unescape: first & 0x80 == 0,
        ..Options::default()
    };
    // The parts of a file that has several are parted by a byte that no text has.
    let mut parts = bytes.split(|byte| *byte == 0xff);
    let mut source = Source::new("input.json", parts.next().unwrap_or_default());
    if format == Format::Re3d {
        for (name, part) in re3d::PARTS.iter().zip(parts) {
            source = source.with_part(*name, part);
        }
    }
    match read(source, format, &options) {
        Ok(found) => {
            for sentence in &found.sentences {
                assert!(sentence.validate().is_ok(), "{sentence:?}");
            }
            for overlap in [Overlap::Drop, Overlap::Longest] {
                trainable(&found.sentences, overlap);
            }
        }
        Err(error) => printed(&error),
    }
    match check(Source::new("input.json", bytes), format, &options, None) {
        Ok(found) => printed(&found),
        Err(error) => printed(&error),
    }
}

/// The default settings, kept because parsing them takes longer than reading an input.
static FINETUNING: LazyLock<FinetuneConfig> = LazyLock::new(FinetuneConfig::default);
static PRETRAINING: LazyLock<PretrainConfig> = LazyLock::new(PretrainConfig::default);

/// Settings files of both kinds of training.
pub fn settings(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let path = Path::new("settings.toml");
    let settings = match table(text, path) {
        Ok(settings) => settings,
        Err(error) => return harmless(&error),
    };
    let finetune = overlaid(&*FINETUNING, &[&settings], path);
    if let Err(error) = finetune.and_then(|config| config.validate()) {
        harmless(&error);
    }
    let pretrain = overlaid(&*PRETRAINING, &[&settings], path);
    if let Err(error) = pretrain.and_then(|config| config.validate()) {
        harmless(&error);
    }
}

/// Raw text: the sentences and words cover it in order, and offsets fall between characters.
pub fn text(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let mut end = 0;
    for sentence in sentences(text) {
        assert!(sentence.start >= end && sentence.end <= text.len());
        end = sentence.end;
        assert!(text.is_char_boundary(sentence.start) && text.is_char_boundary(end));
    }
    let offsets = Offsets::new(text);
    for unit in [OffsetUnit::Utf16, OffsetUnit::Char] {
        let at = offsets.get(end, unit);
        assert_eq!(at.and_then(|at| offsets.byte(at, unit)), Some(end));
    }
}
