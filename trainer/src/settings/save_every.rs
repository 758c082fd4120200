//! How often a run saves.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How often a run saves a checkpoint, written `200` for steps or `10min` for minutes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub enum SaveEvery {
    /// After so many steps.
    Steps(usize),
    /// After the step in which so many minutes are over.
    Minutes(f64),
}

/// Steps are a number, as in the settings of earlier versions.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Stored {
    Steps(usize),
    Text(String),
}

impl FromStr for SaveEvery {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = match text.strip_suffix("min") {
            Some(minutes) => minutes.parse().ok().map(Self::Minutes),
            None => text.parse().ok().map(Self::Steps),
        };
        let sensible = |every: &Self| match *every {
            Self::Steps(steps) => steps > 0,
            Self::Minutes(minutes) => minutes.is_finite() && minutes >= 0.0,
        };
        found.filter(sensible).ok_or_else(|| {
            format!("`{text}` is neither a number of steps, as 200, nor of minutes, as 10min")
        })
    }
}

impl Display for SaveEvery {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Steps(steps) => write!(f, "{steps}"),
            Self::Minutes(minutes) => write!(f, "{minutes}min"),
        }
    }
}

impl TryFrom<Stored> for SaveEvery {
    type Error = String;

    fn try_from(stored: Stored) -> Result<Self, String> {
        match stored {
            Stored::Steps(steps) => steps.to_string().parse(),
            Stored::Text(text) => text.parse(),
        }
    }
}

impl From<SaveEvery> for Stored {
    fn from(every: SaveEvery) -> Self {
        match every {
            SaveEvery::Steps(steps) => Self::Steps(steps),
            SaveEvery::Minutes(_) => Self::Text(every.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_read_as_they_are_written() {
        for (every, text, json) in [
            (SaveEvery::Steps(200), "200", "200"),
            (SaveEvery::Minutes(10.0), "10min", "\"10min\""),
            (SaveEvery::Minutes(0.5), "0.5min", "\"0.5min\""),
        ] {
            assert_eq!(text.parse(), Ok(every));
            assert_eq!(every.to_string(), text);
            assert_eq!(serde_json::to_string(&every).unwrap(), json);
            assert_eq!(serde_json::from_str::<SaveEvery>(json).unwrap(), every);
        }
        for text in ["", "0", "-1", "1.5", "min", "-1min", "NaNmin", "10 h"] {
            let error = text.parse::<SaveEvery>().unwrap_err();
            assert!(error.contains("as 10min"), "{error}");
        }
    }
}
