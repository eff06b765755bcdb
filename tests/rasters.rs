//! Properties of fitting pictures and labels into the network's square.

use anolis::image::{Aspect, ClassLabel, Fit, Picture, UNKNOWN_CLASS};
use anolis::model::UNKNOWN;
use proptest::prelude::*;

const SIDE: usize = 64;

fn label(ids: Vec<u8>, width: usize, height: usize) -> ClassLabel {
    ClassLabel::new(ids, width, height, (width, height), 3).unwrap()
}

/// Width, height and class ids of a label with three channels.
fn labels() -> impl Strategy<Value = (usize, usize, Vec<u8>)> {
    (1usize..120, 1usize..120).prop_flat_map(|(width, height)| {
        let id = prop_oneof![Just(0u8), Just(1), Just(2), Just(3), Just(UNKNOWN_CLASS)];
        (Just(width), Just(height), prop::collection::vec(id, width * height))
    })
}

fn aspects() -> impl Strategy<Value = Aspect> {
    prop_oneof![Just(Aspect::Kept), Just(Aspect::Stretched)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_fit_keeps_proportions_and_touches_the_square((width, height) in (1usize..5000, 1usize..5000)) {
        let fit = Fit::new(width, height, SIDE, Aspect::Kept);
        prop_assert_eq!(fit.width.max(fit.height), SIDE);
        prop_assert!(fit.width >= 1 && fit.height >= 1);
        let expected = height as f64 * fit.width as f64 / width as f64;
        prop_assert!((fit.height as f64 - expected).abs() <= 1.0 + expected / fit.width as f64);
    }

    #[test]
    fn a_stretched_picture_fills_the_square_and_points_come_back((width, height) in (1usize..5000, 1usize..5000), x in 0f32..1.0, y in 0f32..1.0) {
        let fit = Fit::new(width, height, SIDE, Aspect::Stretched);
        prop_assert_eq!((fit.width, fit.height), (SIDE, SIDE));
        let point = [x * width as f32, y * height as f32];
        let back = fit.unplace(fit.place(point, (width, height)), (width, height));
        prop_assert!((0..2).all(|i| (back[i] - point[i]).abs() < 0.01));
    }

    #[test]
    fn every_picture_fills_its_part_of_the_square((width, height) in (16usize..200, 16usize..200), level in 0u8..=255, aspect in aspects()) {
        let picture = Picture::from_rgb(vec![level; width * height * 3], width, height).unwrap();
        let (input, fit) = picture.fit(SIDE, aspect);
        prop_assert_eq!(input.len(), 3 * SIDE * SIDE);
        for (i, &value) in input.iter().enumerate() {
            let (y, x) = (i / SIDE % SIDE, i % SIDE);
            let inside = y < fit.height && x < fit.width;
            let expected = if inside { f32::from(level) } else { 127.0 } / 255.0;
            prop_assert!((value - expected).abs() < 0.01);
        }
    }

    #[test]
    fn known_pixels_of_a_fitted_label_sum_to_at_most_one((width, height, ids) in labels(), aspect in aspects()) {
        let fit = Fit::new(width, height, SIDE, aspect);
        let fitted = label(ids.clone(), width, height).fit(&fit, 3);
        for i in 0..SIDE * SIDE {
            let values = [0, 1, 2].map(|c| fitted.raster[c * SIDE * SIDE + i]);
            let unknown = values.iter().filter(|&&v| v == UNKNOWN).count();
            prop_assert!(unknown == 0 || unknown == 3);
            if unknown == 0 {
                prop_assert!(values.iter().all(|v| (0.0..=1.0).contains(v)) && values.iter().sum::<f32>() <= 1.0 + 1e-5);
            }
            let padding = i / SIDE >= fit.height || i % SIDE >= fit.width;
            prop_assert!(!padding || unknown == 3);
        }
    }

    #[test]
    fn a_cell_has_exactly_one_class_or_none((width, height, ids) in labels(), aspect in aspects()) {
        let fit = Fit::new(width, height, SIDE, aspect);
        let cells = label(ids, width, height).fit(&fit, 3).cells;
        // Three channels and the background.
        prop_assert_eq!(cells.len(), 4);
        for cell in 0..SIDE * SIDE / 4 {
            let values: Vec<_> = cells.iter().map(|channel| channel[cell]).collect();
            let known = values.iter().filter(|&&v| v != UNKNOWN).count();
            prop_assert!(known == 0 || (known == 4 && values.iter().sum::<f32>() == 1.0));
        }
    }

    #[test]
    fn a_constant_map_stays_constant_at_any_size((width, height) in (1usize..300, 1usize..300), value in -9.0f32..9.0) {
        let fit = Fit::new(width, height, SIDE, Aspect::Kept);
        let map = vec![value; (SIDE / 2).pow(2)];
        let out = fit.unfit(&map, SIDE / 2, width, height);
        prop_assert_eq!(out.len(), width * height);
        prop_assert!(out.iter().all(|v| (v - value).abs() < 1e-4));
    }

    #[test]
    fn bytes_that_do_not_fit_are_refused(width in 16usize..60, height in 16usize..60, extra in 1usize..40) {
        prop_assert_eq!(Picture::from_rgb(vec![0; width * height * 3 + extra], width, height).unwrap_err().code(), "image-size");
        prop_assert_eq!(Picture::from_rgba(&vec![0; width * height * 4 - 1], width, height).unwrap_err().code(), "image-size");
    }
}

#[test]
fn a_line_one_pixel_thin_survives_in_the_cells() {
    let ids = (0..256 * 256).map(|i| u8::from(i % 256 == 100)).collect();
    let cells = label(ids, 256, 256).fit(&Fit::new(256, 256, 256, Aspect::Kept), 3).cells;
    let marked = cells[0].iter().filter(|&&v| v == 1.0).count();
    assert_eq!(marked, 128);
}
