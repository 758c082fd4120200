//! What a cache was made of, and whether that is still so.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use spanlight_core::wordpiece::WordPiece;

use crate::corpus::source::Source;
use crate::corpus::{CorpusConfig, CorpusError, Counts};

/// Version of the file format and of everything that decides its content: cleaning, sentences,
/// words.
const FORMAT: u32 = 1;

/// What a cache is made with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    format: u32,
    settings: CorpusConfig,
    /// SHA-256 of the tokenizer.
    tokenizer: String,
}

/// A source as it was when the cache was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    path: PathBuf,
    bytes: u64,
    /// Nanoseconds since 1970; nothing where the file system does not tell.
    modified: Option<u64>,
    sha256: String,
}

/// The JSON part of a cache.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    pub identity: Identity,
    pub sources: Vec<Stamp>,
    pub counts: Counts,
    /// Whether pieces take four bytes.
    pub wide: bool,
}

impl Identity {
    /// Of a cache made with these settings and this tokenizer.
    pub fn new(config: &CorpusConfig, tokenizer: &WordPiece) -> Result<Self, CorpusError> {
        let tokenizer = tokenizer.to_json()?;
        Ok(Self {
            format: FORMAT,
            settings: config.clone(),
            tokenizer: format!("{:x}", Sha256::digest(tokenizer.as_bytes())),
        })
    }

    /// Name of the cache; another one for every identity.
    pub fn file_name(&self) -> String {
        let json = serde_json::to_vec(self).unwrap_or_default();
        let digest = format!("{:x}", Sha256::digest(json));
        format!("corpus-{}.bin", digest.get(..16).unwrap_or_default())
    }
}

impl Header {
    /// Why a cache with this header does not fit; nothing if it does.
    pub fn objection(&self, identity: &Identity, sources: &[Source]) -> Option<String> {
        if self.identity != *identity {
            return Some("it was made with other settings or another version".into());
        }
        let paths = || self.sources.iter().map(|stamp| &stamp.path);
        if !paths().eq(sources.iter().map(|source| &source.path)) {
            return Some("the corpus has other files now".into());
        }
        let changed = self.sources.iter().find(|stamp| !stamp.holds())?;
        Some(format!("{} has changed", changed.path.display()))
    }

    /// Differs for other content, settings or tokenizers.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.identity.file_name());
        for stamp in &self.sources {
            hash.update(&stamp.sha256);
        }
        format!("{:x}", hash.finalize())
    }
}

impl Stamp {
    fn of(path: &Path) -> io::Result<Self> {
        let (bytes, modified) = size_and_time(path)?;
        let mut hash = Sha256::new();
        io::copy(&mut File::open(path)?, &mut hash)?;
        Ok(Self {
            path: path.to_owned(),
            bytes,
            modified,
            sha256: format!("{:x}", hash.finalize()),
        })
    }

    /// Whether the file still has this content; it is only read if it was touched.
    fn holds(&self) -> bool {
        match size_and_time(&self.path) {
            Ok((bytes, _)) if bytes != self.bytes => false,
            Ok((_, modified)) if modified.is_some() && modified == self.modified => true,
            Ok(_) => Self::of(&self.path).is_ok_and(|now| now.sha256 == self.sha256),
            Err(_) => false,
        }
    }
}

/// The sources as they are now.
///
/// # Errors
/// [`CorpusError::Io`] for a file that cannot be read.
pub fn stamp(sources: &[Source]) -> Result<Vec<Stamp>, CorpusError> {
    sources
        .iter()
        .map(|source| Stamp::of(&source.path).map_err(|e| CorpusError::io(&source.path, e)))
        .collect()
}

fn size_and_time(path: &Path) -> io::Result<(u64, Option<u64>)> {
    let about = fs::metadata(path)?;
    let modified = about.modified().ok();
    let modified = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    Ok((about.len(), modified.map(|time| time.as_nanos() as u64)))
}
