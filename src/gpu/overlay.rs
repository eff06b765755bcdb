//! A frame with what is said of it: `shaders/overlay.wgsl`.

use crate::image::Fit;

#[cfg(feature = "gpu")]
pub use launch::Overlay;

/// Steps of a scale of colours.
pub const STEPS: usize = 256;

/// What is drawn over a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    /// The most probable class above one half, with a line where it changes.
    Classes,
    /// Every channel above one half, each on its own.
    Layers,
    /// One channel on a scale that ends at `most`.
    Scale { channel: usize, most: f32 },
    /// Up to three channels as red, green and blue.
    Colours,
}

/// How a frame is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    pub mode: Mode,
    /// Of the overlay, from 0 to 1.
    pub opacity: f32,
    /// How firmly areas are filled inside their line, from 0 to 1.
    pub fill: f32,
    /// Whether the frame lies under the overlay; else what is not overlay is transparent.
    pub picture: bool,
    /// [`STEPS`] colours of a scale, then one a channel: red, green, blue and opacity from the low end.
    pub colours: Vec<u32>,
}

/// Where the values lie that are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    /// Width and height of the canvas in pixels.
    pub canvas: (usize, usize),
    pub fit: Fit,
    /// Cells along a side of the square.
    pub cells: usize,
    pub channels: usize,
}

impl Layout {
    /// Pixels of the square along a side of a cell.
    pub(super) fn stride(&self) -> f32 {
        self.fit.side as f32 / self.cells as f32
    }

    /// Columns and rows of cells that hold the frame.
    pub(super) fn held(&self) -> (u32, u32) {
        let (columns, rows) = self.fit.cells(self.fit.side / self.cells);
        (columns as u32, rows as u32)
    }
}

/// The words of the shader's `Look`.
#[cfg_attr(not(feature = "gpu"), allow(dead_code))]
fn words(look: &Look, layout: &Layout) -> [u32; 14] {
    let Layout { canvas, fit, cells, channels } = *layout;
    let (mode, channel, most) = match look.mode {
        Mode::Classes => (0, 0, 1.0),
        Mode::Layers => (1, 0, 1.0),
        Mode::Scale { channel, most } => (2, channel, most),
        Mode::Colours => (3, 0, 1.0),
    };
    let float = |value: f32| value.to_bits();
    let length = |value: usize| float(value as f32);
    [
        length(canvas.0),
        length(canvas.1),
        length(fit.width),
        length(fit.height),
        cells as u32,
        float(layout.stride()),
        channels as u32,
        mode,
        channel as u32,
        float(most),
        float(look.opacity),
        float(look.fill),
        float(f32::from(u8::from(look.picture))),
        0,
    ]
}

#[cfg(feature = "gpu")]
mod launch {
    use burn::tensor::Tensor;
    use burn::tensor::wgpu::wgpu;

    use super::{Layout, Look, STEPS, words};
    use crate::error::Result;
    use crate::gpu::Gpu;

    /// The pass that draws.
    pub struct Overlay {
        pipeline: wgpu::RenderPipeline,
        look: wgpu::Buffer,
        colours: wgpu::Buffer,
        sampler: wgpu::Sampler,
    }

    impl Overlay {
        /// Most channels that have a colour.
        const CHANNELS: usize = 256;

        /// A pass onto textures of `format`.
        pub fn new(gpu: &Gpu, format: wgpu::TextureFormat) -> Self {
            let source = include_str!("../../shaders/overlay.wgsl");
            let pipeline =
                gpu.render_pipeline("overlay", source, ["corner", "pixel"], format.into());
            let words = (STEPS + Self::CHANNELS) as u64;
            Self {
                pipeline,
                look: gpu.buffer(64, wgpu::BufferUsages::UNIFORM),
                colours: gpu.buffer(4 * words, wgpu::BufferUsages::STORAGE),
                sampler: gpu.device().create_sampler(&wgpu::SamplerDescriptor {
                    mag_filter: wgpu::FilterMode::Linear,
                    min_filter: wgpu::FilterMode::Linear,
                    ..Default::default()
                }),
            }
        }

        /// The colours of the frame that was drawn last.
        pub(crate) fn colours(&self) -> &wgpu::Buffer {
            &self.colours
        }

        /// Draws `values` `[channel, 1, cells, cells]` over a frame onto `target`.
        ///
        /// # Errors
        /// `device-lost`.
        pub fn draw(
            &self,
            gpu: &Gpu,
            values: Tensor<4>,
            frame: &wgpu::TextureView,
            target: &wgpu::TextureView,
            look: &Look,
            layout: &Layout,
        ) -> Result<()> {
            gpu.write(&self.look, &words(look, layout));
            let colours = look.colours.len().min(STEPS + Self::CHANNELS);
            gpu.write(&self.colours, &look.colours[..colours]);
            let memory = gpu.resident(values)?;
            let bound = gpu.bind(
                &self.pipeline.get_bind_group_layout(0),
                &[
                    self.look.as_entire_binding(),
                    wgpu::BindingResource::TextureView(frame),
                    wgpu::BindingResource::Sampler(&self.sampler),
                    memory.binding(),
                    self.colours.as_entire_binding(),
                ],
            );
            let mut encoder = gpu.device().create_command_encoder(&Default::default());
            {
                let clear = wgpu::LoadOp::Clear(wgpu::Color::TRANSPARENT);
                let mut pass = gpu.pass(&mut encoder, target, clear);
                pass.set_pipeline(&self.pipeline);
                pass.set_bind_group(0, &bound, &[]);
                pass.draw(0..3, 0..1);
            }
            gpu.queue().submit([encoder.finish()]);
            Ok(())
        }
    }
}

/// What the shader draws at one pixel of the canvas, on the host: red, green, blue and opacity from 0 to 1, premultiplied.
///
/// `values` are `[channel, cells, cells]`; `under` is the frame's colour there, opaque.
pub fn pixel(
    values: &[f32],
    look: &Look,
    layout: &Layout,
    [x, y]: [usize; 2],
    under: [f32; 3],
) -> [f32; 4] {
    let drawing = Drawing { values, layout };
    let mut shown = [under[0], under[1], under[2], 1.0];
    if !look.picture {
        shown = [0.0; 4];
    }
    let colour = |channel: usize| unpack(look.colours[STEPS + channel]);
    let firmness = |border: bool| look.opacity * if border { 1.0 } else { look.fill };
    match look.mode {
        Mode::Classes => {
            let class = drawing.class_at([x, y]);
            if let Some(channel) = class {
                let border = drawing.neighbours([x, y]).any(|at| drawing.class_at(at) != class);
                shown = lay(shown, colour(channel), firmness(border));
            }
        }
        Mode::Layers => {
            for channel in (0..layout.channels).filter(|&channel| drawing.has(channel, [x, y])) {
                let border = drawing.neighbours([x, y]).any(|at| !drawing.has(channel, at));
                shown = lay(shown, colour(channel), firmness(border));
            }
        }
        Mode::Scale { channel, most } => {
            let part = (drawing.value(channel, [x, y]) / most).clamp(0.0, 1.0);
            let step = (part * (STEPS - 1) as f32).round() as usize;
            shown = lay(shown, unpack(look.colours[step]), look.opacity);
        }
        Mode::Colours => {
            let part = |channel: usize| match channel < layout.channels {
                true => drawing.value(channel, [x, y]).clamp(0.0, 1.0),
                false => 0.0,
            };
            shown = lay(shown, [part(0), part(1), part(2), 1.0], look.opacity);
        }
    }
    shown
}

struct Drawing<'a> {
    values: &'a [f32],
    layout: &'a Layout,
}

impl Drawing<'_> {
    fn value(&self, channel: usize, at: [usize; 2]) -> f32 {
        let Layout { canvas, fit, cells, .. } = *self.layout;
        let stride = self.layout.stride();
        let axis = |i: usize, fitted: usize, pixels: usize| {
            let last = (fitted as f32 / stride).ceil() - 1.0;
            let scale = fitted as f32 / (pixels as f32 * stride);
            let position = ((i as f32 + 0.5) * scale - 0.5).clamp(0.0, last);
            (position as usize, (position.floor() + 1.0).min(last) as usize, position.fract())
        };
        let (x0, x1, fx) = axis(at[0], fit.width, canvas.0);
        let (y0, y1, fy) = axis(at[1], fit.height, canvas.1);
        let value = |x: usize, y: usize| self.values[(channel * cells + y) * cells + x];
        let top = value(x0, y0) + fx * (value(x1, y0) - value(x0, y0));
        let bottom = value(x0, y1) + fx * (value(x1, y1) - value(x0, y1));
        top + fy * (bottom - top)
    }

    fn class_at(&self, at: [usize; 2]) -> Option<usize> {
        let mut best = (0.5, None);
        for channel in 0..self.layout.channels {
            let value = self.value(channel, at);
            if value > best.0 {
                best = (value, Some(channel));
            }
        }
        best.1
    }

    fn has(&self, channel: usize, at: [usize; 2]) -> bool {
        self.value(channel, at) > 0.5
    }

    /// The four next pixels; the edge of the frame is not a border, since objects run out of it.
    fn neighbours(&self, [x, y]: [usize; 2]) -> impl Iterator<Item = [usize; 2]> {
        let (right, bottom) = (self.layout.canvas.0 - 1, self.layout.canvas.1 - 1);
        let left = [x.saturating_sub(1), y];
        let above = [x, y.saturating_sub(1)];
        [left, [(x + 1).min(right), y], above, [x, (y + 1).min(bottom)]].into_iter()
    }
}

fn lay(under: [f32; 4], colour: [f32; 4], opacity: f32) -> [f32; 4] {
    let alpha = colour[3] * opacity;
    let over = [colour[0] * alpha, colour[1] * alpha, colour[2] * alpha, alpha];
    std::array::from_fn(|i| under[i] * (1.0 - alpha) + over[i])
}

fn unpack(colour: u32) -> [f32; 4] {
    colour.to_le_bytes().map(|byte| f32::from(byte) / 255.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Aspect;

    const RED: u32 = 0xff00_00ff;
    const BLUE: u32 = 0xffff_0000;

    fn look(mode: Mode) -> Look {
        let scale = (0..STEPS as u32).map(|step| step * 0x0001_0101 + 0xff00_0000);
        let colours = scale.chain([RED, BLUE]).collect();
        Look { mode, opacity: 1.0, fill: 0.5, picture: true, colours }
    }

    /// A frame twice as wide as high, 64 pixels of a square, on a canvas as large, with cells of two pixels.
    fn layout(channels: usize) -> Layout {
        Layout { canvas: (64, 32), fit: Fit::new(640, 320, 64, Aspect::Kept), cells: 32, channels }
    }

    /// Sure in the left half of the first channel and the lower half of the second.
    fn halves() -> Vec<f32> {
        let left = (0..32 * 32).map(|i| if i % 32 < 16 { 0.9 } else { 0.1 });
        let below = (0..32 * 32).map(|i| if i / 32 >= 8 { 0.8 } else { 0.1 });
        left.chain(below).collect()
    }

    fn drawn(mode: Mode, channels: usize, at: [usize; 2]) -> [f32; 4] {
        pixel(&halves(), &look(mode), &layout(channels), at, [0.0, 1.0, 0.0])
    }

    #[test]
    fn an_area_is_filled_and_has_a_line_where_it_ends() {
        assert_eq!(drawn(Mode::Classes, 1, [10, 10]), [0.5, 0.5, 0.0, 1.0]);
        assert_eq!(drawn(Mode::Classes, 1, [31, 10]), [1.0, 0.0, 0.0, 1.0]);
        assert_eq!(drawn(Mode::Classes, 1, [32, 10]), [0.0, 1.0, 0.0, 1.0]);
        // No line where it runs out of the frame.
        assert_eq!(drawn(Mode::Classes, 1, [0, 0]), [0.5, 0.5, 0.0, 1.0]);
    }

    #[test]
    fn of_exclusive_classes_the_most_probable_is_drawn_of_others_all() {
        assert_eq!(drawn(Mode::Classes, 2, [10, 25]), [0.5, 0.5, 0.0, 1.0]);
        assert_eq!(drawn(Mode::Classes, 2, [50, 25]), [0.0, 0.5, 0.5, 1.0]);
        assert_eq!(drawn(Mode::Layers, 2, [10, 25]), [0.25, 0.25, 0.5, 1.0]);
    }

    #[test]
    fn a_scale_shows_one_channel() {
        let [r, g, b, a] = drawn(Mode::Scale { channel: 0, most: 1.0 }, 2, [10, 10]);
        assert!(
            [r, g, b].iter().all(|&grey| (grey - 0.9).abs() < 0.005) && a == 1.0,
            "{r} {g} {b}"
        );
        let [r, ..] = drawn(Mode::Scale { channel: 0, most: 0.2 }, 2, [50, 10]);
        assert!((r - 0.5).abs() < 0.005, "{r}");
    }

    #[test]
    fn channels_are_red_green_and_blue() {
        let [r, g, b, a] = drawn(Mode::Colours, 2, [10, 25]);
        assert!((r - 0.9).abs() < 1e-6 && (g - 0.8).abs() < 1e-6, "{r} {g}");
        assert_eq!([b, a], [0.0, 1.0]);
    }

    #[test]
    fn without_the_frame_what_is_not_overlay_is_transparent() {
        let look = Look { picture: false, ..look(Mode::Classes) };
        let drawn = |at| pixel(&halves(), &look, &layout(1), at, [1.0; 3]);
        assert_eq!(drawn([50, 10]), [0.0; 4]);
        assert_eq!(drawn([10, 10]), [0.5, 0.0, 0.0, 0.5]);
    }

    #[test]
    fn values_are_read_as_pictures_read_them() {
        let map: Vec<f32> = (0..32 * 32).map(|i| ((i * 37) % 101) as f32 / 101.0).collect();
        let layout = Layout { canvas: (50, 23), ..layout(1) };
        let drawing = Drawing { values: &map, layout: &layout };
        let expected = layout.fit.unfit(&map, 32, 50, 23);
        for (i, &value) in expected.iter().enumerate() {
            assert!((drawing.value(0, [i % 50, i / 50]) - value).abs() < 1e-6);
        }
    }

    #[test]
    fn the_words_are_those_of_the_shader() {
        let words = words(&look(Mode::Scale { channel: 1, most: 0.5 }), &layout(2));
        let floats = [0, 1, 2, 3, 5, 9, 10, 11, 12].map(|i| f32::from_bits(words[i]));
        assert_eq!(floats, [64.0, 32.0, 64.0, 32.0, 2.0, 0.5, 1.0, 0.5, 1.0]);
        assert_eq!([words[4], words[6], words[7], words[8]], [32, 2, 2, 1]);
    }
}
