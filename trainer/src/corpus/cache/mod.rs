//! The prepared corpus on disk: sentences as word-pieces.
//!
//! | part | content |
//! |---|---|
//! | magic | 16 bytes |
//! | records | per sentence: per word its shape and number of pieces (2 bytes), then the pieces (2 bytes each, 4 for vocabularies above 65,536) |
//! | index | per sentence: start of its record (8 bytes), words (2), pieces (2) |
//! | header | JSON: identity, sources, counts |
//! | end | size of the header (8), checksum of everything before (8) |
//!
//! All numbers are little-endian. The header comes last because its counts are known only then.

mod header;
mod read;
mod record;
mod tokens;
mod write;

pub use header::{Identity, stamp};
pub use read::Cache;
pub use record::Sentence;
pub use tokens::Tokens;
pub use write::Writer;

/// Start of the names of the files.
pub const PREFIX: &str = "corpus-";

/// First bytes of the file.
const MAGIC: &[u8; 16] = b"spanlight corpus";

/// Size of an index entry in bytes.
const ENTRY: usize = 12;

/// Size of the end of the file in bytes.
const END: usize = 16;
