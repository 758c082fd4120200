//! The formats, and how a record is recognised.

use std::{fmt::Display, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::json::Node;

/// A format of annotated data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Documents as JSON lines with document-level inclusive offsets (DyGIE, SciERC, PURE).
    Dygie,
    /// Sentences with `tokens` and `entities`, or `tokens` and BILOU `tags` (SpERT, TablERT).
    Spert,
    /// The paper's JSON lines.
    Pspe,
    /// JSON lines without offsets (ARNOR's NYT).
    Arnor,
    /// Documents with entities and document-level relations (DocRED, Re-DocRED).
    Redocred,
    /// Folder of documents, entities and relations with character offsets (re3d).
    Re3d,
    /// Passages with facts and character offsets (KnowledgeNet).
    Knowledgenet,
    /// Recognised from the first record.
    #[default]
    Auto,
}

impl Format {
    /// Every format by its name on the command line.
    pub const NAMES: [(&'static str, Self); 8] = [
        ("auto", Self::Auto),
        ("dygie", Self::Dygie),
        ("spert", Self::Spert),
        ("pspe", Self::Pspe),
        ("arnor", Self::Arnor),
        ("redocred", Self::Redocred),
        ("re3d", Self::Re3d),
        ("knowledgenet", Self::Knowledgenet),
    ];

    /// The format of a record; [`Format::Auto`] if it fits both PSPE and ARNOR, `None` if it fits no
    /// format.
    pub(crate) fn of(record: &Node<'_>) -> Option<Self> {
        if record.has("sentences") {
            return Some(Self::Dygie);
        }
        if record.has("vertexSet") {
            return Some(Self::Redocred);
        }
        if record.has("passageText") || record.has("passages") {
            return Some(Self::Knowledgenet);
        }
        if record.has("_id") && record.has("text") {
            return Some(Self::Re3d);
        }
        if record.has("tokens") {
            return Some(Self::Spert);
        }
        if !record.has("sentText") {
            return None;
        }
        if record.has("wordpieceSentText") || record.has("wordpieceTokensIndex") {
            return Some(Self::Pspe);
        }
        let items = |key| record.get(key).and_then(|list| list.items()).into_iter();
        let mentions = || items("entityMentions").flatten();
        let relations = || items("relationMentions").flatten();
        if mentions().any(|m| m.has("offset") || m.has("emId"))
            || relations().any(|r| r.has("em1Id"))
        {
            return Some(Self::Pspe);
        }
        let annotated = mentions().next().is_some() || relations().next().is_some();
        Some(if annotated { Self::Arnor } else { Self::Auto })
    }
}

impl Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = Self::NAMES
            .iter()
            .find(|(_, format)| format == self)
            .map(|(name, _)| *name);
        f.write_str(name.unwrap_or_default())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let named = Self::NAMES
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name));
        named.map(|(_, format)| *format).ok_or_else(|| {
            let names: Vec<_> = Self::NAMES.iter().map(|(n, _)| *n).collect();
            format!("unknown format `{name}`; use one of {}", names.join(", "))
        })
    }
}
