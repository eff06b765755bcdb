//! Pictures, tasks and examples, and what is predicted from them.
//!
//! Of every picture its size stays, what [`Session::suggest`], tags and search compare it by, and its pixels, unless the caller
//! lends them when they are needed ([`Session::add_lent_pictures`]). Encodings and the views of refined read-outs are caches:
//! within [`Session::set_memory`] the most recently used ones stay, others are made again, to the same numbers, when they are
//! asked for. Encodings of a task's examples stay always, so that labels change and answers come without waiting for them.

mod adaptation;
mod evidence;
#[cfg(feature = "file")]
pub mod file;
mod finish;
mod held_out;
mod kind;
mod left_out;
mod live;
mod overlap;
mod picture;
mod prediction;
mod recent;
mod refined;
mod search;
mod self_test;
mod suggest;
mod tags;
mod task;
mod tiles;
mod totals;
mod uncertainty;
mod views;

use std::collections::BTreeMap;
use std::sync::Arc;

use burn::tensor::Device;

use crate::error::{ErrorKind, Result};
use crate::image::{Aspect, Fit, Label, Picture};
use crate::laso::{Head, Look};
use crate::model::{Network, NetworkConfig};
use crate::weights::{Manifest, NamedTensors};

pub use crate::adapt::Level;
pub use adaptation::{AdaptOptions, AdaptReport, AdaptStep, Adaptation};
use finish::Finish;
pub use kind::TaskKind;
pub use live::LiveAnswer;
pub use picture::Lender;
use picture::{EncodedPicture, Encodings, KeptPicture, Pixels, Seen};
pub use prediction::{LEAST_PEAK, Point, Prediction};
use recent::Recent;
pub use search::Found;
pub use self_test::SelfTestReport;
pub use tags::Tag;
use tags::TagTask;
use task::Task;
pub use tiles::{LEAST_TILE, TileOptions, TiledAnswer, TiledPrediction};
use views::{RecentViews, Viewer};

/// Bytes of what can be computed again that a session keeps by default: some 65 encodings, and the views of 15 pictures.
pub const MEMORY: usize = 512 << 20;

/// Most pictures that are seen together.
const MOST_IMAGES: usize = 2;

/// One network on one device, with the pictures and tasks of one user.
///
/// Labels and predictions refer to pictures by number.
/// A call that fails changes nothing.
pub struct Session {
    network: Network,
    side: usize,
    refine: bool,
    device: Device,
    pictures: BTreeMap<u32, KeptPicture>,
    encodings: Encodings,
    views: RecentViews,
    /// How the last task that was used sees pictures: new ones are encoded that way.
    aspect: Aspect,
    tasks: BTreeMap<u32, Task>,
    tag_tasks: BTreeMap<u32, TagTask>,
    /// What whole pictures are read with; only weights that have it can tag and search.
    head: Option<Head>,
    /// By picture.
    looks: BTreeMap<u32, Look>,
    next_id: u32,
}

impl Session {
    /// A session on `device` with the network that `tensors` hold, for pictures fitted to `manifest.side`.
    ///
    /// # Errors
    /// `weights-missing` when a parameter is absent.
    pub fn new(manifest: &Manifest, tensors: &NamedTensors, device: &Device) -> Result<Self> {
        let network = tensors.apply(Network::new(&NetworkConfig::xs(), device), "")?;
        let head = Head::load(tensors).ok();
        Ok(Self { head, ..Self::with_network(network, manifest.side, device) })
    }

    /// A session with a network that is already on `device`; `side` is a multiple of 32.
    pub fn with_network(network: Network, side: usize, device: &Device) -> Self {
        Self {
            network,
            side,
            refine: true,
            device: device.clone(),
            pictures: BTreeMap::new(),
            encodings: Recent::new(MEMORY / 2),
            views: Recent::new(MEMORY / 2),
            aspect: Aspect::Kept,
            tasks: BTreeMap::new(),
            tag_tasks: BTreeMap::new(),
            head: None,
            looks: BTreeMap::new(),
            next_id: 0,
        }
    }

    /// Whether full predictions start from the refined read-out, as they do at first, or from the plain one, which spares a
    /// slow device most of the work of a first look at a picture. Adapted tasks always start from the refined one.
    pub fn set_refine(&mut self, refine: bool) {
        self.refine = refine;
    }

    /// How many bytes of host and device may be spent on what can be computed again, [`MEMORY`] at first: one half on encodings
    /// (4 MB a picture, 28 ms on one core of a browser), the other on the views of refined read-outs (17 MB). The
    /// examples' encodings and those of the picture that is asked for stay whatever it is. Answers do not depend on it.
    pub fn set_memory(&mut self, bytes: usize) {
        self.encodings.set_budget(bytes / 2);
        self.views.set_budget(bytes / 2);
    }

    /// Encodes a picture and keeps what later calls need.
    ///
    /// # Errors
    /// `device-lost`.
    pub async fn add_picture(&mut self, picture: &Picture) -> Result<u32> {
        self.add_pictures(std::slice::from_ref(picture)).await
    }

    /// As [`Session::add_picture`], for pictures that are seen together: labels and predictions belong to the first, the
    /// second is more to see (another stain, a depth map, the other eye, the frame before). They have one number.
    ///
    /// Each is fitted to the square on its own, so what both show lies at one place where they have the same proportions.
    ///
    /// # Errors
    /// `image-count` unless there are one or two, `device-lost`.
    pub async fn add_pictures(&mut self, pictures: &[Picture]) -> Result<u32> {
        self.add(pictures, None).await
    }

    /// As [`Session::add_pictures`], but their pixels are not kept: `lender` hands them over again when they are needed.
    ///
    /// # Errors
    /// As [`Session::add_pictures`]; what the lender says is the error of the call that asks for the picture.
    pub async fn add_lent_pictures(&mut self, pictures: &[Picture], lender: Lender) -> Result<u32> {
        self.add(pictures, Some(lender)).await
    }

    async fn add(&mut self, pictures: &[Picture], lender: Option<Lender>) -> Result<u32> {
        self.check_images(pictures.len())?;
        let pixels = Pixels::new(pictures, self.side, self.aspect);
        let encoded = self.encode(Arc::new(pixels)).await?;
        let kept = KeptPicture::new(pictures, &encoded, self.side, lender);
        let id = self.new_id();
        self.pictures.insert(id, kept);
        self.keep(id, encoded).await?;
        Ok(id)
    }

    /// Encodes a picture again unless its encoding is there; it stays until another picture is asked for.
    async fn recall(&mut self, picture: u32, aspect: Aspect) -> Result<()> {
        let kept = find_picture(&self.pictures, picture)?;
        let aspect = kept.aspect(aspect);
        if self.encodings.touch((picture, aspect)).is_none() {
            let encoded = self.encode(kept.pixels(aspect).await?).await?;
            self.keep(picture, encoded).await?;
        }
        Ok(())
    }

    async fn encode(&self, pixels: Arc<Pixels>) -> Result<EncodedPicture> {
        EncodedPicture::new(&self.network, pixels, self.side, &self.device).await
    }

    /// Puts an encoding among the recent ones, in place of others where they become too many.
    async fn keep(&mut self, picture: u32, encoded: EncodedPicture) -> Result<()> {
        let (bytes, asked) = (encoded.bytes(), (picture, encoded.aspect()));
        self.encodings.insert(asked, encoded, bytes);
        let (tasks, pictures) = (&self.tasks, &self.pictures);
        let example = |task: &Task, (id, aspect): (u32, Aspect)| {
            task.has(id) && pictures[&id].aspect(task.kind().aspect()) == aspect
        };
        let needed = |key| key == asked || tasks.values().any(|task| example(task, key));
        for ((id, _), dropped) in self.encodings.trim(needed) {
            self.look_back(id, &dropped).await?;
        }
        Ok(())
    }

    /// Forgets a picture and its labels.
    ///
    /// # Errors
    /// `not-found`.
    pub fn remove_picture(&mut self, picture: u32) -> Result<()> {
        find_picture(&self.pictures, picture)?;
        for task in self.tasks.values_mut() {
            let aspect = task.kind().aspect();
            task.remove_label(picture, seen(&self.pictures, &self.encodings, aspect));
        }
        self.pictures.remove(&picture);
        self.encodings.retain(|(id, _)| id != picture);
        self.views.retain(|view| view.picture != picture);
        self.tag_tasks.values_mut().for_each(|task| task.remove(picture));
        self.looks.remove(&picture);
        Ok(())
    }

    /// Adds a task on single pictures and returns its number.
    ///
    /// # Errors
    /// `channels` when names are missing, empty, double or too many.
    pub fn add_task(&mut self, kind: TaskKind, channels: Vec<String>) -> Result<u32> {
        self.add_task_with_images(kind, channels, 1)
    }

    /// As [`Session::add_task`], for pictures that come `images` at a time ([`Session::add_pictures`]).
    ///
    /// # Errors
    /// As [`Session::add_task`]; `image-count` unless `images` is one or two.
    pub fn add_task_with_images(
        &mut self,
        kind: TaskKind,
        channels: Vec<String>,
        images: usize,
    ) -> Result<u32> {
        self.check_images(images)?;
        let task = Task::new(kind, channels, images, &self.network.trunk)?;
        self.aspect = kind.aspect();
        let id = self.new_id();
        self.tasks.insert(id, task);
        Ok(id)
    }

    /// Forgets a task and its labels.
    ///
    /// # Errors
    /// `not-found`.
    pub fn remove_task(&mut self, task: u32) -> Result<()> {
        if self.tasks.remove(&task).is_some() || self.tag_tasks.remove(&task).is_some() {
            return Ok(());
        }
        Err(ErrorKind::NotFound { what: "task", id: task }.into())
    }

    /// What a task predicts.
    ///
    /// # Errors
    /// `not-found`.
    pub fn task_kind(&self, task: u32) -> Result<TaskKind> {
        let found = self.tasks.get(&task).map(Task::kind);
        found.ok_or_else(|| ErrorKind::NotFound { what: "task", id: task }.into())
    }

    /// Sets or replaces the label of a picture; only what differs from the former label is recomputed.
    ///
    /// # Errors
    /// `not-found`, `device-lost`; `image-count` when the task sees another number of pictures at a time; `label-kind` when it is of another
    /// kind than the label; else what the label's type says.
    pub async fn set_label(&mut self, task: u32, picture: u32, label: Label) -> Result<()> {
        let kept = find_picture(&self.pictures, picture)?;
        let found = find_task(&mut self.tasks, task)?;
        found.check(kept)?;
        let aspect = found.kind().aspect();
        let fit = kept.fit(aspect);
        let label = found.kind().fit(label, found.channels(), kept.size, &fit)?;
        self.aspect = aspect;
        self.recall(picture, aspect).await?;
        let pictures = seen(&self.pictures, &self.encodings, aspect);
        find_task(&mut self.tasks, task)?.set_label(picture, &pictures[&picture], label);
        Ok(())
    }

    /// Forgets the label of a picture; a picture without one stays as it is.
    ///
    /// # Errors
    /// `not-found`.
    pub fn remove_label(&mut self, task: u32, picture: u32) -> Result<()> {
        find_picture(&self.pictures, picture)?;
        if let Some(task) = self.tag_tasks.get_mut(&task) {
            task.remove(picture);
            return Ok(());
        }
        let task = find_task(&mut self.tasks, task)?;
        let aspect = task.kind().aspect();
        task.remove_label(picture, seen(&self.pictures, &self.encodings, aspect));
        Ok(())
    }

    /// The read-out's answer alone: closed form, milliseconds, on the host.
    ///
    /// # Errors
    /// `not-found`, `image-count`, `empty-support`, `device-lost`.
    pub async fn predict_readout(&mut self, task: u32, picture: u32) -> Result<Prediction> {
        let fit = self.query(task, picture).await?;
        let task = find_task(&mut self.tasks, task)?;
        let pictures = seen(&self.pictures, &self.encodings, self.aspect);
        let logits = task.readout_logits(&pictures[&picture].maps);
        let prediction = Prediction::new(task.kind(), logits, task.channels(), fit);
        Ok(prediction.calibrated(task.last_calibration(pictures)))
    }

    /// The closed form as good as it gets, without the network that refines it: at two scales, from the picture and its
    /// mirror image, on the task's own trunk where it was adapted.
    ///
    /// # Errors
    /// `not-found`, `image-count`, `empty-support`, `device-lost`.
    pub async fn predict_refined(&mut self, task: u32, picture: u32) -> Result<Prediction> {
        let fit = self.query(task, picture).await?;
        let task = find_task(&mut self.tasks, task)?;
        let pictures = seen(&self.pictures, &self.encodings, self.aspect);
        let (recent, side, device) = (&mut self.views, self.side, &self.device);
        let mut viewer = Viewer { pictures, recent, side, device };
        let logits = task.refined_logits(picture, &mut viewer).await?;
        let prediction = Prediction::new(task.kind(), logits, task.channels(), fit);
        Ok(prediction.calibrated(task.calibration(pictures)))
    }

    /// The whole network's answer; the read-out's for kinds that the decoder has not learnt.
    ///
    /// # Errors
    /// `not-found`, `image-count`, `empty-support`, `device-lost`.
    pub async fn predict(&mut self, task: u32, picture: u32) -> Result<Prediction> {
        let fit = self.query(task, picture).await?;
        let task = find_task(&mut self.tasks, task)?;
        let (network, device) = (&self.network, &self.device);
        let pictures = seen(&self.pictures, &self.encodings, self.aspect);
        let (logits, finish) = if self.refine || task.adapter().is_some() {
            let (recent, side) = (&mut self.views, self.side);
            let mut viewer = Viewer { pictures, recent, side, device };
            let logits = task.refined_logits(picture, &mut viewer).await?;
            (logits, task.finish(network, &mut viewer).await?)
        } else {
            let finish = Finish::decoded(if task.kind().uses_decoder() { 1.0 } else { 0.0 });
            (task.readout_logits(&pictures[&picture].maps), finish)
        };
        let decoded = if finish.decoded > 0.0 {
            task.decode(picture, logits.clone(), network, pictures, self.side, device).await?
        } else {
            Vec::new()
        };
        let logits = finish.apply(&logits, &decoded, &pictures[&picture], self.side);
        let prediction = Prediction::new(task.kind(), logits, task.channels(), fit);
        // Asked all the same, since quick answers use it.
        let quick = task.calibration(pictures);
        Ok(prediction.calibrated(finish.calibration.unwrap_or(quick)))
    }

    /// Checks that a task can be asked about a picture, and makes sure that it is encoded as the task sees it, which
    /// `self.aspect` is then; where it lies in the square.
    async fn query(&mut self, task: u32, picture: u32) -> Result<Fit> {
        let kept = find_picture(&self.pictures, picture)?;
        let task = find_task(&mut self.tasks, task)?;
        task.check(kept)?;
        task.check_support()?;
        self.aspect = task.kind().aspect();
        let fit = kept.fit(self.aspect);
        self.recall(picture, self.aspect).await?;
        Ok(fit)
    }

    fn check_images(&self, images: usize) -> Result<()> {
        if (1..=MOST_IMAGES).contains(&images) {
            return Ok(());
        }
        Err(ErrorKind::ImageCount(images).into())
    }

    fn new_id(&mut self) -> u32 {
        self.next_id += 1;
        self.next_id
    }
}

fn seen<'a>(
    pictures: &'a BTreeMap<u32, KeptPicture>,
    encodings: &'a Encodings,
    aspect: Aspect,
) -> Seen<'a> {
    Seen { pictures, encodings, aspect }
}

fn find_picture(pictures: &BTreeMap<u32, KeptPicture>, id: u32) -> Result<&KeptPicture> {
    pictures.get(&id).ok_or_else(|| ErrorKind::NotFound { what: "picture", id }.into())
}

fn find_task(tasks: &mut BTreeMap<u32, Task>, id: u32) -> Result<&mut Task> {
    tasks.get_mut(&id).ok_or_else(|| ErrorKind::NotFound { what: "task", id }.into())
}
