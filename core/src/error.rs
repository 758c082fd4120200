//! The one error type of this crate.

/// What can go wrong in the core; every message names the part concerned and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A configuration value that no model can be built from.
    #[error("configuration field `{field}`: {problem}")]
    Config {
        /// Name of the field.
        field: &'static str,
        /// What is wrong with it and which values are allowed.
        problem: String,
    },

    /// A label, span or relation that contradicts the schema or its sentence.
    #[error("sentence {sentence} of document `{document}`: {problem}")]
    Sentence {
        /// Document the sentence belongs to.
        document: String,
        /// 0-based position of the sentence in its document.
        sentence: usize,
        /// What is wrong and how to mend it.
        problem: String,
    },

    /// A tokenizer definition that cannot be read.
    #[error("tokenizer: {0}")]
    Tokenizer(String),

    /// A weight that is missing, unknown or of another shape.
    #[error("weight `{name}`: {problem}")]
    Weight {
        /// Name of the tensor in the file.
        name: String,
        /// What is wrong and what was expected.
        problem: String,
    },

    /// A bundle (or one of its parts) that is damaged, incomplete or too new.
    #[error("bundle part `{part}`: {problem}")]
    Bundle {
        /// File name of the part.
        part: String,
        /// What is wrong and what to do.
        problem: String,
    },

    /// Predictions that are not one a sentence.
    #[error("{given} predictions for {sentences} sentences; give one per sentence, in order")]
    Predictions {
        /// Number of predictions.
        given: usize,
        /// Number of sentences.
        sentences: usize,
    },

    /// Predictions that no calibration can be fitted to.
    #[error("calibration: {0}")]
    Calibration(String),

    /// The device failed to hand back computed values.
    #[error("device: {0}")]
    Device(String),
}

/// Result with this crate's [`Error`].
pub type Result<T, E = Error> = core::result::Result<T, E>;
