//! Splits the text of a corpus into blocks, one for each thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::source::{Passages, Source};
use super::{CorpusConfig, CorpusError, Counts};
use crate::data::Defect;

/// Bytes of text in a block, which one thread processes.
const BLOCK: usize = 256 << 10;

/// Reads the passages of all files in order and groups them into blocks.
pub struct Blocks<'a> {
    config: &'a CorpusConfig,
    sources: std::slice::Iter<'a, Source>,
    open: Option<(&'a Source, Box<dyn Passages>)>,
    done: Arc<AtomicU64>,
    /// Size of all files on disk, in bytes.
    pub total: u64,
}

impl<'a> Blocks<'a> {
    pub fn new(config: &'a CorpusConfig, sources: &'a [Source]) -> Result<Self, CorpusError> {
        let mut total = 0;
        for Source { path, .. } in sources {
            let about = std::fs::metadata(path).map_err(|e| CorpusError::io(path, e))?;
            total += about.len();
        }
        Ok(Self {
            config,
            sources: sources.iter(),
            open: None,
            done: Arc::default(),
            total,
        })
    }

    /// Bytes read from disk so far.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Reads the next `most` blocks, or fewer at the end of the corpus; none after the last.
    pub fn next(
        &mut self,
        most: usize,
        counts: &mut Counts,
    ) -> Result<Vec<Vec<String>>, CorpusError> {
        let mut blocks = Vec::new();
        while blocks.len() < most {
            let (mut block, mut bytes) = (Vec::new(), 0);
            while bytes < BLOCK {
                let Some(passage) = self.passage(counts)? else {
                    break;
                };
                // Empty passages take memory too, and a file can hold millions in a few bytes.
                bytes += passage.len() + size_of::<String>();
                block.push(passage);
            }
            if block.is_empty() {
                break;
            }
            blocks.push(block);
        }
        Ok(blocks)
    }

    fn passage(&mut self, counts: &mut Counts) -> Result<Option<String>, CorpusError> {
        loop {
            let Some((source, passages)) = &mut self.open else {
                let Some(source) = self.sources.next() else {
                    return Ok(None);
                };
                self.open = Some((source, source.open(self.config, &self.done)?));
                continue;
            };
            match passages.next()? {
                None => self.open = None,
                Some((_, Ok(passage))) => return Ok(Some(passage)),
                Some((_, Err(flaw))) if self.config.skip_bad => {
                    *counts.bad.entry(flaw.kind).or_default() += 1;
                }
                Some((location, Err(flaw))) => {
                    return Err(CorpusError::IllFormed {
                        path: source.path.clone(),
                        defect: Defect::new(location, flaw),
                    });
                }
            }
        }
    }
}
