//! Vectors of two and three numbers; colours are vectors of three.

use std::ops::{Add, AddAssign, Mul, Neg, Sub};

/// A point or direction in the plane; lengths are fractions of the shorter picture side.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Vec2 {
    /// To the right.
    pub x: f32,
    /// Downwards.
    pub y: f32,
}

/// A point or direction in space, or a linear colour (`x` red, `y` green, `z` blue).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Vec3 {
    /// To the right, or red.
    pub x: f32,
    /// Upwards, or green.
    pub y: f32,
    /// Towards the viewer, or blue.
    pub z: f32,
}

/// A colour in linear light, each part normally in 0..1.
pub type Rgb = Vec3;

macro_rules! arithmetic {
    ($name:ident, $($part:ident),+) => {
        impl Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                Self { $($part: self.$part + other.$part),+ }
            }
        }
        impl AddAssign for $name {
            fn add_assign(&mut self, other: Self) {
                *self = *self + other;
            }
        }
        impl Sub for $name {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                Self { $($part: self.$part - other.$part),+ }
            }
        }
        impl Neg for $name {
            type Output = Self;
            fn neg(self) -> Self {
                Self { $($part: -self.$part),+ }
            }
        }
        impl Mul<f32> for $name {
            type Output = Self;
            fn mul(self, factor: f32) -> Self {
                Self { $($part: self.$part * factor),+ }
            }
        }
        impl $name {
            /// Scalar product.
            pub fn dot(self, other: Self) -> f32 {
                0.0 $(+ self.$part * other.$part)+
            }
            /// Euclidean length.
            pub fn length(self) -> f32 {
                self.dot(self).sqrt()
            }
            /// `self` at 0, `other` at 1.
            pub fn mix(self, other: Self, weight: f32) -> Self {
                self + (other - self) * weight
            }
        }
    };
}
arithmetic!(Vec2, x, y);
arithmetic!(Vec3, x, y, z);

/// Shorthand for [`Vec2`].
pub const fn vec2(x: f32, y: f32) -> Vec2 {
    Vec2 { x, y }
}

/// Shorthand for [`Vec3`].
pub const fn vec3(x: f32, y: f32, z: f32) -> Vec3 {
    Vec3 { x, y, z }
}

impl Vec2 {
    /// The unit direction at `angle` radians, turning from right to down.
    pub fn at(angle: f32) -> Self {
        vec2(angle.cos(), angle.sin())
    }

    /// Turned by `angle` radians, from right to down.
    pub fn turned(self, angle: f32) -> Self {
        let (sin, cos) = angle.sin_cos();
        vec2(self.x * cos - self.y * sin, self.x * sin + self.y * cos)
    }

    /// Turned by a right angle.
    pub fn across(self) -> Self {
        vec2(-self.y, self.x)
    }

    /// As a point in space.
    pub fn with(self, z: f32) -> Vec3 {
        vec3(self.x, self.y, z)
    }
}

impl Vec3 {
    /// The same direction with length 1; zero stays zero.
    pub fn unit(self) -> Self {
        self * (1.0 / self.length().max(1e-12))
    }

    /// Product part by part.
    pub fn times(self, other: Self) -> Self {
        vec3(self.x * other.x, self.y * other.y, self.z * other.z)
    }

    /// The same number three times.
    pub const fn all(value: f32) -> Self {
        vec3(value, value, value)
    }

    /// Vector product.
    pub fn cross(self, other: Self) -> Self {
        vec3(
            self.y * other.z - self.z * other.y,
            self.z * other.x - self.x * other.z,
            self.x * other.y - self.y * other.x,
        )
    }

    /// The parts as an array.
    pub fn parts(self) -> [f32; 3] {
        [self.x, self.y, self.z]
    }

    /// A function of each part.
    pub fn map(self, f: impl Fn(f32) -> f32) -> Self {
        vec3(f(self.x), f(self.y), f(self.z))
    }
}

/// `lo` at 0, `hi` at 1.
pub fn mix(lo: f32, hi: f32, weight: f32) -> f32 {
    lo + (hi - lo) * weight
}

/// What is above the next lower whole number, in 0..1 for negative numbers too.
pub fn fraction(value: f32) -> f32 {
    value - value.floor()
}

/// 0 below `lo`, 1 above `hi`, smooth between.
pub fn smooth_step(lo: f32, hi: f32, value: f32) -> f32 {
    let t = ((value - lo) / (hi - lo)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}
