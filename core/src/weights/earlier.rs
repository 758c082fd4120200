//! Names that parameters had in earlier versions: in bundles of format 1, and in runs of that time.

use std::collections::BTreeMap;

/// Prefixes of names, earlier and current. The first matching prefix is replaced.
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

/// Arrays under their current names, given those of any version.
pub fn current_names<T>(state: BTreeMap<String, T>) -> BTreeMap<String, T> {
    let current = |name: String| {
        let found = MODULES
            .iter()
            .find_map(|(earlier, now)| Some(format!("{now}{}", name.strip_prefix(earlier)?)));
        found.unwrap_or(name)
    };
    state
        .into_iter()
        .map(|(name, array)| (current(name), array))
        .collect()
}
