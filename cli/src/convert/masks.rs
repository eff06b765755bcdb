//! A folder with `images/`, `masks/NAME.png` (8-bit class ids, 255 unknown) and `classes.txt`, a name a line.

use std::fs;
use std::path::Path;

use anolis::image::Label;
use anolis::session::TaskKind;
use anolis::session::file::{Examples, SavedTask, SessionFile};

use super::{Gathered, classes, file_of, is_class, scaled};
use crate::{Result, inputs, output};

const CLASSES: &str = "classes.txt";

/// # Errors
/// When there are no pictures, or a mask is none.
pub fn read(folder: &Path, channels: &[String]) -> Result<SessionFile> {
    let images = folder.join("images");
    let found =
        inputs::find(&[images.to_string_lossy().into_owned()], None, &folder.join("masks"))?;
    let mut gathered = Gathered::new(&folder.file_name().unwrap_or_default().to_string_lossy());
    let (mut labels, mut most) = (Vec::new(), 1);
    for input in found {
        let (id, picture) = gathered.add(&input.path)?;
        let path = folder.join("masks").join(&input.name).with_extension("png");
        if !path.is_file() {
            continue;
        }
        let mask = image::open(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let image::DynamicImage::ImageLuma8(mask) = mask else {
            return Err(format!("{} is not grey of 8 bits: write class ids", path.display()).into());
        };
        let (from, to) = (mask.dimensions(), (picture.width(), picture.height()));
        let ids = scaled(mask.into_raw(), (from.0 as usize, from.1 as usize), to)?;
        most = ids.iter().copied().filter(|&id| is_class(id)).max().unwrap_or(0).max(most);
        labels.push((id, Label::Classes { ids, width: to.0, height: to.1 }));
    }
    let channels = match fs::read_to_string(folder.join(CLASSES)) {
        _ if !channels.is_empty() => channels.to_vec(),
        Ok(names) => names
            .lines()
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect(),
        Err(_) => (1..=most).map(|class| format!("class {class}")).collect(),
    };
    Ok(gathered.finish("mask", channels, Examples::Dense { kind: TaskKind::Mask, labels }))
}

/// # Errors
/// When the task has no exclusive masks, or a file cannot be written.
pub fn write(session: &SessionFile, task: &SavedTask, folder: &Path) -> Result<()> {
    for (image, ids) in classes(session, task)? {
        let (name, bytes) = file_of(image)?;
        output::write(&folder.join("images").join(name), bytes)?;
        let mask = output::grey(ids, (image.width, image.height))?;
        output::write(&folder.join("masks").join(format!("{}.png", image.id)), &mask)?;
    }
    output::write(&folder.join(CLASSES), (task.channels.join("\n") + "\n").as_bytes())
}
