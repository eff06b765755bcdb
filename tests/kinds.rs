//! Every kind of task, from a label to an answer, on pictures with a known one.

mod support;

use anolis::Session;
use anolis::image::label::{Dot, Mark, Shape};
use anolis::image::{Label, Picture};
use anolis::session::{Prediction, TaskKind};
use burn::tensor::{Device, read_sync};

use support::WEIGHTS;

const WIDTH: usize = 96;
const HEIGHT: usize = 80;

fn session() -> Session {
    Session::new(&WEIGHTS.0, &WEIGHTS.1, &Device::flex()).unwrap()
}

fn code<T>(result: anolis::Result<T>) -> &'static str {
    result.err().map(|error| error.code()).unwrap_or("no error")
}

/// Discs of one colour on a textured ground; every disc also darkens a ring around it.
fn discs(centres: &[[f32; 2]], radius: f32) -> Picture {
    let colour = |i: usize| {
        let at = [(i % WIDTH) as f32 + 0.5, (i / WIDTH) as f32 + 0.5];
        let distance = centres.iter().map(|c| (c[0] - at[0]).hypot(c[1] - at[1]));
        let nearest = distance.fold(f32::INFINITY, f32::min);
        match nearest {
            d if d < radius => [225, 90, 60],
            d if d < radius * 1.5 => [20, 30, 40],
            _ => [60, 110, 120 + (i * 7 % 23) as u8],
        }
    };
    Picture::from_rgb((0..WIDTH * HEIGHT).flat_map(colour).collect(), WIDTH, HEIGHT).unwrap()
}

/// Learns one labelled picture with the read-out and answers for another.
fn learn(
    kind: TaskKind,
    channels: &[&str],
    example: (&Picture, Label),
    query: &Picture,
) -> Prediction {
    let mut session = session();
    let task = session.add_task(kind, channels.iter().map(|&c| c.to_owned()).collect()).unwrap();
    let picture = read_sync(session.add_picture(example.0)).unwrap();
    read_sync(session.set_label(task, picture, example.1)).unwrap();
    let query = read_sync(session.add_picture(query)).unwrap();
    read_sync(session.predict_readout(task, query)).unwrap()
}

#[test]
fn a_keypoint_is_found_on_a_new_picture() {
    let (there, here) = ([30.3, 44.8], [61.0, 27.0]);
    let label = Label::Keypoints(vec![Some(there)]);
    let query = discs(&[here], 8.0);
    let prediction = learn(TaskKind::Keypoints, &["disc"], (&discs(&[there], 8.0), label), &query);
    let points = prediction.keypoints(WIDTH, HEIGHT).unwrap();
    assert_eq!(points.len(), 1);
    let off = (points[0].x - here[0]).hypot(points[0].y - here[1]);
    assert!(off < 4.0, "{:?} instead of {here:?}", points[0]);
    assert!((0.0..=1.0).contains(&points[0].score));
    // At twice the size it is the same place.
    let twice = prediction.keypoints(2 * WIDTH, 2 * HEIGHT).unwrap()[0];
    assert!(
        (twice.x - 2.0 * points[0].x).abs() < 1e-3 && (twice.y - 2.0 * points[0].y).abs() < 1e-3
    );
}

#[test]
fn objects_are_counted_and_found_on_a_new_picture() {
    let grid = |n: usize, shift: f32| -> Vec<[f32; 2]> {
        (0..n)
            .map(|i| [14.0 + shift + (i % 4) as f32 * 22.0, 12.0 + (i / 4) as f32 * 19.0])
            .collect()
    };
    let (few, many) = (grid(5, 0.0), grid(14, 3.0));
    let dots = few.iter().map(|&point| Dot { point, channel: 0 }).collect();
    let example = discs(&few, 5.0);
    let prediction =
        learn(TaskKind::Density, &["disc"], (&example, Label::Dots(dots)), &discs(&many, 5.0));
    let count = prediction.count(0).unwrap();
    assert!((count - 14.0).abs() < 3.0, "{count}");
    let density: f32 = prediction.density(0, WIDTH, HEIGHT).unwrap().iter().sum();
    assert!((density - count).abs() < 0.05 * count, "{density} and {count}");
    let peaks = prediction.peaks(0, WIDTH, HEIGHT).unwrap();
    let found = |c: &&[f32; 2]| peaks.iter().any(|p| (p.x - c[0]).hypot(p.y - c[1]) < 6.0);
    assert!(many.iter().filter(found).count() >= 12, "{peaks:?}");
}

#[test]
fn two_examples_count_what_touches() {
    // Pairs of discs so close that they are one shape.
    let scene = |pairs: usize, lone: usize, shift: f32| -> Vec<[f32; 2]> {
        let cell = |i: usize| [12.0 + shift + (i % 4) as f32 * 22.0, 10.0 + (i / 4) as f32 * 19.0];
        let pair = |i: usize| [cell(i), [cell(i)[0] + 7.0, cell(i)[1]]];
        (0..pairs).flat_map(pair).chain((pairs..pairs + lone).map(cell)).collect()
    };
    let mut session = session();
    let task = session.add_task(TaskKind::Density, vec!["disc".into()]).unwrap();
    for centres in [scene(2, 5, 0.0), scene(5, 2, 2.0)] {
        let picture = read_sync(session.add_picture(&discs(&centres, 4.0))).unwrap();
        let dots = centres.iter().map(|&point| Dot { point, channel: 0 }).collect();
        read_sync(session.set_label(task, picture, Label::Dots(dots))).unwrap();
    }
    for (pairs, lone) in [(1, 7), (4, 4), (7, 1)] {
        let centres = scene(pairs, lone, 1.0);
        let picture = read_sync(session.add_picture(&discs(&centres, 4.0))).unwrap();
        let prediction = read_sync(session.predict(task, picture)).unwrap();
        let (count, density) =
            (prediction.count(0).unwrap(), prediction.density(0, WIDTH, HEIGHT).unwrap());
        assert!((count - (2 * pairs + lone) as f32).abs() < 1.0, "{count} of {pairs} and {lone}");
        let sum: f32 = density.iter().sum();
        assert!((sum - count).abs() < 0.05 * count, "{sum} and {count}");
    }
}

#[test]
fn a_map_is_learnt_around_its_holes() {
    let example = discs(&[[30.0, 40.0]], 16.0);
    let query = discs(&[[60.0, 40.0]], 16.0);
    let value = |centre: f32, i: usize| {
        let near = ((i % WIDTH) as f32 - centre).hypot((i / WIDTH) as f32 - 40.0) < 16.0;
        if near { 0.8 } else { 0.3 }
    };
    let size = WIDTH * HEIGHT;
    let holed = |i: usize| if i % WIDTH > 80 { f32::NAN } else { value(30.0, i) };
    let values: Vec<f32> =
        (0..size).map(holed).chain((0..size).map(|i| 1.0 - value(30.0, i))).collect();
    let label = Label::Map { values, width: WIDTH, height: HEIGHT };
    let prediction = learn(TaskKind::Map, &["height", "depth"], (&example, label), &query);
    for component in 0..2 {
        let map = prediction.map(component, WIDTH, HEIGHT).unwrap();
        let truth = |i| if component == 0 { value(60.0, i) } else { 1.0 - value(60.0, i) };
        let error: f32 = (0..size).map(|i| (map[i] - truth(i)).abs()).sum::<f32>() / size as f32;
        assert!(error < 0.06, "mean error {error} of component {component}");
    }
}

#[test]
fn overlapping_channels_may_both_be_true() {
    let example = discs(&[[30.0, 40.0]], 16.0);
    let query = discs(&[[60.0, 40.0]], 16.0);
    let within = |x: f32, radius: f32, i: usize| {
        u8::from(((i % WIDTH) as f32 + 0.5 - x).hypot((i / WIDTH) as f32 + 0.5 - 40.0) < radius)
    };
    let size = WIDTH * HEIGHT;
    let layers = (0..size)
        .map(|i| within(30.0, 16.0, i))
        .chain((0..size).map(|i| within(30.0, 24.0, i)))
        .collect();
    let label = Label::Layers { layers, width: WIDTH, height: HEIGHT };
    let prediction =
        learn(TaskKind::OverlappingMask, &["disc", "disc and ring"], (&example, label), &query);
    let found = prediction.layers(WIDTH, HEIGHT).unwrap();
    for (layer, radius) in found.chunks_exact(size).zip([16.0, 24.0]) {
        let truth: Vec<_> = (0..size).map(|i| within(60.0, radius, i)).collect();
        let both = layer.iter().zip(&truth).filter(|(a, b)| **a + **b == 2).count();
        let either = layer.iter().zip(&truth).filter(|(a, b)| **a + **b > 0).count();
        assert!(both * 10 > either * 7, "IoU {both} / {either} at radius {radius}");
    }
}

#[test]
fn two_clicks_are_enough_for_a_mask() {
    let example = discs(&[[30.0, 40.0]], 16.0);
    let mark = |class, point| Mark { class, shape: Shape::Click { point, radius: 4.0 } };
    let label =
        Label::Marks(vec![mark(1, [30.0, 40.0]), mark(0, [80.0, 15.0]), mark(0, [30.0, 60.0])]);
    let prediction =
        learn(TaskKind::Mask, &["disc"], (&example, label), &discs(&[[60.0, 40.0]], 16.0));
    let mask = prediction.mask(WIDTH, HEIGHT).unwrap();
    let at = |x: usize, y: usize| mask[y * WIDTH + x];
    assert_eq!([at(60, 40), at(55, 45), at(15, 20), at(90, 70)], [1, 1, 0, 0]);
}

#[test]
fn a_label_of_another_kind_is_refused_and_changes_nothing() {
    let picture = discs(&[[30.0, 40.0]], 16.0);
    let size = WIDTH * HEIGHT;
    let labels = || {
        [
            (TaskKind::Mask, Label::Classes { ids: vec![1; size], width: WIDTH, height: HEIGHT }),
            (
                TaskKind::OverlappingMask,
                Label::Layers { layers: vec![1; size], width: WIDTH, height: HEIGHT },
            ),
            (TaskKind::Keypoints, Label::Keypoints(vec![Some([30.0, 40.0])])),
            (TaskKind::Map, Label::Map { values: vec![0.5; size], width: WIDTH, height: HEIGHT }),
            (TaskKind::Density, Label::Dots(vec![Dot { point: [30.0, 40.0], channel: 0 }])),
        ]
    };
    let mut session = session();
    let number = read_sync(session.add_picture(&picture)).unwrap();
    for (kind, own) in labels() {
        let task = session.add_task(kind, vec!["a".to_owned()]).unwrap();
        read_sync(session.set_label(task, number, own)).unwrap();
        let before =
            read_sync(session.predict_readout(task, number)).unwrap().probability(0, WIDTH, HEIGHT);
        for (other, label) in labels().into_iter().filter(|(other, _)| *other != kind) {
            let refused = code(read_sync(session.set_label(task, number, label)));
            assert_eq!(refused, "label-kind", "{other:?} in {kind:?}");
        }
        let marks = Label::Marks(vec![Mark {
            class: 1,
            shape: Shape::Click { point: [f32::NAN, 0.0], radius: 1.0 },
        }]);
        let masks = [TaskKind::Mask, TaskKind::OverlappingMask].contains(&kind);
        let refused = code(read_sync(session.set_label(task, number, marks)));
        assert_eq!(refused, if masks { "label-point" } else { "label-kind" });
        let after = read_sync(session.predict_readout(task, number)).unwrap();
        assert_eq!(after.probability(0, WIDTH, HEIGHT), before);
    }
}

#[test]
fn an_answer_that_the_kind_does_not_have_is_refused() {
    let picture = discs(&[[30.0, 40.0]], 16.0);
    let label = Label::Keypoints(vec![Some([30.0, 40.0])]);
    let points = learn(TaskKind::Keypoints, &["disc"], (&picture, label), &picture);
    assert_eq!(code(points.mask(WIDTH, HEIGHT)), "answer-kind");
    assert_eq!(code(points.layers(WIDTH, HEIGHT)), "answer-kind");
    assert_eq!(code(points.map(0, WIDTH, HEIGHT)), "answer-kind");
    assert_eq!(code(points.count(0)), "answer-kind");
    assert_eq!(code(points.peaks(0, WIDTH, HEIGHT)), "answer-kind");
    let label = Label::Map { values: vec![0.5; WIDTH * HEIGHT], width: WIDTH, height: HEIGHT };
    let map = learn(TaskKind::Map, &["depth"], (&picture, label), &picture);
    assert_eq!(code(map.mask(WIDTH, HEIGHT)), "answer-kind");
    assert_eq!(code(map.keypoints(WIDTH, HEIGHT)), "answer-kind");
}

#[test]
fn a_channel_that_no_example_shows_has_no_opinion() {
    let picture = discs(&[[30.0, 40.0]], 16.0);
    let label = Label::Keypoints(vec![Some([30.0, 40.0]), None]);
    let prediction = learn(TaskKind::Keypoints, &["disc", "tail"], (&picture, label), &picture);
    let heat = prediction.probability(1, WIDTH, HEIGHT);
    assert!(heat.iter().all(|&value| value == 0.5));
    let points = prediction.keypoints(WIDTH, HEIGHT).unwrap();
    assert!(points[0].score > 0.1 && points[1].score < 1e-3, "{points:?}");
}

#[test]
fn a_kind_that_the_decoder_has_not_learnt_answers_with_the_refined_read_out() {
    let picture = discs(&[[30.0, 40.0]], 16.0);
    let mut session = session();
    let task = session.add_task(TaskKind::Density, vec!["disc".to_owned()]).unwrap();
    let number = read_sync(session.add_picture(&picture)).unwrap();
    let dot = Dot { point: [30.0, 40.0], channel: 0 };
    read_sync(session.set_label(task, number, Label::Dots(vec![dot]))).unwrap();
    let refined = read_sync(session.predict_refined(task, number)).unwrap().count(0).unwrap();
    let full = read_sync(session.predict(task, number)).unwrap().count(0).unwrap();
    assert_eq!(refined, full);
}
