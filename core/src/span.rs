//! Span encoder (method §3.3–3.4): convolution over the words of a span, max-pooling, dense layer.
//!
//! A convolution window is a sum of products, one a word, so a single matrix product over the words of a
//! batch serves all spans. The maximum over the windows inside a span comes from a table of range maxima.
//! Only the 2(k-1) windows that reach beyond a span are looked up one by one. The work per span does not
//! depend on its length. The result equals that of the direct convolution with k zeros on both sides.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};

use crate::config::{EmptySegment, ModelConfig};
use crate::ops::{Backward, Dense, Init, Linear, Pass, gelu, indices, select_rows};
use crate::schema::Span;
use crate::weights::Int8Source;

/// Convolutions with several kernel widths, max-pooled over a span.
#[derive(Module, Debug)]
pub struct SpanCnn {
    /// `[hidden, Σk * channels]`; columns are sorted by kernel, then position in the window, then channel.
    taps: Linear,
    /// `[kernels * channels]`.
    bias: Param<Tensor<1>>,
    kernels: Vec<usize>,
    channels: usize,
}

impl SpanCnn {
    /// Convolutions with initial weights; those of kernel k, and its bias, are drawn from
    /// U(±1/√(hidden * k)).
    pub fn new(
        hidden: usize,
        kernels: &[usize],
        channels: usize,
        init: &mut Init,
        device: &Device,
    ) -> Self {
        let bound = |k: usize| 1.0 / ((hidden * k) as f32).sqrt();
        let blocks = |width: &dyn Fn(usize) -> usize| -> Vec<(usize, f32)> {
            kernels.iter().map(|&k| (width(k), bound(k))).collect()
        };
        let taps = kernels
            .iter()
            .fold(0_usize, |sum, &k| sum.saturating_add(k));
        let taps = taps.saturating_mul(channels);
        Self {
            taps: Linear::new(
                init.uniform_columns(
                    [hidden, taps],
                    &blocks(&|k| k.saturating_mul(channels)),
                    device,
                ),
                None,
            ),
            bias: init.uniform_columns(
                [kernels.len().saturating_mul(channels)],
                &blocks(&|_| channels),
                device,
            ),
            kernels: kernels.to_vec(),
            channels,
        }
    }

    /// Number of zero rows that the matrix of words needs behind the last word.
    pub fn tail(&self) -> usize {
        self.kernels.iter().copied().max().unwrap_or(1) - 1
    }

    /// Features of spans, given as half-open ranges of rows: words `[words + tail, hidden]` →
    /// `[spans, kernels * channels]`.
    pub fn forward(&self, words: Tensor<2>, spans: &[Span], backward: Backward) -> Tensor<2> {
        let taps = self.taps.forward(words); // [words + tail, Σk * channels]
        let rows = taps.dims()[0] - self.tail();
        let mut column = 0;
        let mut features = Vec::with_capacity(self.kernels.len());
        for (i, &kernel) in self.kernels.iter().enumerate() {
            let products = taps.clone().narrow(1, column, kernel * self.channels);
            let bias = self
                .bias
                .val()
                .narrow(0, i * self.channels, self.channels)
                .unsqueeze::<2>();
            features.push(pool(&products, bias, kernel, rows, spans, backward));
            column += kernel * self.channels;
        }
        Tensor::cat(features, 1)
    }
}

/// The maximum over the windows of one kernel in each span: `[spans, channels]`.
///
/// `products` is `[rows + tail, kernel * channels]`, `bias` `[1, channels]`.
fn pool(
    products: &Tensor<2>,
    bias: Tensor<2>,
    kernel: usize,
    rows: usize,
    spans: &[Span],
    backward: Backward,
) -> Tensor<2> {
    let device = products.device();
    let channels = bias.dims()[1];
    let sums = window_sums(products, kernel, channels, rows);

    let longest = spans.iter().map(|s| s.1 - s.0).max().unwrap_or(0);
    let inside = range_maxima(
        gelu(sums[kernel - 1].clone() + bias.clone()),
        longest,
        kernel,
    );
    let (levels, starts) = inside;
    let nothing = levels.dims()[0] as i32;
    // With k zeros on both sides, every span has a window of zeros alone; an empty span has no other.
    let levels = Tensor::cat(vec![levels, gelu(bias.clone())], 0);
    let lookup = spans
        .iter()
        .flat_map(|&span| inner_rows(span, kernel, &starts, nothing))
        .collect();
    let mut windows =
        select_rows(levels, indices(lookup, &device), backward).reshape([spans.len(), 3, channels]);

    let slots = 2 * (kernel - 1);
    if slots > 0 {
        let mut firsts = Vec::with_capacity(kernel);
        let mut total = 0;
        for m in 1..kernel {
            firsts.push(total);
            total += rows * (kernel - m + 1);
        }
        let partial = (1..kernel)
            .map(|m| {
                sums[m - 1]
                    .clone()
                    .reshape([rows * (kernel - m + 1), channels])
            })
            .chain([Tensor::zeros([1, channels], &device)])
            .collect();
        let partial = Tensor::cat(partial, 0); // [partial windows + 1, channels]
        let lookup = spans
            .iter()
            .flat_map(|&span| edge_rows(span, kernel, &firsts, total))
            .collect();
        let edges = gelu(select_rows(partial, indices(lookup, &device), backward) + bias);
        windows = Tensor::cat(
            vec![windows, edges.reshape([spans.len(), slots, channels])],
            1,
        );
    }
    windows.max_dim(1).reshape([spans.len(), channels])
}

/// Sums of the products of m adjacent words with m adjacent taps of a kernel, for m = 1..=kernel.
///
/// Entry m-1 is `[rows, (kernel - m + 1) * channels]`: its column block o has the words row..row+m under
/// the taps o..o+m. The last entry has the complete windows.
fn window_sums(
    products: &Tensor<2>,
    kernel: usize,
    channels: usize,
    rows: usize,
) -> Vec<Tensor<2>> {
    let mut sums = vec![products.clone().narrow(0, 0, rows)];
    for m in 2..=kernel {
        let width = (kernel - m + 1) * channels;
        let shorter = sums[m - 2].clone().narrow(1, 0, width);
        let next = products
            .clone()
            .narrow(0, m - 1, rows)
            .narrow(1, (m - 1) * channels, width);
        sums.push(shorter + next);
    }
    sums
}

/// Maxima over runs of 1, 2, 4, … rows, one level above the other, and the first row of each level.
fn range_maxima(windows: Tensor<2>, longest: usize, kernel: usize) -> (Tensor<2>, Vec<usize>) {
    let mut starts = vec![0];
    let mut levels = vec![windows];
    let mut run = 1;
    while 2 * run + kernel <= longest + 1 {
        let last = levels[levels.len() - 1].clone();
        let rows = last.dims()[0];
        starts.push(starts[starts.len() - 1] + rows);
        let kept = rows - run;
        levels.push(
            last.clone()
                .narrow(0, 0, kept)
                .max_pair(last.narrow(0, run, kept)),
        );
        run *= 2;
    }
    (Tensor::cat(levels, 0), starts)
}

/// Rows of two overlapping runs that cover the complete windows of a span, and the row of the window of
/// zeros.
fn inner_rows((start, end): Span, kernel: usize, starts: &[usize], nothing: i32) -> [i32; 3] {
    if end < start + kernel {
        return [nothing; 3];
    }
    let windows = end - start - kernel + 1;
    let level = windows.ilog2() as usize;
    let base = starts[level];
    [
        (base + start) as i32,
        (base + start + windows - (1 << level)) as i32,
        nothing,
    ]
}

/// Rows of the windows that reach beyond a span; unused slots have the row of zeros.
fn edge_rows((start, end): Span, kernel: usize, firsts: &[usize], zero: usize) -> Vec<i32> {
    let length = end - start;
    let row = |m: usize, first_word: usize, tap: usize| {
        (firsts[m - 1] + first_word * (kernel - m + 1) + tap) as i32
    };
    let mut rows = Vec::with_capacity(2 * (kernel - 1));
    for m in 1..=length.min(kernel - 1) {
        rows.push(row(m, start, kernel - m)); // reaches beyond the left border
        rows.push(row(m, end - m, 0)); // reaches beyond the right border
    }
    if length > 0 && length < kernel {
        rows.extend((1..kernel - length).map(|tap| row(length, start, tap))); // beyond both
    }
    rows.resize(2 * (kernel - 1), zero as i32);
    rows
}

/// Span CNN followed by a dense layer: `r(span)`.
#[derive(Module, Debug)]
pub struct SpanEncoder {
    cnn: SpanCnn,
    dense: Dense,
    #[module(skip)]
    empty: EmptySegment,
}

impl SpanEncoder {
    /// A span encoder with initial weights.
    pub fn new(config: &ModelConfig, init: &mut Init, device: &Device) -> Self {
        let kernels = &config.span_kernels;
        let channels = config.span_channels;
        let hidden = config.encoder.hidden_size;
        let features = kernels.len().saturating_mul(channels);
        Self {
            cnn: SpanCnn::new(hidden, kernels, channels, init, device),
            dense: Dense::new(features, config.span_size, init, device),
            empty: config.empty_segment,
        }
    }

    /// Number of zero rows that the matrix of words needs behind the last word.
    pub fn tail(&self) -> usize {
        self.cnn.tail()
    }

    /// Takes the int8 weights of the span encoder at `path`; see [`Linear::take_int8`].
    pub(crate) fn take_int8(&mut self, path: &str, source: &mut Int8Source) {
        (self.cnn.taps).take_int8(&format!("{path}.cnn.taps.weight"), source);
        self.dense.take_int8(&format!("{path}.dense"), source);
    }

    /// Representations without the dropout of the dense layer: words `[words + tail, hidden]` →
    /// `[spans, span size]`.
    pub fn forward(&self, words: Tensor<2>, spans: &[Span], pass: &mut Pass) -> Tensor<2> {
        let features = self.cnn.forward(words, spans, pass.backward());
        let features = pass.dropout(features); // [spans, kernels * channels]
        let features = match self.empty {
            EmptySegment::Cnn => features,
            EmptySegment::Zero => zero_empty(features, spans),
        };
        self.dense.project(features, pass.backward())
    }
}

/// CNN features `[spans, features]` with zeros for empty spans (§3.5).
fn zero_empty(features: Tensor<2>, spans: &[Span]) -> Tensor<2> {
    if spans.iter().all(|(start, end)| start < end) {
        return features;
    }
    let present: Vec<f32> = spans
        .iter()
        .map(|(start, end)| if start < end { 1.0 } else { 0.0 })
        .collect();
    let present = TensorData::new(present, [spans.len(), 1]);
    let device = features.device();
    features * Tensor::from_data(present, &device)
}
