//! How curves are told apart.

use plotters::prelude::*;

/// Okabe and Ito's colours without the yellow: told apart by colour-blind readers too.
const COLORS: [RGBColor; 6] = [
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0xe6, 0x9f, 0x00),
    RGBColor(0x56, 0xb4, 0xe9),
];
/// Length of the shortest dashes, in pixels.
const DASH: usize = 6;

/// Colour and dashes of a curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stroke {
    /// The colour.
    pub(super) color: RGBColor,
    /// Length of its dashes in pixels; nothing for a solid line.
    pub(super) dash: Option<i32>,
}

impl Stroke {
    /// That of a curve by its number: once the colours are used up, they come again in dashes, and
    /// then in longer ones.
    pub(super) fn of(index: usize) -> Self {
        let round = index / COLORS.len();
        Self {
            color: COLORS[index % COLORS.len()],
            dash: (round > 0).then_some((DASH * round) as i32),
        }
    }

    /// A solid line.
    pub(super) fn solid(color: RGBColor) -> Self {
        Self { color, dash: None }
    }
}

#[cfg(test)]
mod tests {
    use spanlight_core::pretrain::PretrainLoss;

    use super::*;

    #[test]
    fn no_two_curves_are_alike() {
        let all = PretrainLoss::NAMES.len() + 1;
        for curves in [all, 3 * all] {
            let strokes: Vec<_> = (0..curves).map(Stroke::of).collect();
            for (index, stroke) in strokes.iter().enumerate() {
                let first = strokes.iter().position(|other| other == stroke);
                assert_eq!(first, Some(index), "{stroke:?}");
            }
        }
        assert!((0..6).all(|index| Stroke::of(index).dash.is_none()));
    }
}
