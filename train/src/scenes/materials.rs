//! Materials: a pattern between two colours, defined throughout space.

use super::dice::Dice;
use super::noise::{cell, fractal, value};
use super::palette::luma;
use super::vectors::{Rgb, Vec3, fraction, mix, smooth_step, vec2, vec3};

/// How a material's second colour is spread over its first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// Hardly at all.
    Plain,
    /// In soft clouds.
    Mottled,
    /// In parallel bands.
    Stripes,
    /// In alternate cubes.
    Checks,
    /// In fine irregular grains.
    Speckle,
    /// In round spots.
    Dots,
    /// From one side to the other.
    Gradient,
    /// In wavy year rings.
    Grain,
    /// In thin veins.
    Marble,
}

impl Pattern {
    /// Every pattern.
    pub const ALL: [Self; 9] = [
        Self::Plain,
        Self::Mottled,
        Self::Stripes,
        Self::Checks,
        Self::Speckle,
        Self::Dots,
        Self::Gradient,
        Self::Grain,
        Self::Marble,
    ];
}

/// A surface's colour everywhere, and how much it shines.
#[derive(Clone, Debug)]
pub struct Material {
    /// How the two colours mix.
    pub pattern: Pattern,
    /// The colour that names the material's colour family.
    pub base: Rgb,
    /// The pattern's other colour.
    pub other: Rgb,
    /// Length of one period.
    pub period: f32,
    /// Unit direction of stripes and gradients.
    pub along: Vec3,
    /// Strength of highlights, 0..1.
    pub gloss: f32,
    /// Of the noise.
    pub seed: u32,
}

impl Material {
    /// A material of `pattern` whose colour family is `base`'s, for an object of radius `size`.
    pub fn draw(pattern: Pattern, base: Rgb, size: f32, gloss: f32, dice: &mut Dice) -> Self {
        // Dark colours get a light partner and the other way round, mixed so that the family stays readable.
        let partner = if luma(base) > 0.22 {
            base * dice.between(0.06, 0.3)
        } else {
            base.mix(Vec3::all(0.9), dice.between(0.3, 0.5))
        };
        Self {
            pattern,
            base,
            other: partner,
            period: size * dice.between(0.38, 0.6),
            along: vec3(dice.normal(), dice.normal(), 0.4 * dice.normal()).unit(),
            gloss,
            seed: dice.seed(),
        }
    }

    /// Linear reflectance at `p`; a pattern finer than `footprint`, the length one pixel covers, fades to its mean.
    pub fn albedo(&self, p: Vec3, footprint: f32) -> Rgb {
        let q = p * (1.0 / self.period);
        let (weight, typical) = self.weight(q);
        let fade = smooth_step(0.25, 0.9, footprint / self.period);
        let weight = mix(weight, typical, fade);
        // No real surface is even: two per cent of fine shade on everything.
        let shade = 0.9 + 0.2 * value(q * 2.3, self.seed ^ 0x55);
        self.base.mix(self.other, weight) * shade
    }

    /// Weight of the second colour at `q` (in periods), and the weight's mean.
    fn weight(&self, q: Vec3) -> (f32, f32) {
        let across = q.dot(self.along);
        match self.pattern {
            Pattern::Plain => (0.0, 0.0),
            Pattern::Mottled => {
                (smooth_step(0.35, 0.7, fractal(q * 1.6, 4, self.seed)) * 0.8, 0.35)
            }
            Pattern::Stripes => (smooth_step(0.22, 0.28, (fraction(across) - 0.5).abs()), 0.5),
            Pattern::Checks => {
                let flip = |v: f32| (v * 1.4 + 0.37).floor() as i32;
                let odd = (flip(q.x) + flip(q.y) + flip(q.z)) & 1;
                (odd as f32, 0.5)
            }
            Pattern::Speckle => {
                let grains = fractal(q * 9.0, 2, self.seed);
                (smooth_step(0.58, 0.66, grains) * 0.9, 0.2)
            }
            Pattern::Dots => {
                // Spots in the plane that the material's grain is turned to, so that they stay round on a picture.
                let spot = cell(vec2(q.x + 0.6 * q.z, q.y + 0.4 * q.z) * 1.5, self.seed);
                (1.0 - smooth_step(0.26, 0.33, spot.near), 0.25)
            }
            Pattern::Gradient => (smooth_step(-1.6, 1.6, across) * 0.85, 0.42),
            Pattern::Grain => {
                let wave = across * 1.3 + 1.2 * fractal(q * 0.7, 2, self.seed);
                let fibre = value(vec3(across * 14.0, q.y, q.x), self.seed);
                (fraction(wave * 2.0) * 0.6 + 0.25 * fibre, 0.42)
            }
            Pattern::Marble => {
                let vein = (fractal(q * 0.9, 4, self.seed) - 0.5).abs();
                (1.0 - smooth_step(0.0, 0.055, vein), 0.25)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reflectance_stays_in_range() {
        let mut dice = Dice::new(3, 0);
        for pattern in Pattern::ALL {
            let material = Material::draw(pattern, vec3(0.8, 0.4, 0.1), 0.2, 0.3, &mut dice);
            for i in 0..500 {
                let p = vec3(i as f32 * 0.013, i as f32 * -0.007, 0.2);
                let [r, g, b] = material.albedo(p, 0.001).parts();
                assert!([r, g, b].iter().all(|c| (0.0..=1.1).contains(c)), "{pattern:?}");
            }
        }
    }

    #[test]
    fn far_patterns_fade_to_their_mean() {
        let mut dice = Dice::new(3, 0);
        let base = vec3(0.8, 0.4, 0.1);
        let checks = Material::draw(Pattern::Checks, base, 0.2, 0.0, &mut dice);
        let colours = (0..50).map(|i| checks.albedo(vec3(i as f32 * 0.03, 0.0, 0.0), 1.0));
        let reds: Vec<f32> = colours.map(|c| c.x).collect();
        let spread = reds.iter().copied().fold(f32::MIN, f32::max)
            - reds.iter().copied().fold(f32::MAX, f32::min);
        assert!(spread < 0.15, "{spread}");
    }
}
