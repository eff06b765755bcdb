//! Pictures that are seen two at a time: the first is labelled, the second is more to see.

mod support;

use anolis::Session;
use anolis::image::{Label, Picture};
use anolis::model::{Network, NetworkConfig};
use anolis::session::{AdaptOptions, Level, Prediction, TaskKind};
use anolis::weights::NamedTensors;
use burn::tensor::{Device, Distribution, Tensor, read_sync};

use support::WEIGHTS;

const SIDE: usize = 96;

fn session() -> Session {
    Session::new(&WEIGHTS.0, &WEIGHTS.1, &Device::flex()).unwrap()
}

fn code<T>(result: anolis::Result<T>) -> &'static str {
    result.err().map(|error| error.code()).unwrap_or("no error")
}

/// Grey noise, the same one every time.
fn noise() -> Picture {
    let grey = |i: usize| [(60 + i * 7919 % 101) as u8; 3];
    Picture::from_rgb((0..SIDE * SIDE).flat_map(grey).collect(), SIDE, SIDE).unwrap()
}

/// Whether a pixel of a square of `side` pixels is on the disc.
fn on_disc(i: usize, side: usize, centre: [f32; 2]) -> bool {
    let at = [i % side, i / side].map(|pixel| (pixel as f32 + 0.5) * SIDE as f32 / side as f32);
    (at[0] - centre[0]).hypot(at[1] - centre[1]) < 18.0
}

/// A picture of the disc, `side` pixels wide.
fn disc(side: usize, centre: [f32; 2]) -> Picture {
    let colour = |i: usize| {
        if on_disc(i, side, centre) { [210, 90, 60] } else { [50, 90, (40 + i % 23) as u8] }
    };
    Picture::from_rgb((0..side * side).flat_map(colour).collect(), side, side).unwrap()
}

fn label(centre: [f32; 2]) -> Label {
    let ids = (0..SIDE * SIDE).map(|i| u8::from(on_disc(i, SIDE, centre))).collect();
    Label::Classes { ids, width: SIDE, height: SIDE }
}

fn iou(prediction: &Prediction, centre: [f32; 2]) -> f32 {
    let found = prediction.mask(SIDE, SIDE).unwrap();
    let counted = |wanted: fn(bool, bool) -> bool| {
        let pixels = found.iter().enumerate();
        pixels.filter(|&(i, &id)| wanted(id == 1, on_disc(i, SIDE, centre))).count() as f32
    };
    counted(|a, b| a && b) / counted(|a, b| a || b)
}

// Far from each other, so that who remembers one place misses the other.
const THERE: [f32; 2] = [26.0, 28.0];
const HERE: [f32; 2] = [72.0, 70.0];

/// A task of pairs with so many examples, and one more pair with the disc at [`HERE`].
fn pairs(session: &mut Session, examples: usize) -> (u32, u32) {
    let task = session.add_task_with_images(TaskKind::Mask, vec!["disc".into()], 2).unwrap();
    for i in 0..examples {
        let centre = [THERE[0] + 9.0 * i as f32, THERE[1] + 7.0 * i as f32];
        let pair = read_sync(session.add_pictures(&[noise(), disc(SIDE, centre)])).unwrap();
        read_sync(session.set_label(task, pair, label(centre))).unwrap();
    }
    (task, read_sync(session.add_pictures(&[noise(), disc(SIDE, HERE)])).unwrap())
}

#[test]
fn what_only_the_second_picture_shows_is_found_with_it_and_not_without() {
    let mut session = session();
    let (task, query) = pairs(&mut session, 1);
    let answers = [
        read_sync(session.predict_readout(task, query)).unwrap(),
        read_sync(session.predict_refined(task, query)).unwrap(),
        read_sync(session.predict(task, query)).unwrap(),
    ];
    let found = answers.map(|answer| iou(&answer, HERE));
    assert!(found.iter().all(|&iou| iou > 0.8), "{found:?}");

    let alone = session.add_task(TaskKind::Mask, vec!["disc".into()]).unwrap();
    let [example, query] = [0; 2].map(|_| read_sync(session.add_picture(&noise())).unwrap());
    read_sync(session.set_label(alone, example, label(THERE))).unwrap();
    let found = iou(&read_sync(session.predict(alone, query)).unwrap(), HERE);
    assert!(found < 0.3, "{found} without the second picture");
}

#[test]
fn the_second_picture_may_have_another_size() {
    let mut session = session();
    let (task, _) = pairs(&mut session, 1);
    let query = read_sync(session.add_pictures(&[noise(), disc(3 * SIDE, HERE)])).unwrap();
    let found = iou(&read_sync(session.predict(task, query)).unwrap(), HERE);
    assert!(found > 0.8, "{found}");
}

#[test]
fn the_decoder_is_asked_about_pairs_too() {
    let mut session = session();
    session.set_refine(false);
    let (task, query) = pairs(&mut session, 2);
    let found = iou(&read_sync(session.predict(task, query)).unwrap(), HERE);
    assert!(found > 0.7, "{found}");
}

#[test]
fn another_number_of_pictures_is_refused_and_changes_nothing() {
    let mut session = session();
    let (task, query) = pairs(&mut session, 1);
    let single = read_sync(session.add_picture(&noise())).unwrap();
    let alone = session.add_task(TaskKind::Mask, vec!["disc".into()]).unwrap();
    let before =
        read_sync(session.predict_readout(task, query)).unwrap().probability(0, SIDE, SIDE);

    assert_eq!(code(read_sync(session.set_label(task, single, label(HERE)))), "image-count");
    assert_eq!(code(read_sync(session.set_label(alone, query, label(HERE)))), "image-count");
    assert_eq!(code(read_sync(session.predict_readout(alone, single))), "empty-support");
    assert_eq!(code(read_sync(session.predict_readout(task, single))), "image-count");
    assert_eq!(code(read_sync(session.predict_refined(task, single))), "image-count");
    assert_eq!(code(read_sync(session.predict(task, single))), "image-count");
    assert_eq!(code(session.suggest(task, &[single], 1)), "image-count");
    assert_eq!(code(read_sync(session.add_pictures(&[]))), "image-count");
    assert_eq!(code(read_sync(session.add_pictures(&[0; 3].map(|_| noise())))), "image-count");
    for images in [0, 3] {
        let task = session.add_task_with_images(TaskKind::Mask, vec!["disc".into()], images);
        assert_eq!(code(task), "image-count");
    }

    let after = read_sync(session.predict_readout(task, query)).unwrap().probability(0, SIDE, SIDE);
    assert_eq!(before, after);
}

#[test]
fn a_removed_pair_takes_its_label_with_it() {
    let mut session = session();
    let (task, query) = pairs(&mut session, 0);
    let pair = read_sync(session.add_pictures(&[noise(), disc(SIDE, THERE)])).unwrap();
    read_sync(session.set_label(task, pair, label(THERE))).unwrap();
    read_sync(session.predict_readout(task, query)).unwrap();
    session.remove_picture(pair).unwrap();
    assert_eq!(code(read_sync(session.predict_readout(task, query))), "empty-support");
    assert_eq!(code(read_sync(session.set_label(task, pair, label(THERE)))), "not-found");
}

#[test]
fn every_level_adapts_to_pairs() {
    let mut session = session();
    let (task, query) = pairs(&mut session, 3);
    for level in [Level::Matching, Level::Biases, Level::Trunk, Level::Whole] {
        let options = AdaptOptions { level: Some(level), steps: 1, ..AdaptOptions::default() };
        let mut adaptation = read_sync(session.begin_adaptation(task, options)).unwrap();
        let step = read_sync(adaptation.step()).unwrap().unwrap();
        assert!(step.loss.is_finite() && step.held_out.unwrap().is_finite(), "{level:?}");
    }
    // A trunk and tokens of the task's own see both pictures.
    let own = |name: &str| {
        let mut tensor = WEIGHTS.1.0[name].clone();
        tensor.values.iter_mut().for_each(|value| *value += 1e-3);
        (name.to_owned(), tensor)
    };
    let adapter = NamedTensors(["trunk.stem.bias", "tokens.linear.bias"].map(own).into());
    session.set_adapter(task, Some(&adapter.write_f16().unwrap())).unwrap();
    let found = iou(&read_sync(session.predict(task, query)).unwrap(), HERE);
    assert!(found > 0.7, "{found}");
}

#[test]
fn pictures_side_by_side_are_seen_as_each_on_its_own() {
    let device = Device::flex();
    let trunk = Network::new(&NetworkConfig::xs(), &device).trunk;
    let [first, second] = [0; 2]
        .map(|_| Tensor::<4>::random([1, 3, 64, 64], Distribution::Uniform(0.0, 1.0), &device));
    let both = trunk.forward(Tensor::cat(vec![first.clone(), second.clone()], 1));
    let [first, second] = [first, second].map(|rgb| trunk.forward(rgb));
    for (both, alone) in [(both.s2, [first.s2, second.s2]), (both.s32, [first.s32, second.s32])] {
        let difference = (both - Tensor::cat(alone.to_vec(), 1)).abs().max();
        assert_eq!(difference.into_scalar::<f32>(), 0.0);
    }
}
