//! The one error type of this crate.

/// An error of the core. Every message names the field, sentence, weight or file and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A configuration from which no model can be built.
    #[error("configuration field `{field}`: {problem}")]
    Config {
        /// Name of the field.
        field: &'static str,
        /// What is wrong with the value, and which values are allowed.
        problem: String,
    },

    /// A sentence whose words or annotations are invalid or do not fit the schema.
    #[error("sentence {sentence} of document `{document}`: {problem}")]
    Sentence {
        /// Document the sentence belongs to.
        document: String,
        /// 0-based position of the sentence in its document.
        sentence: usize,
        /// What is wrong, and how to correct it.
        problem: String,
    },

    /// A tokenizer definition that cannot be read.
    #[error("tokenizer: {0}")]
    Tokenizer(String),

    /// A weight that is missing, unknown or has the wrong shape.
    #[error("weight `{name}`: {problem}")]
    Weight {
        /// Name of the tensor in the file.
        name: String,
        /// What is wrong, and what was expected.
        problem: String,
    },

    /// A file of a bundle that is damaged, incomplete or too new for this program.
    #[error("bundle part `{part}`: {problem}")]
    Bundle {
        /// File name of the part.
        part: String,
        /// What is wrong, and what to do.
        problem: String,
    },

    /// A list of predictions that does not have one prediction a sentence.
    #[error("{given} predictions for {sentences} sentences; give one per sentence, in order")]
    Predictions {
        /// Number of predictions.
        given: usize,
        /// Number of sentences.
        sentences: usize,
    },

    /// Predictions to which no calibration can be fitted.
    #[error("calibration: {0}")]
    Calibration(String),

    /// A device from which computed values could not be read back.
    #[error("device: {0}")]
    Device(String),
}

/// Result with this crate's [`Error`].
pub type Result<T, E = Error> = core::result::Result<T, E>;
