//! Search on the shipped weights: what two pictures have in common, together, or one beyond the other.

mod support;

use anolis::Session;
use anolis::image::Picture;
use anolis::laso::Operation;
use burn::tensor::{Device, read_sync};

use support::WEIGHTS;

/// A grey picture with a red disc, blue stripes or green squares, or several of them side by side.
fn picture(things: &[usize], shift: usize) -> Picture {
    let colour = |i: usize| {
        let (x, y) = (i % 128, i / 128);
        let thing = things.get(x / 43).copied();
        let (dx, dy) = ((x % 43).abs_diff(20), y.abs_diff(40 + shift));
        match thing {
            Some(0) if dx * dx + dy * dy < 18 * 18 => [220, 50, 40],
            Some(1) if dx < 18 && dy < 30 && (x + y) % 12 < 6 => [30, 50, 210],
            Some(2) if dx < 16 && dy < 16 => [40, 190, 60],
            _ => [150 + (i * 7 % 11) as u8, 150, 145],
        }
    };
    Picture::from_rgb((0..128 * 96).flat_map(colour).collect(), 128, 96).unwrap()
}

fn session() -> Session {
    Session::new(&WEIGHTS.0, &WEIGHTS.1, &Device::flex()).unwrap()
}

fn add(session: &mut Session, things: &[usize], shift: usize) -> u32 {
    read_sync(session.add_picture(&picture(things, shift))).unwrap()
}

#[test]
fn what_two_pictures_make_is_found_first_and_the_two_are_left_out() {
    let mut session = session();
    let (a, b) = (add(&mut session, &[0, 1], 0), add(&mut session, &[1, 2], 4));
    let [disc, stripes, square, together] =
        [&[0][..], &[1], &[2], &[2, 0]].map(|things| add(&mut session, things, 9));
    let among = [a, b, disc, stripes, square, together];
    let mut first = |operation, sources| {
        let found = read_sync(session.search(operation, sources, &among, 9)).unwrap();
        assert_eq!(found.len(), 4, "the two are left out");
        assert!(found.windows(2).all(|pair| pair[0].score >= pair[1].score));
        for found in &found {
            assert_eq!(found.heat.len(), found.columns * found.rows);
            assert!(found.heat.iter().all(|heat| (0.0..=1.0).contains(heat)));
        }
        found[0].picture
    };
    assert_eq!(first(Operation::And, [a, b]), stripes);
    assert_eq!(first(Operation::Minus, [a, b]), disc);
    assert_eq!(first(Operation::Or, [disc, square]), together);
}

#[test]
fn a_search_that_cannot_be_answered_is_refused_or_empty() {
    let mut session = session();
    let (a, b) = (add(&mut session, &[0], 0), add(&mut session, &[1], 0));
    let mut search = |sources, among: &[u32]| {
        read_sync(session.search(Operation::Minus, sources, among, 5)).map_err(|error| error.code())
    };
    assert_eq!(search([a, 77], &[]).unwrap_err(), "not-found");
    assert_eq!(search([a, b], &[77]).unwrap_err(), "not-found");
    assert!(search([a, b], &[]).unwrap().is_empty());
    assert!(search([a, b], &[a, b, a]).unwrap().is_empty());
    // A picture without itself leaves nothing to look for.
    let found = search([a, a], &[a, b, b]).unwrap();
    assert_eq!((found.len(), found[0].picture, found[0].score), (1, b, 0.0));
}
