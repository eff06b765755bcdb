//! The teacher: DeepLabV3 on MobileNetV2 (Chen et al. 2017), which knows the 20 classes of Pascal VOC.
//!
//! It writes shards of pictures with class ids for training; no other part uses it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Cursor;
use std::path::PathBuf;

use anolis::image::UNKNOWN_CLASS;
use anolis::weights::NamedTensors;
use burn::tensor::activation::softmax;
use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor, TensorData};
use image::imageops::{FilterType, resize};
use image::{GrayImage, ImageFormat, RgbImage};
use indicatif::{ProgressBar, ProgressStyle};

use crate::Result;
use crate::episodes::shards::Shards;

#[derive(clap::Args)]
pub struct Options {
    /// Folders of tar shards with real pictures.
    #[arg(long, value_delimiter = ',')]
    data: Vec<PathBuf>,
    /// The teacher's weights (safetensors).
    #[arg(long)]
    teacher: PathBuf,
    /// Which pictures: the name of their shard without its number.
    #[arg(long, default_value = "coco")]
    origin: String,
    /// Most pictures that are looked at.
    #[arg(long, default_value_t = usize::MAX)]
    limit: usize,
    /// The shard that is written, `taught-0.tar` for instance: its name says that its class ids are a teacher's.
    #[arg(long)]
    out: PathBuf,
}

/// Classes 1 to 20 as shards' tags call them; where none is there the teacher's name is the tag's.
const CLASSES: [&str; 20] = [
    "airplane",
    "bicycle",
    "bird",
    "boat",
    "bottle",
    "bus",
    "car",
    "cat",
    "chair",
    "cow",
    "dining table",
    "dog",
    "horse",
    "motorcycle",
    "person",
    "potted plant",
    "sheep",
    "couch",
    "train",
    "tv",
];

/// Shorter side at which the teacher sees a picture: small ones are enlarged.
const SHORT: f32 = 384.0;

/// Below this probability a pixel is unknown.
const SURE: f32 = 0.7;

/// Share of a picture that must show a class for the picture to be kept.
const VISIBLE: f32 = 0.02;

pub fn run(options: &Options) -> Result<()> {
    let mut tensors = NamedTensors::default();
    tensors.read(&fs::read(&options.teacher)?)?;
    let teacher = Teacher::new(&tensors, &Device::flex());
    let shards = Shards::open(&options.data)?.ok_or("there are no shards in that folder")?;
    let entries: Vec<_> = (0..shards.entries.len())
        .filter(|&i| shards.entries[i].origin == options.origin)
        .take(options.limit)
        .collect();
    // Classes that tags of these pictures tell about: without the tag the teacher is wrong.
    let told: BTreeSet<&str> =
        entries.iter().flat_map(|&i| &shards.entries[i].tags).map(String::as_str).collect();
    let draft = options.out.with_extension("draft");
    let mut builder = tar::Builder::new(fs::File::create(&draft)?);
    let mut add = |name: String, bytes: &[u8]| -> Result<()> {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        Ok(builder.append_data(&mut header, name, bytes)?)
    };
    let bar = ProgressBar::new(entries.len() as u64).with_style(
        ProgressStyle::with_template("{elapsed_precise} [{bar:30}] {pos} of {len} {msg}")
            .expect("a valid template"),
    );
    let mut kept = 0;
    for &i in &entries {
        bar.inc(1);
        let mut ids = teacher.ids(&shards.picture(i)?);
        for id in ids.iter_mut().filter(|id| (1..=20).contains(&**id)) {
            let name = CLASSES[usize::from(*id) - 1];
            if told.contains(name) && !shards.entries[i].tags.iter().any(|tag| tag == name) {
                *id = UNKNOWN_CLASS;
            }
        }
        let seen = ids.iter().filter(|id| (1..=20).contains(*id)).count();
        if (seen as f32) < VISIBLE * ids.len() as f32 {
            continue;
        }
        let mut png = Cursor::new(Vec::new());
        ids.write_to(&mut png, ImageFormat::Png)?;
        add(format!("{i:06}.jpg"), shards.jpeg(i))?;
        add(format!("{i:06}.png"), &png.into_inner())?;
        kept += 1;
    }
    builder.finish()?;
    fs::rename(draft, &options.out)?;
    bar.finish();
    println!("{kept} of {} pictures show a class", entries.len());
    Ok(())
}

/// The network at output stride 16; its parameters by name.
pub struct Teacher {
    weights: BTreeMap<String, (Tensor<4>, Tensor<1>)>,
    device: Device,
}

impl Teacher {
    /// Parameters `NAME.weight` `[out, in / groups, height, width]` and `NAME.bias` `[out]`.
    pub fn new(tensors: &NamedTensors, device: &Device) -> Self {
        let weights = tensors.0.iter().filter_map(|(name, weight)| {
            let name = name.strip_suffix(".weight")?;
            let bias = tensors.0.get(&format!("{name}.bias"))?;
            let data = |t: &anolis::weights::NamedTensor| {
                TensorData::new(t.values.clone(), t.shape.clone())
            };
            let pair =
                (Tensor::from_data(data(weight), device), Tensor::from_data(data(bias), device));
            Some((name.to_owned(), pair))
        });
        Self { weights: weights.collect(), device: device.clone() }
    }

    /// Logits `[1, 21, height / 16, width / 16]` of a picture `[1, 3, height, width]` in -1 to 1; sides of 16 k + 1 align corners.
    pub fn logits(&self, rgb: Tensor<4>) -> Tensor<4> {
        let mut x = relu6(self.conv(rgb, "stem", 2, 1));
        for block in 0..17 {
            let stride = if [1, 3, 6].contains(&block) { 2 } else { 1 };
            let dilation = if block < 14 { 1 } else { 2 };
            let mut y = x.clone();
            if block > 0 {
                y = relu6(self.conv(y, &format!("block{block}.expand"), 1, 1));
            }
            y = relu6(self.conv(y, &format!("block{block}.dw"), stride, dilation));
            y = self.conv(y, &format!("block{block}.project"), 1, 1);
            x = if y.dims() == x.dims() { x + y } else { y };
        }
        let [_, _, height, width] = x.dims();
        let pooled = x.clone().mean_dim(2).mean_dim(3);
        let pooled = self.conv(pooled, "aspp.pool", 1, 1).clamp_min(0.0);
        let local = self.conv(x, "aspp.conv", 1, 1).clamp_min(0.0);
        let channels = pooled.dims()[1];
        let both = Tensor::cat(vec![pooled.expand([1, channels, height, width]), local], 1);
        let x = self.conv(both, "aspp.project", 1, 1).clamp_min(0.0);
        self.conv(x, "classifier", 1, 1)
    }

    /// The most probable class of each pixel, unknown where it is not [`SURE`].
    pub fn ids(&self, picture: &RgbImage) -> GrayImage {
        let scale = SHORT / picture.width().min(picture.height()) as f32;
        let aligned = |length: u32| ((length as f32 * scale - 1.0) / 16.0).round() as u32 * 16 + 1;
        let (width, height) = (aligned(picture.width()), aligned(picture.height()));
        let large = resize(picture, width, height, FilterType::Triangle);
        let values: Vec<f32> = (0..3)
            .flat_map(|c| large.iter().skip(c).step_by(3).map(|&v| f32::from(v) / 127.5 - 1.0))
            .collect();
        let shape = [1, 3, height as usize, width as usize];
        let rgb = Tensor::from_data(TensorData::new(values, shape), &self.device);
        let probability = softmax(self.logits(rgb), 1);
        let [_, classes, rows, columns] = probability.dims();
        let probability: Vec<f32> =
            probability.into_data().try_into_vec_as().expect("float tensors convert to f32");
        let axis = |i: u32, length: u32, cells: usize| {
            let place = i as f32 * (cells - 1) as f32 / (length.max(2) - 1) as f32;
            (place as usize, (place as usize + 1).min(cells - 1), place.fract())
        };
        GrayImage::from_fn(picture.width(), picture.height(), |x, y| {
            let (x0, x1, fx) = axis(x, picture.width(), columns);
            let (y0, y1, fy) = axis(y, picture.height(), rows);
            let at =
                |class: usize, y: usize, x: usize| probability[(class * rows + y) * columns + x];
            let value = |class: usize| {
                let row = |y: usize| at(class, y, x0) * (1.0 - fx) + at(class, y, x1) * fx;
                row(y0) * (1.0 - fy) + row(y1) * fy
            };
            let best = (0..classes).map(|class| (value(class), class));
            let (p, class) = best.fold((0.0, 0), |a, b| if b.0 > a.0 { b } else { a });
            image::Luma([if p > SURE { class as u8 } else { UNKNOWN_CLASS }])
        })
    }

    /// Padding keeps the size at stride 1; kernels are 1 or 3 wide.
    fn conv(&self, x: Tensor<4>, name: &str, stride: usize, dilation: usize) -> Tensor<4> {
        let (weight, bias) = &self.weights[name];
        let [_, group, kernel, _] = weight.dims();
        let groups = x.dims()[1] / group;
        let padding = dilation * (kernel / 2);
        let options =
            ConvOptions::new([stride, stride], [padding, padding], [dilation, dilation], groups);
        conv2d(x, weight.clone(), Some(bias.clone()), options)
    }
}

fn relu6(x: Tensor<4>) -> Tensor<4> {
    x.clamp_min(0.0).clamp_max(6.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Needs `../shared` (or `ANOLIS_SHARED`): the teacher's weights with golden logits.
    #[test]
    fn the_teacher_gives_its_golden_logits() {
        let shared = std::env::var("ANOLIS_SHARED").unwrap_or_else(|_| "../../shared".into());
        let folder = std::path::Path::new(&shared).join("data/teacher");
        let Ok(weights) = fs::read(folder.join("deeplabv3_mnv2_voc.safetensors")) else {
            eprintln!("skipped: {} is missing", folder.display());
            return;
        };
        let mut tensors = NamedTensors::default();
        tensors.read(&weights).unwrap();
        // The file's first tensor is bytes, which the library does not read.
        let golden = fs::read(folder.join("golden.safetensors")).unwrap();
        let golden = safetensors::SafeTensors::deserialize(&golden).unwrap();
        let tensor = |name: &str| {
            let view = golden.tensor(name).unwrap();
            let bytes = view.data().chunks_exact(4);
            let values: Vec<f32> =
                bytes.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
            let shape = [&[1], view.shape()].concat();
            Tensor::<4>::from_data(TensorData::new(values, shape), &Device::flex())
        };
        let logits = Teacher::new(&tensors, &Device::flex()).logits(tensor("input"));
        let difference = (logits - tensor("logits_s16")).abs().max().into_scalar::<f32>();
        assert!(difference < 1e-3, "largest difference {difference}");
    }
}
