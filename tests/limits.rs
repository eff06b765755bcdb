//! Many classes, many examples: slower, never wrong.

mod support;

use anolis::Session;
use anolis::image::{Label, Picture};
use anolis::session::TaskKind;
use burn::tensor::{Device, read_sync};

use support::WEIGHTS;

fn session() -> Session {
    Session::new(&WEIGHTS.0, &WEIGHTS.1, &Device::flex()).unwrap()
}

#[test]
fn two_hundred_classes_are_learnt_from_one_picture() {
    // Tiles of 16 pixels, each of a colour of its own.
    let (columns, rows, tile) = (20, 10, 16);
    let (width, height) = (columns * tile, rows * tile);
    let class = |i: usize| i / width / tile * columns + i % width / tile;
    let colour = |class: usize| [37, 91, 153].map(|step| (class * step % 256) as u8);
    let rgb = (0..width * height).flat_map(|i| colour(class(i))).collect();
    let picture = Picture::from_rgb(rgb, width, height).unwrap();
    let ids: Vec<u8> = (0..width * height).map(|i| class(i) as u8 + 1).collect();

    let mut session = session();
    let names = (1..=200).map(|class| format!("class {class}")).collect();
    let task = session.add_task(TaskKind::Mask, names).unwrap();
    let picture = read_sync(session.add_picture(&picture)).unwrap();
    let label = Label::Classes { ids: ids.clone(), width, height };
    read_sync(session.set_label(task, picture, label)).unwrap();

    let quick = read_sync(session.predict_readout(task, picture)).unwrap();
    let full = read_sync(session.predict(task, picture)).unwrap();
    for answer in [quick, full] {
        let mask = answer.mask(width, height).unwrap();
        let right = mask.iter().zip(&ids).filter(|(found, is)| found == is).count();
        assert!(right > ids.len() * 4 / 5);
        assert!(answer.uncertainty(width, height).iter().all(|doubt| doubt.is_finite()));
    }
}

#[test]
fn a_hundred_examples_are_learnt() {
    let side = 32;
    let disc = |x: usize, y: usize| {
        move |i: usize| (i % side).abs_diff(x).pow(2) + (i / side).abs_diff(y).pow(2) < 64
    };
    let place = |i: usize| (8 + i * 7 % 17, 8 + i * 5 % 17);
    let picture = |i: usize| {
        let (x, y) = place(i);
        let inside = disc(x, y);
        let colour = |at: usize| if inside(at) { [210, 90, (at % 60) as u8] } else { [60; 3] };
        Picture::from_rgb((0..side * side).flat_map(colour).collect(), side, side).unwrap()
    };
    let ids = |i: usize| -> Vec<u8> {
        let (x, y) = place(i);
        (0..side * side).map(|at| u8::from(disc(x, y)(at))).collect()
    };
    let mut session = session();
    let task = session.add_task(TaskKind::Mask, vec!["disc".into()]).unwrap();
    for i in 0..100 {
        let picture = read_sync(session.add_picture(&picture(i))).unwrap();
        let label = Label::Classes { ids: ids(i), width: side, height: side };
        read_sync(session.set_label(task, picture, label)).unwrap();
    }
    let query = read_sync(session.add_picture(&picture(104))).unwrap();
    let full = read_sync(session.predict(task, query)).unwrap();
    let mask = full.mask(side, side).unwrap();
    let wrong = mask.iter().zip(ids(104)).filter(|(found, is)| **found != *is).count();
    assert!(wrong < side * side / 50);
}
