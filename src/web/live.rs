//! Frames of a video from JavaScript: in as they are, out as pictures with what is said of them, nothing read back.

use burn::tensor::wgpu::wgpu;
use js_sys::{Object, Promise};
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;
use web_sys::{ImageBitmap, OffscreenCanvas, VideoFrame};

use super::{Engine, to_js};
use crate::error::{Error, ErrorKind, Result};
use crate::gpu::Gpu;
use crate::gpu::frame::FrameInput;
use crate::gpu::overlay::{Layout, Look, Mode, Overlay, STEPS};
use crate::gpu::points::{PointLook, Points, Search};
use crate::image::MIN_SIDE;
use crate::image::label::{DENSITY_PEAK, DENSITY_SIGMA, KEYPOINT_SIGMA};
use crate::session::{LEAST_PEAK, TaskKind};

// As `www/src/anolis/internal/overlay` draws.
/// How firmly areas are filled inside their line.
const FILL: f32 = 150.0 / 255.0;
/// Radius of points, as a share of the frame's longest side.
const RADIUS: f32 = 0.008;
/// Keypoints whose heat is less are anywhere.
const LEAST_SCORE: f32 = 0.05;
/// Keypoints that are less sure than this are drawn faintly.
const SURE_SCORE: f32 = 0.2;

/// What is kept from frame to frame.
pub struct Live {
    task: u32,
    canvas: OffscreenCanvas,
    surface: wgpu::Surface<'static>,
    input: FrameInput,
    overlay: Overlay,
    format: wgpu::TextureFormat,
    /// Made when points are first drawn.
    points: Option<Points>,
}

/// How a frame is drawn, as the worker says it.
#[derive(Deserialize)]
struct JsLook {
    view: String,
    channel: usize,
    opacity: f32,
    picture: bool,
    /// One a channel.
    colours: Vec<u32>,
    /// Of [`STEPS`] steps.
    scale: Vec<u32>,
}

impl JsLook {
    /// `None` for a view that is not drawn here.
    fn look(&self, kind: TaskKind) -> Option<Look> {
        let areas = if kind == TaskKind::Mask { Mode::Classes } else { Mode::Layers };
        let is_mask = matches!(kind, TaskKind::Mask | TaskKind::OverlappingMask);
        let most = if kind == TaskKind::Density { DENSITY_PEAK } else { 1.0 };
        let scale = |channel| Mode::Scale { channel, most };
        let (mode, fill, opacity) = match self.view.as_str() {
            "fill" if is_mask => (areas, FILL, self.opacity),
            "contour" if is_mask => (areas, 0.0, self.opacity),
            "heat" if kind != TaskKind::Map => (scale(self.channel), 0.0, self.opacity),
            "colours" | "grey" if kind == TaskKind::Map => (scale(self.channel), 0.0, self.opacity),
            "rgb" if kind == TaskKind::Map => (Mode::Colours, 0.0, self.opacity),
            // The frame alone lies under them.
            "points" if !is_mask && kind != TaskKind::Map => (scale(0), 0.0, 0.0),
            _ => return None,
        };
        let mut colours = self.scale.clone();
        colours.resize(STEPS, 0);
        colours.extend(&self.colours);
        let (opacity, picture) = (opacity.clamp(0.0, 1.0), self.picture);
        Some(Look { mode, opacity, fill, picture, colours })
    }

    /// How points are found and drawn, where they are wanted.
    fn points(&self, kind: TaskKind, canvas: (usize, usize)) -> Option<PointLook> {
        let (search, least, sure) = match kind {
            _ if self.view != "points" => return None,
            TaskKind::Keypoints => {
                (Search::Highest { sigma: KEYPOINT_SIGMA }, LEAST_SCORE, SURE_SCORE)
            }
            TaskKind::Density => {
                let least = LEAST_PEAK * DENSITY_PEAK;
                (Search::Maxima { radius: DENSITY_SIGMA, least }, least, least)
            }
            _ => return None,
        };
        let radius = RADIUS * canvas.0.max(canvas.1) as f32;
        Some(PointLook { search, radius, opacity: self.opacity.clamp(0.0, 1.0), least, sure })
    }
}

impl Live {
    fn new(gpu: &Gpu, task: u32, width: u32, height: u32) -> Result<Self, JsValue> {
        let canvas = OffscreenCanvas::new(width, height)?;
        let target = wgpu::SurfaceTarget::OffscreenCanvas(canvas.clone());
        let surface = gpu.setup.instance.create_surface(target);
        let surface = surface.map_err(|error| to_js(Error::device_lost(error)))?;
        let refused = || to_js(ErrorKind::AdapterRefused("it draws on no canvas".into()).into());
        let mut config =
            surface.get_default_config(&gpu.setup.adapter, width, height).ok_or_else(refused)?;
        // Without the frame, what is not overlay shows what lies under the canvas.
        config.alpha_mode = wgpu::CompositeAlphaMode::PreMultiplied;
        surface.configure(&gpu.setup.device, &config);
        let overlay = Overlay::new(gpu, config.format);
        let (input, format) = (FrameInput::new(gpu), config.format);
        Ok(Self { task, canvas, surface, input, overlay, format, points: None })
    }
}

#[wasm_bindgen]
impl Engine {
    /// Begins to draw a task's frames as pictures of `width x height` pixels, and answers a number for it; `undefined`
    /// where they are too large for the GPU.
    #[wasm_bindgen(js_name = liveStart)]
    pub fn live_start(
        &mut self,
        task: u32,
        width: u32,
        height: u32,
    ) -> Result<Option<u32>, JsValue> {
        let most = self.gpu.setup.device.limits().max_texture_dimension_2d;
        if !(1..=most).contains(&width) || !(1..=most).contains(&height) {
            return Ok(None);
        }
        let live = Live::new(&self.gpu, task, width, height)?;
        let number = self.lives.last_key_value().map_or(1, |(last, _)| last + 1);
        self.lives.insert(number, live);
        Ok(Some(number))
    }

    /// Answers a frame, a `VideoFrame` or an `ImageBitmap`, from the task's examples as they are now, and draws it: a promise
    /// of an `ImageBitmap` that is kept when the GPU is done. The caller closes the frame, at once if it likes. `undefined`
    /// without examples, for a view that is not drawn here, and for a frame that is too large for the GPU.
    #[wasm_bindgen(js_name = liveFrame)]
    pub fn live_frame(
        &mut self,
        live: u32,
        frame: Object,
        look: JsValue,
        quick: bool,
    ) -> Result<Option<Promise>, JsValue> {
        let wanted: JsLook = serde_wasm_bindgen::from_value(look)?;
        let (gpu, side) = (self.gpu.clone(), self.manifest.side);
        let found = ErrorKind::NotFound { what: "live video", id: live };
        let live = self.lives.get_mut(&live).ok_or_else(|| to_js(found.into()))?;
        let session = self.session.as_mut().ok_or_else(super::not_started)?;
        let kind = session.task_kind(live.task).map_err(to_js)?;
        let (source, width, height) = source(frame)?;
        let most = gpu.setup.device.limits().max_texture_dimension_2d;
        let Some(look) = wanted.look(kind).filter(|_| width.max(height) <= most) else {
            return Ok(None);
        };

        let size = (width as usize, height as usize);
        if width.min(height) < MIN_SIDE as u32 {
            let (width, height) = size;
            let small = ErrorKind::ImageTooSmall { width, height, minimum: MIN_SIDE };
            return Err(to_js(small.into()));
        }
        gpu.setup.queue.copy_external_image_to_texture(
            &wgpu::CopyExternalImageSourceInfo {
                source,
                origin: wgpu::Origin2d::ZERO,
                flip_y: false,
            },
            wgpu::CopyExternalImageDestInfo {
                texture: live.input.texture(&gpu, size.0, size.1),
                mip_level: 0,
                origin: wgpu::Origin3d::ZERO,
                aspect: wgpu::TextureAspect::All,
                color_space: wgpu::PredefinedColorSpace::Srgb,
                premultiplied_alpha: false,
            },
            wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
        );
        let (rgb, fit) = live.input.fit(&gpu, side, kind.aspect()).map_err(to_js)?;
        let answer = match session.live(live.task, rgb, quick) {
            Err(error) if matches!(error.kind(), ErrorKind::EmptySupport) => return Ok(None),
            answer => answer.map_err(to_js)?,
        };

        let [channels, _, cells, _] = answer.values.dims();
        let canvas = (live.canvas.width() as usize, live.canvas.height() as usize);
        let layout = Layout { canvas, fit, cells, channels };
        let target = match live.surface.get_current_texture() {
            wgpu::CurrentSurfaceTexture::Success(target)
            | wgpu::CurrentSurfaceTexture::Suboptimal(target) => target,
            other => return Err(to_js(Error::device_lost(other))),
        };
        let view = target.texture.create_view(&Default::default());
        let frame = live.input.view();
        let values = answer.values.clone();
        live.overlay.draw(&gpu, values, &frame, &view, &look, &layout).map_err(to_js)?;
        if let Some(look) = wanted.points(kind, canvas) {
            let maps = match look.search {
                Search::Highest { .. } => answer.logits,
                Search::Maxima { .. } => answer.values,
            };
            let colours = live.overlay.colours();
            let points = live.points.get_or_insert_with(|| Points::new(&gpu, live.format));
            points.draw(&gpu, maps, &look, &layout, colours, &view).map_err(to_js)?;
        }
        gpu.setup.queue.present(target);
        let bitmap = live.canvas.transfer_to_image_bitmap()?;
        let done = gpu.done();
        // Waited for outside the engine, so that a stroke need not wait for a frame.
        Ok(Some(future_to_promise(async move {
            done.await;
            Ok(bitmap.into())
        })))
    }

    /// Forgets what was kept from frame to frame.
    #[wasm_bindgen(js_name = liveStop)]
    pub fn live_stop(&mut self, live: u32) {
        self.lives.remove(&live);
    }
}

/// A frame as the GPU takes it, and its size in pixels.
fn source(frame: Object) -> Result<(wgpu::ExternalImageSource, u32, u32), JsValue> {
    let frame = match frame.dyn_into::<VideoFrame>() {
        Ok(frame) => {
            let (width, height) = (frame.display_width(), frame.display_height());
            return Ok((wgpu::ExternalImageSource::VideoFrame(frame), width, height));
        }
        Err(other) => other,
    };
    let unknown =
        |_| to_js(ErrorKind::NotAnImage("a frame is a VideoFrame or an ImageBitmap".into()).into());
    let bitmap: ImageBitmap = frame.dyn_into().map_err(unknown)?;
    let (width, height) = (bitmap.width(), bitmap.height());
    Ok((wgpu::ExternalImageSource::ImageBitmap(bitmap), width, height))
}
