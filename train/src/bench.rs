//! Times what the page does, natively.

use std::path::PathBuf;
use std::time::Instant;

use anolis::Session;
use anolis::image::{Label, Picture};
use anolis::session::TaskKind;
use burn::tensor::{Device, read_sync};

use crate::Result;
use crate::scenes::World;

#[derive(clap::Args)]
pub struct Options {
    /// Folder of the weights.
    #[arg(long, default_value = "weights")]
    weights: PathBuf,
    /// Runs of which the median is printed.
    #[arg(long, default_value_t = 9)]
    runs: usize,
}

const SIDE: usize = 256;

pub fn run(options: &Options) -> Result<()> {
    let (manifest, tensors) = anolis::weights::load(&options.weights)?;
    let mut session = Session::new(&manifest, &tensors, &Device::flex())?;
    let task = session.add_task(TaskKind::Mask, vec!["object".into()])?;
    let world = World::new(1);
    let mut pictures = Vec::new();
    for i in 0..6 {
        let scene = world.scene(i, SIDE, SIDE);
        pictures.push(Picture::from_rgb(scene.image.clone(), SIDE, SIDE)?);
    }
    let mut ids = Vec::new();
    time("encode a picture", options.runs, |run| {
        ids.push(read_sync(session.add_picture(&pictures[run % pictures.len()]))?);
        Ok(())
    })?;
    let label = |size: usize| {
        let ids = (0..SIDE * SIDE).map(|i| u8::from(i % SIDE < size && i / SIDE < 64)).collect();
        Label::Classes { ids, width: SIDE, height: SIDE }
    };
    time("first label of a picture", 1, |_| {
        Ok(read_sync(session.set_label(task, ids[0], label(60)))?)
    })?;
    time("stroke: label, solve, one read-out", options.runs, |run| {
        read_sync(session.set_label(task, ids[0], label(61 + run * 4)))?;
        read_sync(session.predict_readout(task, ids[1]))?;
        Ok(())
    })?;
    time("read-out of one more picture", options.runs, |_| {
        read_sync(session.predict_readout(task, ids[2]))?;
        Ok(())
    })?;
    time("full prediction", options.runs, |_| {
        read_sync(session.predict(task, ids[1]))?;
        Ok(())
    })?;
    let tags: Vec<_> = (0..TAGS).map(|tag| tag.to_string()).collect();
    let tags = session.add_tag_task(&tags)?;
    let said =
        |example: usize| (0..TAGS).map(|tag| Some((example + tag).is_multiple_of(3))).collect();
    let mut examples = Vec::new();
    time("tags of one more picture", EXAMPLES, |run| {
        let scene = world.scene(10 + run as u64, SIDE, SIDE);
        let picture = Picture::from_rgb(scene.image, SIDE, SIDE)?;
        examples.push(read_sync(session.add_picture(&picture))?);
        Ok(read_sync(session.set_tags(tags, examples[run], said(run)))?)
    })?;
    read_sync(session.predict_tags(tags, examples[0]))?;
    time("click: 20 tags of 50 pictures, answer", options.runs, |run| {
        read_sync(session.set_tags(tags, examples[run], said(run + 1)))?;
        read_sync(session.predict_tags(tags, examples[run]))?;
        Ok(())
    })
}

/// Tags, and pictures of which something is said.
const TAGS: usize = 20;
const EXAMPLES: usize = 50;

fn time(what: &str, runs: usize, work: impl FnMut(usize) -> Result<()>) -> Result<()> {
    let times = times(runs, work)?;
    println!(
        "{what:36} {:8.1} ms (median of {runs}, {:.1} to {:.1})",
        times[runs / 2],
        times[0],
        times[runs - 1]
    );
    Ok(())
}

/// Milliseconds of each run, the shortest first.
pub fn times(runs: usize, mut work: impl FnMut(usize) -> Result<()>) -> Result<Vec<f64>> {
    let mut times = Vec::with_capacity(runs);
    for run in 0..runs {
        let started = Instant::now();
        work(run)?;
        times.push(started.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    Ok(times)
}
