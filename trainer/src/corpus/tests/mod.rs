//! Tests of preparing and drawing, on invented text and, where it is present, on real text.

mod drawing;
mod preparing;
mod real;

use std::path::PathBuf;

use spanlight_core::pretrain::sample::{Sample, SampleConfig};
use tempfile::TempDir;

use super::*;

/// The settings of the command line without arguments.
pub fn config() -> CorpusConfig {
    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        config: CorpusConfig,
    }
    <Line as clap::Parser>::parse_from([""]).config
}

/// A tokenizer that knows digits and a few letters, and spells numbers digit by digit.
fn tokenizer() -> WordPiece {
    let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "word", "."].map(String::from);
    let digits = (0..10).flat_map(|i| [i.to_string(), format!("##{i}")]);
    let lines: Vec<String> = special.into_iter().chain(digits).collect();
    WordPiece::from_vocab(&lines.join("\n"), true).unwrap()
}

/// A folder with a corpus of different sentences, one a line, and room for the cache.
struct Workshop {
    folder: TempDir,
}

impl Workshop {
    fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("corpus.txt"), text).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn config(&self) -> CorpusConfig {
        CorpusConfig {
            corpus: vec![self.path("corpus.txt")],
            ..config()
        }
    }

    /// Prepares with some settings; collects the reasons why caches were made again.
    fn try_prepare(&self, config: &CorpusConfig) -> (Result<Corpus, CorpusError>, Vec<String>) {
        let mut reasons = Vec::new();
        let corpus = Corpus::prepare(config, &tokenizer(), &self.path("cache"), 2, &mut |p| {
            if let Progress::Rebuilding { reason } = p {
                reasons.push(reason);
            }
            ControlFlow::Continue(())
        });
        (corpus, reasons)
    }

    fn prepare(&self) -> Corpus {
        self.try_prepare(&self.config()).0.unwrap()
    }

    /// The only file of the cache.
    fn cache(&self) -> PathBuf {
        let entries = std::fs::read_dir(self.path("cache")).unwrap();
        let paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        assert_eq!(paths.len(), 1, "{paths:?}");
        paths.into_iter().next().unwrap()
    }
}

/// `count` sentences of 4 to 13 words, the second of which is the number of the sentence.
fn numbered(count: usize) -> String {
    let line = |i: usize| format!("word {i} {}.\n", "word ".repeat(1 + i % 10));
    (0..count).map(line).collect::<Vec<_>>().concat()
}

/// Settings that hide pieces but replace and permute none; every sentence has a pair.
fn plain() -> SampleConfig {
    SampleConfig {
        longest_span: 1,
        tbo: false,
        spo: false,
        ..SampleConfig::default()
    }
}

fn loader(corpus: Corpus, sample: SampleConfig, batch: usize) -> Loader {
    let config = LoaderConfig {
        batch,
        seed: 5,
        shuffle: true,
        dynamic_sampling: true,
        threads: 2,
    };
    Loader::new(corpus, sample, config).unwrap()
}

/// The number of a sentence of [`numbered`], from a sample drawn with [`plain`].
fn number(sample: &Sample) -> usize {
    let tokenizer = tokenizer();
    let special = tokenizer.special().unwrap();
    let both = sample.target.ids.iter().zip(&sample.context.ids);
    let ids: Vec<u32> = both
        .map(|(&a, &b)| if a == special.mask { b } else { a })
        .collect();
    let digits: String = ids[sample.first[1]..sample.first[2]]
        .iter()
        .map(|&id| tokenizer.piece(id).trim_start_matches('#').to_owned())
        .collect();
    digits.parse().unwrap()
}
