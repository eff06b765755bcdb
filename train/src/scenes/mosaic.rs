//! A division of the plane into cells around seeds.

use super::dice::Dice;
use super::noise::warp;
use super::vectors::{Vec2, vec2};

/// Voronoi cells around the points of a disturbed hexagonal lattice, their borders bent.
pub struct Mosaic {
    seeds: Vec<Vec2>,
    /// Seeds near each bin of the plane, so that a look need not compare all.
    bins: Vec<Vec<u16>>,
    columns: usize,
    rows: usize,
    spacing: f32,
    bent: f32,
    warp: u32,
}

/// Cells that the mosaic reaches beyond the picture.
const MARGIN: f32 = 2.0;

impl Mosaic {
    /// A mosaic over `extent` with about `cells` cells across one unit; `disorder` 0 is a honeycomb, 1 irregular;
    /// borders are bent by `bent` cells.
    pub fn new(extent: Vec2, cells: f32, disorder: f32, bent: f32, dice: &mut Dice) -> Self {
        let spacing = 1.0 / cells;
        let (turn, middle) = (dice.angle(), extent * 0.5);
        let reach = (middle.length() / spacing + MARGIN) as i32;
        let mut seeds = Vec::new();
        for row in -reach..=reach {
            for column in -reach..=reach {
                let stagger = if row % 2 == 0 { 0.0 } else { 0.5 };
                let jitter = vec2(dice.between(-0.5, 0.5), dice.between(-0.5, 0.5)) * disorder;
                let lattice = vec2(column as f32 + stagger, row as f32 * 0.866);
                let seed = (lattice + jitter).turned(turn) * spacing + middle;
                let near = |v: f32, size: f32| v > -MARGIN * spacing && v < size + MARGIN * spacing;
                if near(seed.x, extent.x) && near(seed.y, extent.y) {
                    seeds.push(seed);
                }
            }
        }
        let count = |size: f32| ((size + 2.0 * MARGIN * spacing) / spacing).ceil() as usize + 1;
        let (columns, rows) = (count(extent.x), count(extent.y));
        let mut mosaic = Self {
            seeds,
            bins: vec![Vec::new(); columns * rows],
            columns,
            rows,
            spacing,
            bent,
            warp: dice.seed(),
        };
        mosaic.fill_bins();
        mosaic
    }

    /// A seed belongs to its bin and those within two bins, which no nearest neighbour lies beyond.
    fn fill_bins(&mut self) {
        for (i, seed) in self.seeds.iter().enumerate() {
            let (column, row) = bin(*seed, self.spacing);
            for y in (row - 2).max(0)..=(row + 2).min(self.rows as i32 - 1) {
                for x in (column - 2).max(0)..=(column + 2).min(self.columns as i32 - 1) {
                    self.bins[y as usize * self.columns + x as usize].push(i as u16);
                }
            }
        }
    }

    /// Every cell's seed, before bending.
    pub fn seeds(&self) -> &[Vec2] {
        &self.seeds
    }

    /// About where a point before bending is seen.
    pub fn place(&self, seed: Vec2) -> Vec2 {
        seed - self.shift(seed)
    }

    fn shift(&self, p: Vec2) -> Vec2 {
        warp(p * (1.3 / self.spacing), 2, self.warp) * (self.bent * self.spacing)
    }

    /// Index of the cell at `p` and the distance to its border.
    pub fn look(&self, p: Vec2) -> (usize, f32) {
        let p = p + self.shift(p);
        let (column, row) = bin(p, self.spacing);
        let column = column.clamp(0, self.columns as i32 - 1) as usize;
        let row = row.clamp(0, self.rows as i32 - 1) as usize;
        let near = &self.bins[row * self.columns + column];
        let gap = |i: u16| {
            let to = self.seeds[usize::from(i)] - p;
            to.dot(to)
        };
        let (mut nearest, mut least) = (0, f32::MAX);
        for &i in near {
            let gap = gap(i);
            if gap < least {
                (nearest, least) = (i, gap);
            }
        }
        let middle = self.seeds[usize::from(nearest)];
        // A border is the line half way between two seeds.
        let border = |&i: &u16| {
            let apart = (self.seeds[usize::from(i)] - middle).length();
            if i == nearest { f32::MAX } else { (gap(i) - least) / (2.0 * apart.max(1e-6)) }
        };
        (usize::from(nearest), near.iter().map(border).fold(f32::MAX, f32::min))
    }
}

fn bin(p: Vec2, spacing: f32) -> (i32, i32) {
    let at = |v: f32| (v / spacing + MARGIN).floor() as i32;
    (at(p.x), at(p.y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_change_nothing() {
        let mosaic = Mosaic::new(vec2(1.0, 1.5), 5.0, 1.0, 0.0, &mut Dice::new(8, 0));
        for i in 0..400 {
            let p = vec2((i % 20) as f32 / 20.0, (i / 20) as f32 * 0.075);
            let gap = |seed: &Vec2| (*seed - p).length();
            let nearest = mosaic.seeds().iter().map(gap).fold(f32::MAX, f32::min);
            let (cell, border) = mosaic.look(p);
            assert!((gap(&mosaic.seeds()[cell]) - nearest).abs() < 1e-6);
            assert!(border >= 0.0);
        }
    }
}
