//! Opens files, and decompresses gzip and Zstandard.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

use crate::corpus::CorpusError;

const BUFFER: usize = 128 << 10;

/// The decompressed content of a file.
pub struct Input {
    /// The file, for messages.
    pub path: PathBuf,
    /// The content, without a byte order mark.
    pub bytes: Box<dyn BufRead>,
}

/// The error of a file that can be read only up to `line`.
pub fn error(path: &Path, line: usize, source: io::Error) -> CorpusError {
    let path = path.to_owned();
    match source.kind() {
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::InvalidData
        | io::ErrorKind::InvalidInput
        | io::ErrorKind::Other => CorpusError::Packed { path, line, source },
        _ => CorpusError::Io { path, source },
    }
}

/// A reader that adds the bytes it reads to `done`.
struct Counted<R> {
    inner: R,
    done: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.done.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

const GZIP: [u8; 2] = [0x1F, 0x8B];
const ZSTD: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

/// Whether a file that starts with these bytes is compressed in a way that [`open`] undoes.
pub fn is_packed(start: &[u8]) -> bool {
    start.starts_with(&GZIP) || start.starts_with(&ZSTD)
}

/// Opens a file; its first bytes, not its name, decide how it is decompressed.
pub fn open(path: &Path, done: &Arc<AtomicU64>) -> Result<Input, CorpusError> {
    let fail = |e| CorpusError::io(path, e);
    let inner = File::open(path).map_err(fail)?;
    let done = done.clone();
    let mut raw = BufReader::with_capacity(BUFFER, Counted { inner, done });
    let start = raw.fill_buf().map_err(fail)?;
    let bytes: Box<dyn BufRead> = match start {
        _ if start.starts_with(&GZIP) => {
            Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(raw)))
        }
        _ if start.starts_with(&ZSTD) => {
            let decoder = zstd::Decoder::with_buffer(raw).map_err(fail)?;
            Box::new(BufReader::with_capacity(BUFFER, decoder))
        }
        _ => match foreign(start) {
            Some(problem) => {
                let (path, problem) = (path.to_owned(), problem.into());
                return Err(CorpusError::Source { path, problem });
            }
            None => Box::new(raw),
        },
    };
    let mut input = Input {
        path: path.to_owned(),
        bytes,
    };
    match input.bytes.fill_buf() {
        Ok(start) if start.starts_with(b"\xEF\xBB\xBF") => input.bytes.consume(3),
        Ok(_) => {}
        Err(e) => return Err(error(path, 0, e)),
    }
    Ok(input)
}

/// The problem of a file in a foreign format, by its first bytes; `None` for plain text.
fn foreign(start: &[u8]) -> Option<&'static str> {
    match start {
        [b'B', b'Z', b'h', ..] => Some("is bzip2-compressed; unpack it first"),
        [0xFD, b'7', b'z', b'X', b'Z', ..] => Some("is xz-compressed; unpack it first"),
        [b'P', b'K', 3, 4, ..] => Some("is a zip archive; unpack it first"),
        [b'P', b'A', b'R', b'1', ..] => Some("is a Parquet file; give it the ending .parquet"),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Some("is UTF-16; convert it to UTF-8"),
        _ => None,
    }
}
