//! Predictions as plain JavaScript objects.

use js_sys::{Float32Array, Object, Reflect};
use wasm_bindgen::prelude::*;

use super::to_js;
use crate::error::Result;
use crate::session::{Point, Prediction, TaskKind};

/// `{ maps, points, counts, uncertainty, imageUncertainty }`, `Float32Array`s, empty where the kind has none, and a number.
///
/// # Shapes
/// - `maps` `[channel, height, width]`: probabilities, heats, values, or objects a pixel
/// - `points` `[point, 4]`: channel, x, y (pixels of the picture) and score; keypoints in the order of their channels
/// - `counts` `[channel]`
/// - `uncertainty` `[height, width]`: see [`Prediction::uncertainty`]
pub fn answer(prediction: &Prediction, width: usize, height: usize) -> Result<JsValue, JsValue> {
    let channels = 0..prediction.channels();
    let (mut maps, mut points, mut counts) = (Vec::new(), Vec::new(), Vec::new());
    match prediction.kind() {
        TaskKind::Density => {
            for channel in channels {
                maps.extend(prediction.density(channel, width, height).map_err(to_js)?);
                let found = prediction.peaks(channel, width, height).map_err(to_js)?;
                points.extend(found.into_iter().flat_map(|point| flat(channel, point)));
                counts.push(prediction.count(channel).map_err(to_js)?);
            }
        }
        kind => {
            maps.extend(
                channels.flat_map(|channel| prediction.probability(channel, width, height)),
            );
            if kind == TaskKind::Keypoints {
                let found = prediction.keypoints(width, height).map_err(to_js)?;
                points.extend(found.into_iter().enumerate().flat_map(|(c, point)| flat(c, point)));
            }
        }
    }
    let object = Object::new();
    let uncertainty = prediction.uncertainty(width, height);
    let arrays =
        [("maps", &maps), ("points", &points), ("counts", &counts), ("uncertainty", &uncertainty)];
    for (name, values) in arrays {
        Reflect::set(&object, &name.into(), &Float32Array::from(&values[..]))?;
    }
    Reflect::set(&object, &"imageUncertainty".into(), &prediction.image_uncertainty().into())?;
    Ok(object.into())
}

fn flat(channel: usize, Point { x, y, score }: Point) -> [f32; 4] {
    [channel as f32, x, y, score]
}
