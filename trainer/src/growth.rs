//! A model that is told more than it was trained with, which at first does not show in what it computes.

use spanlight_core::weights::{Array, StateDict};

/// Beginning of the names of what the words next to spans go through (method §13.8).
pub const EDGE: &str = "edge.";
/// What sees them then.
const SEES: &str = "relation_inner.linear.weight";
/// How words are written (method §13.12).
pub const CASE: &str = "case";

/// Those weights of a model that another one may lack or have fewer columns of.
pub fn extras(weights: &StateDict) -> StateDict {
    let concerned = |name: &str| name == CASE || name == SEES || name.starts_with(EDGE);
    weights
        .iter()
        .filter(|(name, _)| concerned(name))
        .map(|(name, array)| (name.clone(), array.clone()))
        .collect()
}

/// An earlier model with what a new one has besides: how words are written and the words next to spans, of
/// which it sees nothing yet.
pub fn grown(mut earlier: StateDict, new: &StateDict) -> StateDict {
    if let Some(case) = new.get(CASE).filter(|_| !earlier.contains_key(CASE)) {
        let values = vec![0.0; case.values.len()];
        earlier.insert(
            CASE.into(),
            Array {
                values,
                ..case.clone()
            },
        );
    }
    let edges: Vec<_> = new
        .iter()
        .filter(|(name, _)| name.starts_with(EDGE))
        .collect();
    if edges.is_empty() || earlier.keys().any(|name| name.starts_with(EDGE)) {
        return earlier;
    }
    earlier.extend(
        edges
            .into_iter()
            .map(|(name, array)| (name.clone(), array.clone())),
    );
    if let (Some(wide), Some(narrow)) = (new.get(SEES), earlier.get_mut(SEES)) {
        widen(narrow, &wide.shape);
    }
    earlier
}

/// Columns of zeros behind those of a matrix `[rows, known]`: `[rows, width]`.
fn widen(narrow: &mut Array, shape: &[usize]) {
    let (&[rows, width], &[same, known]) = (shape, narrow.shape.as_slice()) else {
        return;
    };
    if same != rows || known > width {
        return;
    }
    let mut values = vec![0.0; rows * width];
    for (new, old) in values.chunks_mut(width).zip(narrow.values.chunks(known)) {
        new[..known].copy_from_slice(old);
    }
    *narrow = Array {
        shape: shape.to_vec(),
        values,
    };
}
