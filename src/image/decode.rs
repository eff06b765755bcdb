//! Picture files to pixels, natively; in the browser the browser decodes.

use std::io::Cursor;

use ::image::{DynamicImage, ImageDecoder, ImageReader};

use super::{Picture, tiff};
use crate::error::{Error, ErrorKind, Result};

/// Most pixels that are decoded; a file of a few bytes may claim any number.
pub(super) const MOST_PIXELS: u64 = 1 << 28;

/// Decodes a picture file: the first frame, turned as its EXIF says, 16 bits reduced to 8, transparency on white; of a
/// TIFF as [`tiff::page`] says.
///
/// # Errors
/// `not-an-image` when the bytes cannot be decoded or are more than 2^28 pixels, `image-too-small` below 16 pixels a side.
pub fn decode(bytes: &[u8]) -> Result<Picture> {
    if tiff::is_tiff(bytes) {
        return tiff::page(Cursor::new(bytes), 0, tiff::levels(Cursor::new(bytes))?);
    }
    let broken =
        |error: &dyn std::fmt::Display| Error::from(ErrorKind::NotAnImage(error.to_string()));
    let reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|e| broken(&e))?;
    let mut decoder = reader.into_decoder().map_err(|e| broken(&e))?;
    let (columns, rows) = decoder.dimensions();
    if u64::from(columns) * u64::from(rows) > MOST_PIXELS {
        return Err(broken(&format_args!("{columns}x{rows} pixels are too many")));
    }
    let orientation = decoder.orientation().map_err(|e| broken(&e))?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(|e| broken(&e))?;
    image.apply_orientation(orientation);
    let (width, height) = (image.width() as usize, image.height() as usize);
    if image.color().has_alpha() {
        Picture::from_rgba(&image.into_rgba8(), width, height)
    } else {
        Picture::from_rgb(image.into_rgb8().into_raw(), width, height)
    }
}
