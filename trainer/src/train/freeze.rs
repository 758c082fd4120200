//! Freezing what has no learning rate.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::Tensor;

use super::Groups;

/// Spares frozen parameters their gradients.
pub fn freeze<M: Module>(model: M, groups: &Groups) -> M {
    struct Freezer<'a> {
        groups: &'a Groups,
        path: Vec<String>,
    }
    impl ModuleMapper for Freezer<'_> {
        fn enter_module(&mut self, name: &str, _: &str) {
            self.path.push(name.into());
        }
        fn exit_module(&mut self, _: &str, _: &str) {
            self.path.pop();
        }
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            let trained = self.groups.of(&self.path.join(".")).learning_rate > 0.0;
            param.set_require_grad(trained)
        }
    }
    model.map(&mut Freezer {
        groups,
        path: Vec::new(),
    })
}
