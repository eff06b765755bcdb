//! Pairs of pictures with the pictures that their label sets' intersection, difference and union would make.

use std::fs;
use std::path::Path;

use anolis::laso::{Head, Operation};
use anolis::model::{Network, NetworkConfig, Trunk};
use anolis::weights::{self, NamedTensor, NamedTensors};
use burn::tensor::{Device, Tensor, TensorData};
use rand::seq::IteratorRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::Options;
use crate::Result;
use crate::scenes::{Collage, LABELS};

/// Pixels a side, and a side of a token.
const SIDE: usize = 256;
const TOKEN: usize = 32;

/// Groups that labels are divided into; the operations of a fold are trained without one of them.
pub const FOLDS: usize = 3;

/// Quadruples of a fold's training and of its tests, and pictures that the judge learns from.
const TRAINING: usize = 400;
const TESTS: usize = 120;
const JUDGED: usize = 1000;

/// Pictures of a quadruple.
pub const PARTS: usize = 5;

/// Places of the pair among them; what the operations make follows.
pub const A: usize = 0;
pub const B: usize = 1;

/// The place of what an operation makes.
pub fn result(operation: Operation) -> usize {
    match operation {
        Operation::And => 2,
        Operation::Minus => 3,
        Operation::Or => 4,
    }
}

/// What the encoder sees in many pictures.
#[derive(Default)]
pub struct Set {
    /// `[picture, channel]`: the largest and the mean value of each feature in the picture.
    pub most: Vec<Vec<f32>>,
    pub mean: Vec<Vec<f32>>,
    /// `[picture, cell * channel]` of the trunk at stride 32, for those that operations are applied to.
    pub tokens: Vec<Vec<f32>>,
    /// `[picture, label]`
    pub labels: Vec<Vec<bool>>,
}

/// All sets, drawn once and kept.
pub struct Features {
    pub head: Head,
    pub judge: Set,
    /// By fold, [`PARTS`] pictures a quadruple.
    pub training: Vec<Set>,
    pub tests: Vec<Set>,
}

/// The fold that tests a label.
pub fn fold_of(label: usize) -> usize {
    // Neither a shape nor a colour is kept from training as a whole.
    (label + label / 12) % FOLDS
}

impl Features {
    /// Reads the sets, drawing those that are missing.
    ///
    /// # Errors
    /// When weights or cached features cannot be read or written.
    pub fn load(options: &Options) -> Result<Self> {
        let (_, tensors) = weights::load(&options.weights)?;
        let head = Head::load(&tensors)?;
        let network = tensors.apply(Network::new(&NetworkConfig::xs(), &Device::flex()), "")?;
        fs::create_dir_all(&options.cache)?;
        let encoder = Encoder { trunk: network.trunk, head };
        let set = |name: String, draw: &dyn Fn() -> Set| -> Result<Set> {
            let file = options.cache.join(format!("{name}.safetensors"));
            if !file.exists() {
                eprintln!("drawing {name}");
                draw().write(&file)?;
            }
            Set::read(&file)
        };
        let judge = set("judge".into(), &|| encoder.singles(JUDGED))?;
        let folds = |name: &str, count: usize, tests: bool| -> Result<Vec<Set>> {
            let drawn = |fold: usize| {
                let labels = (0..LABELS).filter(|&label| (fold_of(label) == fold) == tests);
                let labels: Vec<_> = labels.collect();
                set(format!("{name}-{fold}"), &|| {
                    encoder.quadruples(&labels, count, (2 * fold + usize::from(tests)) as u64)
                })
            };
            (0..FOLDS).map(drawn).collect()
        };
        let training = folds("training", TRAINING, false)?;
        let tests = folds("tests", TESTS, true)?;
        Ok(Self { head: encoder.head, judge, training, tests })
    }
}

struct Encoder {
    trunk: Trunk,
    head: Head,
}

impl Encoder {
    /// Pictures of one to six objects of any labels.
    fn singles(&self, count: usize) -> Set {
        let rng = &mut ChaCha8Rng::seed_from_u64(0x1a50);
        let mut set = Set::default();
        for seed in 0..count {
            let objects = rng.random_range(0..=6);
            let labels = (0..LABELS).choose_multiple(rng, objects);
            self.see(&[Collage::draw(&labels, 1_000_000 + seed as u64)], 0, &mut set);
        }
        set
    }

    /// Pairs of zero to six objects a picture, and what they make together.
    fn quadruples(&self, labels: &[usize], count: usize, stream: u64) -> Set {
        let rng = &mut ChaCha8Rng::seed_from_u64(0x1a51 + stream);
        let mut set = Set::default();
        for seed in 0..count {
            let sizes: [usize; 3] = std::array::from_fn(|_| rng.random_range(0..=3));
            let mut drawn = labels.iter().copied().choose_multiple(rng, sizes.iter().sum());
            let b = drawn.split_off(sizes[0]);
            let shared = &b[..sizes[1]];
            let seed = 10_000_000 * (stream + 1) + 2 * seed as u64;
            let a = Collage::draw(&[&drawn, shared].concat(), seed);
            let b = Collage::draw(&b, seed + 1);
            let of_b = b.labels();
            let both = a.only(|label| of_b.contains(&label));
            let rest = a.only(|label| !of_b.contains(&label));
            let all = a.and(&b);
            self.see(&[a, b, both, rest, all], 2, &mut set);
        }
        set
    }

    /// Adds what is seen in pictures, with the tokens of the first ones.
    fn see(&self, pictures: &[Collage], tokens: usize, set: &mut Set) {
        let plane = SIDE * SIDE;
        let rgb = pictures.iter().flat_map(|collage| {
            let picture = collage.picture(SIDE);
            (0..3 * plane).map(move |i| f32::from(picture[i % plane * 3 + i / plane]) / 255.0)
        });
        let rgb = TensorData::new(rgb.collect::<Vec<_>>(), [pictures.len(), 3, SIDE, SIDE]);
        let s32 = self.trunk.forward(Tensor::from_data(rgb, &Device::flex())).s32;
        let s32 = s32.into_data().try_into_vec_as::<f32>().expect("float features");
        let each = s32.len() / pictures.len();
        for (i, (collage, s32)) in pictures.iter().zip(s32.chunks_exact(each)).enumerate() {
            let (most, mean) = pooled(&self.head.tokens(s32), self.head.channels());
            set.most.push(most);
            set.mean.push(mean);
            if i < tokens {
                set.tokens.push(s32.to_vec());
            }
            let labels = collage.labels();
            set.labels.push((0..LABELS).map(|label| labels.contains(&label)).collect());
        }
    }
}

/// The largest and the mean value of each feature over tokens `[cell, channel]`.
pub fn pooled(tokens: &[f32], channels: usize) -> (Vec<f32>, Vec<f32>) {
    let (mut most, mut mean) = (vec![0.0f32; channels], vec![0.0f32; channels]);
    for token in tokens.chunks_exact(channels) {
        most.iter_mut().zip(token).for_each(|(most, x)| *most = most.max(*x));
        mean.iter_mut().zip(token).for_each(|(mean, x)| *mean += x);
    }
    let cells = (SIDE / TOKEN).pow(2) as f32;
    mean.iter_mut().for_each(|mean| *mean /= cells);
    (most, mean)
}

impl Set {
    fn write(&self, file: &Path) -> Result<()> {
        let labels = self.labels.iter();
        let labels = labels.map(|row| row.iter().map(|&yes| f32::from(u8::from(yes))).collect());
        let labels: Vec<Vec<f32>> = labels.collect();
        let all = [("most", &self.most), ("mean", &self.mean), ("tokens", &self.tokens)];
        let all = all.into_iter().chain([("labels", &labels)]).map(|(name, rows)| {
            let shape = vec![rows.len(), rows.first().map_or(0, Vec::len)];
            (name.to_owned(), NamedTensor { shape, values: rows.concat() })
        });
        Ok(fs::write(file, NamedTensors(all.collect()).write_f16()?)?)
    }

    fn read(file: &Path) -> Result<Self> {
        let mut tensors = NamedTensors::default();
        tensors.read(&fs::read(file)?)?;
        let rows = |name: &str| -> Result<Vec<Vec<f32>>> {
            let tensor = tensors.0.get(name).ok_or("cached features without a part")?;
            let wide = tensor.shape.get(1).copied().unwrap_or(0).max(1);
            Ok(tensor.values.chunks_exact(wide).map(<[f32]>::to_vec).collect())
        };
        let labels = rows("labels")?;
        let labels = labels.iter().map(|row| row.iter().map(|&value| value > 0.5).collect());
        let labels = labels.collect();
        Ok(Self { most: rows("most")?, mean: rows("mean")?, tokens: rows("tokens")?, labels })
    }
}
