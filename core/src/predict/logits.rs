//! Logits of a batch on the device, and their copy on the host.

use burn::tensor::Tensor;

use crate::readback::Rows;

/// Logits of typed and related spans, on the device.
#[derive(Clone)]
pub(super) struct Logits {
    pub types: Tensor<2>,
    pub relations: Option<Tensor<2>>,
    pub attention: Option<Tensor<2>>,
}

/// The host's copy of [`Logits`].
pub(super) struct Values {
    pub types: Rows,
    pub relations: Option<Rows>,
    pub attention: Option<Rows>,
}

impl Logits {
    pub fn tensors(self) -> impl Iterator<Item = Tensor<2>> {
        [Some(self.types), self.relations, self.attention]
            .into_iter()
            .flatten()
    }

    /// Takes as many matrices as [`Self::tensors`] gave.
    pub fn values(&self, mut read: impl Iterator<Item = Rows>) -> Option<Values> {
        Some(Values {
            types: read.next()?,
            relations: self.relations.as_ref().and_then(|_| read.next()),
            attention: self.attention.as_ref().and_then(|_| read.next()),
        })
    }
}
