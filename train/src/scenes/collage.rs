//! Pictures that share objects: what two pictures have in common, what one has beyond the other, and both together.

use super::canvas::Canvas;
use super::dice::Dice;
use super::flat::{SHAPES, Style, Thing};
use super::layout::find_place;
use super::lens::Lens;
use super::palette::Hue;
use super::vectors::Vec2;

/// Colours that objects of one shape are told apart by.
const COLOURS: [[Hue; 4]; 3] = [
    [Hue::Red, Hue::Orange, Hue::Yellow, Hue::Pink],
    [Hue::Green, Hue::Cyan, Hue::Blue, Hue::Purple],
    [Hue::Brown, Hue::White, Hue::Grey, Hue::Black],
];

/// Number of labels: a shape in warm, cold or no colour.
pub const LABELS: usize = SHAPES.len() * COLOURS.len();

/// Least and most radius of an object, in units.
const RADIUS: (f32, f32) = (0.1, 0.15);

/// A ground with objects, each of one label.
#[derive(Clone, Debug)]
pub struct Collage {
    style: Style,
    lens: Lens,
    seed: u64,
    things: Vec<(usize, Thing)>,
}

impl Collage {
    /// A ground with one object of each of `labels`, each below [`LABELS`].
    pub fn draw(labels: &[usize], seed: u64) -> Self {
        let dice = &mut Dice::new(seed, 0);
        let (style, lens) = (Style::draw(dice), Lens { grey: false, ..Lens::photo(dice) });
        let empty = Self { style, lens, seed, things: Vec::new() };
        labels.iter().fold(empty, |collage, &label| collage.with(label, dice))
    }

    /// This picture and another object of a label, where there is room for it.
    fn with(mut self, label: usize, dice: &mut Dice) -> Self {
        let radius = dice.between(RADIUS.0, RADIUS.1);
        let hue = dice.pick(&COLOURS[label / SHAPES.len()]);
        let taken: Vec<(Vec2, f32)> =
            self.things.iter().map(|(_, thing)| (thing.centre, thing.radius)).collect();
        if let Some(centre) = find_place(&Canvas::new(8, 8), radius, &taken, dice) {
            let (shape, seed) = (SHAPES[label % SHAPES.len()], u64::from(dice.seed()));
            self.things.push((label, Thing { shape, hue, centre, radius, seed }));
        }
        self
    }

    /// The labels of its objects, sorted.
    pub fn labels(&self) -> Vec<usize> {
        let mut labels: Vec<_> = self.things.iter().map(|(label, _)| *label).collect();
        labels.sort_unstable();
        labels.dedup();
        labels
    }

    /// The same picture with those of its objects whose labels `keep` holds for.
    pub fn only(&self, keep: impl Fn(usize) -> bool) -> Self {
        let things = self.things.iter().copied().filter(|(label, _)| keep(*label)).collect();
        Self { things, ..self.clone() }
    }

    /// The same picture with objects, too, of those labels that only `other` has.
    pub fn and(&self, other: &Self) -> Self {
        let own = self.labels();
        let dice = &mut Dice::new(self.seed, 2);
        let added = other.labels().into_iter().filter(|label| !own.contains(label));
        added.fold(self.clone(), |collage, label| collage.with(label, dice))
    }

    /// The picture `[height, width, 3]` of `side` pixels.
    pub fn picture(&self, side: usize) -> Vec<u8> {
        let dice = &mut Dice::new(self.seed, 1);
        let lens = self.lens.vary(dice);
        let mut canvas = Canvas::new(side, side);
        let things: Vec<_> = self.things.iter().map(|(_, thing)| *thing).collect();
        self.style.paint_things(&mut canvas, &things, dice);
        lens.expose(&mut canvas, dice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pixels that differ visibly: the exposure of a picture follows what is in it, a little.
    fn differing(a: &Collage, b: &Collage) -> usize {
        let differ = |(a, b): (&[u8], &[u8])| a.iter().zip(b).any(|(a, b)| a.abs_diff(*b) > 15);
        let (a, b) = (a.picture(64), b.picture(64));
        a.chunks(3).zip(b.chunks(3)).filter(|&pair| differ(pair)).count()
    }

    #[test]
    fn pictures_share_what_they_have_in_common() {
        let (a, b) = (Collage::draw(&[3, 17], 5), Collage::draw(&[17, 30], 6));
        assert_eq!((a.labels(), b.labels()), (vec![3, 17], vec![17, 30]));
        let both = a.only(|label| b.labels().contains(&label));
        assert_eq!(both.labels(), [17]);
        assert_eq!(a.and(&b).labels(), [3, 17, 30]);
        let nothing = a.only(|_| false);
        assert!(nothing.labels().is_empty());
        assert_eq!(differing(&a, &a), 0);
        let (all, one) = (differing(&a, &nothing), differing(&a, &both));
        assert!(all > one, "{all} and {one}");
    }

    #[test]
    fn every_label_can_be_seen() {
        for label in 0..LABELS {
            let picture = Collage::draw(&[label], 11);
            let changed = differing(&picture, &picture.only(|_| false));
            assert!(changed > 60, "{label}: {changed} pixels");
        }
    }
}
