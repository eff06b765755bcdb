//! Tags of whole pictures and search, from JavaScript.

use js_sys::{Array, Float32Array, Object, Reflect, Uint32Array};
use wasm_bindgen::prelude::*;

use super::{Engine, to_js};
use crate::laso::Operation;

#[wasm_bindgen]
impl Engine {
    #[wasm_bindgen(js_name = addTagTask)]
    pub fn add_tag_task(&mut self, names: Vec<String>) -> Result<u32, JsValue> {
        self.session()?.add_tag_task(&names).map_err(to_js)
    }

    #[wasm_bindgen(js_name = addTag)]
    pub fn add_tag(&mut self, task: u32, name: &str) -> Result<(), JsValue> {
        self.session()?.add_tag(task, name).map_err(to_js)
    }

    /// What is said of each tag: 1 yes, 0 no, else nothing.
    #[wasm_bindgen(js_name = setTags)]
    pub async fn set_tags(&mut self, task: u32, image: u32, said: &[i8]) -> Result<(), JsValue> {
        let said = said.iter().map(|&value| (value >= 0).then_some(value == 1)).collect();
        self.session()?.set_tags(task, image, said).await.map_err(to_js)
    }

    /// `{ probability, threshold, images, weights }[]`, one a tag; the last two are its reasons.
    #[wasm_bindgen(js_name = predictTags)]
    pub async fn predict_tags(&mut self, task: u32, image: u32) -> Result<Array, JsValue> {
        let tags = self.session()?.predict_tags(task, image).await.map_err(to_js)?;
        let tags = tags.into_iter().map(|tag| {
            let (images, weights): (Vec<u32>, Vec<f32>) = tag.because.into_iter().unzip();
            object(&[
                ("probability", tag.answer.probability.into()),
                ("threshold", tag.answer.threshold.into()),
                ("images", Uint32Array::from(&images[..]).into()),
                ("weights", Float32Array::from(&weights[..]).into()),
            ])
        });
        tags.collect()
    }

    /// Pictures among `images` that have what an operation on the tags of `a` and `b` makes, the best first:
    /// `{ image, score, heat, width, height }[]`.
    pub async fn search(
        &mut self,
        operation: &str,
        a: u32,
        b: u32,
        images: Vec<u32>,
        count: usize,
    ) -> Result<Array, JsValue> {
        let operation = Operation::parse(operation).map_err(to_js)?;
        let found = self.session()?.search(operation, [a, b], &images, count).await;
        let found = found.map_err(to_js)?.into_iter().map(|found| {
            object(&[
                ("image", found.picture.into()),
                ("score", found.score.into()),
                ("heat", Float32Array::from(&found.heat[..]).into()),
                ("width", (found.columns as u32).into()),
                ("height", (found.rows as u32).into()),
            ])
        });
        found.collect()
    }
}

fn object(values: &[(&str, JsValue)]) -> Result<Object, JsValue> {
    let object = Object::new();
    for (name, value) in values {
        Reflect::set(&object, &(*name).into(), value)?;
    }
    Ok(object)
}
