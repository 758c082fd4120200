//! Formats of corpus files, and how file names indicate them.

use std::path::Path;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// The format of a corpus file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceFormat {
    /// Recognised by the name of the file
    #[default]
    Auto,
    /// Lines of text (.txt)
    Text,
    /// Columns separated by tabs; quotes are ordinary characters (.tsv)
    Tsv,
    /// Columns separated by commas, quoted where necessary (.csv)
    Csv,
    /// JSON objects, one per line or in one array (.jsonl, .json)
    Jsonl,
    /// Parquet (.parquet)
    Parquet,
}

impl SourceFormat {
    /// The format that a file name indicates, ignoring the ending of a compressed file; `None` for
    /// an unknown ending.
    pub fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_lowercase();
        let name = [".gz", ".zst", ".zstd"]
            .iter()
            .find_map(|packed| name.strip_suffix(packed))
            .unwrap_or(&name);
        let (_, extension) = name.rsplit_once('.')?;
        match extension {
            "txt" | "text" => Some(Self::Text),
            "tsv" | "tab" => Some(Self::Tsv),
            "csv" => Some(Self::Csv),
            "jsonl" | "ndjson" | "json" => Some(Self::Jsonl),
            "parquet" | "pq" => Some(Self::Parquet),
            _ => None,
        }
    }
}

#[test]
fn names_indicate_formats() {
    let of = |name: &str| SourceFormat::of(Path::new(name));
    assert_eq!(of("a/b.txt"), Some(SourceFormat::Text));
    assert_eq!(of("a.b.TSV.gz"), Some(SourceFormat::Tsv));
    assert_eq!(of("a.ndjson.zst"), Some(SourceFormat::Jsonl));
    assert_eq!(of("a.csv"), Some(SourceFormat::Csv));
    for other in ["README.md", "text", "a.gz", "txt.gz"] {
        assert_eq!(of(other), None, "{other}");
    }
}
