//! How large a model would be, before it is made.

use super::{ModelConfig, RelationInput};
use crate::case::Case;
use crate::pair::{EDGE_SIZE, POSITION_ROWS};
use crate::schema::Schema;
use crate::tagger::Tag;

impl ModelConfig {
    /// Number of weights of a model for a schema, saturating: absurd sizes are recognised before
    /// anything is allocated for them.
    pub fn parameters(&self, schema: &Schema) -> u128 {
        let linear =
            |inputs: u128, outputs: u128| inputs.saturating_mul(outputs).saturating_add(outputs);
        let table = |rows: u128, width: u128| rows.saturating_mul(width);
        let sum = |parts: &[u128]| parts.iter().fold(0_u128, |a, &b| a.saturating_add(b));
        let e = &self.encoder;
        let [hidden, inner, layers] =
            [e.hidden_size, e.intermediate_size, e.num_hidden_layers].map(|n| n as u128);
        let rows =
            sum(&[e.vocab_size, e.max_position_embeddings, e.type_vocab_size].map(|n| n as u128));
        let [size, attention, position, relation] = [
            self.span_size,
            self.attention_size,
            self.position_size,
            self.relation_size,
        ]
        .map(|n| n as u128);
        let norm = |width: u128| table(2, width);
        let dense = |inputs, outputs| sum(&[linear(inputs, outputs), norm(outputs)]);
        let layer = sum(&[
            table(4, linear(hidden, hidden)),
            linear(hidden, inner),
            linear(inner, hidden),
            table(2, norm(hidden)),
        ]);
        let channels = self.span_channels as u128;
        let features = table(self.span_kernels.len() as u128, channels);
        let taps = sum(&self
            .span_kernels
            .iter()
            .map(|&k| k as u128)
            .collect::<Vec<_>>());
        let span = sum(&[
            table(hidden, table(taps, channels)),
            features,
            dense(features, size),
        ]);
        sum(&[
            table(rows, hidden),
            norm(hidden),
            table(
                e.relative_attention_num_buckets as u128,
                e.num_attention_heads as u128,
            ),
            table(layers, layer),
            linear(hidden, hidden),
            linear(
                hidden,
                Tag::ALL.len() as u128 + u128::from(self.tag_pad_class),
            ),
            table(if self.share_span_encoder { 1 } else { 2 }, span),
            linear(size, schema.entity_classes() as u128),
            table(POSITION_ROWS as u128, position),
            table(attention, sum(&[size, hidden, table(2, position), 1])),
            match self.relation_input {
                RelationInput::Edges => linear(hidden, EDGE_SIZE as u128),
                RelationInput::Pooled | RelationInput::Typed => 0,
            },
            dense(self.relation_features(schema) as u128, size),
            dense(size, relation),
            linear(relation, schema.relation_classes() as u128),
            table(if self.case { Case::KINDS as u128 } else { 0 }, hidden),
        ])
    }
}
