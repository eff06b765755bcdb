//! A few floats that are computed with at once.

#[cfg(target_arch = "wasm32")]
mod imp {
    use std::arch::wasm32::*;

    #[derive(Clone, Copy)]
    pub struct Lanes(v128);

    impl Lanes {
        pub const COUNT: usize = 4;

        #[inline(always)]
        pub fn splat(value: f32) -> Self {
            Self(f32x4_splat(value))
        }

        /// The first values of a slice.
        #[inline(always)]
        pub fn load(from: &[f32]) -> Self {
            let from = &from[..Self::COUNT];
            // SAFETY: the slice is long enough; any alignment is allowed.
            Self(unsafe { v128_load(from.as_ptr().cast()) })
        }

        /// Into the first values of a slice.
        #[inline(always)]
        pub fn store(self, to: &mut [f32]) {
            let to = &mut to[..Self::COUNT];
            // SAFETY: the slice is long enough; any alignment is allowed.
            unsafe { v128_store(to.as_mut_ptr().cast(), self.0) }
        }

        #[inline(always)]
        pub fn plus(self, other: Self) -> Self {
            Self(f32x4_add(self.0, other.0))
        }

        #[inline(always)]
        pub fn minus(self, other: Self) -> Self {
            Self(f32x4_sub(self.0, other.0))
        }

        #[inline(always)]
        pub fn times(self, other: Self) -> Self {
            Self(f32x4_mul(self.0, other.0))
        }

        /// The larger value of both at each place.
        #[inline(always)]
        pub fn max(self, other: Self) -> Self {
            Self(f32x4_pmax(self.0, other.0))
        }

        /// Powers of two whose exponents, whole numbers, are the lowest bits of these values.
        #[inline(always)]
        pub fn powers(self) -> Self {
            Self(i32x4_shl(i32x4_add(self.0, i32x4_splat(127)), 23))
        }

        /// `self + a b`, rounded once where relaxed SIMD is compiled in.
        #[inline(always)]
        pub fn plus_product(self, a: Self, b: Self) -> Self {
            #[cfg(feature = "relaxed")]
            return Self(f32x4_relaxed_madd(a.0, b.0, self.0));
            #[cfg(not(feature = "relaxed"))]
            Self(f32x4_add(f32x4_mul(a.0, b.0), self.0))
        }

        /// Between 0 and 6.
        #[inline(always)]
        pub fn relu6(self) -> Self {
            Self(f32x4_pmin(f32x4_pmax(self.0, f32x4_splat(0.0)), f32x4_splat(6.0)))
        }

        /// Of both in a row, the values at even and at odd places.
        #[inline(always)]
        pub fn pairs_apart(self, next: Self) -> [Self; 2] {
            [
                Self(i32x4_shuffle::<0, 2, 4, 6>(self.0, next.0)),
                Self(i32x4_shuffle::<1, 3, 5, 7>(self.0, next.0)),
            ]
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod imp {
    use std::array::from_fn;

    #[derive(Clone, Copy)]
    pub struct Lanes([f32; Self::COUNT]);

    impl Lanes {
        pub const COUNT: usize = 8;

        #[inline(always)]
        pub fn splat(value: f32) -> Self {
            Self([value; Self::COUNT])
        }

        /// The first values of a slice.
        #[inline(always)]
        pub fn load(from: &[f32]) -> Self {
            Self(from[..Self::COUNT].try_into().expect("as many"))
        }

        /// Into the first values of a slice.
        #[inline(always)]
        pub fn store(self, to: &mut [f32]) {
            to[..Self::COUNT].copy_from_slice(&self.0);
        }

        #[inline(always)]
        pub fn plus(self, other: Self) -> Self {
            Self(from_fn(|i| self.0[i] + other.0[i]))
        }

        #[inline(always)]
        pub fn minus(self, other: Self) -> Self {
            Self(from_fn(|i| self.0[i] - other.0[i]))
        }

        #[inline(always)]
        pub fn times(self, other: Self) -> Self {
            Self(from_fn(|i| self.0[i] * other.0[i]))
        }

        /// The larger value of both at each place.
        #[inline(always)]
        pub fn max(self, other: Self) -> Self {
            Self(from_fn(|i| if self.0[i] < other.0[i] { other.0[i] } else { self.0[i] }))
        }

        /// Powers of two whose exponents, whole numbers, are the lowest bits of these values.
        #[inline(always)]
        pub fn powers(self) -> Self {
            Self(from_fn(|i| f32::from_bits(self.0[i].to_bits().wrapping_add(127) << 23)))
        }

        /// `self + a b`.
        #[inline(always)]
        pub fn plus_product(self, a: Self, b: Self) -> Self {
            Self(from_fn(|i| self.0[i] + a.0[i] * b.0[i]))
        }

        /// Between 0 and 6.
        #[inline(always)]
        pub fn relu6(self) -> Self {
            Self(from_fn(|i| self.0[i].clamp(0.0, 6.0)))
        }

        /// Of both in a row, the values at even and at odd places.
        #[inline(always)]
        pub fn pairs_apart(self, next: Self) -> [Self; 2] {
            let at = |i: usize| if i < Self::COUNT { self.0[i] } else { next.0[i - Self::COUNT] };
            [Self(from_fn(|i| at(2 * i))), Self(from_fn(|i| at(2 * i + 1)))]
        }
    }
}

pub use imp::Lanes;

/// Runs `work` compiled for the instructions that this machine has.
#[cfg(not(target_arch = "wasm32"))]
#[inline(always)]
pub fn vectorised<R>(work: impl FnOnce() -> R) -> R {
    pulp::Arch::new().dispatch(work)
}

/// Runs `work` compiled for SIMD.
#[cfg(target_arch = "wasm32")]
#[cfg_attr(feature = "relaxed", target_feature(enable = "relaxed-simd"))]
pub fn vectorised<R>(work: impl FnOnce() -> R) -> R {
    work()
}
