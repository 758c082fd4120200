//! Convolution kernels of the span CNN. Theirs are one array a width, `[channels, hidden, k]`, and read the
//! words from last to first. Ours are one matrix for all widths, `[Σk * channels, hidden]`, and read them
//! from first to last.

use std::collections::BTreeMap;

use crate::weights::{Array, StateDict};
use crate::{Error, Result};

/// Their kernels and biases, by module and index of the width.
#[derive(Default)]
pub(super) struct Kernels {
    weights: BTreeMap<(String, usize), Array>,
    biases: BTreeMap<(String, usize), Array>,
}

impl Kernels {
    /// Adds the array whose name is `module` + `conv_layer_` + `rest`.
    pub(super) fn add(&mut self, name: &str, module: &str, rest: &str, array: Array) -> Result<()> {
        let unknown = || Error::Weight {
            name: name.into(),
            problem: "is no kernel or bias of the span CNN".into(),
        };
        let (index, kind) = rest.split_once('.').ok_or_else(unknown)?;
        let key = (module.to_string(), index.parse().map_err(|_| unknown())?);
        // A kernel without values may claim any width, and would be read as often as that.
        if array.values.is_empty() {
            return Err(unknown());
        }
        match kind {
            "weight" if array.shape.len() == 3 => self.weights.insert(key, array),
            "bias" if array.shape.len() == 1 => self.biases.insert(key, array),
            _ => return Err(unknown()),
        };
        Ok(())
    }

    /// All kernels and biases in our layout.
    ///
    /// # Errors
    /// [`Error::Weight`] for kernels of one module that read words of different widths.
    pub(super) fn ours(self) -> Result<StateDict> {
        let mut state = StateDict::new();
        for ((module, _), kernel) in self.weights {
            append_rows(&mut state, format!("{module}taps.weight"), taps(&kernel))?;
        }
        for ((module, _), bias) in self.biases {
            append_rows(&mut state, format!("{module}bias"), bias)?;
        }
        Ok(state)
    }
}

/// Their arrays for our kernels or biases of the span CNN, under the name of our module and their names
/// inside it; `None` for other parameters.
pub(super) fn theirs(
    name: &str,
    array: &Array,
    widths: &[usize],
) -> Result<Option<Vec<(String, Array)>>> {
    let fail = || Error::Weight {
        name: name.into(),
        problem: format!(
            "has the shape {:?}, which does not fit kernels of the widths {widths:?}",
            array.shape
        ),
    };
    let (module, taps) = match (
        name.strip_suffix("cnn.taps.weight"),
        name.strip_suffix("cnn.bias"),
    ) {
        (Some(module), _) => (module, true),
        (_, Some(module)) => (module, false),
        _ => return Ok(None),
    };
    let parts: usize = if taps {
        widths.iter().sum()
    } else {
        widths.len()
    };
    let rows = array.shape.first().copied().unwrap_or(0);
    if parts == 0 || !rows.is_multiple_of(parts) || array.shape.len() != 1 + usize::from(taps) {
        return Err(fail());
    }
    let channels = rows / parts;
    let row = array.values.len() / rows.max(1);
    let mut from = 0;
    let mut found = Vec::with_capacity(widths.len());
    for (layer, &width) in widths.iter().enumerate() {
        let count = if taps { width * channels } else { channels };
        let values = &array.values[from * row..(from + count) * row];
        from += count;
        let (kind, part) = if taps {
            ("weight", kernel(values, channels, row, width))
        } else {
            let (shape, values) = (vec![channels], values.to_vec());
            ("bias", Array { shape, values })
        };
        found.push((format!("{module}cnn.conv_layer_{layer}.{kind}"), part));
    }
    Ok(Some(found))
}

/// Reverses a kernel: theirs, `[channels, hidden, k]` → ours, `[k * channels, hidden]`.
fn taps(kernel: &Array) -> Array {
    let (channels, hidden, width) = (kernel.shape[0], kernel.shape[1], kernel.shape[2]);
    let mut values = Vec::with_capacity(kernel.values.len());
    for tap in 0..width {
        for channel in 0..channels {
            let row = &kernel.values[channel * hidden * width..(channel + 1) * hidden * width];
            values.extend((0..hidden).map(|h| row[h * width + (width - 1 - tap)]));
        }
    }
    Array {
        shape: vec![width * channels, hidden],
        values,
    }
}

/// Reverses a kernel: ours, `[k * channels, hidden]` → theirs, `[channels, hidden, k]`.
fn kernel(taps: &[f32], channels: usize, hidden: usize, width: usize) -> Array {
    let mut values = Vec::with_capacity(taps.len());
    for channel in 0..channels {
        for h in 0..hidden {
            values.extend((0..width).map(|at| {
                let tap = width - 1 - at;
                taps[(tap * channels + channel) * hidden + h]
            }));
        }
    }
    Array {
        shape: vec![channels, hidden, width],
        values,
    }
}

fn append_rows(state: &mut StateDict, name: String, rows: Array) -> Result<()> {
    match state.get_mut(&name) {
        Some(array) if array.shape[1..] != rows.shape[1..] => Err(Error::Weight {
            name,
            problem: format!(
                "would join kernels for words of the widths {:?} and {:?}; use a checkpoint of the authors' code",
                &array.shape[1..],
                &rows.shape[1..]
            ),
        }),
        Some(array) => {
            array.shape[0] += rows.shape[0];
            array.values.extend(rows.values);
            Ok(())
        }
        None => {
            state.insert(name, rows);
            Ok(())
        }
    }
}
