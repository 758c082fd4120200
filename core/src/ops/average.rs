//! Moving averages of weights: of the momentum network (method §3.7) and of the averaged model (§13.7).

use std::collections::VecDeque;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::Tensor;

/// Moves every trained parameter of `slow` towards that of `fast`: `momentum * slow + (1 - momentum) *
/// fast`. Both modules have the same shapes; `fast` carries gradients, `slow` does not.
pub fn follow<M: Module>(slow: M, fast: &M, momentum: f64) -> M {
    #[derive(Default)]
    struct Values(VecDeque<Option<Tensor<1>>>);
    impl ModuleVisitor for Values {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let trained = param.is_require_grad().then(|| {
                let value = param.val().inner();
                let count = value.shape().num_elements();
                value.reshape([count])
            });
            self.0.push_back(trained);
        }
    }
    struct Mixer {
        values: VecDeque<Option<Tensor<1>>>,
        momentum: f64,
    }
    impl ModuleMapper for Mixer {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            let Some(Some(fast)) = self.values.pop_front() else {
                return param;
            };
            let momentum = self.momentum;
            param.map(|slow| {
                let fast = fast.reshape(slow.shape());
                slow * momentum + fast * (1.0 - momentum)
            })
        }
    }
    let mut values = Values::default();
    fast.visit(&mut values);
    slow.map(&mut Mixer {
        values: values.0,
        momentum,
    })
}
