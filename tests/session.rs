//! The session on the shipped weights: it learns a task nobody trained on, and bad input changes nothing.

mod support;

use std::fs;
use std::path::PathBuf;

use anolis::image::{Label, Picture, UNPAINTED_CLASS, decode};
use anolis::session::TaskKind;
use anolis::{Error, Session};
use burn::tensor::{Device, read_sync};

use support::WEIGHTS;

fn root() -> PathBuf {
    std::env::current_dir().unwrap()
}

fn session() -> Session {
    Session::new(&WEIGHTS.0, &WEIGHTS.1, &Device::flex()).unwrap()
}

fn mask_task(session: &mut Session, channels: &[&str]) -> u32 {
    session
        .add_task(TaskKind::Mask, channels.iter().map(|&name| name.to_owned()).collect())
        .unwrap()
}

fn ids(ids: Vec<u8>, width: usize, height: usize) -> Label {
    Label::Classes { ids, width, height }
}

/// A picture with a bright disc, and the disc's mask.
fn disc(width: usize, height: usize, (cx, cy): (usize, usize)) -> (Picture, Vec<u8>) {
    let inside = |i: usize| {
        let (dx, dy) = ((i % width).abs_diff(cx), (i / width).abs_diff(cy));
        dx * dx + dy * dy < 24 * 24
    };
    let rgb = (0..width * height)
        .flat_map(|i| if inside(i) { [230, 80, 60] } else { [40, 90, (i % 50) as u8] });
    let picture = Picture::from_rgb(rgb.collect(), width, height).unwrap();
    (picture, (0..width * height).map(|i| u8::from(inside(i))).collect())
}

fn iou(found: &[u8], truth: &[u8]) -> f64 {
    let both = found.iter().zip(truth).filter(|&(&f, &t)| f == 1 && t == 1).count();
    let either = found.iter().zip(truth).filter(|&(&f, &t)| f == 1 || t == 1).count();
    both as f64 / either as f64
}

fn code<T>(result: Result<T, Error>) -> &'static str {
    result.err().map(|error| error.code()).unwrap_or("no error")
}

#[test]
fn weights_pass_their_own_self_test() {
    let report = read_sync(session().self_test(&WEIGHTS.0.self_test)).unwrap();
    assert!(report.passed(), "{report:?}");
}

#[test]
fn weights_of_another_network_fail_the_self_test() {
    let mut tensors = WEIGHTS.1.clone();
    for value in &mut tensors.0.get_mut("trunk.blocks.7.project.weight").unwrap().values {
        *value = -*value;
    }
    let session = Session::new(&WEIGHTS.0, &tensors, &Device::flex()).unwrap();
    assert!(!read_sync(session.self_test(&WEIGHTS.0.self_test)).unwrap().passed());
}

#[test]
fn five_examples_of_an_unseen_task_reach_an_iou_of_0_60() {
    let folder = root().join("tests/tasks/procedural");
    let task: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.join("task.json")).unwrap()).unwrap();
    let names = |value: &serde_json::Value| -> Vec<String> {
        serde_json::from_value(value.clone()).unwrap()
    };
    let split = &task["splits"][0];
    let mut session = session();
    let id = mask_task(&mut session, &["object"]);
    let open = |name: &str| {
        let picture =
            decode(&fs::read(folder.join(format!("images/{name}.jpg"))).unwrap()).unwrap();
        let label =
            image::load_from_memory(&fs::read(folder.join(format!("labels/{name}.png"))).unwrap())
                .unwrap();
        (picture, label.into_luma8().into_raw())
    };
    for name in names(&split["support"]["5"]) {
        let (picture, label) = open(&name);
        let number = read_sync(session.add_picture(&picture)).unwrap();
        read_sync(session.set_label(id, number, ids(label, picture.width(), picture.height())))
            .unwrap();
    }
    let (mut sum, mut count) = (0.0, 0.0);
    for name in names(&split["query"]) {
        let (picture, truth) = open(&name);
        let number = read_sync(session.add_picture(&picture)).unwrap();
        let prediction = read_sync(session.predict(id, number)).unwrap();
        sum += iou(&prediction.mask(picture.width(), picture.height()).unwrap(), &truth);
        count += 1.0;
    }
    assert!(sum / count >= 0.60, "mean IoU {}", sum / count);
}

#[test]
fn a_label_painted_stroke_by_stroke_predicts_as_one_painted_at_once() {
    let (picture, mask) = disc(96, 80, (40, 40));
    let (query, _) = disc(96, 80, (60, 30));
    let mut session = session();
    let (first, second) = (
        read_sync(session.add_picture(&picture)).unwrap(),
        read_sync(session.add_picture(&query)).unwrap(),
    );
    let strokes = mask_task(&mut session, &["disc"]);
    for rows in [30, 50, 10, 80] {
        let part =
            mask.iter().enumerate().map(|(i, &m)| if i / 96 < rows { m } else { 0 }).collect();
        read_sync(session.set_label(strokes, first, ids(part, 96, 80))).unwrap();
    }
    let at_once = mask_task(&mut session, &["disc"]);
    read_sync(session.set_label(at_once, first, ids(mask, 96, 80))).unwrap();
    let [a, b] = [strokes, at_once].map(|task| {
        read_sync(session.predict_readout(task, second)).unwrap().probability(0, 96, 80)
    });
    let worst = a.iter().zip(&b).fold(0.0f32, |m, (x, y)| m.max((x - y).abs()));
    assert!(worst < 1e-3, "{worst}");
}

#[test]
fn removing_the_only_label_empties_the_support() {
    let (picture, mask) = disc(64, 64, (32, 32));
    let mut session = session();
    let number = read_sync(session.add_picture(&picture)).unwrap();
    let task = mask_task(&mut session, &["disc"]);
    assert_eq!(code(read_sync(session.predict_readout(task, number))), "empty-support");
    read_sync(session.set_label(task, number, ids(mask, 64, 64))).unwrap();
    read_sync(session.predict_readout(task, number)).unwrap();
    session.remove_label(task, number).unwrap();
    assert_eq!(code(read_sync(session.predict(task, number))), "empty-support");
}

#[test]
fn several_classes_and_the_background_compete() {
    let (picture, disc_mask) = disc(96, 96, (30, 48));
    let label: Vec<u8> =
        disc_mask.iter().enumerate().map(|(i, &m)| if i % 96 > 70 { 2 } else { m }).collect();
    let mut session = session();
    let number = read_sync(session.add_picture(&picture)).unwrap();
    let task = mask_task(&mut session, &["disc", "edge"]);
    read_sync(session.set_label(task, number, ids(label.clone(), 96, 96))).unwrap();
    let mask = read_sync(session.predict_readout(task, number)).unwrap().mask(96, 96).unwrap();
    assert!(mask.iter().all(|&id| id <= 2));
    let right = mask.iter().zip(&label).filter(|(a, b)| a == b).count();
    assert!(right * 10 > mask.len() * 8, "{right} of {}", mask.len());
}

#[test]
fn unpainted_pixels_hide_fewer_objects_than_declared_background() {
    let (side, radius) = (160, 9);
    let centres: Vec<_> = (0..16).map(|i| (20 + i % 4 * 40, 20 + i / 4 * 40)).collect();
    let object = |i: usize| {
        let near = |&(x, y): &(usize, usize)| {
            (i % side).abs_diff(x).pow(2) + (i / side).abs_diff(y).pow(2) < radius * radius
        };
        centres.iter().position(near)
    };
    let colour =
        |i: usize| if object(i).is_some() { [220, 90, 60] } else { [30, 60, 70 + (i % 31) as u8] };
    let picture =
        Picture::from_rgb((0..side * side).flat_map(colour).collect(), side, side).unwrap();
    let mut session = session();
    let number = read_sync(session.add_picture(&picture)).unwrap();
    let found = |session: &mut Session, elsewhere: u8| {
        let task = mask_task(session, &["disc"]);
        let label =
            (0..side * side).map(|i| if object(i) == Some(5) { 1 } else { elsewhere }).collect();
        read_sync(session.set_label(task, number, ids(label, side, side))).unwrap();
        let mask =
            read_sync(session.predict_readout(task, number)).unwrap().mask(side, side).unwrap();
        let middle = |&(x, y): &(usize, usize)| usize::from(mask[y * side + x]);
        centres.iter().map(middle).sum::<usize>()
    };
    let (few, none) = (found(&mut session, UNPAINTED_CLASS), found(&mut session, 0));
    assert!(few >= 2 * none, "{few} with unpainted pixels, {none} with declared background");
}

#[test]
fn a_stray_argument_is_refused_and_changes_nothing() {
    let (picture, mask) = disc(64, 48, (30, 24));
    let mut session = session();
    let number = read_sync(session.add_picture(&picture)).unwrap();
    let task = mask_task(&mut session, &["disc"]);
    read_sync(session.set_label(task, number, ids(mask.clone(), 64, 48))).unwrap();
    let before = read_sync(session.predict_readout(task, number)).unwrap().probability(0, 64, 48);

    assert_eq!(
        code(read_sync(session.set_label(task, number, ids(mask.clone(), 48, 64)))),
        "label-size"
    );
    assert_eq!(
        code(read_sync(session.set_label(task, number, ids(vec![0; 10], 64, 48)))),
        "label-size"
    );
    assert_eq!(
        code(read_sync(session.set_label(task, number, ids(vec![2; 64 * 48], 64, 48)))),
        "label-value"
    );
    assert_eq!(
        code(read_sync(session.set_label(task, 999, ids(mask.clone(), 64, 48)))),
        "not-found"
    );
    assert_eq!(code(read_sync(session.set_label(999, number, ids(mask, 64, 48)))), "not-found");
    assert_eq!(code(session.remove_picture(999)), "not-found");
    assert_eq!(code(session.add_task(TaskKind::Mask, vec![])), "channels");
    assert_eq!(code(session.add_task(TaskKind::Mask, vec!["a".into(), " a".into()])), "channels");
    assert_eq!(code(TaskKind::parse("video", false)), "unsupported-kind");

    assert_eq!(
        read_sync(session.predict_readout(task, number)).unwrap().probability(0, 64, 48),
        before
    );
}

#[test]
fn a_label_of_only_unknown_pixels_is_an_empty_support() {
    let (picture, _) = disc(64, 64, (32, 32));
    let mut session = session();
    let number = read_sync(session.add_picture(&picture)).unwrap();
    let task = mask_task(&mut session, &["disc"]);
    read_sync(session.set_label(task, number, ids(vec![255; 64 * 64], 64, 64))).unwrap();
    assert_eq!(code(read_sync(session.predict_readout(task, number))), "empty-support");
}

#[test]
fn a_panorama_is_fitted_and_predicted_at_its_own_size() {
    let picture = Picture::from_rgb(vec![90; 3 * 20_000 * 20], 20_000, 20).unwrap();
    let mut session = session();
    let number = read_sync(session.add_picture(&picture)).unwrap();
    let task = mask_task(&mut session, &["left"]);
    let label = (0..20_000 * 20).map(|i| u8::from(i % 20_000 < 9_000)).collect();
    read_sync(session.set_label(task, number, ids(label, 20_000, 20))).unwrap();
    let probability =
        read_sync(session.predict_readout(task, number)).unwrap().probability(0, 20_000, 20);
    assert_eq!(probability.len(), 20_000 * 20);
    assert!(probability.iter().all(|p| (0.0..=1.0).contains(p)));
}

#[test]
fn saying_that_the_unpainted_is_background_is_answered_anew() {
    let (picture, disc_ids) = disc(96, 96, (40, 40));
    let ids = |background: u8| -> Vec<u8> {
        disc_ids.iter().map(|&id| if id == 0 { background } else { id }).collect()
    };
    let label = |background| Label::Classes { ids: ids(background), width: 96, height: 96 };
    let answer = |labels: &[u8]| {
        let mut session = session();
        let task = mask_task(&mut session, &["disc"]);
        let picture = read_sync(session.add_picture(&picture)).unwrap();
        let mut found = Vec::new();
        for &background in labels {
            read_sync(session.set_label(task, picture, label(background))).unwrap();
            let refined = read_sync(session.predict_refined(task, picture)).unwrap();
            found = refined.probability(0, 96, 96);
        }
        found
    };
    assert_ne!(answer(&[UNPAINTED_CLASS]), answer(&[0]));
    assert_eq!(answer(&[UNPAINTED_CLASS, 0]), answer(&[0]));
}
