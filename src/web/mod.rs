//! The browser's way in; the only place that knows JavaScript.
//!
//! A panic would leave a promise pending for ever, so everything is checked before a tensor operation sees it.

mod answer;
mod labels;
mod lender;
#[cfg(feature = "gpu")]
mod live;
mod tags;
#[cfg(feature = "threads")]
mod threads;

use std::collections::BTreeMap;

use burn::tensor::Device;
use js_sys::{Function, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::error::{Error, ErrorKind, Result};
use crate::session::{AdaptOptions, AdaptReport, AdaptStep, Adaptation, Level, Session, TaskKind};
use crate::weights::{Manifest, NamedTensors};
use answer::answer;

/// Shown to JavaScript as an `Error` with a `code`.
fn to_js(error: Error) -> JsValue {
    let js = js_sys::Error::new(&error.to_string());
    // Setting a property of a fresh object cannot fail.
    let _ = js_sys::Reflect::set(&js, &"code".into(), &error.code().into());
    js.into()
}

/// One network, its pictures and its tasks; `docs/network.md` and the TypeScript library say the rest.
#[wasm_bindgen]
pub struct Engine {
    manifest: Manifest,
    device: Device,
    /// Shards until [`Engine::start`].
    tensors: NamedTensors,
    loaded: usize,
    session: Option<Session>,
    /// By task.
    adaptations: BTreeMap<u32, Adaptation>,
    #[cfg(feature = "gpu")]
    gpu: crate::gpu::Gpu,
    #[cfg(feature = "gpu")]
    lives: BTreeMap<u32, live::Live>,
}

#[wasm_bindgen]
impl Engine {
    /// Opens the device and reads the list of weights.
    pub async fn create(manifest: String) -> Result<Engine, JsValue> {
        console_error_panic_hook::set_once();
        let manifest = Manifest::parse(&manifest).map_err(to_js)?;
        #[cfg(feature = "gpu")]
        let gpu = crate::gpu::Gpu::open().await.map_err(to_js)?;
        Ok(Self {
            manifest,
            #[cfg(feature = "gpu")]
            device: gpu.burn.clone(),
            #[cfg(not(feature = "gpu"))]
            device: Device::flex(),
            tensors: NamedTensors::default(),
            loaded: 0,
            session: None,
            adaptations: BTreeMap::new(),
            #[cfg(feature = "gpu")]
            gpu,
            #[cfg(feature = "gpu")]
            lives: BTreeMap::new(),
        })
    }

    /// `cpu` or `webgpu`.
    #[wasm_bindgen(getter)]
    pub fn backend(&self) -> String {
        if cfg!(feature = "gpu") { "webgpu" } else { "cpu" }.to_owned()
    }

    /// Identifies the weights.
    #[wasm_bindgen(getter, js_name = weightsHash)]
    pub fn weights_hash(&self) -> String {
        self.manifest.hash()
    }

    /// Side in pixels of the square that pictures are fitted to.
    #[wasm_bindgen(getter)]
    pub fn side(&self) -> usize {
        self.manifest.side
    }

    /// Checks one file of weights and takes its tensors.
    #[wasm_bindgen(js_name = addShard)]
    pub fn add_shard(&mut self, file: &str, bytes: &[u8]) -> Result<(), JsValue> {
        self.manifest.check(file, bytes).and_then(|()| self.tensors.read(bytes)).map_err(to_js)?;
        self.loaded += 1;
        Ok(())
    }

    /// Builds the network from the shards.
    pub fn start(&mut self) -> Result<(), JsValue> {
        if self.loaded < self.manifest.shards.len() {
            let missing = format!(
                "{} of {} files",
                self.manifest.shards.len() - self.loaded,
                self.manifest.shards.len()
            );
            return Err(to_js(ErrorKind::WeightsMissing(missing).into()));
        }
        let tensors = std::mem::take(&mut self.tensors);
        self.session = Some(Session::new(&self.manifest, &tensors, &self.device).map_err(to_js)?);
        Ok(())
    }

    /// Whether full predictions start from the refined read-out; for slow devices they need not.
    #[wasm_bindgen(js_name = setRefine)]
    pub fn set_refine(&mut self, refine: bool) -> Result<(), JsValue> {
        self.session()?.set_refine(refine);
        Ok(())
    }

    /// Bytes that may be spent on what can be computed again.
    #[wasm_bindgen(js_name = setMemory)]
    pub fn set_memory(&mut self, bytes: usize) -> Result<(), JsValue> {
        self.session()?.set_memory(bytes);
        Ok(())
    }

    /// Compares the device's numbers with the stored ones. It runs all of the network, so that no kernel is left to compile.
    #[wasm_bindgen(js_name = selfTest)]
    pub async fn self_test(&mut self) -> Result<JsValue, JsValue> {
        let expected = self.manifest.self_test.clone();
        let report = self.session()?.self_test(&expected).await.map_err(to_js)?;
        #[derive(serde::Serialize)]
        struct Report {
            cosine: f32,
            finite: bool,
            passed: bool,
        }
        let report =
            Report { cosine: report.cosine, finite: report.finite, passed: report.passed() };
        Ok(serde_wasm_bindgen::to_value(&report)?)
    }

    /// Encodes a picture of `[height, width, 4]` bytes, or pictures that are seen together, and returns their number; `sizes`
    /// are width and height of each in turn. With `again`, which promises the same as `[rgba, sizes]`, the pixels are not kept.
    #[wasm_bindgen(js_name = addImage)]
    pub async fn add_image(
        &mut self,
        rgba: Vec<Uint8Array>,
        sizes: Vec<usize>,
        again: Option<Function>,
    ) -> Result<u32, JsValue> {
        let pictures = lender::pictures(&rgba, &sizes).map_err(to_js)?;
        let session = self.session()?;
        let added = match again {
            Some(again) => session.add_lent_pictures(&pictures, lender::lender(again)).await,
            None => session.add_pictures(&pictures).await,
        };
        added.map_err(to_js)
    }

    #[wasm_bindgen(js_name = removeImage)]
    pub fn remove_image(&mut self, image: u32) -> Result<(), JsValue> {
        self.session()?.remove_picture(image).map_err(to_js)
    }

    #[wasm_bindgen(js_name = addTask)]
    pub fn add_task(
        &mut self,
        kind: &str,
        channels: Vec<String>,
        overlap: bool,
        images: usize,
    ) -> Result<u32, JsValue> {
        let kind = TaskKind::parse(kind, overlap).map_err(to_js)?;
        self.session()?.add_task_with_images(kind, channels, images).map_err(to_js)
    }

    #[wasm_bindgen(js_name = removeTask)]
    pub fn remove_task(&mut self, task: u32) -> Result<(), JsValue> {
        self.adaptations.remove(&task);
        self.session()?.remove_task(task).map_err(to_js)
    }

    #[wasm_bindgen(js_name = removeLabel)]
    pub fn remove_label(&mut self, task: u32, image: u32) -> Result<(), JsValue> {
        self.session()?.remove_label(task, image).map_err(to_js)
    }

    /// The read-out's answer at the size of a picture of `width x height`; see [`answer`].
    #[wasm_bindgen(js_name = predictReadout)]
    pub async fn predict_readout(
        &mut self,
        task: u32,
        image: u32,
        width: usize,
        height: usize,
    ) -> Result<JsValue, JsValue> {
        let prediction = self.session()?.predict_readout(task, image).await.map_err(to_js)?;
        answer(&prediction, width, height)
    }

    /// The whole network's answer at the size of a picture of `width x height`; see [`answer`].
    pub async fn predict(
        &mut self,
        task: u32,
        image: u32,
        width: usize,
        height: usize,
    ) -> Result<JsValue, JsValue> {
        let prediction = self.session()?.predict(task, image).await.map_err(to_js)?;
        answer(&prediction, width, height)
    }

    /// Which of `images` to label next, the most useful first, at most `count`.
    pub fn suggest(
        &mut self,
        task: u32,
        images: Vec<u32>,
        count: usize,
    ) -> Result<Vec<u32>, JsValue> {
        self.session()?.suggest(task, &images, count).map_err(to_js)
    }

    /// Begins to adapt a task: `{ level, steps }`, what it does and in how many steps.
    ///
    /// Without a `level` it is chosen for a budget of `seconds`. An earlier adaptation that is not finished is forgotten, but
    /// goes on as it was begun with `resume`.
    #[wasm_bindgen(js_name = adaptBegin)]
    pub async fn adapt_begin(
        &mut self,
        task: u32,
        level: Option<usize>,
        steps: usize,
        seconds: f64,
        seed: u32,
        resume: bool,
    ) -> Result<JsValue, JsValue> {
        if !(resume && self.adaptations.contains_key(&task)) {
            let session = self.session()?;
            let level = level.map(|level| Level::ALL[level.min(Level::ALL.len() - 1)]);
            let options = AdaptOptions { level, steps, seconds, seed: seed.into(), resume };
            let adaptation = session.begin_adaptation(task, options).await.map_err(to_js)?;
            self.adaptations.insert(task, adaptation);
        }
        #[derive(serde::Serialize)]
        struct Begun {
            level: usize,
            steps: usize,
        }
        let adaptation = &self.adaptations[&task];
        let (level, steps) = (adaptation.level() as usize, adaptation.steps());
        Ok(serde_wasm_bindgen::to_value(&Begun { level, steps })?)
    }

    /// One step, `{ step, loss, heldOut? }`; `undefined` when all are made.
    #[wasm_bindgen(js_name = adaptStep)]
    pub async fn adapt_step(&mut self, task: u32) -> Result<JsValue, JsValue> {
        let adaptation = self.adaptations.get_mut(&task).ok_or_else(|| no_adaptation(task))?;
        let Some(found) = adaptation.step().await.map_err(to_js)? else {
            return Ok(JsValue::UNDEFINED);
        };
        #[derive(serde::Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Step {
            step: usize,
            loss: f32,
            held_out: Option<f32>,
        }
        let AdaptStep { step, loss, held_out } = found;
        Ok(serde_wasm_bindgen::to_value(&Step { step, loss, held_out })?)
    }

    /// Uses what was learnt unless the held-out examples refute it: `{ used, before, after, judged, better }`.
    #[wasm_bindgen(js_name = adaptFinish)]
    pub async fn adapt_finish(&mut self, task: u32) -> Result<JsValue, JsValue> {
        let adaptation = self.adaptations.remove(&task).ok_or_else(|| no_adaptation(task))?;
        let report = self.session()?.finish_adaptation(adaptation).await.map_err(to_js)?;
        #[derive(serde::Serialize)]
        struct Report {
            used: bool,
            before: f32,
            after: f32,
            judged: usize,
            better: usize,
        }
        let AdaptReport { used, before, after, judged, better } = report;
        Ok(serde_wasm_bindgen::to_value(&Report { used, before, after, judged, better })?)
    }

    /// The task's adapter as a file; `undefined` where it has none.
    pub fn adapter(&mut self, task: u32) -> Result<Option<Vec<u8>>, JsValue> {
        Ok(self.session()?.adapter(task).map_err(to_js)?.map(<[u8]>::to_vec))
    }

    /// Gives a task an adapter, or with `undefined` takes it away, and what an unfinished adaptation has tuned.
    #[wasm_bindgen(js_name = setAdapter)]
    pub fn set_adapter(&mut self, task: u32, adapter: Option<Vec<u8>>) -> Result<(), JsValue> {
        if adapter.is_none() {
            self.adaptations.remove(&task);
        }
        self.session()?.set_adapter(task, adapter.as_deref()).map_err(to_js)
    }

    fn session(&mut self) -> Result<&mut Session, JsValue> {
        self.session.as_mut().ok_or_else(not_started)
    }
}

fn not_started() -> JsValue {
    to_js(ErrorKind::WeightsMissing("everything".to_owned()).into())
}

fn no_adaptation(task: u32) -> JsValue {
    to_js(ErrorKind::NotFound { what: "adaptation of the task", id: task }.into())
}
