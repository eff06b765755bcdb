//! Adapting a task on the shipped weights: it can be stopped, repeated, saved, and never loses what was there.

use std::path::Path;
use std::sync::LazyLock;

use anolis::image::{Label, Picture};
use anolis::session::{AdaptOptions, TaskKind};
use anolis::weights::{self, Manifest, NamedTensors};
use anolis::{Error, Session};
use burn::tensor::{Device, read_sync};

static WEIGHTS: LazyLock<(Manifest, NamedTensors)> = LazyLock::new(|| {
    weights::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("weights")).unwrap()
});

/// Side of the pictures.
const SIDE: usize = 96;

/// A picture with a disc on stripes, and the disc's mask.
fn disc(shift: usize) -> (Picture, Label) {
    let inside = |i: usize| {
        let (dx, dy) = ((i % SIDE).abs_diff(30 + shift), (i / SIDE).abs_diff(40 + shift / 2));
        dx * dx + dy * dy < 18 * 18
    };
    let colour = |i: usize| if inside(i) { [200, 90, 60] } else { [50, 90, (40 + i % 60) as u8] };
    let picture = Picture::from_rgb((0..SIDE * SIDE).flat_map(colour).collect(), SIDE, SIDE);
    let ids = (0..SIDE * SIDE).map(|i| u8::from(inside(i))).collect();
    (picture.unwrap(), Label::Classes { ids, width: SIDE, height: SIDE })
}

/// A session with a task of so many examples; returns the task and one more picture.
fn session(examples: usize) -> (Session, u32, u32) {
    let mut session = Session::new(&WEIGHTS.0, &WEIGHTS.1, &Device::flex()).unwrap();
    let task = session.add_task(TaskKind::Mask, vec!["disc".into()]).unwrap();
    for i in 0..examples {
        let (picture, label) = disc(7 * i);
        let picture = read_sync(session.add_picture(&picture)).unwrap();
        session.set_label(task, picture, label).unwrap();
    }
    let query = read_sync(session.add_picture(&disc(11).0)).unwrap();
    (session, task, query)
}

fn answer(session: &mut Session, task: u32, query: u32) -> Vec<f32> {
    read_sync(session.predict(task, query)).unwrap().probability(0, SIDE, SIDE)
}

/// An adapter whose trunk differs from the shipped one in the stem's bias.
fn adapter() -> Vec<u8> {
    let name = "trunk.stem.bias";
    let mut bias = WEIGHTS.1.0[name].clone();
    bias.values.iter_mut().for_each(|value| *value += 0.5);
    let tensors = NamedTensors([(name.to_owned(), bias)].into());
    tensors.write_f16().unwrap()
}

fn code<T>(result: Result<T, Error>) -> &'static str {
    result.err().map(|error| error.code()).unwrap_or("no error")
}

#[test]
fn a_seed_decides_every_step_and_a_cancelled_adaptation_changes_nothing() {
    let (mut session, task, query) = session(2);
    let before = answer(&mut session, task, query);
    let run = |session: &Session, seed| {
        let options = AdaptOptions { steps: 2, seed, ..AdaptOptions::default() };
        let mut adaptation = read_sync(session.begin_adaptation(task, options)).unwrap();
        let steps = std::iter::from_fn(|| read_sync(adaptation.step()).unwrap());
        steps.map(|step| (step.step, step.loss)).collect::<Vec<_>>()
    };
    let first = run(&session, 5);
    assert_eq!(first.iter().map(|step| step.0).collect::<Vec<_>>(), [1, 2]);
    assert!(first.iter().all(|step| step.1.is_finite()));
    assert_eq!(first, run(&session, 5));
    assert_ne!(first, run(&session, 6));
    assert_eq!(answer(&mut session, task, query), before);
}

#[test]
fn what_the_held_out_part_does_not_confirm_is_not_used() {
    let (mut session, task, query) = session(3);
    let before = answer(&mut session, task, query);
    // No step is made, so nothing can have been learnt.
    let options = AdaptOptions { steps: 0, ..AdaptOptions::default() };
    let mut adaptation = read_sync(session.begin_adaptation(task, options)).unwrap();
    assert!(read_sync(adaptation.step()).unwrap().is_none());
    let report = read_sync(session.finish_adaptation(adaptation)).unwrap();
    assert!(!report.used && report.before == report.after);
    assert_eq!(session.adapter(task).unwrap(), None);
    assert_eq!(answer(&mut session, task, query), before);
}

#[test]
fn an_adapter_changes_answers_and_is_taken_away_again() {
    let (mut session, task, query) = session(2);
    let before = answer(&mut session, task, query);
    session.set_adapter(task, Some(&adapter())).unwrap();
    assert_eq!(session.adapter(task).unwrap(), Some(adapter().as_slice()));
    assert_ne!(answer(&mut session, task, query), before);
    session.set_adapter(task, None).unwrap();
    assert_eq!(answer(&mut session, task, query), before);
}

#[test]
fn an_adapter_that_does_not_fit_is_refused_and_the_former_one_kept() {
    let (mut session, task, query) = session(2);
    session.set_adapter(task, Some(&adapter())).unwrap();
    let before = answer(&mut session, task, query);
    let foreign =
        NamedTensors([("head.weight".to_owned(), WEIGHTS.1.0["trunk.stem.bias"].clone())].into());
    for bytes in [b"no safetensors".to_vec(), foreign.write_f16().unwrap()] {
        assert_eq!(code(session.set_adapter(task, Some(&bytes))), "adapter");
    }
    assert_eq!(answer(&mut session, task, query), before);
}

#[test]
fn a_task_without_enough_examples_cannot_be_adapted() {
    let (session, task, query) = session(0);
    let begin =
        |task| code(read_sync(session.begin_adaptation(task, AdaptOptions::default())).map(|_| ()));
    assert_eq!(begin(task), "empty-support");
    assert_eq!(begin(query + 1), "not-found");
}

#[test]
fn a_task_that_is_removed_while_it_is_adapted_is_not_found() {
    let (mut session, task, _) = session(2);
    let options = AdaptOptions { steps: 1, ..AdaptOptions::default() };
    let adaptation = read_sync(session.begin_adaptation(task, options)).unwrap();
    session.remove_task(task).unwrap();
    assert_eq!(code(read_sync(session.finish_adaptation(adaptation)).map(|_| ())), "not-found");
}

#[test]
fn a_slow_device_may_leave_the_refined_read_out_to_adapted_tasks() {
    let (mut session, task, query) = session(2);
    let refined = answer(&mut session, task, query);
    session.set_refine(false);
    let plain = answer(&mut session, task, query);
    assert_ne!(plain, refined);
    session.set_adapter(task, Some(&adapter())).unwrap();
    let adapted = answer(&mut session, task, query);
    session.set_refine(true);
    assert_eq!(answer(&mut session, task, query), adapted);
}
