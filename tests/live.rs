//! Frames of a video are answered as pictures are, with tensors that nobody reads on the way.

mod support;

use anolis::Session;
use anolis::image::label::Dot;
use anolis::image::{Fit, Label, Picture};
use anolis::session::TaskKind;
use burn::tensor::{Device, Tensor, TensorData, read_sync};

use support::WEIGHTS;

const WIDTH: usize = 96;
const HEIGHT: usize = 80;

fn session() -> Session {
    let mut session = Session::new(&WEIGHTS.0, &WEIGHTS.1, &Device::flex()).unwrap();
    // Frames are looked at once.
    session.set_refine(false);
    session
}

/// A bright disc on a textured ground.
fn disc([x, y]: [usize; 2]) -> Picture {
    let colour = |i: usize| match inside(i, [x, y]) {
        true => [225, 90, 60],
        false => [60, 110, 120 + (i * 7 % 23) as u8],
    };
    Picture::from_rgb((0..WIDTH * HEIGHT).flat_map(colour).collect(), WIDTH, HEIGHT).unwrap()
}

fn inside(i: usize, [x, y]: [usize; 2]) -> bool {
    (i % WIDTH).abs_diff(x).pow(2) + (i / WIDTH).abs_diff(y).pow(2) < 14 * 14
}

fn ids(at: [usize; 2], class: impl Fn(usize) -> u8) -> Label {
    let ids = (0..WIDTH * HEIGHT).map(|i| if inside(i, at) { class(i) } else { 0 });
    Label::Classes { ids: ids.collect(), width: WIDTH, height: HEIGHT }
}

fn map(at: [usize; 2]) -> Label {
    let values = (0..WIDTH * HEIGHT).map(|i| if inside(i, at) { 0.9 } else { 0.2 });
    Label::Map { values: values.collect(), width: WIDTH, height: HEIGHT }
}

/// The largest difference between a frame's answer and the same picture's, from two examples.
fn difference(
    kind: TaskKind,
    channels: usize,
    quick: bool,
    label: impl Fn([usize; 2]) -> Label,
) -> f32 {
    let mut session = session();
    let names = (0..channels).map(|channel| channel.to_string()).collect();
    let task = session.add_task(kind, names).unwrap();
    for at in [[30, 40], [60, 30]] {
        let picture = read_sync(session.add_picture(&disc(at))).unwrap();
        read_sync(session.set_label(task, picture, label(at))).unwrap();
    }
    let picture = disc([48, 44]);
    let number = read_sync(session.add_picture(&picture)).unwrap();
    let expected = match quick {
        true => read_sync(session.predict_readout(task, number)).unwrap(),
        false => read_sync(session.predict(task, number)).unwrap(),
    };
    let found = session.live(task, frame(&picture, kind), quick).unwrap();
    let [found_channels, _, cells, _] = found.values.dims();
    assert_eq!((found_channels, cells), (channels, WEIGHTS.0.side / 2));
    let values: Vec<f32> = found.values.into_data().try_into_vec_as().unwrap();
    let fit = Fit::new(WIDTH, HEIGHT, WEIGHTS.0.side, kind.aspect());
    let channel = |channel: usize| {
        let values = &values[channel * cells * cells..][..cells * cells];
        let expected = expected.probability(channel, WIDTH, HEIGHT);
        let found = fit.unfit(values, cells, WIDTH, HEIGHT);
        found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    };
    (0..channels).map(channel).fold(0.0, f32::max)
}

fn frame(picture: &Picture, kind: TaskKind) -> Tensor<4> {
    let side = WEIGHTS.0.side;
    Tensor::from_data(
        TensorData::new(picture.fit(side, kind.aspect()).0, [1, 3, side, side]),
        &Device::flex(),
    )
}

#[test]
fn a_quick_answer_is_the_readouts() {
    let half = |i: usize| 1 + (i % 2) as u8;
    for difference in [
        difference(TaskKind::Mask, 1, true, |at| ids(at, |_| 1)),
        difference(TaskKind::Mask, 2, true, |at| ids(at, half)),
        difference(TaskKind::Map, 1, true, map),
        difference(TaskKind::Density, 1, true, |[x, y]| {
            Label::Dots(vec![Dot { point: [x as f32, y as f32], channel: 0 }])
        }),
        difference(TaskKind::Keypoints, 1, true, |[x, y]| {
            Label::Keypoints(vec![Some([x as f32, y as f32])])
        }),
    ] {
        assert!(difference < 1e-3, "{difference}");
    }
}

#[test]
fn a_full_answer_is_the_networks() {
    let half = |i: usize| 1 + (i % 2) as u8;
    for difference in [
        difference(TaskKind::Mask, 1, false, |at| ids(at, |_| 1)),
        difference(TaskKind::Mask, 2, false, |at| ids(at, half)),
    ] {
        assert!(difference < 1e-3, "{difference}");
    }
}

#[test]
fn frames_follow_the_examples() {
    let mut session = session();
    let task = session.add_task(TaskKind::Mask, vec!["disc".to_owned()]).unwrap();
    let rgb = frame(&disc([48, 44]), TaskKind::Mask);
    let code = |result: anolis::Result<_>| {
        result.map(|_: anolis::session::LiveAnswer| ()).unwrap_err().code()
    };
    assert_eq!(code(session.live(task, rgb.clone(), false)), "empty-support");
    assert_eq!(code(session.live(77, rgb.clone(), false)), "not-found");
    let mean = |session: &mut Session| -> f32 {
        session.live(task, rgb.clone(), false).unwrap().values.mean().into_scalar()
    };
    let picture = read_sync(session.add_picture(&disc([30, 40]))).unwrap();
    read_sync(session.set_label(task, picture, ids([30, 40], |_| 1))).unwrap();
    let before = mean(&mut session);
    read_sync(session.set_label(task, picture, ids([60, 20], |_| 1))).unwrap();
    assert!((mean(&mut session) - before).abs() > 1e-4);
    read_sync(session.set_label(task, picture, ids([30, 40], |_| 1))).unwrap();
    assert!((mean(&mut session) - before).abs() < 1e-6);
}

#[test]
fn a_task_on_two_pictures_at_a_time_sees_no_frames() {
    let mut session = session();
    let task = session.add_task_with_images(TaskKind::Mask, vec!["disc".to_owned()], 2).unwrap();
    let refused = session.live(task, frame(&disc([48, 44]), TaskKind::Mask), false);
    assert_eq!(refused.unwrap_err().code(), "image-count");
}
