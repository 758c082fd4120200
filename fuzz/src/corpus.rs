//! Plain text in all formats of a corpus.

use std::fs;
use std::io::Write;
use std::ops::ControlFlow;
use std::sync::Once;

use spanlight::corpus::{CorpusConfig, write_clean};
use spanlight::output::{Output, Overwrite};
use spanlight::panics::hide_expected;

use crate::{PRETRAINING, harmless, in_folder};

/// Prepares a file of this name as a corpus.
fn corpus(name: &str, data: &[u8]) {
    in_folder(|folder| {
        let (input, out) = (folder.join(name), folder.join("out.txt"));
        fs::write(&input, data).expect("the input is written");
        let config = CorpusConfig {
            corpus: vec![input],
            ..PRETRAINING.corpus.clone()
        };
        let replace = Overwrite { overwrite: true };
        let out = Output::new(&out, [], replace).expect("a file beside the input");
        let go = &mut |_| ControlFlow::Continue(());
        match write_clean(&config, &out, 1, go) {
            Ok(counts) => harmless(&counts),
            Err(error) => harmless(&error),
        }
    });
}

/// Plain text.
pub fn corpus_text(data: &[u8]) {
    corpus("input.txt", data);
}

/// Tables: tabs or commas, as the first byte says.
pub fn corpus_table(data: &[u8]) {
    if let Some((first, data)) = data.split_first() {
        corpus(["input.tsv", "input.csv"][usize::from(first & 1)], data);
    }
}

/// JSON lines.
pub fn corpus_jsonl(data: &[u8]) {
    corpus("input.jsonl", data);
}

/// Parquet, whose library panics on damaged pages; the reader makes errors of these panics, which the engine would
/// count otherwise.
pub fn corpus_parquet(data: &[u8]) {
    static HIDDEN: Once = Once::new();
    HIDDEN.call_once(hide_expected);
    corpus("input.parquet", data);
}

/// Gzip: the input itself, or text that is compressed first so that what is inside is reached.
pub fn corpus_gzip(data: &[u8]) {
    match data.split_first() {
        Some((b'+', text)) => {
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packed.write_all(text).expect("memory");
            corpus("input.jsonl.gz", &packed.finish().expect("memory"));
        }
        _ => corpus("input.txt.gz", data),
    }
}

/// Zstandard, in the same two ways.
pub fn corpus_zstd(data: &[u8]) {
    match data.split_first() {
        Some((b'+', text)) => {
            let packed = zstd::encode_all(text, 1).expect("memory");
            corpus("input.jsonl.zst", &packed);
        }
        _ => corpus("input.txt.zst", data),
    }
}
