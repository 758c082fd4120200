//! Where the entries of a legend go.

/// Distance of the first entry from the top.
const TOP: i32 = 8;
/// Height of an entry where there is room enough.
const ROOMY: i32 = 40;
/// Least height of an entry with a note below its name.
const WITH_NOTE: i32 = 32;

/// The rows of a legend, one an entry.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows {
    height: i32,
}

impl Rows {
    /// As many rows as there are entries, in pixels: closer together where they would not fit.
    pub(super) fn new(height: i32, entries: usize) -> Self {
        let each = (height - TOP) / entries.max(1) as i32;
        Self {
            height: each.min(ROOMY),
        }
    }

    /// The upper end of a row.
    pub(super) fn top(self, index: usize) -> i32 {
        TOP + self.height * index as i32
    }

    /// Whether there is room for notes.
    pub(super) fn notes(self) -> bool {
        self.height >= WITH_NOTE
    }
}

#[cfg(test)]
mod tests {
    use spanlight_core::pretrain::PretrainLoss;

    use super::*;

    #[test]
    fn every_entry_is_inside() {
        let all = PretrainLoss::NAMES.len() + 1;
        let height = 340;
        for entries in 1..=2 * all {
            let rows = Rows::new(height, entries);
            let bottom = rows.top(entries);
            assert!(bottom <= height, "{entries} entries reach {bottom}");
            assert!(rows.top(1) - rows.top(0) >= 16, "{entries} entries overlap");
            assert_eq!(rows.notes(), entries <= all + 1, "{entries} entries");
        }
        assert_eq!(Rows::new(height, 3).top(2), 88);
    }
}
