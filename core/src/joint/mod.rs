//! The model that extracts (method §1, §3.8), and the loss that fine-tunes it (§5).

mod candidates;
mod loss;
mod model;
mod relation;

pub use candidates::{Candidates, Pair, TypedSpans};
pub use loss::{JointLoss, gold_probability, joint_loss};
pub use model::JointModel;
pub use relation::RelationClassifier;
