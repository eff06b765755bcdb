//! Points on a frame, from maps to rings without a readback: `shaders/blur.wgsl`, `shaders/peaks.wgsl` and
//! `shaders/points.wgsl`. What the first two do on the host is [`crate::image::Grid`].

use super::overlay::Layout;

#[cfg(feature = "gpu")]
pub use launch::Points;

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Search {
    /// The highest place of each map of logits, blurred by `sigma` pixels of the square.
    Highest { sigma: f32 },
    /// Every maximum of at least `least` that none within `radius` pixels of the square exceeds.
    Maxima { radius: f32, least: f32 },
}

/// How points are found, and rings drawn around them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PointLook {
    pub search: Search,
    /// Of a ring in pixels of the canvas.
    pub radius: f32,
    pub opacity: f32,
    /// Points that are lower are not drawn, those that are lower than `sure` faintly.
    pub least: f32,
    pub sure: f32,
}

/// The words of the shader's `Blur`, for rows or for columns.
#[cfg_attr(not(feature = "gpu"), allow(dead_code))]
fn blur_words(layout: &Layout, sigma: f32, along: u32) -> [u32; 6] {
    let sigma = sigma / layout.stride();
    let (columns, rows) = layout.held();
    let reach = (3.0 * sigma).ceil() as u32;
    [layout.cells as u32, columns, rows, along, sigma.to_bits(), reach]
}

/// The words of the shader's `Search`.
#[cfg_attr(not(feature = "gpu"), allow(dead_code))]
fn search_words(layout: &Layout, search: Search) -> [u32; 6] {
    let (columns, rows) = layout.held();
    let (radius, least) = match search {
        Search::Highest { .. } => (0.0, 0.0),
        Search::Maxima { radius, least } => (radius / layout.stride(), least),
    };
    [layout.cells as u32, columns, rows, radius.round() as u32, least.to_bits(), 0]
}

/// The words of the shader's `Rings`.
#[cfg_attr(not(feature = "gpu"), allow(dead_code))]
fn ring_words(layout: &Layout, look: &PointLook) -> [u32; 10] {
    let Layout { canvas, fit, .. } = *layout;
    let lengths = [canvas.0, canvas.1, fit.width, fit.height].map(|length| length as f32);
    let [width, height, columns, rows] = lengths.map(f32::to_bits);
    let PointLook { radius, opacity, least, sure, .. } = *look;
    let [stride, radius, opacity, least, sure] =
        [layout.stride(), radius, opacity, least, sure].map(f32::to_bits);
    [width, height, columns, rows, stride, radius, opacity, least, sure, 0]
}

/// What the shader draws of a ring of this `colour`, `away` from its middle in pixels: red, green, blue and opacity from 0
/// to 1, premultiplied.
pub fn ring(away: [f32; 2], radius: f32, colour: [f32; 3], opacity: f32) -> [f32; 4] {
    const EDGE: f32 = 0.45;
    const COLOUR: f32 = 0.25;
    let off = (away[0].hypot(away[1]) - radius).abs();
    let share = |half: f32| (half * radius - off + 0.5).clamp(0.0, 1.0) * opacity;
    let (dark, lit) = (share(EDGE), share(COLOUR));
    [colour[0] * lit, colour[1] * lit, colour[2] * lit, dark * (1.0 - lit) + lit]
}

#[cfg(feature = "gpu")]
mod launch {
    use burn::tensor::Tensor;
    use burn::tensor::wgpu::wgpu;

    use super::{Layout, PointLook, Search, blur_words, ring_words, search_words};
    use crate::error::Result;
    use crate::gpu::Gpu;

    /// The passes that find points and draw rings around them.
    pub struct Points {
        blur: wgpu::ComputePipeline,
        highest: wgpu::ComputePipeline,
        maxima: wgpu::ComputePipeline,
        rings: wgpu::RenderPipeline,
        /// For rows and for columns.
        blur_uniforms: [wgpu::Buffer; 2],
        search_uniform: wgpu::Buffer,
        ring_uniform: wgpu::Buffer,
        found: wgpu::Buffer,
        peaks: wgpu::Buffer,
    }

    impl Points {
        /// Most points of a frame that are drawn.
        const MOST: u64 = 2048;

        /// Passes that draw onto textures of `format`.
        pub fn new(gpu: &Gpu, format: wgpu::TextureFormat) -> Self {
            let compute =
                |source, entry_point| gpu.compute_pipeline(entry_point, source, entry_point);
            let peaks = include_str!("../../shaders/peaks.wgsl");
            let target = wgpu::ColorTargetState {
                format,
                blend: Some(wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING),
                write_mask: wgpu::ColorWrites::ALL,
            };
            let source = include_str!("../../shaders/points.wgsl");
            let rings = gpu.render_pipeline("points", source, ["around", "ring"], target);
            let uniform = || gpu.buffer(64, wgpu::BufferUsages::UNIFORM);
            let usage = wgpu::BufferUsages::STORAGE;
            Self {
                blur: compute(include_str!("../../shaders/blur.wgsl"), "blurred"),
                highest: compute(peaks, "highest"),
                maxima: compute(peaks, "maxima"),
                rings,
                blur_uniforms: [uniform(), uniform()],
                search_uniform: uniform(),
                ring_uniform: uniform(),
                found: gpu.buffer(16, usage | wgpu::BufferUsages::INDIRECT),
                peaks: gpu.buffer(16 * Self::MOST, usage),
            }
        }

        /// Finds points in `maps` `[channel, 1, cells, cells]` and draws rings over what `target` shows; `colours` are the
        /// overlay's.
        ///
        /// # Errors
        /// `device-lost`.
        pub fn draw(
            &self,
            gpu: &Gpu,
            maps: Tensor<4>,
            look: &PointLook,
            layout: &Layout,
            colours: &wgpu::Buffer,
            target: &wgpu::TextureView,
        ) -> Result<()> {
            let groups = layout.cells.div_ceil(8) as u32;
            let channels = layout.channels as u32;
            let sharp = gpu.resident(maps)?;
            let mut encoder = gpu.device().create_command_encoder(&Default::default());
            gpu.write(&self.search_uniform, &search_words(layout, look.search));
            gpu.write(&self.ring_uniform, &ring_words(layout, look));
            // Six corners a ring, no ring yet.
            gpu.write(&self.found, &[6, 0, 0, 0]);

            let soft = match look.search {
                Search::Maxima { .. } => None,
                Search::Highest { sigma } => {
                    let bytes = (4 * layout.channels * layout.cells * layout.cells) as u64;
                    let soft = [(); 2].map(|()| gpu.buffer(bytes, wgpu::BufferUsages::STORAGE));
                    let passes = [
                        (sharp.binding(), soft[0].as_entire_binding()),
                        (soft[0].as_entire_binding(), soft[1].as_entire_binding()),
                    ];
                    for (along, (from, to)) in (0..).zip(passes) {
                        let uniform = &self.blur_uniforms[along as usize];
                        gpu.write(uniform, &blur_words(layout, sigma, along));
                        let bound = gpu.bind(
                            &self.blur.get_bind_group_layout(0),
                            &[uniform.as_entire_binding(), from, to],
                        );
                        let mut pass = encoder.begin_compute_pass(&Default::default());
                        pass.set_pipeline(&self.blur);
                        pass.set_bind_group(0, &bound, &[]);
                        pass.dispatch_workgroups(groups, groups, channels);
                    }
                    Some(soft)
                }
            };
            let (pipeline, maps) = match &soft {
                Some([_, soft]) => (&self.highest, soft.as_entire_binding()),
                None => (&self.maxima, sharp.binding()),
            };
            let found = gpu.bind(
                &pipeline.get_bind_group_layout(0),
                &[
                    self.search_uniform.as_entire_binding(),
                    maps,
                    self.found.as_entire_binding(),
                    self.peaks.as_entire_binding(),
                ],
            );
            {
                let mut pass = encoder.begin_compute_pass(&Default::default());
                pass.set_pipeline(pipeline);
                pass.set_bind_group(0, &found, &[]);
                match soft {
                    Some(_) => pass.dispatch_workgroups(channels, 1, 1),
                    None => pass.dispatch_workgroups(groups, groups, channels),
                }
            }

            let bound = gpu.bind(
                &self.rings.get_bind_group_layout(0),
                &[
                    self.ring_uniform.as_entire_binding(),
                    self.peaks.as_entire_binding(),
                    colours.as_entire_binding(),
                ],
            );
            {
                let mut pass = gpu.pass(&mut encoder, target, wgpu::LoadOp::Load);
                pass.set_pipeline(&self.rings);
                pass.set_bind_group(0, &bound, &[]);
                pass.draw_indirect(&self.found, 0);
            }
            gpu.queue().submit([encoder.finish()]);
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Aspect, Fit};

    fn layout() -> Layout {
        Layout {
            canvas: (320, 160),
            fit: Fit::new(640, 320, 64, Aspect::Kept),
            cells: 32,
            channels: 1,
        }
    }

    #[test]
    fn the_words_are_those_of_the_shaders() {
        let [cells, columns, rows, along, sigma, reach] = blur_words(&layout(), 10.0, 1);
        assert_eq!([cells, columns, rows, along, reach], [32, 32, 16, 1, 15]);
        assert_eq!(f32::from_bits(sigma), 5.0);
        let words = search_words(&layout(), Search::Maxima { radius: 4.0, least: 0.25 });
        assert_eq!(words, [32, 32, 16, 2, 0.25f32.to_bits(), 0]);
        let search = Search::Highest { sigma: 10.0 };
        let look = PointLook { search, radius: 3.0, opacity: 0.5, least: 0.05, sure: 0.2 };
        let words = ring_words(&layout(), &look).map(f32::from_bits);
        assert_eq!(words[..9], [320.0, 160.0, 64.0, 32.0, 2.0, 3.0, 0.5, 0.05, 0.2]);
    }

    #[test]
    fn a_ring_has_its_colour_on_a_dark_edge_and_is_hollow() {
        let drawn = |away: f32| ring([0.0, away], 10.0, [1.0, 0.5, 0.0], 1.0);
        assert_eq!(drawn(0.0), [0.0; 4]);
        assert_eq!(drawn(10.0), [1.0, 0.5, 0.0, 1.0]);
        assert_eq!(drawn(13.5), [0.0, 0.0, 0.0, 1.0]);
        assert_eq!(drawn(16.0), [0.0; 4]);
    }
}
