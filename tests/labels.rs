//! What labels of every kind become in the network's square.

use anolis::image::label::{
    DENSITY_MASS, Dot, DotLabel, FittedLabel, KeypointLabel, LayerLabel, MapLabel, Mark, Shape,
    paint_classes, paint_layers,
};
use anolis::image::{Aspect, ClassLabel, Fit};
use anolis::model::UNKNOWN;
use proptest::prelude::*;

const SIDE: usize = 64;
const CELLS: usize = SIDE / 2;

fn code<T>(result: anolis::Result<T>) -> &'static str {
    result.err().map(|error| error.code()).unwrap_or("no error")
}

/// Size of a picture and points in it.
fn pictures_with_points() -> impl Strategy<Value = ((usize, usize), Vec<[f32; 2]>)> {
    (16usize..200, 16usize..200).prop_flat_map(|(width, height)| {
        let point = (0.0..=1.0f32, 0.0..=1.0f32);
        let point = point.prop_map(move |(x, y)| [x * width as f32, y * height as f32]);
        (Just((width, height)), prop::collection::vec(point, 0..5))
    })
}

fn known(values: &[f32]) -> Vec<f32> {
    values.iter().copied().filter(|&value| value != UNKNOWN).collect()
}

fn padding_is_unknown(label: &FittedLabel, fit: &Fit) -> bool {
    let (columns, rows) = fit.cells(2);
    let outside = |i: &usize| i % CELLS >= columns || i / CELLS >= rows;
    label.cells.iter().all(|cells| (0..CELLS * CELLS).filter(outside).all(|i| cells[i] == UNKNOWN))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_density_sums_to_the_number_of_its_objects_as_long_as_they_do_not_crowd((picture, points) in pictures_with_points()) {
        let fit = Fit::new(picture.0, picture.1, SIDE, Aspect::Kept);
        let (columns, rows) = fit.cells(2);
        // A bump must have room: a picture a few cells wide cannot hold its volume below 1.
        prop_assume!(columns > 12 && rows > 12);
        let apart = |a: &[f32; 2], b: &[f32; 2]| {
            let [a, b] = [fit.place(*a, picture), fit.place(*b, picture)];
            (a[0] - b[0]).hypot(a[1] - b[1]) > 24.0
        };
        prop_assume!(points.iter().enumerate().all(|(i, a)| points[..i].iter().all(|b| apart(a, b))));
        let inner = |p: &[f32; 2]| {
            let [x, y] = fit.place(*p, picture);
            x > 4.0 && y > 4.0 && x < fit.width as f32 - 4.0 && y < fit.height as f32 - 4.0
        };
        prop_assume!(points.iter().all(inner));
        let dots = points.iter().map(|&point| Dot { point, channel: 0 }).collect();
        let label = DotLabel::new(dots, picture, 1).unwrap().fit(&fit, 1);
        let count = known(&label.pixels[0]).iter().sum::<f32>() / DENSITY_MASS;
        prop_assert!((count - points.len() as f32).abs() < 1e-3 * points.len() as f32 + 1e-6, "{count} of {}", points.len());
        prop_assert!(padding_is_unknown(&label, &fit));
    }

    #[test]
    fn a_keypoint_is_hottest_in_its_own_cell((picture, points) in pictures_with_points()) {
        let fit = Fit::new(picture.0, picture.1, SIDE, Aspect::Kept);
        let channels = points.len();
        let label = KeypointLabel::new(points.iter().copied().map(Some).collect(), picture, channels).unwrap().fit(&fit);
        for (cells, &point) in label.cells.iter().zip(&points) {
            let (hottest, _) = cells.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap();
            let [x, y] = fit.place(point, picture);
            let near = |cell: usize, at: f32| (cell as f32 * 2.0 + 1.0 - at).abs() < 2.01;
            prop_assert!(near(hottest % CELLS, x) && near(hottest / CELLS, y));
        }
        prop_assert!(padding_is_unknown(&label, &fit));
    }

    #[test]
    fn a_map_keeps_its_range_and_its_holes((width, height) in (16usize..100, 16usize..100), low in 0.0..0.5f32, hole in 0usize..16) {
        let fit = Fit::new(width, height, SIDE, Aspect::Kept);
        let value = |i: usize| if i % width <= hole * width / 16 { f32::NAN } else { low + 0.5 * (i / width) as f32 / height as f32 };
        let label = MapLabel::new((0..width * height).map(value).collect(), width, height, (width, height), 1).unwrap().fit(&fit);
        prop_assert!(known(&label.raster).iter().all(|v| (low - 1e-5..=low + 0.5).contains(v)));
        prop_assert!(label.raster.iter().all(|v| !v.is_nan()));
        prop_assert!((0..fit.height).all(|y| label.raster[y * SIDE] == UNKNOWN));
        prop_assert!(padding_is_unknown(&label, &fit));
    }

    #[test]
    fn a_layer_is_a_class_label_of_one_channel((width, height) in (16usize..90, 16usize..90), seed in prop::collection::vec(prop_oneof![Just(0u8), Just(1), Just(254), Just(255)], 64)) {
        let fit = Fit::new(width, height, SIDE, Aspect::Kept);
        let size = width * height;
        let layers: Vec<u8> = (0..2 * size).map(|i| seed[i * 31 % 64]).collect();
        let label = LayerLabel::new(&layers, width, height, (width, height), 2).unwrap().fit(&fit);
        for (channel, ids) in layers.chunks_exact(size).enumerate() {
            let alone = ClassLabel::new(ids.to_vec(), width, height, (width, height), 1).unwrap().fit(&fit, 1);
            prop_assert_eq!(&label.cells[channel], &alone.cells[0]);
            prop_assert_eq!(&label.raster[channel * SIDE * SIDE..][..SIDE * SIDE], &alone.raster[..]);
        }
    }
}

#[test]
fn a_keypoint_that_is_not_visible_says_nothing_about_its_channel() {
    let fit = Fit::new(64, 64, SIDE, Aspect::Kept);
    let label = KeypointLabel::new(vec![None, Some([9.0, 9.0])], (64, 64), 2).unwrap().fit(&fit);
    assert!(label.cells[0].iter().all(|&value| value == UNKNOWN));
    assert!(label.cells[1].iter().all(|&value| value != UNKNOWN));
}

#[test]
fn what_is_not_marked_is_unknown() {
    let marks = [
        Mark { class: 0, shape: Shape::Box { corners: [[0.0, 0.0], [4.0, 2.0]] } },
        Mark { class: 2, shape: Shape::Click { point: [10.5, 10.5], radius: 1.0 } },
        Mark {
            class: 1,
            shape: Shape::Scribble { points: vec![[2.5, 6.5], [7.5, 6.5]], width: 1.0 },
        },
    ];
    let ids = paint_classes(&marks, (16, 16), 2).unwrap();
    let of = |class: u8| -> Vec<_> {
        (0..256).filter(|&i| ids[i] == class).map(|i| (i % 16, i / 16)).collect()
    };
    assert_eq!(of(0).len(), 8);
    assert_eq!(of(2), [(10, 9), (9, 10), (10, 10), (11, 10), (10, 11)]);
    assert_eq!(of(1), [(2, 6), (3, 6), (4, 6), (5, 6), (6, 6), (7, 6)]);
    assert_eq!(of(255).len(), 256 - 8 - 5 - 6);
}

#[test]
fn a_mark_of_one_layer_leaves_the_others_open_and_background_closes_all() {
    let dab = |class, x| Mark { class, shape: Shape::Click { point: [x, 8.5], radius: 0.5 } };
    let layers = paint_layers(&[dab(1, 3.5), dab(2, 3.5), dab(2, 6.5), dab(0, 9.5)], (16, 16), 2);
    let layers = layers.unwrap();
    let at = |x: usize| [layers[8 * 16 + x], layers[256 + 8 * 16 + x]];
    assert_eq!([at(3), at(6), at(9), at(12)], [[1, 1], [255, 1], [0, 0], [255, 255]]);
}

#[test]
fn a_diagonal_scribble_has_no_gaps() {
    let points = vec![[0.0, 0.0], [16.0, 11.0]];
    let marks = [Mark { class: 1, shape: Shape::Scribble { points, width: 0.1 } }];
    let ids = paint_classes(&marks, (16, 16), 1).unwrap();
    assert!((0..16).all(|x| (0..16).any(|y| ids[y * 16 + x] == 1)));
}

#[test]
fn bad_labels_are_refused_by_name() {
    let size = (20, 16);
    let click = |class, point, radius| [Mark { class, shape: Shape::Click { point, radius } }];
    let dot = |x, y, channel| vec![Dot { point: [x, y], channel }];
    let map = |value| MapLabel::new(vec![value; 320], 20, 16, size, 1);

    assert_eq!(code(LayerLabel::new(&[0; 320], 20, 16, size, 2)), "label-size");
    assert_eq!(code(LayerLabel::new(&[0; 640], 16, 20, size, 2)), "label-size");
    assert_eq!(code(LayerLabel::new(&[2; 640], 20, 16, size, 2)), "label-value");
    assert_eq!(code(MapLabel::new(vec![0.5; 640], 20, 16, size, 1)), "label-size");
    assert_eq!(code(map(1.5)), "label-range");
    assert_eq!(code(map(-0.1)), "label-range");
    assert_eq!(code(map(f32::INFINITY)), "label-range");
    assert_eq!(code(map(f32::NAN)), "no error");
    assert_eq!(code(KeypointLabel::new(vec![None], size, 2)), "label-points");
    assert_eq!(code(KeypointLabel::new(vec![Some([f32::NAN, 1.0])], size, 1)), "label-point");
    assert_eq!(code(KeypointLabel::new(vec![Some([20.1, 1.0])], size, 1)), "label-point");
    assert_eq!(code(DotLabel::new(dot(1.0, -1.0, 0), size, 1)), "label-point");
    assert_eq!(code(DotLabel::new(dot(1.0, f32::INFINITY, 0), size, 1)), "label-point");
    assert_eq!(code(DotLabel::new(dot(1.0, 1.0, 1), size, 1)), "label-channel");
    assert_eq!(code(paint_classes(&click(3, [1.0, 1.0], 1.0), size, 2)), "label-value");
    assert_eq!(code(paint_classes(&click(1, [f32::NAN, 1.0], 1.0), size, 2)), "label-point");
    assert_eq!(code(paint_classes(&click(1, [1.0, 1.0], 0.0), size, 2)), "label-brush");
    assert_eq!(code(paint_layers(&click(1, [1.0, 1.0], f32::NAN), size, 2)), "label-brush");
}
