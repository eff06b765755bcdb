//! How a picture lies in the network's square.

/// What becomes of a picture's proportions in the square.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aspect {
    /// The longer side fills the square, the rest is padding.
    Kept,
    /// Both sides fill the square, so that more pixels show the picture.
    Stretched,
}

/// A picture scaled to a square and placed at its top left; the rest is padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fit {
    /// Side of the square in pixels.
    pub side: usize,
    /// Size of the scaled picture in pixels, at least 1 and at most `side`.
    pub width: usize,
    pub height: usize,
}

impl Fit {
    /// Fits a picture of `width x height` pixels.
    pub fn new(width: usize, height: usize, side: usize, aspect: Aspect) -> Self {
        let scale = side as f64 / width.max(height) as f64;
        let scaled = |length: usize| match aspect {
            Aspect::Kept => ((length as f64 * scale).round() as usize).clamp(1, side),
            Aspect::Stretched => side,
        };
        Self { side, width: scaled(width), height: scaled(height) }
    }

    /// Columns and rows of squares of `stride` pixels that hold the picture.
    pub fn cells(&self, stride: usize) -> (usize, usize) {
        (self.width.div_ceil(stride), self.height.div_ceil(stride))
    }

    /// Where a point `[x, y]` of a picture of `picture` (width, height) pixels lies in the square, in its pixels.
    pub fn place(&self, [x, y]: [f32; 2], picture: (usize, usize)) -> [f32; 2] {
        [x * self.width as f32 / picture.0 as f32, y * self.height as f32 / picture.1 as f32]
    }

    /// Where a point `[x, y]` of the square lies in a picture of `picture` (width, height) pixels; never outside it.
    pub fn unplace(&self, [x, y]: [f32; 2], (width, height): (usize, usize)) -> [f32; 2] {
        let back = |position: f32, fitted: usize, pixels: usize| {
            (position * pixels as f32 / fitted as f32).clamp(0.0, pixels as f32)
        };
        [back(x, self.width, width), back(y, self.height, height)]
    }

    /// Reads a map of the whole square, `cells x cells`, bilinearly at every pixel of a picture of `width x height`.
    ///
    /// # Shapes
    /// `[cells, cells]` to `[height, width]`
    pub fn unfit(&self, map: &[f32], cells: usize, width: usize, height: usize) -> Vec<f32> {
        let stride = self.side as f32 / cells as f32;
        let columns = axis(width, self.width, stride);
        let rows = axis(height, self.height, stride);
        let mut out = Vec::with_capacity(width * height);
        for &(y0, y1, fy) in &rows {
            let (upper, lower) = (&map[y0 * cells..][..cells], &map[y1 * cells..][..cells]);
            for &(x0, x1, fx) in &columns {
                let top = upper[x0] + fx * (upper[x1] - upper[x0]);
                let bottom = lower[x0] + fx * (lower[x1] - lower[x0]);
                out.push(top + fy * (bottom - top));
            }
        }
        out
    }
}

/// For every pixel of an axis its two cells and the second one's weight; only cells that hold the picture are read.
fn axis(pixels: usize, fitted: usize, stride: f32) -> Vec<(usize, usize, f32)> {
    let last = (fitted as f32 / stride).ceil() - 1.0;
    let scale = fitted as f32 / (pixels as f32 * stride);
    let place = |i: usize| {
        let position = ((i as f32 + 0.5) * scale - 0.5).clamp(0.0, last);
        (position as usize, (position as usize + 1).min(last as usize), position.fract())
    };
    (0..pixels).map(place).collect()
}
