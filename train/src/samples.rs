//! Pictures with known labels for the page and for the browser tests.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::Result;
use crate::scenes::{Family, Kind, Scene, Target, Task, UNKNOWN, World};

/// Pixels a side.
const SIDE: usize = 256;

/// Pictures of a sample set.
struct Sample {
    name: &'static str,
    /// Family and seed of its world.
    world: (Family, u64),
    /// What its labels are of.
    kind: Kind,
    /// How many of its pictures come with a label.
    labelled: u64,
}

const SAMPLES: [Sample; 6] = [
    Sample { name: "nuclei", world: (Family::Cells, 109), kind: Kind::Mask, labelled: 0 },
    Sample { name: "roads", world: (Family::Curves, 105), kind: Kind::Mask, labelled: 0 },
    Sample { name: "solids", world: (Family::Marched, 103), kind: Kind::Mask, labelled: 0 },
    Sample { name: "creatures", world: (Family::Flat, 211), kind: Kind::Keypoints, labelled: 3 },
    Sample { name: "depth", world: (Family::Marched, 208), kind: Kind::Map, labelled: 3 },
    Sample { name: "blood", world: (Family::Cells, 200), kind: Kind::Density, labelled: 3 },
];

/// Pictures of a sample set.
const PICTURES: u64 = 6;

/// Family and seed of the world of the browser tests' task; training draws its worlds elsewhere.
const TEST_WORLD: (Family, u64) = (Family::Cells, 0xa0_11_5e_ed);

/// Writes six pictures of each sample set as `NAME/NAME-1.jpg …`, and labels of the first ones as `NAME/NAME-1.png` (a map,
/// 16 bits) or `NAME/NAME-1.json` (points).
pub fn samples(out: &Path) -> Result<()> {
    for Sample { name, world: (family, seed), kind, labelled } in SAMPLES {
        let world = World::of(family, seed);
        let task = match kind {
            Kind::Mask => world.class(),
            _ => world.tasks().into_iter().find(|task| task.kind == kind),
        };
        let folder = out.join(name);
        fs::create_dir_all(&folder)?;
        for i in 1..=PICTURES {
            let scene = world.scene(i, SIDE, SIDE);
            save_jpeg(&scene, &folder.join(format!("{name}-{i}.jpg")))?;
            if let Some(task) = task.as_ref().filter(|_| i <= labelled) {
                save_sample_label(&scene, task, &folder.join(format!("{name}-{i}")))?;
            }
        }
        println!("{name}: {:?}, {:?}", world.family(), task.map(|task| task.target));
    }
    Ok(())
}

/// Writes a mask task in the format of few-shot task folders: five examples, six queries.
pub fn task(out: &Path) -> Result<()> {
    let (family, seed) = TEST_WORLD;
    let world = World::of(family, seed);
    let tasks = world.tasks();
    let task =
        tasks.iter().find(|task| task.kind == Kind::Mask).ok_or("this world has no mask task")?;
    for folder in ["images", "labels"] {
        fs::create_dir_all(out.join(folder))?;
    }
    let names: Vec<_> = (0..11).map(|i| format!("{i:02}")).collect();
    for (i, name) in names.iter().enumerate() {
        let scene = world.scene(i as u64, SIDE, SIDE);
        save_jpeg(&scene, &out.join(format!("images/{name}.jpg")))?;
        save_label(&scene, task, &out.join(format!("labels/{name}.png")))?;
    }
    let split =
        json!({"seed": 0, "support": {"1": &names[..1], "5": &names[..5]}, "query": &names[5..]});
    let description = json!({
        "name": "procedural", "kind": "mask", "channels": [task.name], "metric": "mIoU", "splits": [split],
        "source": "drawn by `cargo xtask train draw task`", "licence": "MIT OR Apache-2.0",
    });
    Ok(fs::write(out.join("task.json"), serde_json::to_string_pretty(&description)? + "\n")?)
}

fn save_jpeg(scene: &Scene, path: &Path) -> Result<()> {
    let picture =
        image::RgbImage::from_raw(scene.width as u32, scene.height as u32, scene.image.clone());
    let picture = picture.ok_or("a scene's size and bytes disagree")?;
    let mut file = std::io::BufWriter::new(fs::File::create(path)?);
    Ok(image::codecs::jpeg::JpegEncoder::new_with_quality(&mut file, 88).encode_image(&picture)?)
}

/// `path` lacks its extension.
fn save_sample_label(scene: &Scene, task: &Task, path: &Path) -> Result<()> {
    let points = match &task.target {
        Target::Keypoints(names) => {
            let found = names.iter().map(|name| scene.keypoints.iter().find(|p| p.name == *name));
            let seen = found.map(|point| point.filter(|p| p.visible).map(|p| (p.x, p.y)));
            json!(seen.collect::<Vec<_>>())
        }
        Target::Density(selector) => json!(scene.centres(*selector)),
        _ => return save_map(scene, task, &path.with_extension("png")),
    };
    Ok(fs::write(path.with_extension("json"), json!({ "points": points }).to_string() + "\n")?)
}

/// 0 where nothing is known; the values are from 1 to 65535.
fn save_map(scene: &Scene, task: &Task, path: &Path) -> Result<()> {
    let grey = |v: &f32| if *v == UNKNOWN { 0 } else { 1 + (v * 65534.0).round() as u16 };
    let values: Vec<_> = scene.label(task, 0).iter().map(grey).collect();
    let map: Option<image::ImageBuffer<image::Luma<u16>, _>> =
        image::ImageBuffer::from_raw(scene.width as u32, scene.height as u32, values);
    Ok(map.ok_or("a label's size and bytes disagree")?.save(path)?)
}

fn save_label(scene: &Scene, task: &Task, path: &Path) -> Result<()> {
    let ids = scene.label(task, 0).iter().map(|&v| u8::from(v > 0.5)).collect();
    let label = image::GrayImage::from_raw(scene.width as u32, scene.height as u32, ids);
    Ok(label.ok_or("a label's size and bytes disagree")?.save(path)?)
}
