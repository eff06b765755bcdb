//! Worlds: what the pictures of one episode share.

use super::canvas::Canvas;
use super::dice::Dice;
use super::lens::Lens;
use super::{Scene, cells, curves, flat, marched, membranes};

/// The kinds of worlds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Cut-outs and cushions on a ground.
    Flat,
    /// Solids in perspective, ray-marched.
    Marched,
    /// Vessels, cracks, roads, fibres.
    Curves,
    /// Tissue of touching cells, honeycombs, rings, bubbles.
    Membranes,
    /// Nuclei, blood, stained tissue, bacteria under uneven light.
    Cells,
}

impl Family {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Flat, Self::Marched, Self::Curves, Self::Membranes, Self::Cells];
}

/// What the pictures of one episode share.
#[derive(Clone, Debug)]
pub struct World {
    seed: u64,
    family: Family,
    style: Style,
    lens: Lens,
    class: usize,
}

/// A family's own share of a world.
#[derive(Clone, Debug)]
enum Style {
    Flat(flat::Style),
    Marched(marched::Style),
    Curves(curves::Style),
    Membranes(membranes::Style),
    Cells(cells::Style),
}

/// The stream of draws that make a world; scene `i` draws from stream `i + 1`.
const WORLD_STREAM: u64 = 0;

impl World {
    /// The world of a seed, of any family.
    pub fn new(seed: u64) -> Self {
        // A stream of its own, so that a world is the same whether its family was drawn or given.
        let family = Dice::new(!seed, WORLD_STREAM).pick(&Family::ALL);
        Self::of(family, seed)
    }

    /// The world of a seed within a family.
    pub fn of(family: Family, seed: u64) -> Self {
        let dice = &mut Dice::new(seed, WORLD_STREAM);
        let class = dice.seed() as usize;
        let (photo, microscope) = (Lens::photo(dice), Lens::microscope(dice));
        let (style, lens) = match family {
            Family::Flat => (Style::Flat(flat::Style::draw(dice)), photo),
            Family::Marched => (Style::Marched(marched::Style::draw(dice)), photo),
            Family::Curves => {
                let style = curves::Style::draw(dice);
                let lens = if style.is_microscopy() { microscope } else { photo };
                (Style::Curves(style), lens)
            }
            Family::Membranes => (Style::Membranes(membranes::Style::draw(dice)), microscope),
            Family::Cells => (Style::Cells(cells::Style::draw(dice)), microscope),
        };
        Self { seed, family, style, lens, class }
    }

    /// The world's family.
    pub fn family(&self) -> Family {
        self.family
    }

    /// Names of the keypoints that every scene has; empty where the world has none.
    pub fn keypoints(&self) -> Vec<String> {
        match &self.style {
            Style::Flat(style) => style.keypoints(),
            Style::Marched(style) => style.keypoints(),
            Style::Curves(style) => style.keypoints(),
            Style::Membranes(_) | Style::Cells(_) => Vec::new(),
        }
    }

    /// Whether the pictures are grey, so that nothing can be told by its colour.
    pub fn is_grey(&self) -> bool {
        self.lens.grey
    }

    /// A number that chooses the world's class among its mask tasks.
    pub(super) fn class_draw(&self) -> usize {
        self.class
    }

    /// Picture number `index` of the world, `width` by `height` pixels; sides below 8 are taken as 8.
    pub fn scene(&self, index: u64, width: usize, height: usize) -> Scene {
        let dice = &mut Dice::new(self.seed, index.wrapping_add(1).max(1));
        let lens = self.lens.vary(dice);
        let mut canvas = Canvas::new(width.max(8), height.max(8));
        let keypoints = match &self.style {
            Style::Flat(style) => style.paint(&mut canvas, dice),
            Style::Marched(style) => style.paint(&mut canvas, dice),
            Style::Curves(style) => style.paint(&mut canvas, dice),
            Style::Membranes(style) => style.paint(&mut canvas, dice),
            Style::Cells(style) => style.paint(&mut canvas, dice),
        };
        canvas.measure();
        let image = lens.expose(&mut canvas, dice);
        Scene::new(image, canvas, keypoints)
    }
}
