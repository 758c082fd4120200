//! Parameter groups: the learning rate and decay of every parameter.

use std::collections::HashMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::Tensor;

/// How a parameter is trained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Group {
    /// Peak learning rate; 0 freezes the parameter.
    pub learning_rate: f64,
    /// Whether weight decay applies.
    pub decay: bool,
}

/// The group of every parameter of a model.
#[derive(Debug, Clone, Default)]
pub struct Groups(HashMap<ParamId, Group>);

impl Groups {
    /// Puts the parameters of a module, or of a part of it, into groups by their number of dimensions, and
    /// replaces what was said of them before.
    pub fn insert<M: Module>(&mut self, module: &M, group: impl Fn(usize) -> Group) {
        struct Inserter<'a, F> {
            groups: &'a mut Groups,
            group: F,
        }
        impl<F: Fn(usize) -> Group> ModuleVisitor for Inserter<'_, F> {
            fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
                self.groups.0.insert(param.id, (self.group)(D));
            }
        }
        module.visit(&mut Inserter {
            groups: self,
            group,
        });
    }

    /// The group of a parameter; one that is in none is frozen.
    pub fn of(&self, parameter: ParamId) -> Group {
        let frozen = Group {
            learning_rate: 0.0,
            decay: false,
        };
        self.0.get(&parameter).copied().unwrap_or(frozen)
    }
}

impl<const N: usize> From<[(ParamId, Group); N]> for Groups {
    fn from(groups: [(ParamId, Group); N]) -> Self {
        Self(groups.into())
    }
}

/// Spares frozen parameters their gradients.
pub fn freeze<M: Module>(model: M, groups: &Groups) -> M {
    struct Freezer<'a>(&'a Groups);
    impl ModuleMapper for Freezer<'_> {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            let trained = self.0.of(param.id).learning_rate > 0.0;
            param.set_require_grad(trained)
        }
    }
    model.map(&mut Freezer(groups))
}
