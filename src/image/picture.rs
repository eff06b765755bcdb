//! Pictures as the library takes them.

use std::sync::Arc;

use ::image::imageops::{FilterType, crop_imm, resize};
use ::image::{ImageBuffer, Rgb};

use super::{Aspect, Fit};
use crate::error::{ErrorKind, Result};

/// Fewest pixels a side that a picture may have.
pub const MIN_SIDE: usize = 16;

/// An RGB picture, 8 bits a channel; copies share their pixels.
#[derive(Clone, Debug)]
pub struct Picture {
    pixels: Arc<ImageBuffer<Rgb<u8>, Vec<u8>>>,
}

impl Picture {
    /// A picture from `[height, width, 3]` bytes.
    ///
    /// # Errors
    /// `image-too-small` below [`MIN_SIDE`], `image-size` when the length does not fit.
    pub fn from_rgb(rgb: Vec<u8>, width: usize, height: usize) -> Result<Self> {
        check_size(rgb.len(), 3, width, height)?;
        let bytes = rgb.len();
        let pixels = ImageBuffer::from_raw(width as u32, height as u32, rgb);
        Ok(Self { pixels: Arc::new(pixels.ok_or(ErrorKind::ImageSize { bytes, width, height })?) })
    }

    /// A picture from `[height, width, 4]` bytes; what is transparent becomes white.
    ///
    /// # Errors
    /// As [`Picture::from_rgb`].
    pub fn from_rgba(rgba: &[u8], width: usize, height: usize) -> Result<Self> {
        check_size(rgba.len(), 4, width, height)?;
        let over_white = |value: u8, alpha: u8| {
            let (value, alpha) = (u16::from(value), u16::from(alpha));
            ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8
        };
        let rgb = rgba.chunks_exact(4).flat_map(|p| [0, 1, 2].map(|i| over_white(p[i], p[3])));
        Self::from_rgb(rgb.collect(), width, height)
    }

    pub fn width(&self) -> usize {
        self.pixels.width() as usize
    }

    pub fn height(&self) -> usize {
        self.pixels.height() as usize
    }

    /// This picture, scaled down where its longer side has more than `side` pixels.
    pub fn at_most(&self, side: usize) -> Self {
        self.at_most_fitted(side, Aspect::Kept)
    }

    /// This picture, scaled down where it has more pixels a side than [`Picture::fit`] leaves it in a square of `side`.
    pub fn at_most_fitted(&self, side: usize, aspect: Aspect) -> Self {
        if self.width().max(self.height()) <= side {
            return self.clone();
        }
        let fit = Fit::new(self.width(), self.height(), side, aspect);
        let (width, height) = (fit.width.min(self.width()), fit.height.min(self.height()));
        let pixels = resize(&*self.pixels, width as u32, height as u32, FilterType::Triangle);
        Self { pixels: Arc::new(pixels) }
    }

    /// What lies `width x height` pixels to the right of and below pixel `(x, y)`, as far as there is a picture.
    ///
    /// # Errors
    /// `image-too-small` when that is below [`MIN_SIDE`].
    pub fn part(&self, x: usize, y: usize, width: usize, height: usize) -> Result<Self> {
        let width = width.min(self.width().saturating_sub(x));
        let height = height.min(self.height().saturating_sub(y));
        let part = crop_imm(&*self.pixels, x as u32, y as u32, width as u32, height as u32);
        Self::from_rgb(part.to_image().into_raw(), width, height)
    }

    /// The pixels, `[height, width, 3]`.
    pub fn rgb(&self) -> &[u8] {
        self.pixels.as_raw()
    }

    /// The network's input `[3, side, side]`, RGB in `[0, 1]`, and where the picture lies in it.
    ///
    /// Padding has the value that the trunk's normalisation maps to zero.
    pub fn fit(&self, side: usize, aspect: Aspect) -> (Vec<f32>, Fit) {
        let fit = Fit::new(self.width(), self.height(), side, aspect);
        let same = (fit.width, fit.height) == (self.width(), self.height());
        let scaled;
        let pixels = if same {
            &*self.pixels
        } else {
            scaled =
                resize(&*self.pixels, fit.width as u32, fit.height as u32, FilterType::Triangle);
            &scaled
        };
        let mut input = vec![127.0 / 255.0; 3 * side * side];
        for (x, y, Rgb(rgb)) in pixels.enumerate_pixels() {
            for (c, value) in rgb.iter().enumerate() {
                input[(c * side + y as usize) * side + x as usize] = f32::from(*value) / 255.0;
            }
        }
        (input, fit)
    }
}

fn check_size(bytes: usize, channels: usize, width: usize, height: usize) -> Result<()> {
    if width < MIN_SIDE || height < MIN_SIDE {
        return Err(ErrorKind::ImageTooSmall { width, height, minimum: MIN_SIDE }.into());
    }
    if width.checked_mul(height).and_then(|n| n.checked_mul(channels)) != Some(bytes) {
        return Err(ErrorKind::ImageSize { bytes, width, height }.into());
    }
    Ok(())
}
