//! Picture files of every sort, and files that are none.

use std::io::Cursor;

use anolis::image::{Aspect, MIN_SIDE, Picture, decode};
use image::{DynamicImage, Frame, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

fn encode(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn code(bytes: &[u8]) -> &'static str {
    decode(bytes).err().map(|error| error.code()).unwrap_or("no error")
}

/// The network's input at pixel `(x, y)` of a picture that is fitted without scaling.
fn pixel(picture: &Picture, x: usize, y: usize) -> [u8; 3] {
    let side = picture.width().max(picture.height()).next_multiple_of(32);
    let side = if side == picture.width() || side == picture.height() {
        side
    } else {
        panic!("would be scaled")
    };
    let (input, _) = picture.fit(side, Aspect::Kept);
    [0, 1, 2].map(|c| (input[(c * side + y) * side + x] * 255.0).round() as u8)
}

#[test]
fn what_is_no_picture_is_refused_with_a_code() {
    assert_eq!(code(b"this is a text file"), "not-an-image");
    assert_eq!(code(b""), "not-an-image");
    let mut torn = encode(RgbImage::from_pixel(64, 64, Rgb([1, 2, 3])), ImageFormat::Png);
    torn.truncate(60);
    assert_eq!(code(&torn), "not-an-image");
}

#[test]
fn a_picture_of_one_pixel_is_too_small() {
    assert_eq!(code(&encode(RgbImage::new(1, 1), ImageFormat::Png)), "image-too-small");
    let side = MIN_SIDE as u32;
    assert_eq!(code(&encode(RgbImage::new(side, side - 1), ImageFormat::Png)), "image-too-small");
    assert_eq!(code(&encode(RgbImage::new(side, side), ImageFormat::Png)), "no error");
}

#[test]
fn sixteen_bits_and_grey_become_eight_bit_rgb() {
    let deep = image::ImageBuffer::from_pixel(32, 32, image::Luma([0x8080u16]));
    let picture = decode(&encode(DynamicImage::ImageLuma16(deep), ImageFormat::Png)).unwrap();
    assert_eq!(pixel(&picture, 3, 4), [0x80, 0x80, 0x80]);
    let grey = image::GrayImage::from_pixel(32, 32, image::Luma([77]));
    assert_eq!(pixel(&decode(&encode(grey, ImageFormat::Png)).unwrap(), 0, 0), [77, 77, 77]);
}

#[test]
fn transparency_lies_on_white() {
    let clear = RgbaImage::from_pixel(32, 32, Rgba([10, 20, 30, 0]));
    assert_eq!(pixel(&decode(&encode(clear, ImageFormat::Png)).unwrap(), 1, 1), [255, 255, 255]);
    let half = RgbaImage::from_pixel(32, 32, Rgba([0, 100, 200, 128]));
    let [r, g, b] = pixel(&decode(&encode(half, ImageFormat::Png)).unwrap(), 1, 1);
    assert!(r.abs_diff(127) <= 1 && g.abs_diff(177) <= 1 && b.abs_diff(227) <= 1, "{r} {g} {b}");
}

#[test]
fn an_exif_rotated_photograph_stands_upright() {
    // A JPEG of 64 x 32 whose EXIF orientation 6 says: turn by a quarter to the right.
    let jpeg = encode(
        RgbImage::from_fn(64, 32, |x, _| Rgb([if x < 32 { 250 } else { 5 }; 3])),
        ImageFormat::Jpeg,
    );
    let tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let mut turned = vec![0xff, 0xd8, 0xff, 0xe1];
    turned.extend(((2 + 6 + tiff.len()) as u16).to_be_bytes());
    turned.extend(b"Exif\0\0");
    turned.extend(tiff);
    turned.extend(&jpeg[2..]);
    let picture = decode(&turned).unwrap();
    assert_eq!((picture.width(), picture.height()), (32, 64));
    assert!(pixel(&picture, 16, 8)[0] > 200 && pixel(&picture, 16, 56)[0] < 50);
}

#[test]
fn an_animation_gives_its_first_frame() {
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut bytes);
    for level in [240u8, 10] {
        let frame = RgbaImage::from_pixel(32, 32, Rgba([level, level, level, 255]));
        encoder.encode_frame(Frame::new(frame)).unwrap();
    }
    drop(encoder);
    assert!(pixel(&decode(&bytes).unwrap(), 5, 5)[0] > 200);
}
