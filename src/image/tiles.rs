//! Where tiles lie on a picture that is too big to be seen as a whole, and how what they say becomes one map.
//!
//! Must be kept in sync with `www/src/anolis/internal/tiles.ts`; tests/tiles/spans.json holds both together.

/// Where a tile lies along one side of the picture, in pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    pub from: usize,
    /// Outside.
    pub to: usize,
    /// Where it is nearer to its middle than to that of its neighbours; outside is the second.
    pub core: [f32; 2],
    /// How much it counts at each of its pixels: at every pixel of the side all tiles together count 1.
    pub weights: Vec<f32>,
}

impl Span {
    /// Evenly spread tiles of one length that cover a side and overlap by at least `overlap`, which is less than `tile`.
    pub fn along(side: usize, tile: usize, overlap: usize) -> Vec<Self> {
        let length = side.min(tile.max(1));
        let overlap = overlap.min(length.saturating_sub(1));
        let count = if side <= tile { 1 } else { (side - overlap).div_ceil(length - overlap) };
        // Rounded half up.
        let gaps = (count - 1).max(1);
        let start = |i: usize| (2 * i * (side - length) + gaps) / (2 * gaps);
        let starts: Vec<_> = (0..count).map(start).collect();
        // Less towards the edges, where a tile sees nothing of what is beyond.
        let ramp: Vec<_> = (0..length).map(|at| (at + 1).min(length - at) as f32).collect();
        let mut sums = vec![0.0; side];
        for &from in &starts {
            sums[from..].iter_mut().zip(&ramp).for_each(|(sum, weight)| *sum += weight);
        }
        let span = |(i, &from): (usize, &usize)| {
            let between = |other: usize| (starts[other] + from + length) as f32 / 2.0;
            Self {
                from,
                to: from + length,
                core: [
                    if i == 0 { 0.0 } else { between(i - 1) },
                    if i + 1 == count { side as f32 } else { between(i + 1) },
                ],
                weights: ramp.iter().zip(&sums[from..]).map(|(weight, sum)| weight / sum).collect(),
            }
        };
        starts.iter().enumerate().map(span).collect()
    }

    /// Pixels from its beginning to its end.
    pub fn length(&self) -> usize {
        self.to - self.from
    }

    /// Whether a place is nearer to its middle than to that of its neighbours.
    pub fn is_core(&self, place: f32) -> bool {
        (self.core[0]..self.core[1]).contains(&place)
    }
}

/// Values of tiles that overlap, blended row by row: only the rows of one tile are in memory.
pub struct Blend {
    width: usize,
    channels: usize,
    rows: usize,
    /// `[rows, channels, width]`; rows of the picture take turns in it.
    band: Vec<f32>,
    /// The first row that is not told yet.
    top: usize,
}

impl Blend {
    /// For a picture of `width` pixels whose tiles have at most `rows` rows.
    pub fn new(width: usize, channels: usize, rows: usize) -> Self {
        Self { width, channels, rows, band: vec![0.0; rows * channels * width], top: 0 }
    }

    /// Adds one channel of a tile, `[height, width]`; tiles come from top to bottom.
    pub fn add(&mut self, channel: usize, values: &[f32], across: &Span, down: &Span) {
        let lines = values.chunks_exact(across.length()).zip(&down.weights).enumerate();
        for (y, (line, weight)) in lines {
            let row = ((down.from + y) % self.rows * self.channels + channel) * self.width;
            let places = self.band[row + across.from..].iter_mut().zip(line).zip(&across.weights);
            places.for_each(|((place, value), across)| *place += weight * across * value);
        }
    }

    /// No further tile begins above row `y`: the rows before it are told once each, `[channel, width]`.
    pub fn finish(&mut self, y: usize, mut on_row: impl FnMut(usize, &[f32])) {
        let row = self.channels * self.width;
        while self.top < y {
            let values = &mut self.band[self.top % self.rows * row..][..row];
            on_row(self.top, values);
            values.fill(0.0);
            self.top += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_lie_where_those_of_the_page_lie() {
        let cases: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/tiles/spans.json")).unwrap();
        for case in cases.as_array().unwrap() {
            let [side, tile, overlap] =
                ["side", "tile", "overlap"].map(|key| case[key].as_u64().unwrap() as usize);
            let spans = Span::along(side, tile, overlap);
            let found: Vec<_> = spans
                .iter()
                .map(|span| [span.from as f32, span.to as f32, span.core[0], span.core[1]])
                .collect();
            let expected: Vec<[f32; 4]> = serde_json::from_value(case["spans"].clone()).unwrap();
            assert_eq!(found, expected, "{case}");
            let mut sums = vec![0.0; side];
            for span in &spans {
                sums[span.from..].iter_mut().zip(&span.weights).for_each(|(sum, w)| *sum += w);
            }
            assert!(sums.iter().all(|sum| (sum - 1.0f32).abs() < 1e-5), "{case}");
        }
    }

    #[test]
    fn what_cannot_be_tiled_is_one_tile_or_tiles_of_a_pixel() {
        assert_eq!(Span::along(5, 0, 3).len(), 5);
        assert_eq!(Span::along(5, 4, 9).last().unwrap().to, 5);
        assert_eq!(Span::along(1, 64, 16).len(), 1);
    }

    #[test]
    fn blending_gives_back_what_every_tile_agrees_on_each_row_once() {
        let (width, height) = (90, 75);
        let truth = |channel: usize, x: usize, y: usize| {
            (channel * 31 + x * 7919 + y * 104_729) as f32 % 97.0 / 97.0
        };
        let (columns, rows) = (Span::along(width, 32, 8), Span::along(height, 32, 8));
        let mut blend = Blend::new(width, 2, 32);
        let mut seen = Vec::new();
        for (i, down) in rows.iter().enumerate() {
            for across in &columns {
                for channel in 0..2 {
                    let line = |y| (across.from..across.to).map(move |x| truth(channel, x, y));
                    let tile: Vec<_> = (down.from..down.to).flat_map(line).collect();
                    blend.add(channel, &tile, across, down);
                }
            }
            blend.finish(rows.get(i + 1).map_or(height, |next| next.from), |y, row| {
                seen.push(y);
                for (i, value) in row.iter().enumerate() {
                    assert!((value - truth(i / width, i % width, y)).abs() < 1e-5);
                }
            });
        }
        assert!(seen.into_iter().eq(0..height));
    }
}
