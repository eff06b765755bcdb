//! Values drawn along the edges of a picture: the guided filter (He, Sun and Tang, "Guided Image Filtering", TPAMI 2013,
//! section 3.5, colour guide).

/// Pixels that a window reaches beyond its centre; on the development tasks 2 gains half and 6 as much on fewer of them.
const RADIUS: usize = 4;

/// Squared differences of colour, RGB in `[0, 1]`, below which a window counts as flat.
const FLAT: f32 = 2e-4;

/// What a square picture says about the edges of anything that is seen in it.
pub struct Guide {
    side: usize,
    /// The picture's three planes.
    rgb: Vec<Vec<f32>>,
    /// Their means in the window around each pixel.
    means: Vec<Vec<f32>>,
    /// The inverse of their covariance there: xx, xy, xz, yy, yz, zz.
    inverse: Vec<[f32; 6]>,
}

impl Guide {
    /// From a picture `[3, side, side]`, RGB in `[0, 1]`.
    pub fn new(rgb: &[f32], side: usize) -> Self {
        let rgb: Vec<Vec<f32>> = rgb.chunks_exact(side * side).map(<[f32]>::to_vec).collect();
        let means: Vec<_> = rgb.iter().map(|plane| window_means(plane, side)).collect();
        let pairs = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)];
        let products = pairs.map(|(a, b)| window_means(&product(&rgb[a], &rgb[b]), side));
        let inverse = |i: usize| {
            let covariance = std::array::from_fn(|p| {
                let (a, b) = pairs[p];
                let flat = if a == b { FLAT } else { 0.0 };
                products[p][i] - means[a][i] * means[b][i] + flat
            });
            inverse(covariance)
        };
        let inverse = (0..side * side).map(inverse).collect();
        Self { side, rgb, means, inverse }
    }

    /// Each channel of `[channel, side, side]` along the edges.
    pub fn filter_all(&self, channels: &[f32]) -> Vec<f32> {
        channels.chunks_exact(self.side.pow(2)).flat_map(|channel| self.filter(channel)).collect()
    }

    /// Values `[side, side]` as what is linear in the picture's colours in every window comes nearest to them; a constant
    /// stays what it is.
    fn filter(&self, values: &[f32]) -> Vec<f32> {
        let side = self.side;
        let mean = window_means(values, side);
        let both = [0, 1, 2].map(|c| window_means(&product(&self.rgb[c], values), side));
        let mut slopes = [(); 3].map(|()| vec![0.0; side * side]);
        let mut offset = mean.clone();
        for i in 0..side * side {
            let [x, y, z] = [0, 1, 2].map(|c| both[c][i] - self.means[c][i] * mean[i]);
            let [xx, xy, xz, yy, yz, zz] = self.inverse[i];
            let slope =
                [xx * x + xy * y + xz * z, xy * x + yy * y + yz * z, xz * x + yz * y + zz * z];
            for c in 0..3 {
                slopes[c][i] = slope[c];
                offset[i] -= slope[c] * self.means[c][i];
            }
        }
        let mut out = window_means(&offset, side);
        for (slopes, plane) in slopes.iter().zip(&self.rgb) {
            let slopes = window_means(slopes, side);
            for ((out, slope), colour) in out.iter_mut().zip(slopes).zip(plane) {
                *out += slope * colour;
            }
        }
        out
    }
}

fn product(a: &[f32], b: &[f32]) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| a * b).collect()
}

/// Of a symmetric matrix, by cofactors.
fn inverse([xx, xy, xz, yy, yz, zz]: [f32; 6]) -> [f32; 6] {
    let cofactors = [
        yy * zz - yz * yz,
        xz * yz - xy * zz,
        xy * yz - xz * yy,
        xx * zz - xz * xz,
        xy * xz - xx * yz,
        xx * yy - xy * xy,
    ];
    let determinant = xx * cofactors[0] + xy * cofactors[1] + xz * cofactors[2];
    cofactors.map(|cofactor| cofactor / determinant)
}

/// The mean around each pixel of what lies inside the square.
fn window_means(values: &[f32], side: usize) -> Vec<f32> {
    let window = |i: usize| i.saturating_sub(RADIUS)..(i + RADIUS + 1).min(side);
    let mut columns = vec![0.0; side];
    let mut means = Vec::with_capacity(side * side);
    for y in 0..side {
        let rows = window(y);
        // Nine sums a pixel are cheap, and unlike running ones they do not gather rounding.
        columns.fill(0.0);
        for row in rows.clone() {
            let row = &values[row * side..][..side];
            columns.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        }
        for x in 0..side {
            let columns = &columns[window(x)];
            means.push(columns.iter().sum::<f32>() / (columns.len() * rows.len()) as f32);
        }
    }
    means
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 32;

    /// Black on the left, reddish on the right, with some noise.
    fn picture() -> Vec<f32> {
        let noise = |i: usize| (i.wrapping_mul(2_654_435_761) >> 9 & 255) as f32 / 255.0 * 0.02;
        let red = |i: usize| if i % SIDE < SIDE / 2 { 0.1 } else { 0.8 };
        let plane = |share: f32| (0..SIDE * SIDE).map(move |i| share * red(i) + noise(i));
        [1.0, 0.3, 0.2].into_iter().flat_map(plane).collect()
    }

    #[test]
    fn a_constant_stays_what_it_is() {
        let filtered = Guide::new(&picture(), SIDE).filter(&vec![-0.7; SIDE * SIDE]);
        assert!(filtered.iter().all(|value| (value + 0.7).abs() < 1e-4));
    }

    #[test]
    fn what_ends_near_an_edge_ends_at_it() {
        // Two columns too far to the right.
        let values: Vec<f32> =
            (0..SIDE * SIDE).map(|i| if i % SIDE < SIDE / 2 + 2 { 1.0 } else { -1.0 }).collect();
        let filtered = Guide::new(&picture(), SIDE).filter(&values);
        let row = &filtered[SIDE * SIDE / 2..][..SIDE];
        assert!(row[..SIDE / 2].iter().all(|&value| value > 0.0), "{row:?}");
        assert!(row[SIDE / 2..].iter().all(|&value| value < 0.5), "{row:?}");
        assert!(
            row[SIDE / 2] < row[SIDE / 2 - 1] - 0.5,
            "the step is where the picture's is: {row:?}"
        );
    }

    #[test]
    fn what_is_linear_in_the_colours_passes() {
        let rgb = picture();
        let plane = SIDE * SIDE;
        let values: Vec<f32> = (0..plane).map(|i| 2.0 * rgb[i] - rgb[plane + i] + 0.5).collect();
        let filtered = Guide::new(&rgb, SIDE).filter(&values);
        let largest = values.iter().zip(&filtered).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(largest < 0.05, "{largest}");
    }

    #[test]
    fn a_window_ends_with_the_square() {
        let values: Vec<f32> = (0..SIDE * SIDE).map(|i| (i % SIDE) as f32).collect();
        let means = window_means(&values, SIDE);
        assert_eq!(means[0], 2.0);
        assert_eq!(means[10], 10.0);
        assert_eq!(means[SIDE - 1], (SIDE - 3) as f32);
    }
}
