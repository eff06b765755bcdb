//! Noise as functions of position: value noise, its sums over octaves, and cell noise.

use super::vectors::{Vec2, Vec3, mix, vec2};

/// Scrambled bits of a lattice point.
fn hash(x: i32, y: i32, z: i32, seed: u32) -> u32 {
    let mut h = seed
        ^ (x as u32).wrapping_mul(0x9e37_79b1)
        ^ (y as u32).wrapping_mul(0x85eb_ca77)
        ^ (z as u32).wrapping_mul(0xc2b2_ae3d);
    h = (h ^ (h >> 15)).wrapping_mul(0x2c1b_3c6d);
    h = (h ^ (h >> 12)).wrapping_mul(0x297a_2d39);
    h ^ (h >> 15)
}

/// A lattice point's number in 0..1.
pub fn lattice(x: i32, y: i32, z: i32, seed: u32) -> f32 {
    (hash(x, y, z, seed) >> 8) as f32 / 16_777_216.0
}

/// The next lower whole number; quicker than `f32::floor` where that is a call.
fn floor(v: f32) -> i32 {
    let whole = v as i32;
    whole - i32::from(v < whole as f32)
}

/// A lattice index and a smoothed position beyond it.
fn split(v: f32) -> (i32, f32) {
    let whole = floor(v);
    let t = v - whole as f32;
    (whole, t * t * (3.0 - 2.0 * t))
}

/// Smooth noise with features of size 1; in 0..1, mean 0.5.
pub fn value(p: Vec3, seed: u32) -> f32 {
    let (z, t) = split(p.z);
    let plane = vec2(p.x, p.y);
    mix(sheet(plane, z, seed), sheet(plane, z + 1, seed), t)
}

/// [`value`] on one sheet of the lattice.
fn sheet(p: Vec2, z: i32, seed: u32) -> f32 {
    let ((x, tx), (y, ty)) = (split(p.x), split(p.y));
    let row = |y| mix(lattice(x, y, z, seed), lattice(x + 1, y, z, seed), tx);
    mix(row(y), row(y + 1), ty)
}

/// [`value`] summed over `octaves`, each of half the size and half the weight; in 0..1, mean 0.5.
pub fn fractal(p: Vec3, octaves: u32, seed: u32) -> f32 {
    let (mut sum, mut total, mut weight, mut at) = (0.0, 0.0, 1.0, p);
    for octave in 0..octaves {
        sum += weight * value(at, seed.wrapping_add(octave));
        total += weight;
        weight *= 0.5;
        at = at * 2.03;
    }
    sum / total
}

/// [`fractal`] in the plane.
pub fn fractal2(p: Vec2, octaves: u32, seed: u32) -> f32 {
    let (mut sum, mut total, mut weight, mut at) = (0.0, 0.0, 1.0, p);
    for octave in 0..octaves {
        // Another sheet for every octave, or all would have a lattice point at the origin.
        sum += weight * sheet(at, octave as i32, seed.wrapping_add(octave));
        total += weight;
        weight *= 0.5;
        at = at * 2.03;
    }
    sum / total
}

/// A displacement for bending straight things; each part in -1..1.
pub fn warp(p: Vec2, octaves: u32, seed: u32) -> Vec2 {
    vec2(fractal2(p, octaves, seed), fractal2(p, octaves, !seed)) * 2.0 - vec2(1.0, 1.0)
}

/// Cell noise with about one point per unit square.
pub struct Cell {
    /// Distance to the nearest point.
    pub near: f32,
    /// Distance to the second nearest point.
    pub next: f32,
    /// A number in 0..1 that belongs to the nearest point.
    pub tag: f32,
}

/// The cell of jittered lattice points at `p`.
pub fn cell(p: Vec2, seed: u32) -> Cell {
    let (x0, y0) = (floor(p.x), floor(p.y));
    let mut found = Cell { near: f32::MAX, next: f32::MAX, tag: 0.0 };
    for y in y0 - 1..=y0 + 1 {
        for x in x0 - 1..=x0 + 1 {
            let bits = hash(x, y, 0, seed);
            let jitter = vec2((bits & 0xffff) as f32, (bits >> 16) as f32) * (1.0 / 65_536.0);
            let gap = vec2(x as f32, y as f32) + jitter - p;
            let distance = gap.dot(gap);
            if distance < found.near {
                found.next = found.near;
                found.near = distance;
                found.tag = lattice(x, y, 1, seed);
            } else if distance < found.next {
                found.next = distance;
            }
        }
    }
    found.near = found.near.sqrt();
    found.next = found.next.sqrt();
    found
}

#[cfg(test)]
mod tests {
    use super::super::vectors::vec3;
    use super::*;

    #[test]
    fn noise_stays_in_range_and_is_centred() {
        let at = |i: i32| fractal(vec3(i as f32 * 0.37, i as f32 * -0.73, 0.1), 4, 7);
        let values: Vec<f32> = (0..4000).map(at).collect();
        assert!(values.iter().all(|v| (0.0..=1.0).contains(v)));
        let mean = values.iter().sum::<f32>() / values.len() as f32;
        assert!((mean - 0.5).abs() < 0.05, "{mean}");
    }

    #[test]
    fn noise_is_continuous() {
        let step = |i: i32| value(vec3(i as f32 * 0.01, 0.3, 0.3), 3);
        assert!((0..1000).all(|i| (step(i) - step(i + 1)).abs() < 0.03));
    }
}
