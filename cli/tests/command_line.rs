//! The binary, as a user runs it: what it writes, what it says, and how it ends.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use anolis::Session;
use anolis::image::label::Dot;
use anolis::image::{Label, decode};
use anolis::session::file::{Examples, SessionFile};
use anolis::session::{TaskKind, TileOptions, TiledAnswer};
use burn::tensor::{Device, read_sync};
use serde_json::Value;
use tempfile::TempDir;

fn root() -> PathBuf {
    fs::canonicalize("..").unwrap()
}

fn procedural() -> PathBuf {
    root().join("tests/tasks/procedural")
}

fn anolis(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_anolis"));
    command.current_dir(folder).args(args).output().unwrap()
}

/// Runs a command that must end with this exit code; what it wrote to both streams.
fn run(folder: &Path, args: &[&str], code: i32) -> (String, String) {
    let output = anolis(folder, args);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, said) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{args:?}: {out} {said}");
    assert!(!said.contains("panicked"), "{said}");
    (out, said)
}

/// A session of one labelled picture of the drawn task, in bytes.
static SESSION: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    let task = procedural();
    let args = ["convert", task.to_str().unwrap(), "cells.anolis", "--shots", "1"];
    run(folder.path(), &args, 0);
    fs::read(folder.path().join("cells.anolis")).unwrap()
});

/// A folder with the session `cells.anolis` and pictures of the drawn task, `images/05.jpg` and so on.
fn workplace(pictures: &[&str]) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("cells.anolis"), &*SESSION).unwrap();
    fs::create_dir(folder.path().join("images")).unwrap();
    for name in pictures {
        let to = folder.path().join(format!("images/{name}.jpg"));
        fs::copy(procedural().join(format!("images/{name}.jpg")), to).unwrap();
    }
    folder
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_folder_is_predicted_as_the_library_predicts_and_not_twice() {
    let folder = workplace(&["05", "06"]);
    let args = ["predict", "cells.anolis", "images", "--out", "masks", "--json"];
    let (out, _) = run(folder.path(), &args, 0);
    let said = lines(&out);
    assert_eq!(said[0]["status"], "predicted");
    assert_eq!(said[2], serde_json::json!({ "predicted": 2, "skipped": 0, "failed": 0 }));
    let mask = folder.path().join("masks/05.png");
    let found = image::open(&mask).unwrap();
    assert_eq!(found.color(), image::ColorType::L8);

    // The same task, built by hand with the library.
    let (manifest, tensors) = anolis_cli::weights::load(None).unwrap();
    let mut session = Session::new(&manifest, &tensors, &Device::flex()).unwrap();
    let task = session.add_task(TaskKind::Mask, vec!["object".into()]).unwrap();
    let picture = |name: &str| decode(&fs::read(procedural().join(name)).unwrap()).unwrap();
    let example = read_sync(session.add_picture(&picture("images/00.jpg"))).unwrap();
    let ids = image::open(procedural().join("labels/00.png")).unwrap().into_luma8().into_raw();
    let label = Label::Classes { ids, width: 256, height: 256 };
    read_sync(session.set_label(task, example, label)).unwrap();
    let query = read_sync(session.add_picture(&picture("images/05.jpg"))).unwrap();
    let by_hand = read_sync(session.predict(task, query)).unwrap().mask(256, 256).unwrap();
    assert_eq!(found.into_luma8().into_raw(), by_hand);
    assert!(by_hand.contains(&0) && by_hand.contains(&1));

    let table = fs::read_to_string(folder.path().join("masks/summary.csv")).unwrap();
    assert!(
        table.starts_with("picture,width,height,uncertainty,object share\n05,256,256,"),
        "{table}"
    );
    assert_eq!(table.lines().count(), 3);

    // A second run has nothing to do; a picture that changed is predicted again.
    let made = fs::metadata(&mask).unwrap().modified().unwrap();
    let (out, _) = run(folder.path(), &args, 0);
    assert_eq!(lines(&out)[2], serde_json::json!({ "predicted": 0, "skipped": 2, "failed": 0 }));
    assert_eq!(fs::metadata(&mask).unwrap().modified().unwrap(), made);
    fs::remove_file(&mask).unwrap();
    let (out, _) = run(folder.path(), &args, 0);
    assert_eq!(lines(&out)[2], serde_json::json!({ "predicted": 1, "skipped": 1, "failed": 0 }));
    let again = fs::read_to_string(folder.path().join("masks/summary.csv")).unwrap();
    assert_eq!(again.lines().filter(|line| line.starts_with("06,")).count(), 1);
}

#[test]
fn corrupt_pictures_are_reported_and_the_others_predicted() {
    let folder = workplace(&["05"]);
    let whole = fs::read(procedural().join("images/06.jpg")).unwrap();
    fs::write(folder.path().join("images/empty.png"), b"").unwrap();
    fs::write(folder.path().join("images/text.jpg"), b"no picture").unwrap();
    // A PNG that claims more pixels than there is memory.
    let mut huge = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    huge.extend([0, 1, 0x86, 0xa0, 0, 1, 0x86, 0xa0, 8, 2, 0, 0, 0]);
    huge.extend([0x4c, 0x9b, 0x5d, 0x2e]);
    fs::write(folder.path().join("images/huge.png"), huge).unwrap();
    fs::write(folder.path().join("images/cut.jpg"), &whole[..200]).unwrap();
    let args = ["predict", "cells.anolis", "images", "--out", "masks", "--json"];
    let (out, said) = run(folder.path(), &args, 3);
    let failed: Vec<_> =
        lines(&out).into_iter().filter(|line| line["status"] == "failed").collect();
    assert_eq!(failed.len(), 4);
    assert!(failed.iter().all(|line| line["error"]["code"] == "not-an-image"), "{failed:?}");
    assert!(said.contains("text.jpg: This file is not a picture"), "{said}");
    assert!(folder.path().join("masks/05.png").is_file());
    assert!(!folder.path().join("masks/empty.png").exists());
}

#[test]
fn patterns_and_files_are_pictures_too() {
    let folder = workplace(&["05", "06", "07"]);
    let args = ["predict", "cells.anolis", "images/0[56].jpg", "images/07.jpg", "--out", "masks"];
    run(folder.path(), &args, 0);
    for name in ["05", "06", "07"] {
        assert!(folder.path().join(format!("masks/{name}.png")).is_file(), "{name}");
    }
}

#[test]
fn what_cannot_begin_says_what_to_do() {
    let folder = workplace(&["05"]);
    let said = |args: &[&str], code| run(folder.path(), args, code).1;
    fs::write(folder.path().join("foreign.anolis"), b"PK\x03\x04 nothing").unwrap();
    let predict = |session: &'static str, images: &'static str| {
        vec!["predict", session, images, "--out", "masks"]
    };
    assert!(said(&predict("foreign.anolis", "images"), 1).contains("no session file"));
    assert!(said(&predict("none.anolis", "images"), 1).contains("cannot open none.anolis"));
    assert!(said(&predict("cells.anolis", "nothing"), 1).contains("there is no picture nothing"));
    let weights = [&predict("cells.anolis", "images")[..], &["--weights", "images"]].concat();
    assert!(said(&weights, 1).contains("weights"));
    let task = [&predict("cells.anolis", "images")[..], &["--task", "other"]].concat();
    assert!(said(&task, 1).contains("only mask"));
    said(&["predict", "cells.anolis"], 2);
    if !cfg!(feature = "gpu") {
        let gpu = [&predict("cells.anolis", "images")[..], &["--backend", "wgpu"]].concat();
        assert!(said(&gpu, 1).contains("without wgpu"));
    }
    assert!(!folder.path().join("masks").exists());
    fs::write(folder.path().join("images/05.png"), b"").unwrap();
    assert!(said(&predict("cells.anolis", "images"), 1).contains("would have one name"));
}

/// What a session file holds.
fn session(path: &Path) -> SessionFile {
    SessionFile::read(std::io::Cursor::new(fs::read(path).unwrap())).unwrap()
}

/// Writes `kinds.anolis`: the golden file's kinds, without what is only referred to and without pairs.
fn write_kinds(folder: &TempDir) {
    let mut file = session(&root().join("tests/session-files/typescript.anolis"));
    file.tasks.retain(|task| task.id != "map");
    for task in &mut file.tasks {
        if let Examples::Dense { labels, .. } = &mut task.examples {
            labels.retain(|(image, _)| image == "a");
        }
    }
    fs::write(folder.path().join("kinds.anolis"), file.write().unwrap()).unwrap();
}

/// A folder with the session `five.anolis`: five labelled pictures of the drawn task.
fn five_examples() -> TempDir {
    let folder = TempDir::new().unwrap();
    let task = procedural();
    let args = ["convert", task.to_str().unwrap(), "five.anolis", "--shots", "5"];
    run(folder.path(), &args, 0);
    folder
}

/// Writes a TIFF of pictures of 256 by 256 pixels.
fn write_tiff(path: &Path, pages: &[image::RgbImage]) {
    let file = fs::File::create(path).unwrap();
    let mut encoder = tiff::encoder::TiffEncoder::new(file).unwrap();
    for page in pages {
        encoder.write_image::<tiff::encoder::colortype::RGB8>(256, 256, page).unwrap();
    }
}

#[test]
fn every_kind_of_answer_is_written() {
    let folder = workplace(&["05"]);
    write_kinds(&folder);
    run(folder.path(), &["predict", "kinds.anolis", "images", "--out", "answers"], 0);
    let answers = folder.path().join("answers");
    let json = |path: &str| -> Value {
        serde_json::from_slice(&fs::read(answers.join(path)).unwrap()).unwrap()
    };
    for layer in ["mask/05.png", "layers/05.1.png", "layers/05.2.png"] {
        assert_eq!(image::open(answers.join(layer)).unwrap().color(), image::ColorType::L8);
    }
    assert_eq!(json("kp/05.json")["points"].as_array().unwrap().len(), 2);
    assert_eq!(json("dots/05.json")["counts"].as_array().unwrap().len(), 2);
    assert!(json("tags/05.json")["scores"]["u"].is_f64());
    let table = fs::read_to_string(answers.join("tags/summary.csv")).unwrap();
    assert!(table.starts_with("picture,width,height,uncertainty,u probability,"), "{table}");
}

#[test]
fn a_kind_that_gains_nothing_is_left_as_it_is_and_said_so() {
    let folder = five_examples();
    let path = folder.path().join("five.anolis");
    let mut file = session(&path);
    if let Examples::Dense { kind, labels } = &mut file.tasks[0].examples {
        *kind = TaskKind::Density;
        let dot = Dot { point: [100.0, 100.0], channel: 0 };
        labels.iter_mut().for_each(|(_, label)| *label = Label::Dots(vec![dot]));
    }
    fs::write(path, file.write().unwrap()).unwrap();
    let (_, said) = run(folder.path(), &["adapt", "five.anolis", "--out", "new.anolis"], 0);
    assert!(said.contains("left as it was: its kind gains nothing"), "{said}");
    assert!(session(&folder.path().join("new.anolis")).tasks[0].adapter.is_none());
}

#[test]
fn an_adapter_is_written_into_a_new_session_and_predicts() {
    let folder = five_examples();
    let args =
        ["adapt", "five.anolis", "--out", "new.anolis", "--steps", "5", "--level", "2", "--json"];
    let (out, _) = run(folder.path(), &args, 0);
    let report = &lines(&out)[0];
    assert_eq!(report["task"], "mask");
    let file = session(&folder.path().join("new.anolis"));
    assert_eq!(file.tasks[0].adapter.is_some(), report["used"] == true);
    let (manifest, _) = anolis_cli::weights::load(None).unwrap();
    assert_eq!(file.weights, Some(manifest.hash()));
    fs::copy(procedural().join("images/05.jpg"), folder.path().join("05.jpg")).unwrap();
    run(folder.path(), &["predict", "new.anolis", "05.jpg", "--out", "masks"], 0);
}

#[test]
fn masks_and_coco_and_task_folders_come_back_as_they_were() {
    let folder = workplace(&[]);
    let labels = |path: &str| {
        let file = session(&folder.path().join(path));
        let Examples::Dense { labels, .. } = &file.tasks[0].examples else { panic!("{path}") };
        (file.tasks[0].channels.clone(), labels.iter().map(|(_, l)| l.clone()).collect::<Vec<_>>())
    };
    let first = labels("cells.anolis");
    for (to, back) in [("masks", "masks"), ("tasks", "tasks"), ("coco", "coco/labels.json")] {
        let out = if to == "coco" { "coco/labels.json" } else { to };
        run(folder.path(), &["convert", "cells.anolis", out, "--to", to], 0);
        let name = format!("{to}.anolis");
        run(folder.path(), &["convert", back, &name], 0);
        assert_eq!(labels(&name), first, "{to}");
    }
}

#[test]
fn info_says_what_a_file_holds() {
    let folder = workplace(&["05"]);
    let info = |path: &str| -> Value {
        serde_json::from_str(&run(folder.path(), &["info", path, "--json"], 0).0).unwrap()
    };
    let cells = info("cells.anolis");
    assert_eq!((&cells["what"], &cells["images"]), (&"session".into(), &1.into()));
    assert_eq!(cells["tasks"][0]["examples"], 1);
    assert_eq!(info("images/05.jpg")["width"], 256);
    assert_eq!(info(root().join("weights").to_str().unwrap())["name"], "anolis-xs");
    assert!(run(folder.path(), &["info", "cells.anolis"], 0).0.contains("kind: mask"));
    run(folder.path(), &["info", "none"], 1);
}

/// A PNG of pictures of the drawn task beside each other.
fn wide(names: &[&str]) -> image::RgbImage {
    let pictures = names.iter().map(|name| {
        image::open(procedural().join(format!("images/{name}.jpg"))).unwrap().into_rgb8()
    });
    let mut wide = image::RgbImage::new(256 * names.len() as u32, 256);
    for (i, picture) in pictures.enumerate() {
        image::imageops::replace(&mut wide, &picture, 256 * i as i64, 0);
    }
    wide
}

#[test]
fn big_pictures_are_seen_in_tiles_as_large_as_the_examples() {
    let folder = workplace(&[]);
    wide(&["05", "06"]).save(folder.path().join("images/two.png")).unwrap();
    let predict = ["predict", "cells.anolis", "images", "--out"];
    run(folder.path(), &[&predict[..], &["masks", "--tiles"]].concat(), 0);
    let found = image::open(folder.path().join("masks/two.png")).unwrap().into_luma8();
    assert_eq!(found.dimensions(), (512, 256));

    // The same with the library, whose session knows the examples' size.
    let (manifest, tensors) = anolis_cli::weights::load(None).unwrap();
    let mut session = Session::new(&manifest, &tensors, &Device::flex()).unwrap();
    let file = SessionFile::read(std::io::Cursor::new(&*SESSION)).unwrap();
    let tasks: Vec<_> = file.tasks.iter().collect();
    let restored = file.restore(&tasks, &mut session, &manifest, |_| unreachable!());
    let task = read_sync(restored).unwrap().tasks[0];
    let picture =
        [anolis::image::Picture::from_rgb(wide(&["05", "06"]).into_raw(), 512, 256).unwrap()];
    let options = TileOptions::default();
    let tiled = read_sync(session.predict_tiles(task, &picture, options, |_, _| {})).unwrap();
    assert_eq!(tiled.answer, TiledAnswer::Mask(found.into_raw()));

    let args = ["--tiles", "--tile-size", "256", "--force", "--json"];
    let (out, _) = run(folder.path(), &[&predict[..], &["masks"], &args].concat(), 0);
    assert_eq!(lines(&out)[0]["status"], "predicted");
    let size = ["masks", "--tiles", "--tile-size", "63"];
    assert!(run(folder.path(), &[&predict[..], &size].concat(), 2).1.contains("64 pixels or more"));
    run(folder.path(), &[&predict[..], &["masks", "--tile-size", "256"]].concat(), 2);
}

#[test]
fn tags_are_of_whole_pictures_and_every_other_kind_has_tiles() {
    let folder = workplace(&["05"]);
    write_kinds(&folder);
    let args =
        ["predict", "kinds.anolis", "images", "--out", "answers", "--tiles", "--tile-size", "256"];
    let (_, said) = run(folder.path(), &args, 0);
    assert!(said.contains("task 'tags': tags are of whole pictures"), "{said}");
    for answer in ["mask/05.png", "layers/05.2.png", "kp/05.json", "dots/05.json", "tags/05.json"] {
        assert!(folder.path().join("answers").join(answer).is_file(), "{answer}");
    }
}

#[test]
fn every_page_of_a_tiff_is_a_picture() {
    let folder = workplace(&[]);
    let grey: Vec<_> = ["05", "06"].map(|name| wide(&[name])).into();
    write_tiff(&folder.path().join("images/stack.tif"), &grey);
    write_tiff(&folder.path().join("images/one.TIFF"), &grey[..1]);
    grey[0].save(folder.path().join("05.png")).unwrap();
    let args = ["predict", "cells.anolis", "images", "05.png", "--out", "masks", "--json"];
    let (out, _) = run(folder.path(), &args, 0);
    let mask = |name: &str| fs::read(folder.path().join(format!("masks/{name}.png"))).unwrap();
    assert_eq!((mask("one"), mask("stack-1")), (mask("05"), mask("05")));
    assert_ne!(mask("stack-2"), mask("05"));
    let pages: Vec<_> = lines(&out).iter().filter_map(|line| line["page"].as_u64()).collect();
    assert_eq!(pages, [1, 2]);
    let (out, _) = run(folder.path(), &args, 0);
    assert_eq!(lines(&out)[4], serde_json::json!({ "predicted": 0, "skipped": 4, "failed": 0 }));

    let (info, _) = run(folder.path(), &["info", "images/stack.tif", "--json"], 0);
    let info: Value = serde_json::from_str(&info).unwrap();
    assert_eq!((&info["width"], &info["pages"]), (&256.into(), &2.into()));

    // One that is cut off, and one that is none.
    let whole = fs::read(folder.path().join("images/stack.tif")).unwrap();
    fs::write(folder.path().join("images/cut.tif"), &whole[..whole.len() / 2]).unwrap();
    fs::write(folder.path().join("images/text.tif"), b"no picture").unwrap();
    let (out, _) = run(folder.path(), &args, 3);
    let failed = lines(&out).into_iter().filter(|line| line["status"] == "failed");
    let codes: Vec<_> = failed.map(|line| line["error"]["code"].clone()).collect();
    assert_eq!(codes, ["not-an-image", "not-an-image"]);
}

#[test]
fn pages_of_a_tiff_become_pictures_of_a_session_that_the_page_opens() {
    let folder = workplace(&[]);
    fs::create_dir_all(folder.path().join("data/images")).unwrap();
    fs::create_dir_all(folder.path().join("data/masks")).unwrap();
    let pages = ["05", "06"].map(|name| wide(&[name]));
    write_tiff(&folder.path().join("data/images/stack.tif"), &pages);
    let mask = procedural().join("labels/06.png");
    fs::copy(mask, folder.path().join("data/masks/stack-2.png")).unwrap();
    run(folder.path(), &["convert", "data", "stack.anolis"], 0);
    let file = session(&folder.path().join("stack.anolis"));
    let names: Vec<_> =
        file.images.iter().map(|image| (&*image.name, &*image.files[0].extension)).collect();
    assert_eq!(names, [("stack-1.png", "png"), ("stack-2.png", "png")]);
    assert_eq!(file.tasks[0].labelled(), ["stack-2"]);
}

/// A folder with a session of pairs, `pairs.anolis`: a blank picture, and the one that shows what is labelled.
fn pairs() -> TempDir {
    let folder = workplace(&[]);
    let at = |path: &str| folder.path().join(path);
    for path in ["data/images", "data/with", "data/masks", "left", "right"] {
        fs::create_dir_all(at(path)).unwrap();
    }
    let blank = image::RgbImage::from_pixel(256, 256, image::Rgb([120; 3]));
    blank.save(at("data/images/00.png")).unwrap();
    fs::copy(procedural().join("images/00.jpg"), at("data/with/00.jpg")).unwrap();
    fs::copy(procedural().join("labels/00.png"), at("data/masks/00.png")).unwrap();
    for name in ["05", "06"] {
        blank.save(at(&format!("left/{name}.png"))).unwrap();
        fs::copy(procedural().join(format!("images/{name}.jpg")), at(&format!("right/{name}.jpg")))
            .unwrap();
    }
    run(folder.path(), &["convert", "data", "pairs.anolis"], 0);
    folder
}

#[test]
fn two_pictures_are_seen_together_by_their_names() {
    let folder = pairs();
    let args = ["predict", "pairs.anolis", "left", "--with", "right", "--out", "masks", "--json"];
    run(folder.path(), &args, 0);
    let found = image::open(folder.path().join("masks/05.png")).unwrap().into_luma8();
    let truth = image::open(procedural().join("labels/05.png")).unwrap().into_luma8();
    let both = |wanted: fn(bool, bool) -> bool| {
        let pixels = found.iter().zip(truth.iter());
        pixels.filter(|&(&a, &b)| wanted(a == 1, b == 1)).count() as f32
    };
    let iou = both(|a, b| a && b) / both(|a, b| a || b);
    assert!(iou > 0.4, "{iou}: only the second picture shows the objects");

    // A second run has nothing to do, until a second picture changes, is missing, or is none.
    let (out, _) = run(folder.path(), &args, 0);
    assert_eq!(lines(&out)[2]["skipped"], 2);
    fs::remove_file(folder.path().join("right/05.jpg")).unwrap();
    fs::write(folder.path().join("right/06.jpg"), b"no picture").unwrap();
    let (out, said) = run(folder.path(), &args, 3);
    let codes: Vec<_> = lines(&out)[..2].iter().map(|line| line["error"]["code"].clone()).collect();
    assert_eq!(codes, ["image-count", "not-an-image"]);
    assert!(said.contains("no second picture '05' in right"), "{said}");
    assert!(said.contains("right/06.jpg"), "{said}");

    // One with one, whatever their names; in tiles too.
    let right = procedural().join("images/05.jpg");
    let right = right.to_str().unwrap();
    let args =
        ["predict", "pairs.anolis", "left/06.png", "--with", right, "--out", "one", "--tiles"];
    run(folder.path(), &args, 0);
    assert!(folder.path().join("one/06.png").is_file());
}

#[test]
fn tasks_of_pairs_ask_for_their_second_pictures_and_others_do_not_take_any() {
    let folder = pairs();
    let alone = ["predict", "pairs.anolis", "left", "--out", "masks"];
    assert!(run(folder.path(), &alone, 1).1.contains("--with"));
    let with = ["predict", "cells.anolis", "left", "--with", "right", "--out", "masks"];
    assert!(run(folder.path(), &with, 1).1.contains("leave --with out"));
    assert!(!folder.path().join("masks").exists());
}

#[test]
fn tasks_of_pairs_are_described_adapted_and_converted() {
    let folder = pairs();
    let (info, _) = run(folder.path(), &["info", "pairs.anolis", "--json"], 0);
    let info: Value = serde_json::from_str(&info).unwrap();
    assert_eq!(info["tasks"][0]["at a time"], 2);
    let read = |path: &str| session(&folder.path().join(path));
    let args = ["adapt", "pairs.anolis", "--out", "new.anolis", "--steps", "1", "--level", "1"];
    run(folder.path(), &args, 0);
    assert_eq!(read("new.anolis").images, read("pairs.anolis").images);
    run(folder.path(), &["convert", "pairs.anolis", "masks"], 0);
    run(folder.path(), &["convert", "masks", "back.anolis"], 0);
    let (back, first) = (read("back.anolis"), read("pairs.anolis"));
    assert_eq!(back.tasks, first.tasks);
    assert_eq!(back.images[0].files, first.images[0].files);
    fs::remove_file(folder.path().join("masks/with/00.jpg")).unwrap();
    assert_eq!(run(folder.path(), &["convert", "masks", "back.anolis"], 1).0, "");
}
