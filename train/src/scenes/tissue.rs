//! Cells that share walls: epithelium, electron micrographs, plant tissue, honeycombs.

use super::canvas::{Canvas, Touch};
use super::dice::Dice;
use super::materials::Pattern;
use super::mosaic::Mosaic;
use super::noise::fractal2;
use super::outlines::Outline;
use super::palette::{Hue, hsv};
use super::shapes::{Instance, Shape};
use super::vectors::{Rgb, Vec2, Vec3, mix, smooth_step};

/// How the tissue is seen.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Look {
    /// Stained walls glow on dark.
    Glow,
    /// Electron microscope: dark walls, grey insides, organelles.
    Electron,
    /// Coloured walls, pale insides.
    Plant,
    /// Wax walls, filled and empty cells.
    Comb,
}

/// A kind of cell within the tissue.
#[derive(Clone, Copy, Debug)]
struct Filling {
    hue: Hue,
    colour: Rgb,
    pattern: Pattern,
    nucleus: bool,
}

/// What the pictures of a tissue world share.
#[derive(Clone, Debug)]
pub struct Style {
    look: Look,
    /// Cells across one unit.
    cells: f32,
    /// 0 for a honeycomb, 1 for cells of every form.
    disorder: f32,
    /// Half the thickness of a wall in units.
    wall: f32,
    wall_colour: Rgb,
    wall_hue: Hue,
    /// How far walls are bent, in cells.
    bent: f32,
    fillings: Vec<Filling>,
    nucleus: Rgb,
    organelles: usize,
    grain: f32,
}

impl Style {
    /// A random style.
    pub fn draw(dice: &mut Dice) -> Self {
        let look =
            dice.pick(&[Look::Glow, Look::Electron, Look::Electron, Look::Plant, Look::Comb]);
        let (hues, wall_hue) = match look {
            Look::Glow => (
                vec![Hue::Black, Hue::Blue, Hue::Red],
                dice.pick(&[Hue::Green, Hue::Red, Hue::White]),
            ),
            Look::Electron => (vec![Hue::Grey, Hue::White, Hue::Black], Hue::Black),
            Look::Plant => (
                vec![Hue::White, Hue::Green, Hue::Yellow, Hue::Pink],
                dice.pick(&[Hue::Green, Hue::Brown]),
            ),
            Look::Comb => (vec![Hue::Black, Hue::Orange, Hue::Brown, Hue::White], Hue::Yellow),
        };
        let kinds = dice.count(1, 3).min(hues.len());
        let fillings = dice.some(&hues, kinds).into_iter().map(|hue| Filling {
            hue,
            colour: inside(look, hue, dice),
            pattern: dice.pick(&[Pattern::Plain, Pattern::Mottled, Pattern::Speckle]),
            nucleus: look != Look::Comb && dice.chance(0.5),
        });
        let fillings: Vec<Filling> = fillings.collect();
        let wall_colour = match look {
            Look::Electron => Vec3::all(dice.between(0.01, 0.1)),
            Look::Comb => hsv(dice.between(34.0, 48.0), 0.6, dice.between(0.5, 0.85)),
            _ => wall_hue.draw(dice),
        };
        let cells = dice.between(3.5, 9.0);
        Self {
            look,
            cells,
            disorder: if look == Look::Comb {
                dice.between(0.0, 0.15)
            } else {
                dice.between(0.5, 1.0)
            },
            wall: dice.between(0.025, 0.09) / cells,
            wall_colour,
            wall_hue,
            bent: if look == Look::Comb { 0.05 } else { dice.between(0.05, 0.35) },
            fillings,
            nucleus: match look {
                Look::Glow => dice.pick(&[Hue::Blue, Hue::Red, Hue::Cyan]).draw(dice),
                Look::Electron => Vec3::all(dice.between(0.12, 0.3)),
                _ => hsv(dice.between(250.0, 330.0), 0.45, dice.between(0.3, 0.5)),
            },
            organelles: if look == Look::Electron { dice.count(0, 5) } else { dice.count(0, 2) },
            grain: dice.between(0.1, 0.5),
        }
    }

    /// Paints one picture.
    pub fn paint(&self, canvas: &mut Canvas, dice: &mut Dice) {
        let cells = self.cells * dice.factor(1.2);
        let mosaic = Mosaic::new(canvas.extent(), cells, self.disorder, self.bent, dice);
        let wall = canvas.add(Instance::new(Shape::Membrane, Pattern::Plain, self.wall_hue, false));
        let fillings: Vec<(Filling, f32)> =
            mosaic.seeds().iter().map(|_| (dice.pick(&self.fillings), dice.factor(1.15))).collect();
        let ids: Vec<u16> = fillings
            .iter()
            .map(|(f, _)| canvas.add(Instance::new(Shape::Cell, f.pattern, f.hue, false)))
            .collect();
        self.paint_cells(canvas, &mosaic, wall, &ids, &fillings, dice);
        for (seed, (filling, _)) in mosaic.seeds().iter().zip(&fillings) {
            let centre = mosaic.place(*seed);
            if filling.nucleus {
                self.paint_nucleus(canvas, centre, 0.22 / cells, dice);
            }
            for _ in 0..dice.below(self.organelles + 1) {
                let away = Vec2::at(dice.angle()) * (0.3 / cells);
                self.paint_organelle(canvas, centre + away, 0.06 / cells, dice);
            }
        }
    }

    fn paint_cells(
        &self,
        canvas: &mut Canvas,
        mosaic: &Mosaic,
        wall_id: u16,
        ids: &[u16],
        fillings: &[(Filling, f32)],
        dice: &mut Dice,
    ) {
        let (seed, pixel) = (dice.seed(), 1.0 / canvas.unit);
        let thick = (self.wall * dice.factor(1.15)).max(0.8 * pixel);
        for at in 0..canvas.ids.len() {
            let p = canvas.position(at % canvas.width, at / canvas.width);
            let (cell, distance) = mosaic.look(p);
            let (filling, tone) = fillings[cell];
            let uneven = fractal2(p * 6.0, 2, !seed);
            let half = thick * (0.65 + 0.7 * uneven);
            let texture = match filling.pattern {
                Pattern::Plain => 1.0,
                Pattern::Speckle => {
                    1.0 - self.grain * smooth_step(0.5, 0.62, fractal2(p * 45.0, 2, seed))
                }
                _ => 1.0 - self.grain * (2.0 * fractal2(p * 17.0, 3, seed) - 0.8),
            };
            let inside = filling.colour * (tone * texture * self.depth(distance, half));
            let edge = smooth_step(half + 0.6 * pixel, half - 0.6 * pixel, distance);
            let wall = self.wall_colour * mix(0.75, 1.2, fractal2(p * 20.0, 2, seed));
            let colour = inside.mix(wall, edge);
            (canvas.light[at], canvas.albedo[at]) = (colour, colour);
            canvas.ids[at] = if distance < half { wall_id } else { ids[cell] };
        }
    }

    /// Shade of a cell's inside at `distance` from the wall's middle.
    fn depth(&self, distance: f32, half: f32) -> f32 {
        match self.look {
            // Walls of a comb cast shadows into their cells.
            Look::Comb => mix(0.45, 1.1, smooth_step(half, 5.0 * half, distance)),
            Look::Plant => mix(1.15, 0.9, smooth_step(half, 3.0 * half, distance)),
            _ => 1.0,
        }
    }

    fn paint_nucleus(&self, canvas: &mut Canvas, centre: Vec2, radius: f32, dice: &mut Dice) {
        let hue = if self.look == Look::Glow { Hue::Blue } else { Hue::Purple };
        let (outline, turn, seed) = (Outline::blob(1.25, 0.06, 3, dice), dice.angle(), dice.seed());
        let radius = radius * dice.factor(1.25);
        let tone = dice.factor(1.2);
        let id = canvas.add(Instance::new(Shape::Nucleus, Pattern::Mottled, hue, false));
        canvas.paint(id, (centre, 1.6 * radius), 1.5, |p, _| {
            let q = (p - centre).turned(turn) * (1.0 / radius);
            let distance = outline.distance(q);
            let clumps = 0.6 + 0.8 * fractal2(q * 2.2, 3, seed);
            // An electron micrograph shows the envelope as a dark line.
            let rim =
                if self.look == Look::Electron { smooth_step(-0.22, -0.1, distance) } else { 0.0 };
            let colour = (self.nucleus * (tone * clumps)).mix(self.wall_colour, 0.8 * rim);
            Some(Touch::flat(distance * radius, colour))
        });
    }

    /// A mitochondrion (long, with folds) or a vesicle (round, with a dark rim).
    fn paint_organelle(&self, canvas: &mut Canvas, centre: Vec2, radius: f32, dice: &mut Dice) {
        let long = dice.chance(0.5);
        let radius = radius * dice.between(0.7, 1.7);
        let outline = Outline::superellipse(if long { dice.between(1.6, 2.6) } else { 1.0 }, 2.4);
        let (pattern, hue) =
            if long { (Pattern::Stripes, Hue::Black) } else { (Pattern::Plain, Hue::White) };
        let id = canvas.add(Instance::new(Shape::Organelle, pattern, hue, long));
        let (turn, dark) = (dice.angle(), self.wall_colour);
        canvas.paint(id, (centre, 2.0 * radius), 1.2, |p, below| {
            let q = (p - centre).turned(turn) * (1.0 / radius);
            let distance = outline.distance(q);
            let rim = smooth_step(-0.45, -0.15, distance);
            let fold = if long { 0.5 + 0.25 * (q.x * 9.0).sin() } else { -0.3 };
            let within = below.mix(dark, fold.max(0.0)) * if long { 1.0 } else { 1.25 };
            Some(Touch::flat(distance * radius, within.mix(dark, 0.75 * rim)))
        });
    }
}

/// The colour of a cell's inside.
fn inside(look: Look, hue: Hue, dice: &mut Dice) -> Rgb {
    match look {
        Look::Glow => hue.draw(dice) * dice.between(0.03, 0.12) + Vec3::all(0.004),
        Look::Electron => {
            let tone = match hue {
                Hue::White => dice.between(0.5, 0.65),
                Hue::Black => dice.between(0.15, 0.22),
                _ => dice.between(0.3, 0.4),
            };
            Vec3::all(tone)
        }
        Look::Plant => hue.draw(dice).mix(Vec3::all(0.75), 0.55),
        Look::Comb => hue.draw(dice).mix(hsv(40.0, 0.6, 0.7), 0.2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walls_surround_cells_and_stay_thin() {
        for seed in 0..4 {
            let mut dice = Dice::new(seed, 0);
            let style = Style::draw(&mut dice);
            let mut canvas = Canvas::new(96, 96);
            style.paint(&mut canvas, &mut dice);
            let walls = canvas.ids.iter().filter(|id| **id == 1).count() as f32;
            let share = walls / canvas.ids.len() as f32;
            assert!((0.03..0.6).contains(&share), "seed {seed}: {share}");
        }
    }
}
