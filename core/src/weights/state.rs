//! The named parameters of a module as host arrays.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};

use crate::{Error, Result};

/// A dense f32 array.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    /// Extent of every dimension.
    pub shape: Vec<usize>,
    /// Values in row-major order.
    pub values: Vec<f32>,
}

impl Array {
    /// An array of a shape with these values. The name is that of the error.
    ///
    /// # Errors
    /// [`Error::Weight`] if the number of values does not fit the shape.
    pub fn new(name: &str, shape: Vec<usize>, values: Vec<f32>) -> Result<Self> {
        if shape.iter().product::<usize>() != values.len() {
            return Err(Error::Weight {
                name: name.into(),
                problem: format!(
                    "has {} values, which do not fill its shape {shape:?}; the file is damaged",
                    values.len()
                ),
            });
        }
        Ok(Self { shape, values })
    }

    /// The transposed matrix: `[rows, columns]` → `[columns, rows]`.
    pub(crate) fn transposed(&self) -> Self {
        let (rows, columns) = (self.shape[0], self.shape[1]);
        let mut values = Vec::with_capacity(self.values.len());
        for column in 0..columns {
            values.extend((0..rows).map(|row| self.values[row * columns + column]));
        }
        Self {
            shape: vec![columns, rows],
            values,
        }
    }
}

/// Arrays by the path of their parameter in the module, such as `encoders.sentence.layers.0.attention.query.weight`.
pub type StateDict = BTreeMap<String, Array>;

/// Path of the current parameter while a module tree is traversed.
#[derive(Default)]
struct Path {
    names: Vec<String>,
    containers: Vec<String>,
}

impl Path {
    fn enter(&mut self, name: &str, container: &str) {
        self.names.push(name.into());
        self.containers.push(container.into());
    }

    fn exit(&mut self) {
        self.names.pop();
        self.containers.pop();
    }

    fn name(&self) -> String {
        self.names.join(".")
    }

    /// Whether the parameter is the weight of a linear layer, which Burn stores as `[inputs, outputs]`.
    fn is_linear_weight(&self) -> bool {
        self.containers.last().is_some_and(|c| c == "Struct:Linear")
            && self.names.last().is_some_and(|n| n == "weight")
    }
}

/// Reads all parameters of a module back from its device.
///
/// # Errors
/// [`Error::Device`] when the device fails.
pub async fn state_of<M: Module>(module: &M) -> Result<StateDict> {
    #[derive(Default)]
    struct Collector {
        path: Path,
        found: Vec<(String, bool, Vec<usize>, Tensor<1>)>,
    }
    impl ModuleVisitor for Collector {
        fn enter_module(&mut self, name: &str, container: &str) {
            self.path.enter(name, container);
        }
        fn exit_module(&mut self, _: &str, _: &str) {
            self.path.exit();
        }
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let tensor = param.val().detach();
            let count = tensor.shape().num_elements();
            let shape = tensor.dims().to_vec();
            self.found.push((
                self.path.name(),
                self.path.is_linear_weight(),
                shape,
                tensor.reshape([count]),
            ));
        }
    }
    let mut collector = Collector::default();
    module.visit(&mut collector);
    let mut state = StateDict::new();
    for (name, linear, shape, tensor) in collector.found {
        let data = tensor
            .into_data_async()
            .await
            .map_err(|e| Error::Device(e.to_string()))?;
        let values = data
            .try_into_vec::<f32>()
            .map_err(|e| Error::Device(format!("{e:?}")))?;
        let array = Array { shape, values };
        state.insert(name, if linear { array.transposed() } else { array });
    }
    Ok(state)
}

/// Replaces all parameters of a module.
///
/// # Errors
/// [`Error::Weight`] for a parameter whose array is missing or has another shape, and for an array that
/// belongs to no parameter.
pub fn load_state<M: Module>(module: M, mut state: StateDict) -> Result<M> {
    let module = fill(module, &mut state, true)?;
    match state.into_keys().next() {
        None => Ok(module),
        Some(name) => Err(Error::Weight {
            name,
            problem:
                "the model has no parameter of this name; the file belongs to another configuration"
                    .into(),
        }),
    }
}

/// Replaces the parameters that `state` names and keeps the others. The arrays that remain in `state`
/// afterwards belong to no parameter.
///
/// # Errors
/// [`Error::Weight`] for an array of another shape.
pub fn load_state_partial<M: Module>(module: M, state: &mut StateDict) -> Result<M> {
    fill(module, state, false)
}

fn fill<M: Module>(module: M, state: &mut StateDict, complete: bool) -> Result<M> {
    struct Filler<'a> {
        path: Path,
        state: &'a mut StateDict,
        complete: bool,
        error: Option<Error>,
    }
    impl ModuleMapper for Filler<'_> {
        fn enter_module(&mut self, name: &str, container: &str) {
            self.path.enter(name, container);
        }
        fn exit_module(&mut self, _: &str, _: &str) {
            self.path.exit();
        }
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            let name = self.path.name();
            let Some(mut array) = self.state.remove(&name) else {
                if self.complete {
                    self.error.get_or_insert(Error::Weight {
                        name,
                        problem:
                            "is missing; the file is incomplete or belongs to another configuration"
                                .into(),
                    });
                }
                return param;
            };
            if self.path.is_linear_weight() && array.shape.len() == 2 {
                array = array.transposed();
            }
            let expected = param.lazy_shape().to_vec();
            if array.shape != expected {
                let problem = format!(
                    "has the shape {:?}, but the model needs {expected:?}; the file belongs to another \
                     configuration",
                    array.shape
                );
                self.error.get_or_insert(Error::Weight { name, problem });
                return param;
            }
            let data = TensorData::new(array.values, array.shape);
            let device = param.lazy_device();
            if param.is_initialized() {
                param.map(|old| {
                    Tensor::from_data(data, &device).set_require_grad(old.is_require_grad())
                })
            } else {
                // `map` would fill the placeholder with zeros first.
                let mut loaded = Param::from_data(data, &device);
                loaded.id = param.id;
                loaded
            }
        }
    }
    let mut filler = Filler {
        path: Path::default(),
        state,
        complete,
        error: None,
    };
    let module = module.map(&mut filler);
    match filler.error {
        None => Ok(module),
        Some(error) => Err(error),
    }
}
