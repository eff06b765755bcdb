//! A square view of a real picture, cropped, mirrored, scaled and recoloured, with its labels.

use anolis::image::UNKNOWN_CLASS;
use image::{GrayImage, Rgb, RgbImage};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// What padding is filled with: the trunk's normalisation maps it to zero.
const PADDING: f32 = 127.0 / 255.0;

/// A window into a picture, read at `side x side` points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// Pixels a side of what is read.
    pub side: usize,
    /// Corner and size of the window as shares of the picture's width and height.
    left: f32,
    top: f32,
    width: f32,
    height: f32,
    mirrored: bool,
}

/// A change of colours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Colour {
    gamma: f32,
    /// 0 is grey, 1 leaves colours as they are.
    saturation: f32,
    contrast: f32,
    /// Added to every channel.
    brightness: [f32; 3],
}

impl View {
    /// The whole picture at the top left, as the library fits it.
    pub fn whole(picture: &RgbImage, side: usize) -> Self {
        let (width, height) = (picture.width() as f32, picture.height() as f32);
        let longer = width.max(height);
        let (width, height) = (longer / width, longer / height);
        Self { side, left: 0.0, top: 0.0, width, height, mirrored: false }
    }

    /// Three times in ten the whole picture, half of these stretched to the square; else a window of 0.5 to 1
    /// of its shorter side, up to a third longer one way than the other.
    pub fn draw(picture: &RgbImage, side: usize, rng: &mut ChaCha8Rng) -> Self {
        let view = Self { mirrored: rng.random_bool(0.5), ..Self::whole(picture, side) };
        if rng.random_bool(0.3) {
            return match rng.random_bool(0.5) {
                true => view,
                false => Self { width: 1.0, height: 1.0, ..view },
            };
        }
        let (width, height) = (picture.width() as f32, picture.height() as f32);
        let size = width.min(height) * rng.random_range(0.5..=1.0f32);
        let stretch = (4.0f32 / 3.0).powf(rng.random_range(-0.5..0.5));
        let (width, height) =
            ((size * stretch / width).min(1.0), (size / stretch / height).min(1.0));
        let left = rng.random_range(0.0..=1.0 - width);
        Self { left, top: rng.random_range(0.0..=1.0 - height), width, height, ..view }
    }

    /// The picture's pixels `[3, side, side]` in `[0, 1]`.
    pub fn picture(&self, picture: &RgbImage, colour: &Colour) -> Vec<f32> {
        let (width, height) = (picture.width() as f32, picture.height() as f32);
        let plane = self.side * self.side;
        let mut out = vec![PADDING; 3 * plane];
        for i in 0..plane {
            let mut sum = [0.0; 3];
            // Four points a pixel, so that fine texture is averaged where the picture shrinks.
            let mut inside = true;
            for (dx, dy) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
                match self.place((i % self.side) as f32 + dx, (i / self.side) as f32 + dy) {
                    Some((x, y)) => {
                        let rgb = bilinear(picture, x * width - 0.5, y * height - 0.5);
                        sum = std::array::from_fn(|c| sum[c] + rgb[c] / (4.0 * 255.0));
                    }
                    None => inside = false,
                }
            }
            if inside {
                for (c, value) in colour.apply(sum).into_iter().enumerate() {
                    out[c * plane + i] = value;
                }
            }
        }
        out
    }

    /// Class ids `[side, side]` of a raster of the whole picture, of any size.
    pub fn ids(&self, ids: &GrayImage) -> Vec<u8> {
        let (width, height) = (ids.width() as f32, ids.height() as f32);
        let at = |i: usize| {
            let centre = ((i % self.side) as f32 + 0.5, (i / self.side) as f32 + 0.5);
            self.place(centre.0, centre.1).map_or(UNKNOWN_CLASS, |(x, y)| {
                ids.get_pixel((x * width) as u32, (y * height) as u32).0[0]
            })
        };
        (0..self.side * self.side).map(at).collect()
    }

    /// Whether the centre of each pixel lies inside the picture: `[side, side]`.
    pub fn inside(&self) -> Vec<bool> {
        let at = |i: usize| {
            self.place((i % self.side) as f32 + 0.5, (i / self.side) as f32 + 0.5).is_some()
        };
        (0..self.side * self.side).map(at).collect()
    }

    /// Where a point of the view lies, as shares of the picture's width and height; `None` in the padding.
    fn place(&self, x: f32, y: f32) -> Option<(f32, f32)> {
        let side = self.side as f32;
        let (x, y) = (self.left + x / side * self.width, self.top + y / side * self.height);
        let x = if self.mirrored { 1.0 - x } else { x };
        ((0.0..1.0).contains(&x) && (0.0..1.0).contains(&y)).then_some((x, y))
    }
}

impl Colour {
    /// Colours as they are.
    pub const SAME: Self =
        Self { gamma: 1.0, saturation: 1.0, contrast: 1.0, brightness: [0.0; 3] };

    /// A mild change; one picture in twelve becomes grey.
    pub fn draw(rng: &mut ChaCha8Rng) -> Self {
        let brightness = rng.random_range(-0.08..0.08f32);
        Self {
            gamma: 2.0f32.powf(rng.random_range(-0.4..0.4)),
            saturation: if rng.random_bool(1.0 / 12.0) { 0.0 } else { rng.random_range(0.6..1.3) },
            contrast: rng.random_range(0.75..1.2),
            brightness: std::array::from_fn(|_| brightness + rng.random_range(-0.03..0.03f32)),
        }
    }

    fn apply(&self, rgb: [f32; 3]) -> [f32; 3] {
        let rgb = rgb.map(|v| v.powf(self.gamma));
        let grey = luminance(rgb);
        std::array::from_fn(|c| {
            let value = grey + self.saturation * (rgb[c] - grey);
            ((value - 0.5) * self.contrast + 0.5 + self.brightness[c]).clamp(0.0, 1.0)
        })
    }
}

/// Rec. 601 luma.
pub fn luminance([r, g, b]: [f32; 3]) -> f32 {
    0.299 * r + 0.587 * g + 0.114 * b
}

fn bilinear(picture: &RgbImage, x: f32, y: f32) -> [f32; 3] {
    let (right, bottom) = (picture.width() - 1, picture.height() - 1);
    let (x, y) = (x.clamp(0.0, right as f32), y.clamp(0.0, bottom as f32));
    let (x0, y0) = (x as u32, y as u32);
    let (fx, fy) = (x.fract(), y.fract());
    let Rgb(a) = *picture.get_pixel(x0, y0);
    let Rgb(b) = *picture.get_pixel((x0 + 1).min(right), y0);
    let Rgb(c) = *picture.get_pixel(x0, (y0 + 1).min(bottom));
    let Rgb(d) = *picture.get_pixel((x0 + 1).min(right), (y0 + 1).min(bottom));
    std::array::from_fn(|i| {
        let top = f32::from(a[i]) + fx * (f32::from(b[i]) - f32::from(a[i]));
        let low = f32::from(c[i]) + fx * (f32::from(d[i]) - f32::from(c[i]));
        top + fy * (low - top)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;
    use rand::SeedableRng;

    fn picture() -> RgbImage {
        RgbImage::from_fn(64, 32, |x, y| Rgb([4 * x as u8, 8 * y as u8, 0]))
    }

    #[test]
    fn the_whole_picture_lies_top_left_and_the_rest_is_padding() {
        let view = View::whole(&picture(), 64);
        let rgb = view.picture(&picture(), &Colour::SAME);
        assert!((rgb[10] - 40.0 / 255.0).abs() < 0.01, "red grows to the right: {}", rgb[10]);
        assert_eq!(rgb[40 * 64 + 10], PADDING);
        let ids = view.ids(&GrayImage::from_pixel(16, 8, Luma([3])));
        assert_eq!([ids[31 * 64 + 5], ids[33 * 64 + 5]], [3, UNKNOWN_CLASS]);
    }

    #[test]
    fn labels_stay_on_their_pixels() {
        let rng = &mut ChaCha8Rng::seed_from_u64(5);
        // The class is the column, so that the red value of a pixel must be near its id.
        let ids = GrayImage::from_fn(64, 32, |x, _| Luma([4 * x as u8]));
        for _ in 0..20 {
            let view = View::draw(&picture(), 32, rng);
            let (rgb, ids) = (view.picture(&picture(), &Colour::SAME), view.ids(&ids));
            for (i, id) in ids.into_iter().enumerate().filter(|(_, id)| *id != UNKNOWN_CLASS) {
                let red = 255.0 * rgb[i];
                assert!((red - f32::from(id)).abs() <= 9.0, "{view:?}: {red} at class {id}");
            }
        }
    }

    #[test]
    fn colours_stay_between_zero_and_one() {
        let rng = &mut ChaCha8Rng::seed_from_u64(6);
        for _ in 0..50 {
            let colour = Colour::draw(rng);
            for rgb in [[0.0; 3], [1.0; 3], [1.0, 0.0, 0.5]] {
                assert!(colour.apply(rgb).iter().all(|v| (0.0..=1.0).contains(v)), "{colour:?}");
            }
        }
    }
}
