//! `anolis convert`: labels of other tools into a session file, and back; the network for other engines.

mod coco;
mod masks;
mod network;
mod task_folder;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anolis::image::label::UNPAINTED_CLASS;
use anolis::image::{Label, Picture};
use anolis::session::TaskKind;
use anolis::session::file::{
    Examples, ImageFile, LONGEST_SIDE, SavedImage, SavedTask, SessionFile,
};
use clap::ValueEnum;
use image::GrayImage;
use image::imageops::{FilterType, resize};

use crate::inputs::{self, Input};
use crate::{Error, Outcome, Result, output, saved};

/// Where the pictures lie that are seen with those of `images/`.
const WITH: &str = "with";

#[derive(clap::Args)]
pub struct Options {
    /// A task folder (task.json), a folder with images/ and masks/, a COCO file (.json), a session file, or a folder of weights
    /// (manifest.json)
    input: PathBuf,
    /// What is written: a session file, or a folder or COCO file from one; ONNX (.onnx) or a folder with a TensorFlow.js model
    /// from weights
    output: PathBuf,
    /// What a session file becomes; by default COCO where the output ends in .json, else masks
    #[arg(long, value_enum)]
    to: Option<Form>,
    /// The task of the session file, by its id
    #[arg(long)]
    task: Option<String>,
    /// Where the pictures of a COCO file lie; by default beside it
    #[arg(long)]
    images: Option<PathBuf>,
    /// Names of the classes of masks in order; by default those of classes.txt
    #[arg(long, value_delimiter = ',')]
    channels: Vec<String>,
    /// Keep only the examples of a task folder's split with so many of them
    #[arg(long)]
    shots: Option<String>,
    /// The split's seed
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Objects of a COCO file may overlap; otherwise later ones cover earlier ones
    #[arg(long)]
    overlap: bool,
    /// Which part of the network of weights is written
    #[arg(long, value_enum, default_value = "encoder")]
    part: network::Part,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// A few-shot task folder: task.json, images/, labels/
    Tasks,
    /// images/, masks/ and classes.txt
    Masks,
    /// COCO JSON with images/ beside it
    Coco,
}

pub fn run(options: &Options) -> Result<Outcome> {
    let Options { input, output, .. } = options;
    let is = |path: &Path, ending: &str| path.extension().is_some_and(|found| found == ending);
    if is(input, "anolis") {
        let session = saved::open(input)?;
        let chosen = saved::choose(&session, options.task.as_slice())?;
        let [task] = chosen[..] else {
            let ids = chosen.iter().map(|task| &*task.id).collect::<Vec<_>>().join(", ");
            return Err(
                format!("this session has several tasks: choose one of {ids} with --task").into()
            );
        };
        let form = if is(output, "json") { Form::Coco } else { Form::Masks };
        match options.to.unwrap_or(form) {
            Form::Tasks => task_folder::write(&session, task, output)?,
            Form::Masks => masks::write(&session, task, output)?,
            Form::Coco => coco::write(&session, task, output)?,
        }
        return Ok(Outcome::Done);
    }
    if input.join("manifest.json").is_file() {
        match (is(output, "onnx"), options.part) {
            (true, part) => network::write_onnx(input, output, part)?,
            (false, network::Part::Encoder) => network::write_tfjs(input, output)?,
            _ => {
                return Err(
                    "only the encoder is written for TensorFlow.js: give a name that ends in .onnx"
                        .into(),
                );
            }
        }
        return Ok(Outcome::Done);
    }
    let session = if input.join("task.json").is_file() {
        let shots = options.shots.as_deref().map(|shots| (shots, options.seed));
        task_folder::read(input, shots)?
    } else if is(input, "json") {
        let beside = input.parent().unwrap_or(Path::new("."));
        coco::read(input, options.images.as_deref().unwrap_or(beside), options.overlap)?
    } else if input.join("masks").is_dir() {
        masks::read(input, &options.channels)?
    } else {
        let wanted = "task.json, images/ and masks/, a COCO .json, or a session file";
        return Err(
            format!("{} is nothing that can be converted: give {wanted}", input.display()).into()
        );
    };
    saved::save(&session, output)?;
    Ok(Outcome::Done)
}

/// A session being gathered from files.
struct Gathered {
    session: SessionFile,
    ids: BTreeSet<String>,
}

impl Gathered {
    fn new(name: &str) -> Self {
        let session =
            SessionFile { name: name.to_owned(), changed: saved::now(), ..SessionFile::default() };
        Self { session, ids: BTreeSet::new() }
    }

    /// Adds a picture; returns its id, and the picture as labels see it.
    fn add(&mut self, input: &Input) -> Result<(String, Picture)> {
        self.add_with(input, None)
    }

    /// As [`Gathered::add`], with the picture that is seen with it.
    fn add_with(&mut self, input: &Input, second: Option<&Input>) -> Result<(String, Picture)> {
        let (file, picture) = file(input)?;
        let mut files = vec![file];
        if let Some(second) = second {
            files.push(self::file(second)?.0);
        }
        let picture = picture.at_most(LONGEST_SIDE);
        let text = |part: Option<&std::ffi::OsStr>| {
            part.map(|part| part.to_string_lossy().into_owned()).unwrap_or_default()
        };
        let stem = text(input.name.file_name());
        let name = match inputs::is_tiff(&input.path) {
            true => format!("{stem}.png"),
            false => text(input.path.file_name()),
        };
        let (width, height) = (picture.width(), picture.height());
        let id = self.id(&stem);
        self.session.images.push(SavedImage { id: id.clone(), name, files, width, height });
        Ok((id, picture))
    }

    /// An id that looks like the name and is its own.
    fn id(&mut self, name: &str) -> String {
        let letter = |c: char| if c.is_ascii_alphanumeric() || "-_".contains(c) { c } else { '-' };
        let name: String = name.chars().map(letter).take(50).collect();
        let numbered = |n: usize| if n == 1 { name.clone() } else { format!("{name}-{n}") };
        let mut free = (1..).map(numbered).filter(|id| !id.is_empty() && !self.ids.contains(id));
        let id = free.next().unwrap_or_default();
        self.ids.insert(id.clone());
        id
    }

    /// The session with its one task.
    fn finish(mut self, id: &str, channels: Vec<String>, examples: Examples) -> SessionFile {
        let task = SavedTask { id: id.to_owned(), channels, examples, adapter: None };
        self.session.tasks.push(task);
        self.session
    }
}

/// The picture of a file that must have one.
fn one(path: &Path) -> Result<Input> {
    let name = path.file_stem().unwrap_or_default().into();
    match <[Input; 1]>::try_from(Input::of_file(path.to_owned(), name)) {
        Ok([input]) => Ok(input),
        Err(pages) => {
            Err(format!("{} has {} pages: save each as a file", path.display(), pages.len()).into())
        }
    }
}

/// A picture's file as sessions hold it, and the picture. Pages of TIFFs become PNGs, as on the page: browsers read no TIFF.
fn file(input: &Input) -> Result<(ImageFile, Picture)> {
    let of = |error: Error| format!("{input}: {error}");
    let picture = input.read().map_err(of)?;
    if inputs::is_tiff(&input.path) {
        let bytes = output::rgb(&picture)?;
        return Ok((ImageFile { extension: "png".into(), bytes }, picture));
    }
    let ending = input.path.extension().unwrap_or_default();
    let extension = ending.to_string_lossy().to_lowercase();
    let bytes = fs::read(&input.path).map_err(|error| of(error.into()))?;
    Ok((ImageFile { extension, bytes }, picture))
}

/// Class ids of `from` (width, height) pixels at another size.
fn scaled(ids: Vec<u8>, from: (usize, usize), to: (usize, usize)) -> Result<Vec<u8>> {
    if from == to {
        return Ok(ids);
    }
    let mask = GrayImage::from_raw(from.0 as u32, from.1 as u32, ids);
    let mask = mask.ok_or("a mask's size and ids disagree")?;
    Ok(resize(&mask, to.0 as u32, to.1 as u32, FilterType::Nearest).into_raw())
}

/// The class ids of a task's labels by image, what nobody painted as background.
fn classes<'a>(
    session: &'a SessionFile,
    task: &'a SavedTask,
) -> Result<Vec<(&'a SavedImage, Vec<u8>)>> {
    let Examples::Dense { kind: TaskKind::Mask, labels } = &task.examples else {
        return Err(format!(
            "task '{}' has no masks of exclusive classes: use --to tasks",
            task.id
        )
        .into());
    };
    let mask = |(id, label): &'a (String, Label)| {
        let image = session.image(id).ok_or("a label without a picture")?;
        let Label::Classes { ids, .. } = label else {
            return Err("a label that is no mask".into());
        };
        let id = |&id: &u8| if id == UNPAINTED_CLASS { 0 } else { id };
        Ok((image, ids.iter().map(id).collect()))
    };
    labels.iter().map(mask).collect()
}

/// The bytes of a picture's only file.
fn bytes_of(image: &SavedImage) -> Result<&[u8]> {
    let [file] = &image.files[..] else {
        let name = &image.name;
        return Err(format!("'{name}' is not one picture inside the session file").into());
    };
    Ok(&file.bytes)
}

/// Writes a picture into `images/` of a folder, one that is seen with it into `with/`; the first one's name.
fn write_files(image: &SavedImage, folder: &Path) -> Result<String> {
    let [first, rest @ ..] = &image.files[..] else {
        return Err(format!("'{}' is not inside the session file", image.name).into());
    };
    let name = |file: &ImageFile| format!("{}.{}", image.id, file.extension);
    output::write(&folder.join("images").join(name(first)), &first.bytes)?;
    for second in rest {
        output::write(&folder.join(WITH).join(name(second)), &second.bytes)?;
    }
    Ok(name(first))
}

/// Whether a class id is a channel's, neither background nor unknown.
fn is_class(id: u8) -> bool {
    (1..UNPAINTED_CLASS).contains(&id)
}
