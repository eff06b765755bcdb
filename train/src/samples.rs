//! Pictures with known labels for the page and for the browser tests.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::Result;
use crate::scenes::{Family, Kind, Scene, Task, World};

/// Pixels a side.
const SIDE: usize = 256;

/// Pictures of a sample set: name, family and seed of its world.
const SAMPLES: [(&str, Family, u64); 3] = [
    ("nuclei", Family::Cells, 109),
    ("roads", Family::Curves, 105),
    ("solids", Family::Marched, 103),
];

/// Family and seed of the world of the browser tests' task; training draws its worlds elsewhere.
const TEST_WORLD: (Family, u64) = (Family::Cells, 0xa0_11_5e_ed);

/// Writes six pictures of each sample set as `NAME/NAME-1.jpg …`.
pub fn samples(out: &Path) -> Result<()> {
    for (name, family, seed) in SAMPLES {
        let world = World::of(family, seed);
        let folder = out.join(name);
        fs::create_dir_all(&folder)?;
        for i in 1..=6 {
            save_jpeg(&world.scene(i, SIDE, SIDE), &folder.join(format!("{name}-{i}.jpg")))?;
        }
        println!("{name}: {:?}, {:?}", world.family(), world.class().map(|task| task.name));
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

fn save_label(scene: &Scene, task: &Task, path: &Path) -> Result<()> {
    let ids = scene.label(task, 0).iter().map(|&v| u8::from(v > 0.5)).collect();
    let label = image::GrayImage::from_raw(scene.width as u32, scene.height as u32, ids);
    Ok(label.ok_or("a label's size and bytes disagree")?.save(path)?)
}
