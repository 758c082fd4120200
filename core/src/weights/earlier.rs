//! Names of parameters in files of earlier versions: bundles of format 1, and runs of that time.

use super::StateDict;

/// Beginnings of names, then and now. The first one that fits counts.
const MODULES: [(&str, &str); 15] = [
    ("network.encoder.", "network.encoders.sentence."),
    ("network.span.", "network.encoders.span."),
    ("network.pair.", "network.encoders.pair."),
    (
        "momentum.network.encoder.",
        "momentum.network.encoders.sentence.",
    ),
    ("momentum.network.span.", "momentum.network.encoders.span."),
    ("momentum.network.pair.", "momentum.network.encoders.pair."),
    ("boundary.", "tbo."),
    ("permutation.", "spo."),
    ("encoder.", "encoders.sentence."),
    ("entity.", "encoders.span."),
    ("pair.", "encoders.pair."),
    ("edge.", "relation.edge."),
    ("relation_inner.", "relation.inner."),
    ("relation_outer.", "relation.outer."),
    ("relation_head.", "relation.head."),
];

/// Arrays of our models under the names that they have now, whatever version wrote them.
pub fn current_names(state: StateDict) -> StateDict {
    let current = |name: String| {
        let found = MODULES
            .iter()
            .find_map(|(then, now)| Some(format!("{now}{}", name.strip_prefix(then)?)));
        found.unwrap_or(name)
    };
    state
        .into_iter()
        .map(|(name, array)| (current(name), array))
        .collect()
}
