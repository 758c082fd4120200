//! The named parameters of a module as host arrays.

use std::collections::{BTreeMap, BTreeSet};

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};

use super::Int8State;
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
        let count = (shape.iter()).try_fold(1_usize, |count, &extent| count.checked_mul(extent));
        if count != Some(values.len()) {
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

    /// Shape and values.
    fn parts(&self) -> (&[usize], &[f32]) {
        (&self.shape, &self.values)
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

/// An array that is still on its device.
#[derive(Debug, Clone)]
pub struct Pending {
    /// Extent of every dimension of the array.
    pub shape: Vec<usize>,
    /// The values, flattened.
    pub values: Tensor<1>,
    /// Whether the device has the transposed matrix, as of linear layers.
    pub transposed: bool,
}

impl Pending {
    /// The array, read back from its device.
    ///
    /// # Errors
    /// [`Error::Device`] when the device fails.
    pub async fn read(self) -> Result<Array> {
        let data = self
            .values
            .into_data_async()
            .await
            .map_err(|e| Error::Device(e.to_string()))?;
        let values = data
            .try_into_vec::<f32>()
            .map_err(|e| Error::Device(format!("{e:?}")))?;
        let mut shape = self.shape;
        if self.transposed {
            shape.reverse();
            return Ok(Array { shape, values }.transposed());
        }
        Ok(Array { shape, values })
    }
}

/// Arrays by name, still on their device.
pub type PendingState = BTreeMap<String, Pending>;

/// All parameters of a module, still on its device.
pub fn pending<M: Module>(module: &M) -> PendingState {
    #[derive(Default)]
    struct Collector {
        path: Path,
        found: PendingState,
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
            let mut shape = tensor.dims().to_vec();
            let transposed = self.path.is_linear_weight();
            if transposed {
                shape.reverse();
            }
            let array = Pending {
                shape,
                values: tensor.reshape([count]),
                transposed,
            };
            self.found.insert(self.path.name(), array);
        }
    }
    let mut collector = Collector::default();
    module.visit(&mut collector);
    collector.found
}

/// Reads all parameters of a module back from its device.
///
/// # Errors
/// [`Error::Device`] when the device fails.
pub async fn state_of<M: Module>(module: &M) -> Result<StateDict> {
    read_state(pending(module)).await
}

/// Reads arrays back from their device.
///
/// # Errors
/// [`Error::Device`] when the device fails.
pub async fn read_state(pending: PendingState) -> Result<StateDict> {
    let mut state = StateDict::new();
    for (name, array) in pending {
        state.insert(name, array.read().await?);
    }
    Ok(state)
}

/// Replaces all parameters of a module.
///
/// # Errors
/// [`Error::Weight`] for a parameter whose array is missing or has another shape, and for an array that
/// belongs to no parameter.
pub fn load_state<M: Module>(module: M, mut state: StateDict) -> Result<M> {
    let module = fill(module, &mut state, |_| true)?;
    surplus(state.keys().next())?;
    Ok(module)
}

/// As [`load_state`], without the parameters in `loaded`, whose arrays the module holds in another form.
///
/// # Errors
/// As [`load_state`].
pub(crate) fn load_rest<M: Module>(
    module: M,
    mut state: StateDict,
    loaded: &BTreeSet<String>,
) -> Result<M> {
    let module = fill(module, &mut state, |name| !loaded.contains(name))?;
    surplus(state.keys().next())?;
    Ok(module)
}

/// Replaces the parameters that `state` names and keeps the others. The arrays that remain in `state`
/// afterwards belong to no parameter.
///
/// # Errors
/// [`Error::Weight`] for an array of another shape.
pub fn load_state_partial<M: Module>(module: M, state: &mut StateDict) -> Result<M> {
    fill(module, state, |_| false)
}

/// What is wrong with the shape and the values (of int8, the scales) of an array for a parameter whose array has
/// the `expected` shape.
fn problem(array: Option<(&[usize], &[f32])>, expected: &[usize]) -> Option<String> {
    let Some((shape, values)) = array else {
        return Some(
            "is missing; the file is incomplete or belongs to another configuration".into(),
        );
    };
    if shape != expected {
        return Some(format!(
            "has the shape {shape:?}, but the model needs {expected:?}; the file belongs to another configuration"
        ));
    }
    // `&` and not `&&`, so that many values are tested at once.
    let finite = values
        .iter()
        .fold(true, |all, value| all & value.is_finite());
    (!finite).then(|| {
        "holds values that are not finite; the file is damaged, so fetch it or train it again"
            .into()
    })
}

/// The shape of a parameter's array, given that of the parameter.
fn array_shape(path: &Path, mut shape: Vec<usize>) -> Vec<usize> {
    if path.is_linear_weight() {
        shape.reverse();
    }
    shape
}

/// An array that belongs to no parameter, if there is one.
fn surplus(name: Option<&String>) -> Result<()> {
    match name {
        None => Ok(()),
        Some(name) => Err(Error::Weight {
            name: name.clone(),
            problem:
                "the model has no parameter of this name; the file belongs to another configuration"
                    .into(),
        }),
    }
}

/// Checks that arrays are the parameters of a module, without moving any; the module may be
/// [blank](crate::ops::Init::blank).
///
/// # Errors
/// As [`load_state`].
pub fn check_state<M: Module>(module: &M, state: &StateDict, int8: &Int8State) -> Result<()> {
    struct Checker<'a> {
        path: Path,
        state: &'a StateDict,
        int8: &'a Int8State,
        known: BTreeSet<String>,
        error: Option<Error>,
    }
    impl ModuleVisitor for Checker<'_> {
        fn enter_module(&mut self, name: &str, container: &str) {
            self.path.enter(name, container);
        }
        fn exit_module(&mut self, _: &str, _: &str) {
            self.path.exit();
        }
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let name = self.path.name();
            let expected = array_shape(&self.path, param.lazy_shape().to_vec());
            let found = (self.state.get(&name).map(Array::parts))
                .or_else(|| Some(self.int8.get(&name)?.parts()));
            if self.error.is_none()
                && let Some(problem) = problem(found, &expected)
            {
                let name = name.clone();
                self.error = Some(Error::Weight { name, problem });
            }
            self.known.insert(name);
        }
    }
    let mut checker = Checker {
        path: Path::default(),
        state,
        int8,
        known: BTreeSet::new(),
        error: None,
    };
    module.visit(&mut checker);
    if let Some(error) = checker.error {
        Err(error)
    } else {
        let mut names = state.keys().chain(int8.keys());
        surplus(names.find(|name| !checker.known.contains(*name)))
    }
}

/// Number of values of all parameters of a module, which may be [blank](crate::ops::Init::blank).
pub fn count<M: Module>(module: &M) -> u64 {
    struct Counter(u64);
    impl ModuleVisitor for Counter {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let shape = param.lazy_shape().to_vec();
            let values = (shape.iter()).fold(1, |n: u64, &extent| n.saturating_mul(extent as u64));
            self.0 = self.0.saturating_add(values);
        }
    }
    let mut counter = Counter(0);
    module.visit(&mut counter);
    counter.0
}

/// Replaces parameters; `needed` says whether the array of a name must be there.
fn fill<M: Module>(module: M, state: &mut StateDict, needed: impl Fn(&str) -> bool) -> Result<M> {
    struct Filler<'a, F> {
        path: Path,
        state: &'a mut StateDict,
        needed: F,
        error: Option<Error>,
    }
    impl<F: Fn(&str) -> bool> ModuleMapper for Filler<'_, F> {
        fn enter_module(&mut self, name: &str, container: &str) {
            self.path.enter(name, container);
        }
        fn exit_module(&mut self, _: &str, _: &str) {
            self.path.exit();
        }
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            let name = self.path.name();
            let array = self.state.remove(&name);
            if array.is_none() && !(self.needed)(&name) {
                return param;
            }
            let expected = array_shape(&self.path, param.lazy_shape().to_vec());
            // Before anything is moved or allocated: an array without values may have any shape.
            let array = match (problem(array.as_ref().map(Array::parts), &expected), array) {
                (None, Some(array)) => array,
                (problem, _) => {
                    let problem = problem.unwrap_or_default();
                    self.error.get_or_insert(Error::Weight { name, problem });
                    return param;
                }
            };
            let array = if self.path.is_linear_weight() {
                array.transposed()
            } else {
                array
            };
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
        needed,
        error: None,
    };
    let module = module.map(&mut filler);
    match filler.error {
        None => Ok(module),
        Some(error) => Err(error),
    }
}
