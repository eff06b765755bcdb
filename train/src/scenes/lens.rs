//! From light to pixels: uneven illumination, blur, noise, compression.

use super::canvas::Canvas;
use super::dice::Dice;
use super::jpeg;
use super::noise::fractal2;
use super::palette::{displayed, luma};
use super::vectors::{Rgb, Vec3, vec2, vec3};

/// A camera or microscope.
#[derive(Clone, Debug)]
pub struct Lens {
    /// Factor on the light, with the white balance.
    pub gain: Rgb,
    /// Depth of slow changes of illumination, 0 (even) to 1.
    pub uneven: f32,
    /// Light lost in the corners, 0..1.
    pub vignette: f32,
    /// Standard deviation of the blur in units.
    pub blur: f32,
    /// Noise that grows with the root of the light (photons).
    pub shot: f32,
    /// Noise everywhere alike (electronics).
    pub read: f32,
    /// JPEG quality 1..100, if compressed.
    pub quality: Option<f32>,
    /// Whether the sensor sees no colour.
    pub grey: bool,
}

impl Lens {
    /// A photo camera: sharp, little noise.
    pub fn photo(dice: &mut Dice) -> Self {
        let noisy = if dice.chance(0.3) { 2.5 } else { 1.0 };
        Self {
            gain: Vec3::all(1.0),
            uneven: dice.between(0.0, 0.15),
            vignette: dice.between(0.0, 0.3),
            blur: dice.between(0.001, 0.004),
            shot: noisy * dice.between(0.002, 0.012),
            read: noisy * dice.between(0.001, 0.006),
            quality: dice.chance(0.7).then(|| dice.between(40.0, 92.0)),
            grey: dice.chance(0.06),
        }
    }

    /// A microscope: soft, uneven, often noisy.
    pub fn microscope(dice: &mut Dice) -> Self {
        Self {
            uneven: dice.between(0.1, 0.55),
            vignette: dice.between(0.0, 0.4),
            blur: dice.between(0.002, 0.008),
            shot: dice.between(0.004, 0.045),
            read: dice.between(0.002, 0.018),
            quality: dice.chance(0.35).then(|| dice.between(50.0, 92.0)),
            ..Self::photo(dice)
        }
    }

    /// The same instrument for another picture: exposure and white balance move a little.
    pub fn vary(&self, dice: &mut Dice) -> Self {
        let warm = 0.05 * dice.normal();
        let exposure = dice.factor(1.35);
        Self {
            gain: vec3(1.0 + warm, 1.0 + 0.02 * dice.normal(), 1.0 - warm) * exposure,
            uneven: self.uneven * dice.between(0.6, 1.3),
            blur: self.blur * dice.between(0.7, 1.3),
            quality: self.quality.map(|q| (q + 6.0 * dice.normal()).clamp(30.0, 95.0)),
            ..self.clone()
        }
    }

    /// The picture of a canvas, `[height, width, 3]`, 0..255. The canvas's light is used up.
    pub fn expose(&self, canvas: &mut Canvas, dice: &mut Dice) -> Vec<u8> {
        self.illuminate(canvas, dice);
        let (width, height) = (canvas.width, canvas.height);
        blur(&mut canvas.light, width, height, self.blur * canvas.unit);
        for light in &mut canvas.light {
            let shot = light.map(|l| l.max(0.0).sqrt()) * self.shot;
            // Colour sensors' noise is mostly alike in all channels once demosaicked.
            let common = dice.normal();
            let mut grain = || 0.75 * common + 0.66 * dice.normal();
            let grains = vec3(grain(), grain(), grain());
            let seen = displayed(*light + shot.times(grains)) + grains * self.read;
            *light = if self.grey { Vec3::all(luma(seen)) } else { seen };
        }
        if let Some(quality) = self.quality {
            jpeg::compress(&mut canvas.light, width, height, quality);
        }
        let byte = |part: f32| (part * 255.0 + 0.5).clamp(0.0, 255.0) as u8;
        canvas.light.iter().flat_map(|seen| seen.parts().map(byte)).collect()
    }

    /// Gain, slow unevenness and vignetting.
    fn illuminate(&self, canvas: &mut Canvas, dice: &mut Dice) {
        let (seed, middle) = (dice.seed(), canvas.extent() * 0.5);
        let hot = middle + vec2(dice.normal(), dice.normal()) * 0.12;
        let reach = middle.dot(middle);
        let gain = self.gain * metered(canvas);
        for y in 0..canvas.height {
            for x in 0..canvas.width {
                let p = canvas.position(x, y);
                let slow = 1.0 + self.uneven * 2.2 * (fractal2(p * 1.3, 2, seed) - 0.5);
                let gap = p - hot;
                let corner = 1.0 - self.vignette * (gap.dot(gap) / reach).min(1.3);
                let at = y * canvas.width + x;
                canvas.light[at] = canvas.light[at].times(gain) * (slow * corner).max(0.05);
            }
        }
    }
}

/// What an exposure meter corrects: bright parts come near white, dim pictures stay a little dim.
fn metered(canvas: &Canvas) -> f32 {
    let mut seen: Vec<f32> = canvas.light.iter().step_by(7).map(|l| luma(*l)).collect();
    let bright = seen.len() * 98 / 100;
    let (_, bright, _) = seen.select_nth_unstable_by(bright, f32::total_cmp);
    (0.75 / bright.max(1e-3)).powf(0.65).clamp(0.4, 6.0)
}

/// Gaussian blur with standard deviation `sigma` pixels, edges repeated.
pub fn blur(pixels: &mut [Rgb], width: usize, height: usize, sigma: f32) {
    if sigma < 0.15 {
        return;
    }
    let reach = (2.5 * sigma).ceil() as isize;
    let mut taps: Vec<f32> =
        (-reach..=reach).map(|i| (-0.5 * (i as f32 / sigma).powi(2)).exp()).collect();
    let total: f32 = taps.iter().sum();
    taps.iter_mut().for_each(|tap| *tap /= total);
    let sum = |source: &[Rgb], start: usize, stride: usize, at: usize, size: usize| {
        let mut sum = Rgb::default();
        for (tap, shift) in taps.iter().zip(-reach..) {
            let i = (at as isize + shift).clamp(0, size as isize - 1) as usize;
            sum += source[start + i * stride] * *tap;
        }
        sum
    };
    let source = pixels.to_vec();
    for (at, pixel) in pixels.iter_mut().enumerate() {
        *pixel = sum(&source, at / width * width, 1, at % width, width);
    }
    let source = pixels.to_vec();
    for (at, pixel) in pixels.iter_mut().enumerate() {
        *pixel = sum(&source, at % width, width, at / width, height);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blur_keeps_the_sum() {
        let mut pixels = vec![Rgb::default(); 21 * 21];
        pixels[10 * 21 + 10] = Vec3::all(1.0);
        blur(&mut pixels, 21, 21, 1.5);
        let sum: f32 = pixels.iter().map(|p| p.x).sum();
        assert!((sum - 1.0).abs() < 1e-4);
        assert!(pixels[10 * 21 + 10].x < 0.1);
    }
}
