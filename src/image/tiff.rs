//! TIFFs, natively: their pages as pictures.
//!
//! Must be kept in sync with `www/src/page/model/tiff.ts`, so that a picture is the same on the page.

use std::io::{Read, Seek};

use ::image::metadata::Orientation;
use ::image::{DynamicImage, RgbImage};
use tiff::decoder::{Decoder, DecodingResult, Limits};
use tiff::tags::Tag;
use tiff::{ColorType, TiffResult};

use super::Picture;
use super::decode::MOST_PIXELS;
use crate::error::{Error, ErrorKind, Result};

/// Share of samples that become black, and white, where there are more than 8 bits: of all pages together.
const CLIPPED: f64 = 0.001;

const MOST_PAGES: usize = 1000;

/// Samples that are looked at to find out what is black and what is white.
const LOOKED_AT: usize = 1_000_000;

/// Most bytes that a page unpacks to.
const MOST_BYTES: usize = 1 << 31;

/// What of a file's samples is black and what is white.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Levels {
    pub black: f64,
    pub white: f64,
}

/// Whether a file begins as TIFFs do.
pub fn is_tiff(bytes: &[u8]) -> bool {
    [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"].iter().any(|magic| bytes.starts_with(*magic))
}

/// How many pages a file has, at least 1; their pixels are not read.
///
/// # Errors
/// `not-an-image` when one of them cannot be a picture, or there are more than 1000.
pub fn pages(file: impl Read + Seek) -> Result<usize> {
    Ok(heads(&mut open(file)?)?.len())
}

/// The levels of all pages together: 8 bits are as they are. Of 16 bits and floats one sample in a thousand is black and one
/// white, since their range says nothing about what was recorded.
///
/// # Errors
/// `not-an-image` as [`pages`] and [`page`].
pub fn levels(file: impl Read + Seek) -> Result<Levels> {
    let mut decoder = open(file)?;
    let heads = heads(&mut decoder)?;
    if heads.iter().all(|head| head.bits == 8 && head.whole) {
        return Ok(Levels { black: 0.0, white: 255.0 });
    }
    if heads.iter().all(|head| head.bits == 1) {
        return Ok(Levels { black: 0.0, white: 1.0 });
    }
    let total: usize = heads.iter().map(|head| head.pixels() * head.samples).sum();
    let mut samples = Vec::new();
    for (number, head) in heads.iter().enumerate() {
        let page = Page::read(&mut decoder, number, head)?;
        let count = head.pixels() * head.samples;
        let seen = (0..count).step_by(total.div_ceil(LOOKED_AT)).map(|at| page.value(at));
        samples.extend(seen.filter(|value| value.is_finite()));
    }
    samples.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| {
        let last = samples.len().saturating_sub(1) as f64;
        samples.get((share * last).round() as usize).copied().unwrap_or(0.0)
    };
    Ok(Levels { black: at(CLIPPED), white: at(1.0 - CLIPPED) })
}

/// A page, counted from 0, between the file's [`levels`], turned as it says. Of channels beyond red, green and blue, or grey,
/// nothing is known: they are not seen.
///
/// # Errors
/// `not-an-image` when there is no such page, or it cannot be decoded: packed other than by LZW, Deflate or PackBits, of
/// colours other than grey and RGB, or of 2^28 pixels or more; `image-too-small` below 16 pixels a side.
pub fn page(file: impl Read + Seek, number: usize, levels: Levels) -> Result<Picture> {
    let mut decoder = open(file)?;
    decoder.seek_to_image(number).map_err(broken)?;
    let head = Head::of(&mut decoder)?;
    let page = Page::read(&mut decoder, number, &head)?;
    let turn = decoder.find_tag_unsigned::<u16>(Tag::Orientation).map_err(broken)?;
    let Levels { black, white } = levels;
    let scale = if white > black { 255.0 / (white - black) } else { 0.0 };
    // Half is rounded up, as JavaScript does; a cast keeps to 0 to 255.
    let grey = |value: f64| ((value - black) * scale + 0.5).floor() as u8;
    let channels = if head.samples >= 3 { [0, 1, 2] } else { [0; 3] };
    let colour = |pixel| channels.map(|channel| grey(page.value(page.place(pixel, channel))));
    let rgb = (0..head.pixels()).flat_map(colour).collect();
    let Some(turn) = turn.and_then(|turn| Orientation::from_exif(turn.try_into().ok()?)) else {
        return Picture::from_rgb(rgb, head.width, head.height);
    };
    let image = RgbImage::from_raw(head.width as u32, head.height as u32, rgb);
    let mut image = DynamicImage::from(image.unwrap_or_default());
    image.apply_orientation(turn);
    let (width, height) = (image.width() as usize, image.height() as usize);
    Picture::from_rgb(image.into_rgb8().into_raw(), width, height)
}

fn broken(error: impl std::fmt::Display) -> Error {
    ErrorKind::NotAnImage(error.to_string()).into()
}

fn open<R: Read + Seek>(file: R) -> Result<Decoder<R>> {
    let mut limits = Limits::default();
    limits.decoding_buffer_size = MOST_BYTES;
    limits.intermediate_buffer_size = MOST_BYTES;
    Ok(Decoder::new(file).map_err(broken)?.with_limits(limits))
}

/// What a page says of itself.
struct Head {
    width: usize,
    height: usize,
    samples: usize,
    bits: u8,
    /// Whether samples are whole numbers, at least 0.
    whole: bool,
}

impl Head {
    /// Of the page that a decoder is at; its pixels are not read.
    fn of<R: Read + Seek>(decoder: &mut Decoder<R>) -> Result<Self> {
        let (width, height) = decoder.dimensions().map_err(broken)?;
        let pixels = u64::from(width) * u64::from(height);
        if pixels == 0 || pixels > MOST_PIXELS {
            return Err(broken(format_args!("{width}x{height} pixels are none or too many")));
        }
        let colour = decoder.colortype().map_err(broken)?;
        let (bits, samples) = (colour.bit_depth(), colour.num_samples());
        let known = matches!(
            colour,
            ColorType::Gray(_)
                | ColorType::GrayA(_)
                | ColorType::RGB(_)
                | ColorType::RGBA(_)
                | ColorType::Multiband { .. }
        );
        if !known || samples == 0 || !(bits == 1 && samples == 1 || [8, 16, 32, 64].contains(&bits))
        {
            return Err(broken(format_args!(
                "a TIFF of {colour:?}; save it as grey or RGB of 8 or 16 bits"
            )));
        }
        let format = decoder.find_tag_unsigned_vec::<u16>(Tag::SampleFormat).map_err(broken)?;
        // Whole numbers where nothing is said.
        let whole = format.and_then(|formats| formats.first().copied()).unwrap_or(1) == 1;
        let (width, height) = (width as usize, height as usize);
        Ok(Self { width, height, samples: samples.into(), bits, whole })
    }

    fn pixels(&self) -> usize {
        self.width * self.height
    }
}

/// What all pages say of themselves; a chain that leads back to itself is an error of the decoder.
fn heads<R: Read + Seek>(decoder: &mut Decoder<R>) -> Result<Vec<Head>> {
    let mut heads = vec![Head::of(decoder)?];
    while decoder.more_images() {
        if heads.len() == MOST_PAGES {
            return Err(broken(format_args!("more than {MOST_PAGES} pages")));
        }
        decoder.next_image().map_err(broken)?;
        heads.push(Head::of(decoder)?);
    }
    Ok(heads)
}

/// The samples of a page.
struct Page {
    data: DecodingResult,
    samples: usize,
    /// Samples from a pixel's channel to the next one where each channel is stored on its own.
    plane: Option<usize>,
    /// Eight pixels a byte, in rows of so many bytes and pixels.
    packed: Option<(usize, usize)>,
}

impl Page {
    fn read<R: Read + Seek>(decoder: &mut Decoder<R>, number: usize, head: &Head) -> Result<Self> {
        let read = |decoder: &mut Decoder<R>| -> TiffResult<_> {
            decoder.seek_to_image(number)?;
            let mut data = DecodingResult::U8(Vec::new());
            let layout = decoder.read_image_to_buffer(&mut data)?;
            Ok((data, layout))
        };
        let (mut data, layout) = read(decoder).map_err(broken)?;
        let packed = (head.bits == 1).then(|| (head.width.div_ceil(8), head.width));
        let wanted = match packed {
            Some((bytes, _)) => bytes * head.height,
            None => head.pixels() * head.samples * usize::from(head.bits / 8),
        };
        let found = data.as_buffer(0).byte_len();
        if found < wanted {
            return Err(broken(format_args!("{found} bytes of pixels instead of {wanted}")));
        }
        let plane = (layout.planes > 1).then(|| head.pixels());
        Ok(Self { data, samples: head.samples, plane, packed })
    }

    /// Where a pixel's channel lies among the samples.
    fn place(&self, pixel: usize, channel: usize) -> usize {
        match self.plane {
            Some(plane) => channel * plane + pixel,
            None => pixel * self.samples + channel,
        }
    }

    fn value(&self, at: usize) -> f64 {
        match &self.data {
            DecodingResult::U8(values) => match self.packed {
                Some((bytes, width)) => {
                    let (x, y) = (at % width, at / width);
                    f64::from(values[y * bytes + x / 8] >> (7 - x % 8) & 1)
                }
                None => values[at].into(),
            },
            DecodingResult::U16(values) => values[at].into(),
            DecodingResult::U32(values) => values[at].into(),
            DecodingResult::U64(values) => values[at] as f64,
            DecodingResult::I8(values) => values[at].into(),
            DecodingResult::I16(values) => values[at].into(),
            DecodingResult::I32(values) => values[at].into(),
            DecodingResult::I64(values) => values[at] as f64,
            DecodingResult::F16(values) => values[at].into(),
            DecodingResult::F32(values) => values[at].into(),
            DecodingResult::F64(values) => values[at],
        }
    }
}
