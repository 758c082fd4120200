//! What the workspace tests share: the folder with fixtures and corpora, and tiny models.

use std::path::{Path, PathBuf};

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Gradients, Tensor};
use spanlight_core::weights::{StateDict, state_of};

/// A file or folder below the shared data, or nothing (with a message) where it is missing.
///
/// The folder is `$SPANLIGHT_SHARED`, else `shared` beside the workspace.
pub fn shared(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("SPANLIGHT_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"),
        PathBuf::from,
    );
    let found = root.join(path);
    if found.exists() {
        return Some(found);
    }
    eprintln!("skipped: {} is missing; set SPANLIGHT_SHARED to the folder that has it", found.display());
    None
}

/// The gradients of a module's parameters, by name; zeros where there is none.
pub fn gradients<M: Module>(module: &M, grads: &Gradients) -> StateDict {
    struct Swap<'a>(&'a Gradients);
    impl ModuleMapper for Swap<'_> {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            let (id, tensor, _) = param.consume();
            let grad = tensor.grad(self.0).unwrap_or_else(|| tensor.clone().inner().zeros_like());
            Param::initialized(id, grad)
        }
    }
    pollster::block_on(state_of(&module.clone().map(&mut Swap(grads)))).unwrap()
}
