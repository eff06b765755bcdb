//! Episodes from pictures with class ids: some classes against the rest.

use anolis::image::UNKNOWN_CLASS;
use image::{GrayImage, RgbImage};
use rand::Rng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand_chacha::ChaCha8Rng;

use super::view::{Colour, View};
use super::{Draw, Episode, Shot};
use crate::scenes::{Kind, UNKNOWN};

/// Share of a picture that a class must cover to be asked for.
const VISIBLE: f32 = 0.004;

/// A picture with class ids: 0 background, 255 unknown; the raster may be smaller than the picture.
pub struct Labelled {
    pub rgb: RgbImage,
    pub ids: GrayImage,
}

/// Which classes a picture shows.
#[derive(Clone, Debug, Default)]
pub struct Classes(Vec<u8>);

impl Classes {
    /// Those of 1 to 253 that cover enough of a raster.
    pub fn of(ids: &GrayImage) -> Self {
        let mut counts = [0usize; 256];
        ids.iter().for_each(|&id| counts[usize::from(id)] += 1);
        let enough = VISIBLE * ids.len() as f32;
        Self((1..=253).filter(|&id| counts[usize::from(id)] as f32 > enough).collect())
    }

    pub fn any(&self, group: &[u8]) -> bool {
        group.iter().any(|class| self.0.contains(class))
    }
}

/// Draws disjoint groups of classes, one a channel, mostly of one class; the first is shown by at least `enough` pictures.
pub fn groups(
    pictures: &[Classes],
    enough: usize,
    channels: usize,
    rng: &mut ChaCha8Rng,
) -> Option<Vec<Vec<u8>>> {
    let shown = |class: u8| pictures.iter().filter(|picture| picture.any(&[class])).count();
    let mut classes: Vec<u8> = (1..=253).filter(|&class| shown(class) >= enough).collect();
    classes.shuffle(rng);
    let mut groups = Vec::new();
    while groups.len() < channels && !classes.is_empty() {
        let size = if classes.len() > 2 && rng.random_bool(0.3) { 2 } else { 1 };
        groups.push(classes.split_off(classes.len() - size));
    }
    (!groups.is_empty()).then_some(groups)
}

/// Draws distinct pictures; all but about one of eight show a class of `groups`.
pub fn choose(
    pictures: &[Classes],
    groups: &[Vec<u8>],
    count: usize,
    rng: &mut ChaCha8Rng,
) -> Option<Vec<usize>> {
    let positive = |&i: &usize| groups.iter().any(|group| pictures[i].any(group));
    let (mut with, mut without): (Vec<_>, Vec<_>) = (0..pictures.len()).partition(positive);
    with.shuffle(rng);
    without.shuffle(rng);
    let draw = |_| {
        let other = if rng.random_bool(0.12) { without.pop() } else { None };
        other.or_else(|| with.pop())
    };
    (0..count).map(draw).collect()
}

/// One channel a group; every picture is seen through a view of its own, in colours of its own.
pub fn episode(
    source: &'static str,
    pictures: &[Labelled],
    groups: &[Vec<u8>],
    draw: Draw,
    rng: &mut ChaCha8Rng,
) -> Option<Episode> {
    let shots = pictures.iter().map(|picture| {
        let (view, ids) = look(picture, groups, draw.side, rng);
        let label = |group: &Vec<u8>| {
            let value = |id: &u8| match *id {
                UNKNOWN_CLASS => UNKNOWN,
                id => f32::from(u8::from(group.contains(&id))),
            };
            ids.iter().map(value).collect()
        };
        let labels = groups.iter().map(label).collect();
        Shot::new(view.picture(&picture.rgb, &Colour::draw(rng)), labels)
    });
    Episode::new(source, Kind::Mask, shots.collect(), draw)
}

/// A view on something that is asked for, where three tries find one.
fn look(
    picture: &Labelled,
    groups: &[Vec<u8>],
    side: usize,
    rng: &mut ChaCha8Rng,
) -> (View, Vec<u8>) {
    let mut tries = (0..3).map(|_| {
        let view = View::draw(&picture.rgb, side, rng);
        (view, view.ids(&picture.ids))
    });
    let first = tries.next().expect("three tries");
    let seen = |ids: &[u8]| {
        let count = ids.iter().filter(|id| groups.iter().any(|group| group.contains(id))).count();
        count as f32 > VISIBLE * ids.len() as f32
    };
    if seen(&first.1) {
        return first;
    }
    tries.find(|(_, ids)| seen(ids)).unwrap_or(first)
}

/// One of several, each as likely as its weight.
pub fn weighted<'a, T>(
    items: &'a [T],
    weight: impl Fn(&T) -> f64,
    rng: &mut ChaCha8Rng,
) -> Option<&'a T> {
    items.choose_weighted(rng, weight).ok()
}
