//! Maxima of a map, finer than its cells.

/// A maximum: its place in cells, whole numbers being their centres, and the map's value in its cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peak {
    pub x: f32,
    pub y: f32,
    pub value: f32,
}

/// The part of a map `[rows of stride width]` that holds the picture.
#[derive(Clone, Copy, Debug)]
pub struct Grid<'a> {
    pub map: &'a [f32],
    pub width: usize,
    pub columns: usize,
    pub rows: usize,
}

impl Grid<'_> {
    /// The highest cell, the first in reading order among equals.
    pub fn highest(&self) -> Peak {
        let mut best = (0, 0);
        for (x, y) in self.places() {
            if self.at(x, y) > self.at(best.0, best.1) {
                best = (x, y);
            }
        }
        self.refined(best.0, best.1)
    }

    /// Every cell of at least `least` that none within `radius` cells exceeds, the highest first.
    pub fn peaks(&self, least: f32, radius: usize) -> Vec<Peak> {
        let mut peaks: Vec<_> = self
            .places()
            .filter(|&(x, y)| self.at(x, y) >= least && self.is_peak(x, y, radius))
            .map(|(x, y)| self.refined(x, y))
            .collect();
        peaks.sort_by(|a, b| b.value.total_cmp(&a.value));
        peaks
    }

    /// The map blurred by a Gaussian of `sigma` cells over the cells that hold the picture; the padding becomes 0.
    pub fn blurred(&self, sigma: f32) -> Vec<f32> {
        let reach = (3.0 * sigma).ceil() as usize;
        let kernel: Vec<f32> =
            (0..=reach).map(|i| (-0.5 * (i as f32 / sigma).powi(2)).exp()).collect();
        // The mean of what lies inside: nothing is known beyond the edge.
        let mean = |at: &dyn Fn(usize) -> f32, i: usize, count: usize| {
            let near = i.saturating_sub(reach)..(i + reach + 1).min(count);
            let (sum, weight) = near.fold((0.0, 0.0), |(sum, weight), j| {
                let k = kernel[i.abs_diff(j)];
                (sum + k * at(j), weight + k)
            });
            sum / weight
        };
        let mut rows = vec![0.0; self.map.len()];
        for (x, y) in self.places() {
            rows[y * self.width + x] = mean(&|x| self.at(x, y), x, self.columns);
        }
        let mut blurred = vec![0.0; self.map.len()];
        for (x, y) in self.places() {
            blurred[y * self.width + x] = mean(&|y| rows[y * self.width + x], y, self.rows);
        }
        blurred
    }

    fn places(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let (columns, rows) = (self.columns, self.rows);
        (0..rows).flat_map(move |y| (0..columns).map(move |x| (x, y)))
    }

    fn at(&self, x: usize, y: usize) -> f32 {
        self.map[y * self.width + x]
    }

    /// Among equals the first in reading order is the peak.
    fn is_peak(&self, x: usize, y: usize, radius: usize) -> bool {
        let value = self.at(x, y);
        let rows = y.saturating_sub(radius)..(y + radius + 1).min(self.rows);
        let columns = x.saturating_sub(radius)..(x + radius + 1).min(self.columns);
        rows.into_iter().all(|row| {
            columns.clone().all(|column| {
                let other = self.at(column, row);
                other < value || other == value && (row, column) >= (y, x)
            })
        })
    }

    /// The vertex of the parabola through a cell and its neighbours, on each axis; a cell at the edge stays.
    fn refined(&self, x: usize, y: usize) -> Peak {
        let value = self.at(x, y);
        let shift = |i: usize, count: usize, at: &dyn Fn(usize) -> f32| {
            if i == 0 || i + 1 >= count {
                return 0.0;
            }
            let (before, after) = (at(i - 1), at(i + 1));
            let bend = before - 2.0 * value + after;
            if bend < 0.0 { (0.5 * (before - after) / bend).clamp(-0.5, 0.5) } else { 0.0 }
        };
        Peak {
            x: x as f32 + shift(x, self.columns, &|x| self.at(x, y)),
            y: y as f32 + shift(y, self.rows, &|y| self.at(x, y)),
            value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: usize = 20;

    fn bumps(centres: &[[f32; 2]]) -> Vec<f32> {
        let value = |i: usize, &[x, y]: &[f32; 2]| {
            let (dx, dy) = ((i % WIDTH) as f32 - x, (i / WIDTH) as f32 - y);
            10.0 - 0.5 * (dx * dx + dy * dy)
        };
        let highest =
            |i: usize| centres.iter().map(|c| value(i, c)).fold(f32::NEG_INFINITY, f32::max);
        (0..WIDTH * WIDTH).map(highest).collect()
    }

    fn grid(map: &[f32]) -> Grid<'_> {
        Grid { map, width: WIDTH, columns: WIDTH, rows: WIDTH }
    }

    #[test]
    fn a_maximum_between_cells_is_found_between_them() {
        let map = bumps(&[[7.3, 11.6]]);
        let peak = grid(&map).highest();
        assert!((peak.x - 7.3).abs() < 1e-3 && (peak.y - 11.6).abs() < 1e-3, "{peak:?}");
    }

    #[test]
    fn what_lies_in_the_padding_is_not_seen() {
        let map = bumps(&[[3.0, 4.0], [15.0, 4.0]]);
        let peak = Grid { columns: 10, ..grid(&map) }.highest();
        assert_eq!((peak.x, peak.y), (3.0, 4.0));
    }

    #[test]
    fn every_peak_is_found_once_even_on_a_plateau() {
        let mut map = bumps(&[[4.0, 4.0], [14.0, 12.0]]);
        map[4 * WIDTH + 5] = map[4 * WIDTH + 4];
        let peaks = grid(&map).peaks(5.0, 2);
        assert_eq!(peaks.len(), 2, "{peaks:?}");
    }

    #[test]
    fn blurring_keeps_a_constant_up_to_the_edge_and_the_place_of_a_bump() {
        let flat = Grid { columns: 12, ..grid(&[3.0; WIDTH * WIDTH]) }.blurred(2.0);
        let expected = |i: usize| if i % WIDTH < 12 { 3.0 } else { 0.0 };
        assert!((0..flat.len()).all(|i| (flat[i] - expected(i)).abs() < 1e-5));
        let mut map = [0.0; WIDTH * WIDTH];
        map[8 * WIDTH + 9] = 1.0;
        let blurred = grid(&map).blurred(1.5);
        let peak = grid(&blurred).highest();
        assert!((peak.x - 9.0).abs() < 1e-3 && (peak.y - 8.0).abs() < 1e-3, "{peak:?}");
    }

    #[test]
    fn a_flat_map_has_its_maximum_in_its_first_cell() {
        let peak = grid(&[1.0; WIDTH * WIDTH]).highest();
        assert_eq!((peak.x, peak.y), (0.0, 0.0));
    }
}
