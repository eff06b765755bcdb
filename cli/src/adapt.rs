//! `anolis adapt`: a new session file whose tasks are tuned on their examples.

use std::path::PathBuf;

use anolis::Session;
use anolis::session::file::Examples;
use anolis::session::{AdaptOptions, AdaptReport, Level};
use burn::tensor::read_sync;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use crate::device::Backend;
use crate::{Outcome, Result, saved, weights};

#[derive(clap::Args)]
pub struct Options {
    /// A session file
    session: PathBuf,
    /// The session file that is written
    #[arg(long)]
    out: PathBuf,
    /// Tasks by their ids; by default all that have examples, but tags
    #[arg(long)]
    task: Vec<String>,
    /// Gradient steps
    #[arg(long, default_value_t = AdaptOptions::default().steps)]
    steps: usize,
    /// What is tuned, 0 to 4 (docs/adaptation.md); chosen by kind where it is not given
    #[arg(long)]
    level: Option<usize>,
    /// Decides every random choice
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Where the pictures lie that the session only refers to; by default beside it
    #[arg(long)]
    pictures: Option<PathBuf>,
    /// Folder of the weights; by default those of this binary
    #[arg(long, env = "ANOLIS_WEIGHTS")]
    weights: Option<PathBuf>,
    #[arg(long, value_enum, default_value = "cpu")]
    backend: Backend,
    /// Print one JSON object a task
    #[arg(long)]
    json: bool,
}

pub fn run(options: &Options) -> Result<Outcome> {
    let level =
        options.level.map(|level| Level::ALL.get(level).copied().ok_or("--level is 0 to 4"));
    let level = level.transpose()?;
    let mut file = saved::open(&options.session)?;
    let mut tasks = saved::choose(&file, &options.task)?;
    tasks.retain(|task| matches!(task.examples, Examples::Dense { .. }));
    if tasks.is_empty() {
        return Err("tags are not adapted: choose a task of another kind".into());
    }
    let (manifest, tensors) = weights::load(options.weights.as_deref())?;
    let mut session = Session::new(&manifest, &tensors, &options.backend.device()?)?;
    let pictures = saved::pictures_of(&options.session, options.pictures.as_deref());
    let restored = saved::restore(&file, &tasks, &mut session, &manifest, pictures)?;
    let mut adapters = Vec::new();
    for (task, &number) in tasks.into_iter().zip(&restored.tasks) {
        let adapt = AdaptOptions {
            level,
            steps: options.steps,
            seed: options.seed,
            ..AdaptOptions::default()
        };
        let mut adaptation = read_sync(session.begin_adaptation(number, adapt))?;
        let bar = ProgressBar::new(adaptation.steps() as u64);
        bar.set_style(ProgressStyle::with_template("{bar:30} {pos} of {len}, {eta} left, {msg}")?);
        while let Some(step) = read_sync(adaptation.step())? {
            bar.set_position(step.step as u64);
            bar.set_message(format!("loss {:.3}", step.loss));
        }
        bar.finish_and_clear();
        let level = adaptation.level();
        let report = read_sync(session.finish_adaptation(adaptation))?;
        say(options, &task.id, level, &report);
        adapters.push((task.id.clone(), session.adapter(number)?.map(<[u8]>::to_vec)));
    }
    // One file has adapters of one set of weights.
    let hash = Some(manifest.hash());
    if file.weights != hash {
        file.tasks.iter_mut().for_each(|task| task.adapter = None);
    }
    for (id, adapter) in adapters {
        if let Some(task) = file.tasks.iter_mut().find(|task| task.id == id) {
            task.adapter = adapter;
        }
    }
    file.weights = hash;
    file.changed = saved::now();
    saved::save(&file, &options.out)?;
    Ok(Outcome::Done)
}

fn say(options: &Options, task: &str, level: Level, report: &AdaptReport) {
    let AdaptReport { used, before, after, judged, better } = *report;
    if options.json {
        let report = json!({
            "task": task, "used": used, "before": before, "after": after, "judged": judged, "better": better,
        });
        println!("{report}");
    }
    if level == Level::None {
        eprintln!(
            "{task}: left as it was: its kind gains nothing (--level 3 tunes it all the same)"
        );
        return;
    }
    let verdict = if used { "adapted" } else { "left as it was: held-out examples do not gain" };
    eprintln!(
        "{task}: {verdict} (held-out loss {before:.3} to {after:.3}, {better} of {judged} better)"
    );
}
