//! TIFFs of every sort, and files that are none: as www/tests/page/tiff.test.ts.

use std::io::Cursor;

use ::tiff::encoder::colortype::{Gray8, Gray16, Gray32Float, RGB8, RGB16, RGBA8};
use ::tiff::encoder::{Compression, DeflateLevel, TiffEncoder};
use ::tiff::tags::Tag;
use anolis::image::{Picture, decode, tiff};

const SIDE: usize = 16;

macro_rules! tiff {
    ($($colour:ty: $values:expr),+) => {{
        let mut bytes = Cursor::new(Vec::new());
        let mut encoder = TiffEncoder::new(&mut bytes).unwrap();
        $(encoder.write_image::<$colour>(SIDE as u32, SIDE as u32, $values).unwrap();)+
        bytes.into_inner()
    }};
}

fn code<T>(result: anolis::Result<T>) -> &'static str {
    result.err().map(|error| error.code()).unwrap_or("no error")
}

fn pages(bytes: &[u8]) -> Vec<Picture> {
    let levels = tiff::levels(Cursor::new(bytes)).unwrap();
    let page = |page| tiff::page(Cursor::new(bytes), page, levels).unwrap();
    (0..tiff::pages(Cursor::new(bytes)).unwrap()).map(page).collect()
}

/// The red of every pixel.
fn red(picture: &Picture) -> Vec<u8> {
    picture.rgb().iter().copied().step_by(3).collect()
}

#[test]
fn eight_bits_are_as_they_are() {
    let grey: Vec<u8> = (0..=255).collect();
    assert_eq!(red(&pages(&tiff!(Gray8: &grey))[0]), grey);
    let rgb: Vec<u8> = (0..3 * SIDE * SIDE).map(|i| (i * 7 % 256) as u8).collect();
    assert_eq!(pages(&tiff!(RGB8: &rgb))[0].rgb(), rgb);
    assert_eq!(decode(&tiff!(RGB8: &rgb)).unwrap().rgb(), rgb);
    // Nothing is known of further channels.
    let rgba: Vec<u8> = rgb.chunks(3).flat_map(|p| [p[0], p[1], p[2], 9]).collect();
    assert_eq!(pages(&tiff!(RGBA8: &rgba))[0].rgb(), rgb);
}

#[test]
fn sixteen_bits_and_floats_are_scaled_from_what_was_recorded() {
    let thirds = |i: usize| [1000u16, 1500, 2000][i * 3 / (SIDE * SIDE)];
    let deep: Vec<u16> = (0..SIDE * SIDE).map(thirds).collect();
    let found = red(&pages(&tiff!(Gray16: &deep))[0]);
    assert_eq!([found[0], found[128], found[255]], [0, 128, 255]);
    let floats: Vec<f32> = deep.iter().map(|&value| f32::from(value) / 1024.0 - 3.0).collect();
    assert_eq!(red(&pages(&tiff!(Gray32Float: &floats))[0]), found);
    let rgb: Vec<u16> = deep.iter().flat_map(|&value| [value; 3]).collect();
    assert_eq!(red(&pages(&tiff!(RGB16: &rgb))[0]), found);
    let same = pages(&tiff!(Gray16: &[7; SIDE * SIDE]));
    assert!(red(&same[0]).iter().all(|&value| value == 0));
}

#[test]
fn a_single_hot_pixel_does_not_darken_the_rest() {
    let side = 64;
    let mut values: Vec<u16> = (0..side * side).map(|at| 100 + (at % 101) as u16).collect();
    values[77] = 65_535;
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut bytes).unwrap();
    encoder.write_image::<Gray16>(side as u32, side as u32, &values).unwrap();
    let found = red(&decode(bytes.get_ref()).unwrap());
    assert_eq!(found.iter().filter(|&&value| value == 255).count(), side * side / 101 + 1);
}

#[test]
fn all_pages_have_the_same_black_and_white() {
    let [dark, bright] = [[0u16; SIDE * SIDE], [500; SIDE * SIDE]];
    let found = pages(&tiff!(Gray16: &dark, Gray16: &bright, Gray16: &[250; SIDE * SIDE]));
    let seen: Vec<_> = found.iter().map(|page| page.rgb()[0]).collect();
    assert_eq!(seen, [0, 255, 128]);
}

#[test]
fn packed_ones_are_the_same() {
    let deep: Vec<u16> = (0..SIDE * SIDE).map(|i| (i * 37 % 1000) as u16).collect();
    let plain = pages(&tiff!(Gray16: &deep))[0].rgb().to_vec();
    for packing in
        [Compression::Lzw, Compression::Deflate(DeflateLevel::Fast), Compression::Packbits]
    {
        let mut bytes = Cursor::new(Vec::new());
        let mut encoder = TiffEncoder::new_big(&mut bytes).unwrap().with_compression(packing);
        encoder.write_image::<Gray16>(SIDE as u32, SIDE as u32, &deep).unwrap();
        assert_eq!(pages(bytes.get_ref())[0].rgb(), plain);
    }
}

#[test]
fn one_that_lies_on_its_side_stands_upright() {
    let values: Vec<u8> =
        (0..SIDE * 2 * SIDE).map(|i| if i < SIDE * SIDE { 250 } else { 5 }).collect();
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut bytes).unwrap();
    let mut image = encoder.new_image::<Gray8>(SIDE as u32, 2 * SIDE as u32).unwrap();
    image.encoder().write_tag(Tag::Orientation, 6u16).unwrap();
    image.write_data(&values).unwrap();
    let picture = decode(bytes.get_ref()).unwrap();
    assert_eq!((picture.width(), picture.height()), (2 * SIDE, SIDE));
    // Turned by a quarter to the right, what was above lies to the right.
    assert_eq!((picture.rgb()[0], picture.rgb()[3 * (2 * SIDE - 1)]), (5, 250));
}

#[test]
fn what_is_damaged_is_refused_and_never_panics() {
    let deep: Vec<u16> = (0..SIDE * SIDE).map(|i| (i * 37 % 1000) as u16).collect();
    let whole = tiff!(Gray16: &deep, Gray16: &deep);
    assert_eq!(code(decode(&whole)), "no error");
    for end in 0..whole.len() {
        assert_eq!(code(decode(&whole[..end])), "not-an-image", "{end} bytes");
    }
    // Any byte may be anything; a few make other pictures.
    for at in 0..whole.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] = value;
            let _ = code(decode(&bytes));
        }
    }
    for none in [&b"II*\0"[..], b"II*\0\0\0\0\0", b"MM\0*\xff\xff\xff\xff"] {
        assert_eq!(code(decode(none)), "not-an-image");
    }
    assert_eq!(code(tiff::pages(Cursor::new(b"no picture at all"))), "not-an-image");
}

#[test]
fn one_that_claims_more_pixels_than_there_is_memory_is_refused() {
    let mut bytes = tiff!(Gray8: &[0; SIDE * SIDE]);
    // Width and height are the first two entries of the directory, 12 bytes each.
    let start = u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize + 2;
    for entry in 0..2 {
        bytes[start + 12 * entry + 2..][..2].copy_from_slice(&4u16.to_le_bytes());
        bytes[start + 12 * entry + 8..][..4].copy_from_slice(&100_000u32.to_le_bytes());
    }
    assert_eq!(code(decode(&bytes)), "not-an-image");
}
