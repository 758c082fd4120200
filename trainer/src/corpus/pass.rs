//! One pass over the text: reads, cleans and converts it in parallel and keeps its order.

use std::io;

use super::blocks::Blocks;
use super::clean::{self, Repeated, fingerprint};
use super::source::Source;
use super::{CorpusConfig, CorpusError, Counts, Listener, Progress, Reason, report};

/// Words and word-pieces of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub words: usize,
    pub pieces: usize,
}

/// Why a pass ended early.
#[derive(Debug)]
pub enum Failure {
    /// An error of the corpus, or an interruption by the user.
    Corpus(CorpusError),
    /// An error of writing the result.
    Write(io::Error),
}

impl From<CorpusError> for Failure {
    fn from(error: CorpusError) -> Self {
        Self::Corpus(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Write(error)
    }
}

/// The sentences that a thread converted from a block of text.
#[derive(Default)]
struct Converted {
    bytes: Vec<u8>,
    sentences: Vec<Sentence>,
    counts: Counts,
}

struct Sentence {
    /// End of the sentence in [`Converted::bytes`].
    end: usize,
    fingerprint: u64,
    size: Size,
}

/// Reads all files, converts every sentence that passes the filters to bytes, and calls `keep` with
/// the bytes in the order of the text. The result does not depend on the number of threads.
///
/// `convert` appends the bytes of a sentence and returns its number of word-pieces, or a reason to
/// drop the sentence; `S` is the state that `convert` keeps on each thread.
pub fn pass<S, C, K>(
    config: &CorpusConfig,
    sources: &[Source],
    threads: usize,
    convert: C,
    mut keep: K,
    listener: Listener<'_>,
) -> Result<Counts, Failure>
where
    S: Default + Send,
    C: Fn(&mut S, &[&str], &mut Vec<u8>) -> Result<Result<usize, Reason>, CorpusError> + Sync,
    K: FnMut(&[u8], Size) -> io::Result<()>,
{
    let mut text = Blocks::new(config, sources)?;
    let mut counts = Counts {
        files: sources.len() as u64,
        bytes: text.total,
        ..Counts::default()
    };
    let mut repeated = Repeated::default();
    let mut workers: Vec<S> = (0..threads.max(1)).map(|_| S::default()).collect();
    loop {
        let blocks = text.next(workers.len(), &mut counts)?;
        if blocks.is_empty() {
            break;
        }
        for converted in in_parallel(&mut workers, &blocks, config, &convert) {
            let converted = converted?;
            counts.add(&converted.counts);
            let mut start = 0;
            for sentence in converted.sentences {
                if config.unique && repeated.see(sentence.fingerprint) {
                    counts.drop(Reason::Repeated);
                } else {
                    let bytes = converted.bytes.get(start..sentence.end).unwrap_or_default();
                    keep(bytes, sentence.size)?;
                    counts.sentences += 1;
                    counts.words += sentence.size.words as u64;
                    counts.pieces += sentence.size.pieces as u64;
                }
                start = sentence.end;
            }
        }
        let progress = Progress::Reading {
            done: text.done(),
            total: text.total,
            sentences: counts.sentences,
        };
        report(listener, progress)?;
    }
    match counts.sentences {
        0 => Err(empty(&counts).into()),
        _ => Ok(counts),
    }
}

fn empty(counts: &Counts) -> CorpusError {
    let dropped: Vec<String> = counts
        .dropped
        .iter()
        .map(|(reason, count)| format!("{count} {}", reason.name()))
        .collect();
    let dropped = if dropped.is_empty() {
        String::new()
    } else {
        format!(" ({})", dropped.join(", "))
    };
    CorpusError::Empty {
        problem: format!(
            "{} files have {} passages with {} sentences{dropped}; check the files, --column, \
             --unit and --min-sentence",
            counts.files, counts.passages, counts.found
        ),
    }
}

/// Converts each block on its own thread.
fn in_parallel<S, C>(
    workers: &mut [S],
    blocks: &[Vec<String>],
    config: &CorpusConfig,
    convert: &C,
) -> Vec<Result<Converted, CorpusError>>
where
    S: Send,
    C: Fn(&mut S, &[&str], &mut Vec<u8>) -> Result<Result<usize, Reason>, CorpusError> + Sync,
{
    let work = |(worker, block): (&mut S, &Vec<String>)| {
        let mut converted = Converted::default();
        let mut failure = None;
        for passage in block {
            let Converted {
                bytes,
                sentences,
                counts,
            } = &mut converted;
            clean::sentences(passage, config, counts, |words| {
                let start = bytes.len();
                match convert(worker, words, bytes) {
                    Ok(Ok(pieces)) => {
                        sentences.push(Sentence {
                            end: bytes.len(),
                            fingerprint: fingerprint(words),
                            size: Size {
                                words: words.len(),
                                pieces,
                            },
                        });
                        return None;
                    }
                    Ok(Err(reason)) => {
                        bytes.truncate(start);
                        return Some(reason);
                    }
                    Err(error) => failure = Some(error),
                }
                None
            });
        }
        match failure {
            Some(error) => Err(error),
            None => Ok(converted),
        }
    };
    let pairs = workers.iter_mut().zip(blocks);
    if blocks.len() == 1 {
        return pairs.map(work).collect();
    }
    std::thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = pairs.map(|pair| scope.spawn(move || work(pair))).collect();
        threads
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .collect()
    })
}
