//! Real pictures in tar shards: `STEM.jpg` with `STEM.json` (tags, source) and `STEM.png` (class ids) where there are any.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::ops::Range;
use std::path::PathBuf;

use anolis::image::UNKNOWN_CLASS;
use image::{GrayImage, RgbImage};
use serde::Deserialize;

use crate::Result;

/// One picture of ten and of each origin is validated on and never drawn by a step: the last ones, as neighbours are alike.
const HELD_OUT: usize = 10;

/// The origin of pictures whose class ids are another network's: never held out, as they are no truth to be validated on.
pub const TAUGHT: &str = "taught";

/// All shards of some folders, kept in memory as they are; pictures are decoded when asked for.
pub struct Shards {
    files: Vec<Vec<u8>>,
    pub entries: Vec<Entry>,
}

/// A picture and what is said about it.
pub struct Entry {
    /// What it was collected with: the `src` of its json, else the shard's name without its number.
    pub origin: String,
    pub tags: Vec<String>,
    /// Whether only validation may use it.
    pub held_out: bool,
    picture: Member,
    ids: Option<Member>,
}

/// A file inside a shard.
#[derive(Clone)]
struct Member {
    shard: usize,
    bytes: Range<usize>,
}

/// What a picture's json says.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Note {
    src: Option<String>,
    tags: Vec<String>,
}

impl Shards {
    /// Reads every `*.tar` of some folders; `None` where there is none.
    pub fn open(folders: &[PathBuf]) -> Result<Option<Self>> {
        let listings = folders.iter().filter_map(|folder| fs::read_dir(folder).ok());
        let mut paths: Vec<_> =
            listings.flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "tar"));
        paths.sort();
        let (mut files, mut entries) = (Vec::new(), Vec::new());
        for path in paths {
            let bytes = fs::read(&path)?;
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            let name = stem.rsplit_once('-').map_or(&*stem, |(name, _)| name);
            entries.extend(index(&bytes, files.len(), name)?);
            files.push(bytes);
        }
        hold_out(&mut entries);
        Ok((!entries.is_empty()).then_some(Self { files, entries }))
    }

    /// Decodes a picture.
    pub fn picture(&self, entry: usize) -> Result<RgbImage> {
        Ok(image::load_from_memory(self.jpeg(entry))?.into_rgb8())
    }

    /// A picture's file.
    pub fn jpeg(&self, entry: usize) -> &[u8] {
        self.bytes(&self.entries[entry].picture)
    }

    /// Decodes class ids, as few-shot task folders have them: 0 background, 255 unknown; `None` where there are none.
    pub fn ids(&self, entry: usize) -> Result<Option<GrayImage>> {
        let entry = &self.entries[entry];
        let Some(member) = &entry.ids else { return Ok(None) };
        let mut ids = image::load_from_memory(self.bytes(member))?.into_luma8();
        if entry.origin == "pets" {
            // A trimap: 0 pet, 1 background, 2 border.
            for id in ids.iter_mut() {
                *id = [1, 0].get(usize::from(*id)).copied().unwrap_or(UNKNOWN_CLASS);
            }
        }
        Ok(Some(ids))
    }

    fn bytes(&self, member: &Member) -> &[u8] {
        &self.files[member.shard][member.bytes.clone()]
    }
}

/// The pictures of one shard in the order of their stems.
fn index(bytes: &[u8], shard: usize, name: &str) -> Result<Vec<Entry>> {
    let mut stems: BTreeMap<String, BTreeMap<String, Range<usize>>> = BTreeMap::new();
    for member in tar::Archive::new(Cursor::new(bytes)).entries()? {
        let member = member?;
        let path = member.path()?.into_owned();
        let part = |part: Option<&std::ffi::OsStr>| {
            part.unwrap_or_default().to_string_lossy().into_owned()
        };
        let start = member.raw_file_position() as usize;
        let files = stems.entry(part(path.file_stem())).or_default();
        files.insert(part(path.extension()), start..start + member.size() as usize);
    }
    let mut entries = Vec::new();
    for files in stems.into_values() {
        let member = |extension: &str| {
            files.get(extension).map(|bytes| Member { shard, bytes: bytes.clone() })
        };
        let Some(picture) = member("jpg") else { continue };
        let note = match files.get("json") {
            Some(range) => serde_json::from_slice(&bytes[range.clone()])?,
            None => Note::default(),
        };
        entries.push(Entry {
            origin: note.src.unwrap_or_else(|| name.to_owned()),
            tags: note.tags,
            held_out: false,
            picture,
            ids: member("png"),
        });
    }
    Ok(entries)
}

fn hold_out(entries: &mut [Entry]) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for entry in &*entries {
        *counts.entry(entry.origin.clone()).or_default() += 1;
    }
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for entry in entries {
        let (count, seen) = (counts[&entry.origin], seen.entry(entry.origin.clone()).or_default());
        // A set too small to be split is drawn from whole.
        entry.held_out = entry.origin != TAUGHT
            && count >= 2 * HELD_OUT
            && *seen >= count - count.div_ceil(HELD_OUT);
        *seen += 1;
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use image::{ImageFormat, Luma, Rgb};

    /// A folder with one shard of `count` pictures: a dark disc (class 1, with a class 2 core) on light ground, in sizes that grow.
    pub fn folder(name: &str, shard: &str, count: usize) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("anolis-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let mut builder = tar::Builder::new(fs::File::create(folder.join(shard)).unwrap());
        for i in 0..count {
            let away = |x: u32, y: u32| (x as f32 - 40.0).hypot(y as f32 - 32.0);
            let radius = 12.0 + i as f32 % 12.0;
            let class = |x, y| u8::from(away(x, y) < radius) + u8::from(away(x, y) < 0.6 * radius);
            let tone = |x, y| [200u8, 60, 20][usize::from(class(x, y))];
            let picture = RgbImage::from_fn(80, 64, |x, y| Rgb([tone(x, y), 90, 120]));
            let ids = GrayImage::from_fn(80, 64, |x, y| Luma([class(x, y)]));
            let mut add = |extension: &str, bytes: &[u8]| {
                let mut header = tar::Header::new_gnu();
                header.set_size(bytes.len() as u64);
                builder.append_data(&mut header, format!("{i:06}.{extension}"), bytes).unwrap();
            };
            let encode = |image: &dyn Fn(&mut Cursor<Vec<u8>>)| {
                let mut bytes = Cursor::new(Vec::new());
                image(&mut bytes);
                bytes.into_inner()
            };
            add("jpg", &encode(&|out| picture.write_to(out, ImageFormat::Jpeg).unwrap()));
            add("png", &encode(&|out| ids.write_to(out, ImageFormat::Png).unwrap()));
            add("json", br#"{"tags": ["disc"]}"#);
        }
        builder.finish().unwrap();
        folder
    }

    #[test]
    fn a_shard_gives_pictures_ids_and_tags_by_stem() {
        let shards = Shards::open(&[folder("stems", "discs-0.tar", 3)]).unwrap().unwrap();
        assert_eq!(shards.entries.len(), 3);
        assert_eq!(shards.entries[0].origin, "discs");
        assert_eq!(shards.entries[0].tags, ["disc"]);
        assert_eq!(shards.picture(1).unwrap().dimensions(), (80, 64));
        let ids = shards.ids(1).unwrap().unwrap();
        assert_eq!([ids.get_pixel(40, 32).0[0], ids.get_pixel(0, 0).0[0]], [2, 0]);
    }

    #[test]
    fn a_pet_trimap_becomes_class_one_background_and_unknown() {
        let shards = Shards::open(&[folder("trimap", "pets-0.tar", 1)]).unwrap().unwrap();
        let ids = shards.ids(0).unwrap().unwrap();
        let ids = [(0, 0), (29, 32), (40, 32)].map(|(x, y)| ids.get_pixel(x, y).0[0]);
        assert_eq!(ids, [1, 0, 255]);
    }

    #[test]
    fn the_last_tenth_is_held_out_where_there_are_twenty_pictures() {
        let held = |count: usize| {
            let name = format!("held-{count}");
            let shards = Shards::open(&[folder(&name, "discs-0.tar", count)]).unwrap().unwrap();
            shards.entries.iter().map(|entry| entry.held_out).collect::<Vec<_>>()
        };
        assert_eq!(held(19), [false; 19]);
        assert_eq!(held(20), [vec![false; 18], vec![true; 2]].concat());
    }

    #[test]
    fn what_a_teacher_labelled_is_not_held_out() {
        let shards = Shards::open(&[folder("taught", "taught-0.tar", 20)]).unwrap().unwrap();
        assert!(shards.entries.iter().all(|entry| !entry.held_out));
    }

    #[test]
    fn a_folder_without_shards_is_none() {
        assert!(Shards::open(&["/nowhere".into()]).unwrap().is_none());
    }
}
