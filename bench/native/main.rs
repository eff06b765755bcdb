//! What a page does, natively, one thread: `cargo xtask bench native` runs it and compares the encoder with PyTorch's.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use anolis::Session;
use anolis::image::{Label, Picture};
use anolis::model::{Network, NetworkConfig};
use anolis::session::{AdaptOptions, Level, TaskKind};
use anolis::weights::{self, Manifest, NamedTensors};
use burn::tensor::{Device, Tensor, TensorData, read_sync};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};

const SIDE: usize = 256;
const TAGS: usize = 20;
const TAGGED: usize = 50;

/// Pixels `[3, side, side]` in `[0, 1]`: waves, as times do not depend on what a picture shows.
fn pixels(seed: usize) -> Vec<f32> {
    let value = |i: usize| {
        let (channel, y, x) = (i / (SIDE * SIDE), i / SIDE % SIDE, i % SIDE);
        let phase = ((seed + 3) * x + (channel + 5) * y) as f32;
        0.5 + 0.5 * (phase / 97.0).sin()
    };
    (0..3 * SIDE * SIDE).map(value).collect()
}

fn picture(seed: usize) -> Picture {
    let planes = pixels(seed);
    let interleaved = (0..planes.len()).map(|i| planes[i % 3 * SIDE * SIDE + i / 3]);
    let bytes = interleaved.map(|value| (255.0 * value) as u8).collect();
    Picture::from_rgb(bytes, SIDE, SIDE).expect("three bytes a pixel")
}

/// Upright bands, one a channel, in the upper half and `rows` more.
fn bands(channels: usize, rows: usize) -> Label {
    let id = |i: usize| if i / SIDE < SIDE / 2 + rows { 1 + i % SIDE * channels / SIDE } else { 0 };
    let ids = (0..SIDE * SIDE).map(|i| id(i) as u8).collect();
    Label::Classes { ids, width: SIDE, height: SIDE }
}

fn shipped() -> (Manifest, NamedTensors) {
    let folder = PathBuf::from(env::var_os("ANOLIS_WEIGHTS").unwrap_or_else(|| "weights".into()));
    weights::load(&folder).expect("the weights")
}

/// A process opens a GPU once.
static DEVICE: LazyLock<Device> = LazyLock::new(|| {
    #[cfg(feature = "gpu")]
    if env::var_os("ANOLIS_BENCH_GPU").is_some() {
        return read_sync(anolis::gpu::Gpu::open()).expect("a GPU").burn;
    }
    Device::flex()
});

/// A task of `shots` labelled pictures, and one more.
fn task(session: &mut Session, shots: usize, channels: usize) -> (u32, Vec<u32>) {
    let names = (0..channels).map(|channel| channel.to_string()).collect();
    let task = session.add_task(TaskKind::Mask, names).expect("a task");
    let pictures: Vec<u32> = (0..=shots)
        .map(|i| read_sync(session.add_picture(&picture(i))).expect("a picture"))
        .collect();
    for &picture in &pictures[..shots] {
        read_sync(session.set_label(task, picture, bands(channels, 0))).expect("a label");
    }
    (task, pictures)
}

/// Pictures to tokens on the host, batches of 1 and 16.
fn encode(criterion: &mut Criterion) {
    let (_, tensors) = shipped();
    let network = Network::new(&NetworkConfig::xs(), &DEVICE);
    let network: Network = tensors.apply(network, "").expect("the network's weights");
    let tokens = |pictures: &[f32]| {
        let shape = [pictures.len() / (3 * SIDE * SIDE), 3, SIDE, SIDE];
        let rgb = Tensor::<4>::from_data(TensorData::new(pictures.to_vec(), shape), &*DEVICE);
        let tokens = network.encode(rgb).tokens;
        read_sync(tokens.into_data_async()).expect("tokens").try_to_vec::<f32>().expect("f32")
    };
    // What the peer is to answer too.
    if let Some(folder) = env::var_os("ANOLIS_BENCH_ANSWER").map(PathBuf::from) {
        let write = |name: &str, values: &[f32]| {
            let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            fs::write(folder.join(name), bytes).expect("the answer's folder");
        };
        write("picture.f32", &pixels(0));
        write("tokens.f32", &tokens(&pixels(0)));
    }
    let mut group = criterion.benchmark_group("encode");
    for batch in [1, 16] {
        let pictures: Vec<f32> = (0..batch).flat_map(pixels).collect();
        group.bench_with_input(
            BenchmarkId::from_parameter(batch),
            &pictures,
            |bencher, pictures| {
                bencher.iter(|| tokens(pictures));
            },
        );
    }
    group.finish();
}

/// Predictions of a picture by the whole network from the plain read-out, everything encoded and solved.
fn predict(criterion: &mut Criterion) {
    let (manifest, tensors) = shipped();
    let mut group = criterion.benchmark_group("predict");
    let cases = [1, 5, 10, 20].map(|shots| ("shots", shots, shots, 1));
    for (by, value, shots, channels) in
        cases.into_iter().chain([4, 17].map(|channels| ("channels", channels, 5, channels)))
    {
        let mut session = Session::new(&manifest, &tensors, &DEVICE).expect("a session");
        // On the refined read-out the network is asked only where examples that are left out confirm it.
        session.set_refine(false);
        let (task, pictures) = task(&mut session, shots, channels);
        let query = pictures[shots];
        group.bench_function(BenchmarkId::new(by, value), |bencher| {
            bencher.iter(|| read_sync(session.predict(task, query)).expect("a prediction"));
        });
    }
    group.finish();
}

/// A stroke on one of five examples, and the read-out of one picture.
fn stroke(criterion: &mut Criterion) {
    let (manifest, tensors) = shipped();
    let mut session = Session::new(&manifest, &tensors, &DEVICE).expect("a session");
    let (task, pictures) = task(&mut session, 5, 1);
    let mut rows = 0;
    criterion.bench_function("stroke", |bencher| {
        bencher.iter(|| {
            rows = (rows + 1) % (SIDE / 2);
            read_sync(session.set_label(task, pictures[0], bands(1, rows))).expect("a label");
            read_sync(session.predict_readout(task, pictures[5])).expect("a prediction")
        });
    });
}

/// A gradient step of the trunk's weights through the solve.
fn adapt(criterion: &mut Criterion) {
    let (manifest, tensors) = shipped();
    let mut session = Session::new(&manifest, &tensors, &DEVICE).expect("a session");
    let (task, _) = task(&mut session, 5, 1);
    // More than the measurement takes, so that no run ends within it.
    let options = AdaptOptions { level: Some(Level::Trunk), steps: 100_000, ..Default::default() };
    let mut adaptation = read_sync(session.begin_adaptation(task, options)).expect("an adaptation");
    criterion.bench_function("adapt_step", |bencher| {
        bencher.iter(|| read_sync(adaptation.step()).expect("a step"));
    });
}

/// A click on a tag: 20 tags of 50 pictures solved again, one picture answered.
fn tags(criterion: &mut Criterion) {
    let (manifest, tensors) = shipped();
    let mut session = Session::new(&manifest, &tensors, &DEVICE).expect("a session");
    let names: Vec<_> = (0..TAGS).map(|tag| tag.to_string()).collect();
    let task = session.add_tag_task(&names).expect("a tag task");
    let said = |seed: usize| (0..TAGS).map(|tag| Some((seed + tag).is_multiple_of(3))).collect();
    let pictures: Vec<u32> = (0..TAGGED)
        .map(|i| read_sync(session.add_picture(&picture(i))).expect("a picture"))
        .collect();
    for (i, &picture) in pictures.iter().enumerate() {
        read_sync(session.set_tags(task, picture, said(i))).expect("tags");
    }
    let mut clicks = 0;
    criterion.bench_function("tags_refit", |bencher| {
        bencher.iter(|| {
            clicks += 1;
            let picture = pictures[clicks % TAGGED];
            read_sync(session.set_tags(task, picture, said(clicks))).expect("tags");
            read_sync(session.predict_tags(task, picture)).expect("an answer")
        });
    });
}

fn quick() -> Criterion {
    Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3))
        .without_plots()
}

criterion_group! {
    name = native;
    config = quick();
    targets = encode, predict, stroke, adapt, tags
}
criterion_main!(native);
