//! Growth: a trained model with more inputs than it was trained with, which at first do not change what it
//! computes (method §13.8, §13.12).

use burn::module::Param;
use burn::tensor::Tensor;
use spanlight_core::JointModel;

/// `trained`, extended by the inputs that `wider` has besides: how words are written, the representations and
/// types of both spans, and the words next to the spans. All that reads them weighs them by 0 at first. Their own
/// weights come from `wider`, whose configuration the result has; both models have the same labels.
pub fn extend(trained: JointModel, wider: &JointModel) -> JointModel {
    let mut extended = wider.clone();
    extended.encoders = trained.encoders;
    extended.context = trained.context;
    extended.tagger = trained.tagger;
    extended.entity_head = trained.entity_head;
    extended.case = match (trained.case, extended.case) {
        (None, Some(case)) => Some(with_value(&case, case.val().zeros_like())),
        (case, _) => case,
    };
    let relation = &mut extended.relation;
    let inputs = relation.inner.linear.weight.dims()[0];
    relation.inner = trained.relation.inner;
    relation.inner.linear.weight = widen(&relation.inner.linear.weight, inputs);
    relation.outer = trained.relation.outer;
    relation.head = trained.relation.head;
    relation.edge = trained.relation.edge.or(relation.edge.take());
    extended
}

/// Rows of zeros behind those of a weight `[known, outputs]`: `[inputs, outputs]`.
fn widen(weight: &Param<Tensor<2>>, inputs: usize) -> Param<Tensor<2>> {
    let [known, outputs] = weight.dims();
    if known >= inputs {
        return weight.clone();
    }
    let value = plain(weight.val());
    let zeros = Tensor::zeros([inputs - known, outputs], &value.device());
    with_value(weight, Tensor::cat(vec![value, zeros], 0))
}

/// A parameter of its own, with another value and gradients as `param` has them.
fn with_value(param: &Param<Tensor<2>>, value: Tensor<2>) -> Param<Tensor<2>> {
    let value = plain(value);
    let value = if param.device().is_autodiff() {
        Tensor::from_inner(value)
    } else {
        value
    };
    Param::from_tensor(value).set_require_grad(param.is_require_grad())
}

/// A tensor without its gradient graph.
fn plain(value: Tensor<2>) -> Tensor<2> {
    if value.device().is_autodiff() {
        value.inner()
    } else {
        value
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use pollster::block_on;
    use spanlight_core::Schema;
    use spanlight_core::config::{ModelConfig, RelationInput};
    use spanlight_core::ops::Init;
    use spanlight_core::weights::state_of;
    use spanlight_tests::invented::{generic, quiet_config};

    use super::*;

    fn model(input: RelationInput, case: bool, device: &Device) -> JointModel {
        let config = ModelConfig {
            relation_input: input,
            case,
            ..quiet_config()
        };
        let schema = Schema {
            entities: vec!["A".into(), "B".into()],
            relations: vec!["R".into()],
            symmetric: Vec::new(),
        };
        JointModel::new(&config, &schema, &mut Init::seeded(1), device).unwrap()
    }

    #[test]
    fn new_inputs_are_weighed_by_zero_and_the_rest_stays() {
        for device in [Device::flex(), Device::flex().autodiff()] {
            let trained = generic(model(RelationInput::Typed, false, &device), 1);
            let wider = generic(model(RelationInput::Edges, true, &device), 2);
            let grown = extend(trained.clone(), &wider);
            assert_eq!(grown.config(), wider.config());
            let state = |model: &JointModel| block_on(state_of(model)).unwrap();
            let (before, fresh, after) = (state(&trained), state(&wider), state(&grown));
            assert_eq!(after.len(), fresh.len());
            for (name, array) in &after {
                match before.get(name) {
                    Some(before) if before.shape == array.shape => assert_eq!(before, array),
                    Some(before) => {
                        // `[outputs, inputs]`
                        let (known, inputs) = (before.shape[1], array.shape[1]);
                        let rows = array.values.chunks(inputs);
                        for (row, before) in rows.zip(before.values.chunks(known)) {
                            assert_eq!(&row[..known], before, "{name}");
                            assert!(row[known..].iter().all(|weight| *weight == 0.0), "{name}");
                        }
                    }
                    None if name == "case" => assert!(array.values.iter().all(|v| *v == 0.0)),
                    None => assert_eq!(array, &fresh[name]),
                }
            }
            assert_ne!(before.len(), after.len());
        }
    }

    #[test]
    fn a_model_that_has_all_inputs_stays_as_it_is() {
        let device = Device::flex();
        let trained = generic(model(RelationInput::Edges, true, &device), 1);
        let grown = extend(trained.clone(), &model(RelationInput::Edges, true, &device));
        let state = |model: &JointModel| block_on(state_of(model)).unwrap();
        assert_eq!(state(&grown), state(&trained));
    }
}
