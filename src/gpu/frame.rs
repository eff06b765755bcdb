//! A frame of a video as the network's input: `shaders/frame.wgsl`.

use crate::image::{Aspect, Fit};

#[cfg(feature = "gpu")]
pub use launch::FrameInput;

/// The words of the shader's `Size`.
#[cfg_attr(not(feature = "gpu"), allow(dead_code))]
fn words((width, height): (usize, usize), fit: &Fit) -> [u32; 8] {
    let [width, height, columns, rows, side] =
        [width, height, fit.width, fit.height, fit.side].map(|length| length as u32);
    [width, height, columns, rows, side, 0, 0, 0]
}

#[cfg(feature = "gpu")]
mod launch {
    use burn::tensor::Tensor;
    use burn::tensor::wgpu::wgpu;

    use super::words;
    use crate::error::Result;
    use crate::gpu::Gpu;
    use crate::image::{Aspect, Fit};

    /// Where frames come in: a texture for them, and the pass that fits them.
    pub struct FrameInput {
        pipeline: wgpu::ComputePipeline,
        size: wgpu::Buffer,
        texture: wgpu::Texture,
    }

    impl FrameInput {
        pub fn new(gpu: &Gpu) -> Self {
            let source = include_str!("../../shaders/frame.wgsl");
            let pipeline = gpu.compute_pipeline("frame", source, "fit");
            let size = gpu.buffer(32, wgpu::BufferUsages::UNIFORM);
            Self { pipeline, size, texture: texture(gpu, 1, 1) }
        }

        /// The texture of a frame of this size, which the frame is to be copied to.
        pub fn texture(&mut self, gpu: &Gpu, width: usize, height: usize) -> &wgpu::Texture {
            let wanted = (width as u32, height as u32);
            if (self.texture.width(), self.texture.height()) != wanted {
                self.texture = texture(gpu, wanted.0, wanted.1);
            }
            &self.texture
        }

        pub(crate) fn view(&self) -> wgpu::TextureView {
            self.texture.create_view(&Default::default())
        }

        /// Fits what is in the texture into a square of `side` pixels: `[1, 3, side, side]`, RGB in `[0, 1]`.
        ///
        /// # Errors
        /// `device-lost`.
        pub fn fit(&self, gpu: &Gpu, side: usize, aspect: Aspect) -> Result<(Tensor<4>, Fit)> {
            let size = (self.texture.width() as usize, self.texture.height() as usize);
            let fit = Fit::new(size.0, size.1, side, aspect);
            gpu.write(&self.size, &words(size, &fit));
            let square = Tensor::<4>::empty([1, 3, side, side], &gpu.burn);
            let memory = gpu.resident(square.clone())?;
            let layout = self.pipeline.get_bind_group_layout(0);
            let view = self.view();
            let bound = gpu.bind(
                &layout,
                &[
                    self.size.as_entire_binding(),
                    wgpu::BindingResource::TextureView(&view),
                    memory.binding(),
                ],
            );
            let mut encoder = gpu.device().create_command_encoder(&Default::default());
            {
                let mut pass = encoder.begin_compute_pass(&Default::default());
                pass.set_pipeline(&self.pipeline);
                pass.set_bind_group(0, &bound, &[]);
                let groups = side.div_ceil(8) as u32;
                pass.dispatch_workgroups(groups, groups, 1);
            }
            gpu.queue().submit([encoder.finish()]);
            Ok((square, fit))
        }
    }

    fn texture(gpu: &Gpu, width: u32, height: u32) -> wgpu::Texture {
        gpu.device().create_texture(&wgpu::TextureDescriptor {
            label: Some("frame"),
            size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: wgpu::TextureFormat::Rgba8Unorm,
            // A copy from outside the GPU asks for the last one.
            usage: wgpu::TextureUsages::COPY_DST
                | wgpu::TextureUsages::TEXTURE_BINDING
                | wgpu::TextureUsages::RENDER_ATTACHMENT,
            view_formats: &[],
        })
    }
}

/// What the shader does, on the host: a frame `[height, width, 4]` as the network's input `[3, side, side]`.
///
/// The same as [`crate::image::Picture::fit`], but for how sums are rounded.
pub fn fit(rgba: &[u8], width: usize, height: usize, side: usize, aspect: Aspect) -> Vec<f32> {
    let fit = Fit::new(width, height, side, aspect);
    let ratio = [width as f32 / fit.width as f32, height as f32 / fit.height as f32];
    let scale = ratio.map(|ratio| ratio.max(1.0));
    let mut square = vec![127.0 / 255.0; 3 * side * side];
    for (row, column) in (0..fit.height).flat_map(|y| (0..fit.width).map(move |x| (y, x))) {
        let centre = [(column as f32 + 0.5) * ratio[0], (row as f32 + 0.5) * ratio[1]];
        let (mut sum, mut total) = ([0.0; 3], 0.0);
        for y in reach(centre[1], scale[1], height) {
            for x in reach(centre[0], scale[0], width) {
                let share = weight(y, centre[1], scale[1]) * weight(x, centre[0], scale[0]);
                let pixel = rgba[4 * (y * width + x)..][..4].iter().map(|&v| f32::from(v) / 255.0);
                let pixel: Vec<f32> = pixel.collect();
                for (sum, value) in sum.iter_mut().zip(&pixel) {
                    *sum += share * (1.0 + (value - 1.0) * pixel[3]);
                }
                total += share;
            }
        }
        for (c, sum) in sum.iter().enumerate() {
            square[(c * side + row) * side + column] = (sum / total * 255.0 + 0.5).floor() / 255.0;
        }
    }
    square
}

fn reach(centre: f32, scale: f32, length: usize) -> std::ops::Range<usize> {
    let first = (centre - scale).floor().clamp(0.0, (length - 1) as f32);
    let end = (centre + scale).ceil().clamp(first + 1.0, length as f32);
    first as usize..end as usize
}

fn weight(pixel: usize, centre: f32, scale: f32) -> f32 {
    (1.0 - ((pixel as f32 - (centre - 0.5)) / scale).abs()).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Picture;

    /// The largest difference between what a frame and what a picture comes to, and the mean one, in steps of a byte.
    fn differences(width: usize, height: usize, side: usize, aspect: Aspect) -> (f32, f32) {
        let byte = |i: usize| (i.wrapping_mul(2_654_435_761) >> 7) as u8;
        let rgba: Vec<u8> = (0..width * height)
            .flat_map(|i| [byte(i), byte(3 * i), (i % 251) as u8, 255])
            .collect();
        let (expected, _) = Picture::from_rgba(&rgba, width, height).unwrap().fit(side, aspect);
        let found = fit(&rgba, width, height, side, aspect);
        let steps = found.iter().zip(&expected).map(|(a, b)| (a - b).abs() * 255.0);
        let steps: Vec<f32> = steps.collect();
        let mean = steps.iter().sum::<f32>() / steps.len() as f32;
        (steps.into_iter().fold(0.0, f32::max), mean)
    }

    #[test]
    fn a_frame_comes_to_what_a_picture_does() {
        // Smaller, larger, as large, and upright.
        for (width, height, side) in [(97, 60, 32), (20, 17, 64), (64, 31, 64), (33, 128, 32)] {
            // Stretched, more sums end halfway between two bytes.
            for (aspect, off) in [(Aspect::Kept, 1e-2), (Aspect::Stretched, 1e-1)] {
                let (largest, mean) = differences(width, height, side, aspect);
                let what = format!("{width}x{height} {aspect:?}");
                assert!(largest < 1.01 && mean < off, "{what}: {largest}, {mean}");
            }
        }
    }

    #[test]
    fn the_words_are_those_of_the_shader() {
        let fit = Fit::new(640, 360, 256, Aspect::Kept);
        assert_eq!(words((640, 360), &fit)[..5], [640, 360, 256, 144, 256]);
    }
}
