//! Formats of corpora and how file names tell them.

use std::path::Path;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// How a file holds text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceFormat {
    /// As the name of the file says
    #[default]
    Auto,
    /// Lines of text (.txt)
    Text,
    /// Columns between tabs, quotes without a meaning (.tsv)
    Tsv,
    /// Columns between commas, quoted where necessary (.csv)
    Csv,
    /// JSON objects, one a line or in one array (.jsonl, .json)
    Jsonl,
    /// Parquet (.parquet)
    Parquet,
}

impl SourceFormat {
    /// The format that a file name tells, whatever the compression; nothing for other names.
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
fn names_tell_formats() {
    let of = |name: &str| SourceFormat::of(Path::new(name));
    assert_eq!(of("a/b.txt"), Some(SourceFormat::Text));
    assert_eq!(of("a.b.TSV.gz"), Some(SourceFormat::Tsv));
    assert_eq!(of("a.ndjson.zst"), Some(SourceFormat::Jsonl));
    assert_eq!(of("a.csv"), Some(SourceFormat::Csv));
    for other in ["README.md", "text", "a.gz", "txt.gz"] {
        assert_eq!(of(other), None, "{other}");
    }
}
