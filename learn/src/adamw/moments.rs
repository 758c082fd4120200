//! First and second moments, kept in the form in which the last step updated them.

use std::collections::HashMap;

use burn::tensor::Tensor;

use super::slot::{Member, Slot, concatenated, split};

/// Moments by the parameters that they are of.
#[derive(Default)]
pub struct Moments(HashMap<Vec<Member>, [Tensor<1>; 2]>);

impl Moments {
    /// Takes those of a slot out; zeros where a parameter has had no step.
    pub fn take(&mut self, slot: &Slot) -> [Tensor<1>; 2] {
        if let Some(moments) = self.0.remove(&slot.members) {
            return moments;
        }
        // Another set of parameters has gradients than in the step before.
        self.0 = (self.each().into_iter())
            .map(|(member, moments)| (vec![member], moments))
            .collect();
        let zeros = slot.value.zeros_like();
        let found: Vec<_> = (slot.members.iter())
            .zip(split(zeros, &slot.members))
            .map(|(member, zeros)| {
                let found = self.0.remove(std::slice::from_ref(member));
                found.unwrap_or_else(|| [zeros.clone(), zeros])
            })
            .collect();
        let (m, v) = found.into_iter().map(|[m, v]| (m, v)).unzip();
        [m, v].map(concatenated)
    }

    /// Keeps those of parameters.
    pub fn put(&mut self, members: Vec<Member>, moments: [Tensor<1>; 2]) {
        self.0.insert(members, moments);
    }

    /// Every parameter's own.
    pub fn each(&self) -> Vec<(Member, [Tensor<1>; 2])> {
        let mut each = Vec::new();
        for (members, [m, v]) in &self.0 {
            let parts = split(m.clone(), members)
                .into_iter()
                .zip(split(v.clone(), members));
            each.extend(members.iter().copied().zip(parts.map(|(m, v)| [m, v])));
        }
        each
    }
}
