#![recursion_limit = "256"]
//! Joint extraction of entities and relations: the model of *Pre-training Entity Relation Encoder with
//! Intra-span and Inter-span Information* (EMNLP 2020), its pre-training, and its use.
//!
//! # The paper
//!
//! Three encoders read a sentence. The **sentence encoder** ([`encoder`], BERT) gives a vector to every
//! word and one, q, to the sentence. The **span encoder** ([`span`]) turns the words of a span into
//! r(span): convolutions, max-pooling, a dense layer. The **span-pair encoder** ([`pair`]) attends over
//! the five segments that two spans cut the sentence into, and gives the features of the pair:
//!
//! ```text
//! h_p = Σ_j a_j g_j    a = softmax(v · act(W_h g_j + W_q q + W_p [p1_j ; p2_j]))
//! ```
//!
//! [`encoders`] holds the three. [`joint`] adds three classifiers: one tags words to find spans
//! ([`tagger`]), one types spans, and one relates pairs of spans. Fine-tuning minimises the sum of their
//! cross-entropies ([`joint::joint_loss`]).
//!
//! Pre-training ([`pretrain`]) needs plain text alone. It minimises 0.5 TBO + SPO + 0.3 CSPO:
//!
//! - the **token boundary objective** ([`pretrain::tbo`]): the inner pieces of a word from its first;
//! - the **span permutation objective** ([`pretrain::spo`]): in which order the words of a span stand;
//! - the **contrastive span pair objective** ([`pretrain::cspo`]): which context belongs to a pair of
//!   spans, among the contexts of other sentences, whose keys a momentum network keeps in a queue
//!   ([`pretrain::momentum`]).
//!
//! # Map
//!
//! | module | what it holds |
//! |---|---|
//! | [`document`], [`schema`] | annotated sentences and their labels |
//! | [`text`], [`wordpiece`], [`case`] | sentences, words and word-pieces of raw text |
//! | [`config`], [`batch`] | sizes and switches; sentences as tensors |
//! | [`encoder`], [`span`], [`pair`], [`encoders`] | the three encoders |
//! | [`tagger`], [`joint`] | detection of spans; the joint model and its loss |
//! | [`pretrain`] | samples, network and objectives of pre-training |
//! | [`ops`], [`loss`], [`readback`] | layers, dropout, initial weights; losses; results on the host |
//! | [`predict`], [`extract`] | inference over tokenised sentences; extraction from raw text |
//! | [`score`], [`calibration`] | precision, recall and F1; scores that say how often they are right |
//! | [`weights`], [`saved`], [`bundle`] | weights by name; models at rest, and as they are shipped |
//!
//! The crate does no I/O, prints nothing and has no clock: bytes, seeds and clocks are passed in. Values
//! are read back from the device asynchronously, since a browser cannot wait. `docs/method.md` states
//! the method in full, and comments cite it by section: "method §3.5", or "§3.5".

pub mod batch;
pub mod bundle;
pub mod calibration;
pub mod case;
pub mod config;
pub mod document;
pub mod encoder;
pub mod encoders;
pub mod error;
pub mod extract;
pub mod joint;
pub mod loss;
pub mod ops;
pub mod pair;
pub mod predict;
pub mod pretrain;
pub mod readback;
pub mod saved;
pub mod schema;
pub mod score;
pub mod span;
pub mod tagger;
pub mod text;
pub mod weights;
pub mod wordpiece;

pub use config::{Decoding, ModelConfig, ModelSettings};
pub use encoders::Encoders;
pub use error::{Error, Result};
pub use joint::JointModel;
pub use saved::{Arithmetic, SavedModel};
pub use schema::Schema;
