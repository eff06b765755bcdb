//! A task's errors on its own examples, each predicted from the others.

use std::collections::BTreeMap;

use super::evidence::{Evidence, thinned};
use super::kind::TaskKind;
use super::picture::Seen;
use super::uncertainty::Calibration;
use crate::model::{CellLabels, ReadOut};

/// Parts the examples are dealt into; each is predicted from the rest.
const PARTS: usize = 5;

/// Examples of a part that are predicted.
const PREDICTED: usize = 2;

/// Distance of the cells that are looked at.
const SPACING: usize = 2;

/// Most channels, and fewer by the square of the pictures that are seen at a time: every part has sums of its own.
const MOST: usize = 32;

/// Sums over parts of the support, kept up to date label by label, on every fourth cell.
#[derive(Default)]
pub struct HeldOut {
    parts: Vec<Part>,
    /// Computed when first asked for after a change.
    calibration: Option<Calibration>,
}

struct Part {
    sums: ReadOut,
    labels: BTreeMap<u32, CellLabels>,
}

/// How a read-out of the task is solved.
#[derive(Clone, Copy)]
pub struct Solving {
    pub kind: TaskKind,
    /// Without the background.
    pub channels: usize,
    /// Pictures that are seen at a time.
    pub images: usize,
    pub balance: f64,
}

impl HeldOut {
    /// The last calibration, if there was one; it may be older than the last label.
    pub fn last(&self) -> Option<Calibration> {
        self.calibration
    }

    /// The calibration that belongs to `labels`.
    pub fn calibration(
        &mut self,
        solving: Solving,
        labels: &[(u32, &CellLabels)],
        pictures: Seen<'_>,
    ) -> Calibration {
        if solving.channels * solving.images.pow(2) > MOST {
            return Calibration::assumed(solving.kind);
        }
        if self.update(labels, pictures) {
            self.calibration = None;
        }
        let calibration = self.calibration.unwrap_or_else(|| self.calibrate(solving, pictures));
        *self.calibration.insert(calibration)
    }

    /// Takes over what differs; whether anything does.
    fn update(&mut self, labels: &[(u32, &CellLabels)], pictures: Seen<'_>) -> bool {
        let mut changed = false;
        for part in &mut self.parts {
            let gone = |picture: &u32| labels.iter().all(|(id, _)| id != picture);
            if !part.labels.keys().any(gone) {
                continue;
            }
            // The picture may be gone too, and its features with it, so what is left of the part is summed anew.
            changed = true;
            part.labels.retain(|picture, _| !gone(picture));
            for (i, (picture, cells)) in part.labels.iter().enumerate() {
                let maps = &pictures[picture].maps;
                if i == 0 {
                    part.sums = ReadOut::new(maps.channels(), cells.len());
                }
                part.sums.change(maps, None, Some(cells));
            }
        }
        self.parts.retain(|part| !part.labels.is_empty());
        for &(picture, cells) in labels {
            let maps = &pictures[&picture].maps;
            let sampled = thinned(cells, SPACING);
            let place = self.parts.iter().position(|part| part.labels.contains_key(&picture));
            let place = place.unwrap_or_else(|| self.smallest(maps.channels(), cells.len()));
            let part = &mut self.parts[place];
            let before = part.labels.get(&picture);
            if before != Some(&sampled) {
                part.sums.change(maps, before, Some(&sampled));
                part.labels.insert(picture, sampled);
                changed = true;
            }
        }
        changed
    }

    /// Number of the part with the fewest examples, a new one while there may be more.
    fn smallest(&mut self, features: usize, channels: usize) -> usize {
        if self.parts.len() < PARTS {
            let sums = ReadOut::new(features, channels);
            self.parts.push(Part { sums, labels: BTreeMap::new() });
            return self.parts.len() - 1;
        }
        let sizes = self.parts.iter().map(|part| part.labels.len());
        sizes.enumerate().min_by_key(|&(_, size)| size).map_or(0, |(place, _)| place)
    }

    fn calibrate(&self, solving: Solving, pictures: Seen<'_>) -> Calibration {
        let Solving { kind, channels, balance, .. } = solving;
        let (parts, alone) = (&self.parts, self.parts.len() == 1);
        let decides = matches!(kind, TaskKind::Mask | TaskKind::OverlappingMask);
        if parts.is_empty() || decides && alone {
            return Calibration::assumed(kind);
        }
        let mut evidence = Evidence::new(kind, channels);
        for (number, part) in parts.iter().enumerate() {
            // A lone example is its own judge: too mild, but it tells where errors are.
            let rest = parts.iter().enumerate().filter(|&(i, _)| i != number || alone);
            let trained: usize = rest.clone().map(|(_, part)| part.labels.len()).sum();
            let sums = rest.map(|(_, part)| part.sums.clone()).reduce(|mut sums, other| {
                sums.add(&other);
                sums
            });
            let Some(sums) = sums.filter(|sums| !sums.is_empty()) else { continue };
            let weights = sums.solve_all(kind.lambda(trained), balance);
            for (picture, labels) in part.labels.iter().take(PREDICTED) {
                let logits = kind.quantity().logits(&weights, &pictures[picture].maps);
                evidence.add(logits, labels);
            }
        }
        evidence.calibration()
    }
}
