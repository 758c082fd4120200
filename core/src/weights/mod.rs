//! Weights by name: named arrays in and out of modules and files, and the names of other programs.
//!
//! Outside of a module, the weight of a linear layer is `[outputs, inputs]`, as PyTorch stores it.

mod bert;
mod earlier;
mod file;
mod pspe;
mod quant;
mod state;

pub use bert::{has_pooler, load_bert};
pub use earlier::current_names;
pub use file::{Stream, read_note, read_safetensors, write_safetensors};
pub use pspe::{LabelOrder, Stage, from_pspe, reorder, sizes, to_pspe};
pub(crate) use quant::Int8Source;
pub use quant::{Int8Array, Int8State, Precision, decode, decode_int8, encode};
pub(crate) use state::load_rest;
pub use state::{
    Array, Pending, PendingState, StateDict, check_state, count, load_state, load_state_partial,
    pending, read_state, state_of,
};
