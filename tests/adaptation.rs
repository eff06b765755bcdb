//! Adapting a task on the shipped weights: it can be stopped, repeated, saved, and never loses what was there.

mod support;

use anolis::image::{Label, Picture};
use anolis::session::{AdaptOptions, Adaptation, Level, TaskKind};
use anolis::weights::NamedTensors;
use anolis::{Error, Session};
use burn::tensor::{Device, read_sync};

use support::WEIGHTS;

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
        read_sync(session.set_label(task, picture, label)).unwrap();
    }
    let query = read_sync(session.add_picture(&disc(11).0)).unwrap();
    (session, task, query)
}

fn answer(session: &mut Session, task: u32, query: u32) -> Vec<f32> {
    read_sync(session.predict(task, query)).unwrap().probability(0, SIDE, SIDE)
}

/// An adapter whose trunk differs from the shipped one in the stem's bias.
fn adapter(by: f32) -> Vec<u8> {
    shifted("trunk.stem.bias", by)
}

/// An adapter that differs from the shipped weights in one parameter.
fn shifted(name: &str, by: f32) -> Vec<u8> {
    let mut tensor = WEIGHTS.1.0[name].clone();
    tensor.values.iter_mut().for_each(|value| *value += by);
    NamedTensors([(name.to_owned(), tensor)].into()).write_f16().unwrap()
}

/// Makes the steps that are left; returns their numbers and losses.
fn run(adaptation: &mut Adaptation) -> Vec<(usize, f32)> {
    let steps = std::iter::from_fn(|| read_sync(adaptation.step()).unwrap());
    steps.map(|step| (step.step, step.loss)).collect()
}

/// The loss of every step of an adaptation.
fn losses(session: &Session, task: u32, options: AdaptOptions) -> Vec<f32> {
    let mut adaptation = read_sync(session.begin_adaptation(task, options)).unwrap();
    run(&mut adaptation).into_iter().map(|(_, loss)| loss).collect()
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
        run(&mut read_sync(session.begin_adaptation(task, options)).unwrap())
    };
    let first = run(&session, 5);
    assert_eq!(first.iter().map(|step| step.0).collect::<Vec<_>>(), [1, 2]);
    assert!(first.iter().all(|step| step.1.is_finite()));
    assert_eq!(first, run(&session, 5));
    assert_ne!(first, run(&session, 6));
    assert_eq!(answer(&mut session, task, query), before);
}

#[test]
fn every_level_makes_its_steps_and_a_seed_decides_them() {
    let (session, task, _) = session(3);
    for level in &Level::ALL[1..] {
        let options =
            AdaptOptions { level: Some(*level), steps: 2, seed: 3, ..AdaptOptions::default() };
        let found = losses(&session, task, options);
        assert!(found.len() == 2 && found.iter().all(|loss| loss.is_finite()), "{level:?}");
        assert_eq!(found, losses(&session, task, options), "{level:?}");
    }
    let none = AdaptOptions { level: Some(Level::None), ..AdaptOptions::default() };
    assert!(losses(&session, task, none).is_empty());
}

#[test]
fn every_example_is_held_out_of_a_run_and_judged_at_its_end() {
    let (mut session, task, query) = session(3);
    let before = answer(&mut session, task, query);
    let options = AdaptOptions { level: Some(Level::Trunk), steps: 7, ..AdaptOptions::default() };
    let mut adaptation = read_sync(session.begin_adaptation(task, options)).unwrap();
    let steps: Vec<_> = std::iter::from_fn(|| read_sync(adaptation.step()).unwrap()).collect();
    let looks = steps.iter().filter(|step| step.held_out.is_some());
    assert_eq!(looks.map(|step| step.step).collect::<Vec<_>>(), [2, 4, 7]);
    let report = read_sync(session.finish_adaptation(adaptation)).unwrap();
    assert_eq!(report.judged, 3);
    assert!(report.better <= 3 && report.before.is_finite() && report.after.is_finite());
    assert_eq!(answer(&mut session, task, query) != before, report.used);
}

#[test]
fn one_example_is_enough() {
    let (session, task, _) = session(1);
    for level in [Level::Matching, Level::Trunk] {
        let options = AdaptOptions { level: Some(level), steps: 1, ..AdaptOptions::default() };
        assert!(losses(&session, task, options)[0].is_finite());
    }
}

#[test]
fn an_adaptation_that_was_put_aside_goes_on_as_if_it_had_not_been() {
    let (session, task, _) = session(2);
    let options = AdaptOptions { steps: 3, ..AdaptOptions::default() };
    let straight = losses(&session, task, options);
    let mut stopped = read_sync(session.begin_adaptation(task, options)).unwrap();
    let first = read_sync(stopped.step()).unwrap().unwrap();
    let rest = run(&mut stopped);
    assert_eq!((first.step, rest[0].0, rest[1].0), (1, 2, 3));
    assert_eq!(straight, [first.loss, rest[0].1, rest[1].1]);
}

#[test]
fn a_resumed_adaptation_starts_from_the_adapter() {
    let (mut session, task, _) = session(3);
    let begin = |session: &mut Session, resume| {
        let options = AdaptOptions { steps: 1, resume, ..AdaptOptions::default() };
        let mut adaptation = read_sync(session.begin_adaptation(task, options)).unwrap();
        let first = run(&mut adaptation);
        let report = read_sync(session.finish_adaptation(adaptation)).unwrap();
        (first, report.before)
    };
    let shipped = begin(&mut session, true);
    assert_eq!(shipped, begin(&mut session, false), "there is nothing to resume");
    session.set_adapter(task, Some(&adapter(0.5))).unwrap();
    assert_ne!(shipped, begin(&mut session, true));
}

#[test]
fn the_level_is_chosen_by_examples_and_time() {
    let auto = |examples, seconds| Level::auto(TaskKind::Mask, examples, seconds);
    assert_eq!(auto(5, f64::INFINITY), Level::Trunk);
    for kind in [TaskKind::Keypoints, TaskKind::Density, TaskKind::Map] {
        assert_eq!(Level::auto(kind, 5, f64::INFINITY), Level::None);
    }
    assert_eq!(auto(5, 1.0), Level::None);
    assert_eq!(auto(0, f64::INFINITY), Level::None);
    assert_eq!(Level::Whole.for_kind(TaskKind::Map), Level::Trunk);
    assert_eq!(Level::Matching.for_kind(TaskKind::Density), Level::None);
}

#[test]
fn an_adapter_of_what_follows_the_read_out_changes_answers_too() {
    let (mut session, task, query) = session(2);
    let before = answer(&mut session, task, query);
    for name in ["tokens.norm.beta", "tokens.linear.bias", "decoder.last.bias"] {
        session.set_adapter(task, Some(&shifted(name, 0.5))).unwrap();
        assert_ne!(answer(&mut session, task, query), before, "{name}");
    }
    session.set_adapter(task, None).unwrap();
    assert_eq!(answer(&mut session, task, query), before);
}

#[test]
fn what_held_out_examples_do_not_judge_is_not_used() {
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
    session.set_adapter(task, Some(&adapter(0.5))).unwrap();
    assert_eq!(session.adapter(task).unwrap(), Some(adapter(0.5).as_slice()));
    assert_ne!(answer(&mut session, task, query), before);
    session.set_adapter(task, None).unwrap();
    assert_eq!(answer(&mut session, task, query), before);
}

#[test]
fn an_adapter_that_does_not_fit_is_refused_and_the_former_one_kept() {
    let (mut session, task, query) = session(2);
    session.set_adapter(task, Some(&adapter(0.5))).unwrap();
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
    session.set_adapter(task, Some(&adapter(0.5))).unwrap();
    let adapted = answer(&mut session, task, query);
    session.set_refine(true);
    assert_eq!(answer(&mut session, task, query), adapted);
}
