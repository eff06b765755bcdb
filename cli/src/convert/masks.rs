//! A folder with `images/`, `masks/NAME.png` (8-bit class ids, 255 unknown) and `classes.txt`, a name a line; `with/` has
//! pictures that are seen with those of `images/`.

use std::fs;
use std::path::{Path, PathBuf};

use anolis::image::Label;
use anolis::session::TaskKind;
use anolis::session::file::{Examples, SavedTask, SessionFile};

use super::{Gathered, WITH, classes, is_class, scaled, write_files};
use crate::seen::{self, Seen};
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
    let with = folder.join(WITH);
    let with = with.is_dir().then(|| with.to_string_lossy().into_owned());
    for Seen { first: input, second } in seen::pair(found, with.as_deref(), &folder.join("masks"))?
    {
        if with.is_some() && second.is_none() {
            return Err(format!("there is no picture '{}' in {WITH}/", input.name.display()).into());
        }
        let (id, picture) = gathered.add_with(&input, second.as_ref())?;
        let mut path = folder.join("masks").join(&input.name).into_os_string();
        path.push(".png");
        let path = PathBuf::from(path);
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
        write_files(image, folder)?;
        let mask = output::grey(ids, (image.width, image.height))?;
        output::write(&folder.join("masks").join(format!("{}.png", image.id)), &mask)?;
    }
    output::write(&folder.join(CLASSES), (task.channels.join("\n") + "\n").as_bytes())
}
