//! Labels from JavaScript, one call a form.

use serde::Deserialize;
use wasm_bindgen::prelude::*;

use super::{Engine, to_js};
use crate::image::label::{Dot, Label, Mark, Shape};

/// A mark as the worker sends it; `points` are x and y in turn.
#[derive(Deserialize)]
struct JsMark {
    class: u8,
    shape: JsShape,
    points: Vec<f32>,
    /// Width of a scribble, radius of a click.
    size: f32,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum JsShape {
    Scribble,
    Box,
    Click,
}

impl From<JsMark> for Mark {
    fn from(JsMark { class, shape, points, size }: JsMark) -> Self {
        let points: Vec<_> = points.chunks_exact(2).map(|p| [p[0], p[1]]).collect();
        // A missing point is refused as one that is no number.
        let point = |i: usize| points.get(i).copied().unwrap_or([f32::NAN; 2]);
        let shape = match shape {
            JsShape::Click => Shape::Click { point: point(0), radius: size },
            JsShape::Box => Shape::Box { corners: [point(0), point(1)] },
            JsShape::Scribble => Shape::Scribble { points, width: size },
        };
        Self { class, shape }
    }
}

#[wasm_bindgen]
impl Engine {
    /// Class ids `[height, width]`: 0 background, 1 to n the channels, 254 unpainted, 255 unknown.
    #[wasm_bindgen(js_name = setClasses)]
    pub async fn set_classes(
        &mut self,
        task: u32,
        image: u32,
        ids: Vec<u8>,
        width: usize,
        height: usize,
    ) -> Result<(), JsValue> {
        self.set_label(task, image, Label::Classes { ids, width, height }).await
    }

    /// Layers `[channel, height, width]`: 0 no, 1 yes, 254 unpainted, 255 unknown.
    #[wasm_bindgen(js_name = setLayers)]
    pub async fn set_layers(
        &mut self,
        task: u32,
        image: u32,
        layers: Vec<u8>,
        width: usize,
        height: usize,
    ) -> Result<(), JsValue> {
        self.set_label(task, image, Label::Layers { layers, width, height }).await
    }

    /// Marks `{ class, shape: 'scribble' | 'box' | 'click', points, size }[]`.
    #[wasm_bindgen(js_name = setMarks)]
    pub async fn set_marks(
        &mut self,
        task: u32,
        image: u32,
        marks: JsValue,
    ) -> Result<(), JsValue> {
        let marks: Vec<JsMark> = serde_wasm_bindgen::from_value(marks)?;
        self.set_label(task, image, Label::Marks(marks.into_iter().map(Mark::from).collect())).await
    }

    /// Keypoints `[channel, 3]`: x, y, and whether it is visible.
    #[wasm_bindgen(js_name = setKeypoints)]
    pub async fn set_keypoints(
        &mut self,
        task: u32,
        image: u32,
        points: &[f32],
    ) -> Result<(), JsValue> {
        let point = |p: &[f32]| (p[2] != 0.0).then_some([p[0], p[1]]);
        let points = points.chunks_exact(3).map(point).collect();
        self.set_label(task, image, Label::Keypoints(points)).await
    }

    /// Map values `[component, height, width]`, NaN where nothing is known.
    #[wasm_bindgen(js_name = setMap)]
    pub async fn set_map(
        &mut self,
        task: u32,
        image: u32,
        values: Vec<f32>,
        width: usize,
        height: usize,
    ) -> Result<(), JsValue> {
        self.set_label(task, image, Label::Map { values, width, height }).await
    }

    /// Objects `[object, 3]`: x, y and channel.
    #[wasm_bindgen(js_name = setDots)]
    pub async fn set_dots(&mut self, task: u32, image: u32, dots: &[f32]) -> Result<(), JsValue> {
        let dot = |d: &[f32]| Dot { point: [d[0], d[1]], channel: d[2] as usize };
        self.set_label(task, image, Label::Dots(dots.chunks_exact(3).map(dot).collect())).await
    }

    async fn set_label(&mut self, task: u32, image: u32, label: Label) -> Result<(), JsValue> {
        self.session()?.set_label(task, image, label).await.map_err(to_js)
    }
}
