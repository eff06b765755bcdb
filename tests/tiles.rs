//! Big pictures that are predicted in tiles.

mod support;

use anolis::Session;
use anolis::image::label::Dot;
use anolis::image::{Label, Picture};
use anolis::session::{TaskKind, TileOptions, TiledAnswer};
use burn::tensor::{Device, read_sync};

use support::WEIGHTS;

const SIDE: usize = 96;
/// A disc in every square of the side's length.
const CENTRE: [f32; 2] = [40.0, 52.0];

fn session() -> Session {
    Session::new(&WEIGHTS.0, &WEIGHTS.1, &Device::flex()).unwrap()
}

fn code<T>(result: anolis::Result<T>) -> &'static str {
    result.err().map(|error| error.code()).unwrap_or("no error")
}

fn on_disc(x: usize, y: usize) -> bool {
    let [dx, dy] = [x % SIDE, y % SIDE].map(|pixel| pixel as f32 + 0.5);
    (dx - CENTRE[0]).hypot(dy - CENTRE[1]) < 14.0
}

/// Discs, one a square, on a picture of so many squares.
fn discs(columns: usize, rows: usize) -> Picture {
    let (width, height) = (columns * SIDE, rows * SIDE);
    // Every square has the same noise.
    let colour = |i: usize| match (i % width, i / width) {
        (x, y) if on_disc(x, y) => [210, 90, 60],
        (x, y) => [50, 90, (40 + (x % SIDE + y % SIDE * SIDE) % 23) as u8],
    };
    Picture::from_rgb((0..width * height).flat_map(colour).collect(), width, height).unwrap()
}

/// A task with one example of one square.
fn task(session: &mut Session, kind: TaskKind, label: Label) -> u32 {
    let task = session.add_task(kind, vec!["disc".into()]).unwrap();
    let example = read_sync(session.add_picture(&discs(1, 1))).unwrap();
    read_sync(session.set_label(task, example, label)).unwrap();
    task
}

fn ids() -> Vec<u8> {
    (0..SIDE * SIDE).map(|i| u8::from(on_disc(i % SIDE, i / SIDE))).collect()
}

fn mask(session: &mut Session) -> u32 {
    let label = Label::Classes { ids: ids(), width: SIDE, height: SIDE };
    task(session, TaskKind::Mask, label)
}

fn iou(found: &[u8], width: usize) -> f32 {
    let truth = |i: usize| on_disc(i % width, i / width);
    let counted = |wanted: fn(bool, bool) -> bool| {
        (0..found.len()).filter(|&i| wanted(found[i] == 1, truth(i))).count() as f32
    };
    counted(|a, b| a && b) / counted(|a, b| a || b)
}

#[test]
fn a_mask_is_seen_at_the_size_at_which_it_was_learnt() {
    let mut session = session();
    let task = mask(&mut session);
    let mut told = Vec::new();
    let on_tile = |done, total| told.push((done, total));
    let big = [discs(3, 2)];
    let options = TileOptions::default();
    let tiled = session.predict_tiles(task, &big, options, on_tile);
    let tiled = read_sync(tiled).unwrap();
    let TiledAnswer::Mask(found) = tiled.answer else { panic!("no mask") };
    assert!(iou(&found, 3 * SIDE) > 0.85, "{}", iou(&found, 3 * SIDE));
    assert!((0.0..0.5).contains(&tiled.image_uncertainty), "{}", tiled.image_uncertainty);
    // Four columns and three rows of 96 pixels share at least 24.
    assert_eq!(told, (1..=12).map(|done| (done, 12)).collect::<Vec<_>>());
}

#[test]
fn one_tile_says_what_the_picture_as_a_whole_says() {
    let mut session = session();
    let task = mask(&mut session);
    let tiled =
        read_sync(session.predict_tiles(task, &[discs(1, 1)], TileOptions::default(), |_, _| {}));
    let picture = read_sync(session.add_picture(&discs(1, 1))).unwrap();
    let whole = read_sync(session.predict(task, picture)).unwrap();
    let tiled = tiled.unwrap();
    assert_eq!(tiled.answer, TiledAnswer::Mask(whole.mask(SIDE, SIDE).unwrap()));
    assert!((tiled.image_uncertainty - whole.image_uncertainty()).abs() < 1e-6);
}

#[test]
fn every_kind_is_answered_where_its_things_are() {
    let mut session = session();
    let big = [discs(2, 1)];
    let mut answer = |kind, label| {
        let task = task(&mut session, kind, label);
        let options = TileOptions { tile: Some(SIDE), overlap: 0.0 };
        read_sync(session.predict_tiles(task, &big, options, |_, _| {})).unwrap().answer
    };
    let layers = answer(
        TaskKind::OverlappingMask,
        Label::Layers { layers: ids(), width: SIDE, height: SIDE },
    );
    let TiledAnswer::Layers(layers) = layers else { panic!("{layers:?}") };
    assert!(iou(&layers[0], 2 * SIDE) > 0.85);

    let values = ids().into_iter().map(f32::from).collect();
    let map = answer(TaskKind::Map, Label::Map { values, width: SIDE, height: SIDE });
    let TiledAnswer::Map(map) = map else { panic!("{map:?}") };
    let at = |x: usize, y: usize| map[0][y * 2 * SIDE + x];
    assert!(at(40, 52) > 0.7 && at(SIDE + 40, 52) > 0.7 && at(90, 10) < 0.3);

    let points = answer(TaskKind::Keypoints, Label::Keypoints(vec![Some(CENTRE)]));
    let TiledAnswer::Keypoints(points) = points else { panic!("{points:?}") };
    let from = |x: f32, y: f32| (x % SIDE as f32 - CENTRE[0]).hypot(y - CENTRE[1]);
    assert!(points.len() == 1 && from(points[0].x, points[0].y) < 8.0, "{points:?}");

    let dots = vec![Dot { point: CENTRE, channel: 0 }];
    let density = answer(TaskKind::Density, Label::Dots(dots.clone()));
    let TiledAnswer::Density { counts, points } = density else { panic!("{density:?}") };
    // What each square says on its own.
    let alone = task(&mut session, TaskKind::Density, Label::Dots(dots));
    let square = read_sync(session.add_picture(&discs(1, 1))).unwrap();
    let count = read_sync(session.predict(alone, square)).unwrap().count(0).unwrap();
    assert!((counts[0] / (2.0 * count) - 1.0).abs() < 0.1, "{counts:?} of {count}");
    assert!(points[0].iter().all(|point| from(point.x, point.y) < 10.0), "{points:?}");
    assert_eq!(points[0].len(), 2);
}

#[test]
fn two_pictures_are_cut_where_both_show_the_same() {
    let mut session = session();
    let noise = |columns: usize| {
        let grey = |i: usize| [(60 + i * 7919 % 101) as u8; 3];
        let (width, height) = (columns * SIDE, SIDE);
        Picture::from_rgb((0..width * height).flat_map(grey).collect(), width, height).unwrap()
    };
    let task = session.add_task_with_images(TaskKind::Mask, vec!["disc".into()], 2).unwrap();
    let pair = read_sync(session.add_pictures(&[noise(1), discs(1, 1)])).unwrap();
    read_sync(session.set_label(
        task,
        pair,
        Label::Classes { ids: ids(), width: SIDE, height: SIDE },
    ))
    .unwrap();
    let pair = [noise(2), discs(2, 1)];
    let tiled = read_sync(session.predict_tiles(task, &pair, TileOptions::default(), |_, _| {}));
    let TiledAnswer::Mask(found) = tiled.unwrap().answer else { panic!("no mask") };
    assert!(iou(&found, 2 * SIDE) > 0.8, "{}", iou(&found, 2 * SIDE));
}

#[test]
fn what_cannot_be_tiled_is_refused_and_leaves_no_picture_behind() {
    let mut session = session();
    let empty = session.add_task(TaskKind::Mask, vec!["disc".into()]).unwrap();
    let tags = session.add_tag_task(&["disc".into()]).unwrap();
    let task = mask(&mut session);
    let mut refused = |task, pictures: &[Picture], tile, overlap| {
        let options = TileOptions { tile, overlap };
        code(read_sync(session.predict_tiles(task, pictures, options, |_, _| {})))
    };
    let one = [discs(1, 1)];
    assert_eq!(refused(empty, &one, None, 0.25), "empty-support");
    assert_eq!(refused(tags, &one, None, 0.25), "answer-kind");
    assert_eq!(refused(99, &one, None, 0.25), "not-found");
    assert_eq!(refused(task, &[], None, 0.25), "image-count");
    assert_eq!(refused(task, &[discs(1, 1), discs(1, 1)], None, 0.25), "image-count");
    for (tile, overlap) in [(63, 0.25), (0, 0.25), (64, 0.6), (64, -0.1), (64, f32::NAN)] {
        assert_eq!(refused(task, &one, Some(tile), overlap), "tiles", "{tile} {overlap}");
    }
    let next = read_sync(session.add_picture(&discs(1, 1))).unwrap();
    assert_eq!(code(session.remove_picture(next - 1)), "not-found");
}
