//! Training episodes as pictures, to be looked at before a night is spent on them.

use std::fs;
use std::path::PathBuf;

use anolis::weights;
use burn::tensor::Device;
use image::{Rgb, RgbImage};

use crate::Result;
use crate::episodes::labels::UNPAINTED;
use crate::episodes::{Episode, Mixture, Shot};
use crate::scenes::UNKNOWN;

#[derive(clap::Args)]
pub struct Options {
    /// Folders of tar shards with real pictures.
    #[arg(long, value_delimiter = ',')]
    data: Vec<PathBuf>,
    /// Folder of the weights whose trunk sees the pictures.
    #[arg(long, default_value = "weights")]
    weights: PathBuf,
    /// Picture side in pixels, a multiple of 32.
    #[arg(long, default_value_t = 160)]
    side: usize,
    /// Episodes, from step 0 on.
    #[arg(long, default_value_t = 20)]
    count: u64,
    out: PathBuf,
}

/// Writes `STEP-SOURCE.png`: pictures in the first row, then one row a channel, queries behind a gap.
pub fn run(options: &Options) -> Result<()> {
    let (_, tensors) = weights::load(&options.weights)?;
    let trunk = tensors.apply(anolis::model::Trunk::new(&Device::flex()), "trunk")?;
    let mixture = Mixture::open(&options.data, &[options.side], &trunk)?;
    fs::create_dir_all(&options.out)?;
    for step in 0..options.count {
        let episode = mixture.draw(step)?;
        let name = format!("{step:04}-{}.png", episode.source);
        sheet(&episode).save(options.out.join(name))?;
    }
    Ok(())
}

/// Pixels between support and queries.
const GAP: u32 = 12;

fn sheet(episode: &Episode) -> RgbImage {
    let side = episode.side as u32;
    let shots: Vec<&Shot> = episode.support.iter().chain(&episode.queries).collect();
    let (width, height) = (shots.len() as u32 * side + GAP, (episode.channels as u32 + 1) * side);
    let mut sheet = RgbImage::from_pixel(width, height, Rgb([255; 3]));
    for (i, shot) in shots.iter().enumerate() {
        let left = i as u32 * side + if i < episode.support.len() { 0 } else { GAP };
        for at in 0..episode.side * episode.side {
            let (x, y) = ((at % episode.side) as u32, (at / episode.side) as u32);
            let plane = episode.side * episode.side;
            let rgb = [0, 1, 2].map(|c| (255.0 * shot.rgb[c * plane + at]) as u8);
            sheet.put_pixel(left + x, y, Rgb(rgb));
            for (channel, marks) in shot.marks.iter().enumerate() {
                let colour = match marks[at] {
                    UNKNOWN => [90, 90, 150],
                    UNPAINTED => [40, 40, 70],
                    value => [(255.0 * value) as u8; 3],
                };
                sheet.put_pixel(left + x, y + side * (channel as u32 + 1), Rgb(colour));
            }
        }
    }
    sheet
}
