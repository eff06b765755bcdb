//! Tasks whose answer is about whole pictures: which tags they have.

use std::collections::BTreeMap;

use super::picture::EncodedPicture;
use super::{Session, find_picture};
use crate::error::{ErrorKind, Result};
use crate::image::Aspect;
use crate::laso::{Answer, Evidence, Look, Said, Tagger};
use crate::model::read;

/// Most tags of a task.
const MOST_TAGS: usize = 1000;

/// Examples that are named as the reasons of an answer.
const REASONS: usize = 5;

/// Tags with what is said of them, picture by picture.
#[derive(Default)]
pub struct TagTask {
    names: Vec<String>,
    said: BTreeMap<u32, Said>,
    /// Fitted when first asked for after a change.
    tagger: Option<Tagger>,
    /// Squared distances between examples, lower number first.
    distances: BTreeMap<(u32, u32), f32>,
}

/// What is known of one tag of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Tag {
    pub answer: Answer,
    /// The examples that say most for or against it, by their picture, the weightiest first; a weight below 0 is against it.
    pub because: Vec<(u32, f32)>,
}

impl TagTask {
    /// # Errors
    /// `channels`.
    pub fn new(names: &[String]) -> Result<Self> {
        let mut task = Self::default();
        names.iter().try_for_each(|name| task.add_name(name))?;
        Ok(task)
    }

    /// # Errors
    /// `channels`.
    fn add_name(&mut self, name: &str) -> Result<()> {
        let same = |other: &String| folded(other) == folded(name);
        if folded(name).is_empty() || self.names.iter().any(same) || self.names.len() == MOST_TAGS {
            return Err(ErrorKind::TagNames(name.to_owned()).into());
        }
        self.names.push(name.to_owned());
        self.tagger = None;
        Ok(())
    }

    pub fn remove(&mut self, picture: u32) {
        if self.said.remove(&picture).is_some() {
            self.tagger = None;
        }
        self.distances.retain(|&(a, b), _| a != picture && b != picture);
    }

    fn fit(&mut self, looks: &BTreeMap<u32, Look>) -> &Tagger {
        let (said, distances) = (&self.said, &mut self.distances);
        self.tagger.get_or_insert_with(|| {
            let mut distance = |a: u32, b: u32| {
                let between = || looks[&a].distance(&looks[&b]);
                *distances.entry((a.min(b), a.max(b))).or_insert_with(between)
            };
            let matrix: Vec<Vec<f32>> =
                said.keys().map(|&a| said.keys().map(|&b| distance(a, b)).collect()).collect();
            Tagger::fit(&said.values().collect::<Vec<_>>(), &matrix, self.names.len())
        })
    }
}

/// What two names differ in, beyond case and space.
fn folded(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

impl Session {
    /// Adds a task that predicts which of some tags pictures have; there may be none at first.
    ///
    /// # Errors
    /// `channels` when a name is empty or differs from another one by nothing but case and space, or there are more than 1000.
    pub fn add_tag_task(&mut self, names: &[String]) -> Result<u32> {
        let task = TagTask::new(names)?;
        let id = self.new_id();
        self.tag_tasks.insert(id, task);
        Ok(id)
    }

    /// Adds a tag after the others; nothing is said of it yet.
    ///
    /// # Errors
    /// `not-found`, `channels`.
    pub fn add_tag(&mut self, task: u32, name: &str) -> Result<()> {
        find_tags(&mut self.tag_tasks, task)?.add_name(name)
    }

    /// Says which tags a picture has and has not, in place of what was said before.
    ///
    /// # Errors
    /// `not-found`; `label-tags` for more values than the task has tags; `weights-missing`, `device-lost`.
    pub async fn set_tags(&mut self, task: u32, picture: u32, said: Said) -> Result<()> {
        find_picture(&self.pictures, picture)?;
        let tags = find_tags(&mut self.tag_tasks, task)?.names.len();
        if said.len() > tags {
            return Err(ErrorKind::LabelTags { values: said.len(), tags }.into());
        }
        self.look(picture).await?;
        let task = find_tags(&mut self.tag_tasks, task)?;
        task.said.insert(picture, said);
        task.tagger = None;
        Ok(())
    }

    /// What is known of every tag of a picture, in the order of the tags. Of an example too it is what the fit says, not
    /// what was said of it.
    ///
    /// # Errors
    /// `not-found`, `empty-support`, `weights-missing`, `device-lost`.
    pub async fn predict_tags(&mut self, task: u32, picture: u32) -> Result<Vec<Tag>> {
        find_picture(&self.pictures, picture)?;
        if find_tags(&mut self.tag_tasks, task)?.said.is_empty() {
            return Err(ErrorKind::EmptySupport.into());
        }
        let look = self.look(picture).await?.clone();
        let task = find_tags(&mut self.tag_tasks, task)?;
        let distances: Vec<f32> =
            task.said.keys().map(|example| look.distance(&self.looks[example])).collect();
        let examples: Vec<u32> = task.said.keys().copied().collect();
        let tagger = task.fit(&self.looks);
        let because = |tag: usize| {
            let reasons = tagger.because(tag, &distances).into_iter().take(REASONS);
            reasons.map(|Evidence { example, weight }| (examples[example], weight)).collect()
        };
        let answers = tagger.answer(&distances).into_iter().enumerate();
        Ok(answers.map(|(tag, answer)| Tag { answer, because: because(tag) }).collect())
    }

    /// What a picture is like as a whole, found when first asked for.
    pub(super) async fn look(&mut self, picture: u32) -> Result<&Look> {
        if !self.looks.contains_key(&picture) {
            let tokens = self.tokens(picture).await?;
            self.pool(picture, &tokens);
        }
        Ok(&self.looks[&picture])
    }

    /// What a picture is like as a whole is found when its encoding is dropped, so that a search need not make it again.
    pub(super) async fn look_back(&mut self, picture: u32, dropped: &EncodedPicture) -> Result<()> {
        let wanted = dropped.aspect() == Aspect::Kept && !self.looks.contains_key(&picture);
        if let (Some(head), true) = (&self.head, wanted) {
            let tokens = head.tokens(&read(dropped.encoding.features.s32.clone()).await?);
            self.pool(picture, &tokens);
        }
        Ok(())
    }

    fn pool(&mut self, picture: u32, tokens: &[f32]) {
        let fit = self.pictures[&picture].fit(Aspect::Kept);
        let (columns, rows) = fit.cells(TOKEN);
        let channels = tokens.len() / (fit.side / TOKEN).pow(2);
        let look = Look::new(tokens, channels, fit.side / TOKEN, columns, rows);
        self.looks.insert(picture, look);
    }

    /// The head's features of a picture's square at stride 32: `[cell, channel]`.
    pub(super) async fn tokens(&mut self, picture: u32) -> Result<Vec<f32>> {
        if self.head.is_some() {
            self.recall(picture, Aspect::Kept).await?;
        }
        let missing = || ErrorKind::WeightsMissing("laso.head.weight".into());
        let head = self.head.as_ref().ok_or_else(missing)?;
        let s32 = self.encodings[&(picture, Aspect::Kept)].encoding.features.s32.clone();
        Ok(head.tokens(&read(s32).await?))
    }
}

/// Pixels of the square a side of a token.
pub(super) const TOKEN: usize = 32;

fn find_tags(tasks: &mut BTreeMap<u32, TagTask>, id: u32) -> Result<&mut TagTask> {
    tasks.get_mut(&id).ok_or_else(|| ErrorKind::NotFound { what: "tag task", id }.into())
}
