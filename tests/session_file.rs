//! The session file of docs/session-file.md: what is written is read, what is damaged or hostile is refused.

mod support;

use std::io::{Cursor, Write};
use std::path::PathBuf;

use anolis::Session;
use anolis::image::label::{Dot, Label, Mark, Shape, paint_classes};
use anolis::image::{Picture, decode};
use anolis::session::TaskKind;
use anolis::session::file::{Examples, ImageFile, SavedImage, SavedTask, SessionFile};
use burn::tensor::{Device, read_sync};
use proptest::prelude::*;
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use support::WEIGHTS;

fn code<T>(result: anolis::Result<T>) -> &'static str {
    result.err().map(|error| error.code()).unwrap_or("no error")
}

fn read(bytes: &[u8]) -> anolis::Result<SessionFile> {
    SessionFile::read(Cursor::new(bytes))
}

/// An archive of these entries.
fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A manifest with an image `a` of 20 x 16 pixels that is referred to, and these tasks.
fn manifest(tasks: Value) -> Value {
    json!({
        "format": "anolis-session", "version": 1, "name": "test", "changed": "2026-11-25T11:20:00Z",
        "images": [{ "id": "a", "name": "a.png", "files": [], "width": 20, "height": 16 }],
        "tasks": tasks,
    })
}

/// What reading a manifest with these other entries says.
fn code_of(manifest: &Value, entries: &[(&str, &[u8])]) -> &'static str {
    let json = manifest.to_string();
    code(read(&archive(&[&[("manifest.json", json.as_bytes())], entries].concat())))
}

fn grey(width: u32, height: u32, depth: png::BitDepth, bytes: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(depth);
    encoder.write_header().unwrap().write_image_data(bytes).unwrap();
    file
}

/// A task with one label, in one file of each of these names.
fn task(kind: &str, channels: &[&str], files: &[&str]) -> Value {
    json!([{ "id": "t", "kind": kind, "channels": channels, "labels": [{ "image": "a", "files": files }] }])
}

/// Maps hold NaN, which equals nothing: equal bits are what is meant.
fn comparable(file: &SessionFile) -> String {
    format!("{file:?}")
}

fn labels(kind: TaskKind, channels: usize, size: (usize, usize)) -> BoxedStrategy<Label> {
    let (width, height) = size;
    let pixels = width * height;
    let place = (0.0..=width as f32, 0.0..=height as f32).prop_map(|(x, y)| [x, y]);
    match kind {
        TaskKind::Mask => {
            let id = prop_oneof![0..=channels as u8, Just(254), Just(255)];
            let ids = prop::collection::vec(id, pixels);
            ids.prop_map(move |ids| Label::Classes { ids, width, height }).boxed()
        }
        TaskKind::OverlappingMask => {
            let value = prop_oneof![0..=1u8, Just(254), Just(255)];
            let layers = prop::collection::vec(value, channels * pixels);
            layers.prop_map(move |layers| Label::Layers { layers, width, height }).boxed()
        }
        TaskKind::Map => {
            let level = |level: u16| match level {
                0 => f32::NAN,
                level => f32::from(level - 1) / 65534.0,
            };
            let values = prop::collection::vec(any::<u16>().prop_map(level), channels * pixels);
            values.prop_map(move |values| Label::Map { values, width, height }).boxed()
        }
        TaskKind::Keypoints => {
            let points = prop::collection::vec(prop::option::of(place), channels);
            points.prop_map(Label::Keypoints).boxed()
        }
        _ => {
            let dot = (place, 0..channels).prop_map(|(point, channel)| Dot { point, channel });
            prop::collection::vec(dot, 0..5).prop_map(Label::Dots).boxed()
        }
    }
}

fn tasks(images: Vec<SavedImage>) -> impl Strategy<Value = SavedTask> {
    let kinds = [
        Some(TaskKind::Mask),
        Some(TaskKind::OverlappingMask),
        Some(TaskKind::Keypoints),
        Some(TaskKind::Map),
        Some(TaskKind::Density),
        None,
    ];
    (prop::sample::select(kinds.to_vec()), 1usize..4).prop_flat_map(move |(kind, channels)| {
        let names: Vec<String> = (0..channels).map(|i| format!("Kanal {i} ü")).collect();
        let examples = match kind {
            Some(kind) => {
                let label = |image: &SavedImage| {
                    let label = labels(kind, channels, (image.width, image.height));
                    (Just(image.id.clone()), label)
                };
                let labels: Vec<_> = images.iter().map(label).collect();
                labels.prop_map(move |labels| Examples::Dense { kind, labels }).boxed()
            }
            None => {
                let said = |image: &SavedImage| {
                    (Just(image.id.clone()), prop::collection::vec(any::<Option<bool>>(), channels))
                };
                let said: Vec<_> = images.iter().map(said).collect();
                said.prop_map(Examples::Tags).boxed()
            }
        };
        let adapter = prop::option::of(prop::collection::vec(any::<u8>(), 0..40));
        (examples, adapter).prop_map(move |(examples, adapter)| SavedTask {
            id: String::new(),
            channels: names.clone(),
            examples,
            adapter,
        })
    })
}

fn sessions() -> impl Strategy<Value = SessionFile> {
    let image = ("[ -~äß猫]{0,12}", 1usize..24, 1usize..24);
    let images = prop::collection::vec(image, 0..4);
    (images, 0usize..3).prop_flat_map(|(images, files)| {
        let file = prop::collection::vec(any::<u8>(), 0..60);
        let file = file.prop_map(|bytes| ImageFile { extension: "jpg".into(), bytes });
        let image = move |(i, (name, width, height)): (usize, (String, usize, usize))| {
            let files = prop::collection::vec(file.clone(), files);
            let id = format!("image_{i}");
            (Just((id, name, width, height)), files).prop_map(
                |((id, name, width, height), files)| SavedImage { id, name, files, width, height },
            )
        };
        let images: Vec<_> = images.into_iter().enumerate().map(image).collect();
        images.prop_flat_map(|images| {
            let tasks = prop::collection::vec(tasks(images.clone()), 0..4);
            ("[ -~]{0,12}", tasks).prop_map(move |(name, mut tasks)| {
                for (i, task) in tasks.iter_mut().enumerate() {
                    task.id = format!("task-{i}");
                }
                SessionFile {
                    name,
                    changed: "2026-11-25T11:20:00Z".into(),
                    weights: Some("hash".into()),
                    images: images.clone(),
                    tasks,
                    page: Some(json!({ "task": "task-0", "zoom": [1, 2.5] })),
                }
            })
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_written_is_read(session in sessions()) {
        let bytes = session.write().unwrap();
        prop_assert_eq!(comparable(&read(&bytes).unwrap()), comparable(&session));
    }

    #[test]
    fn a_damaged_file_is_refused_or_read_but_never_a_panic(
        session in sessions(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 1u8..), 1..6),
    ) {
        let mut bytes = session.write().unwrap();
        for (place, flip) in flips {
            let place = place.index(bytes.len());
            bytes[place] ^= flip;
        }
        let code = code(read(&bytes));
        prop_assert!(["no error", "session-file", "session-version"].contains(&code), "{}", code);
    }
}

#[test]
fn marks_are_written_as_what_they_paint() {
    let shape = Shape::Box { corners: [[2.0, 2.0], [9.0, 7.0]] };
    let marks = vec![Mark { class: 1, shape }];
    let ids = paint_classes(&marks, (20, 16), 1).unwrap();
    let mut session = drawn();
    session.tasks.truncate(1);
    session.images[0] = SavedImage { width: 20, height: 16, ..session.images[0].clone() };
    let of =
        |label| Examples::Dense { kind: TaskKind::Mask, labels: vec![("cell-1".into(), label)] };
    session.tasks[0].examples = of(Label::Marks(marks));
    let found = read(&session.write().unwrap()).unwrap();
    assert_eq!(found.tasks[0].examples, of(Label::Classes { ids, width: 20, height: 16 }));
}

#[test]
fn what_is_no_archive_or_cut_off_is_refused() {
    let whole = drawn().write().unwrap();
    assert_eq!(code(read(&whole)), "no error");
    for length in (0..whole.len()).step_by(997).chain(whole.len() - 60..whole.len()) {
        assert_eq!(code(read(&whole[..length])), "session-file", "{length} bytes");
    }
    assert_eq!(code(read(b"PK\x03\x04 and nothing more")), "session-file");
    assert_eq!(code(read(&grey(4, 4, png::BitDepth::Eight, &[0; 16]))), "session-file");
}

#[test]
fn a_foreign_archive_is_refused_and_a_newer_session_says_so() {
    assert_eq!(code(read(&archive(&[("word/document.xml", b"<w/>")]))), "session-file");
    assert_eq!(code(read(&archive(&[("manifest.json", b"{")]))), "session-file");
    assert_eq!(code(read(&archive(&[("manifest.json", b"[]")]))), "session-file");
    let with = |key: &str, value: Value| {
        let mut manifest = manifest(json!([]));
        manifest[key] = value;
        code_of(&manifest, &[])
    };
    assert_eq!(code_of(&manifest(json!([])), &[]), "no error");
    assert_eq!(with("format", json!("other-session")), "session-file");
    assert_eq!(with("version", json!(2)), "session-version");
    // What a newer version holds is not judged.
    let newer = json!({ "format": "anolis-session", "version": 2 });
    assert_eq!(code_of(&newer, &[]), "session-version");
    assert_eq!(with("version", json!(0)), "session-file");
    assert_eq!(with("version", json!("1")), "session-file");
    assert_eq!(with("images", json!({})), "session-file");
    // What a reader does not know it ignores.
    assert_eq!(with("colour", json!("blue")), "no error");
    assert_eq!(code_of(&manifest(json!([])), &[("notes/read me.txt", b"hello")]), "no error");
}

#[test]
fn names_that_lead_out_of_the_archive_are_refused() {
    for name in ["../a.png", "images/../../a.png", "images\\a.png", "/etc/a.png"] {
        assert_eq!(code_of(&manifest(json!([])), &[(name, b"x")]), "session-file", "{name}");
    }
}

#[test]
fn a_name_that_occurs_twice_is_refused() {
    let json = manifest(json!([])).to_string();
    let entries: [(&str, &[u8]); 3] =
        [("manifest.json", json.as_bytes()), ("images/a1", b"x"), ("images/a2", b"y")];
    let bytes = archive(&entries);
    assert_eq!(code(read(&bytes)), "no error");
    assert_eq!(code(read(&replaced(&bytes, b"images/a2", b"images/a1"))), "session-file");
}

/// The bytes with one pattern in the place of another of its length.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for i in 0..=bytes.len() - from.len() {
        if &bytes[i..][..from.len()] == from {
            bytes[i..][..to.len()].copy_from_slice(to);
        }
    }
    bytes
}

#[test]
fn zip_bombs_are_refused_before_they_are_unpacked() {
    // Two million zeros deflate to two thousand bytes.
    let zeros = vec![0; 2_000_000];
    assert_eq!(code_of(&manifest(json!([])), &[("images/a", &zeros)]), "session-file");
    let small = vec![0; 900_000];
    assert_eq!(code_of(&manifest(json!([])), &[("images/a", &small)]), "no error");

    let json = manifest(json!([])).to_string();
    let mut many = ZipWriter::new(Cursor::new(Vec::new()));
    many.start_file("manifest.json", SimpleFileOptions::default()).unwrap();
    many.write_all(json.as_bytes()).unwrap();
    for i in 0..20_000 {
        many.start_file(format!("{i}"), SimpleFileOptions::default()).unwrap();
    }
    let many = many.finish().unwrap().into_inner();
    assert_eq!(code(read(&many)), "session-file");

    // Sizes that add up to more than 4 GB.
    let entries: [(&str, &[u8]); 3] =
        [("manifest.json", json.as_bytes()), ("images/a1", b"x"), ("images/a2", b"y")];
    let mut large = archive(&entries);
    for i in 0..large.len() - 46 {
        if large[i..].starts_with(b"PK\x01\x02") && large[i + 46..].starts_with(b"images/") {
            large[i + 20..][..4].copy_from_slice(&3_000_000_000u32.to_le_bytes());
            large[i + 24..][..4].copy_from_slice(&3_000_000_000u32.to_le_bytes());
        }
    }
    assert_eq!(code(read(&large)), "session-file");
}

#[test]
fn an_entry_that_is_larger_than_it_says_is_refused() {
    let json = manifest(json!([])).to_string();
    let mut bytes = archive(&[("manifest.json", json.as_bytes())]);
    let place = bytes.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    bytes[place + 24..][..4].copy_from_slice(&(json.len() as u32 - 5).to_le_bytes());
    assert_eq!(code(read(&bytes)), "session-file");
}

#[test]
fn an_encrypted_entry_is_refused() {
    let json = manifest(json!([])).to_string();
    let mut bytes = archive(&[("manifest.json", json.as_bytes())]);
    let place = bytes.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    bytes[place + 8] |= 1;
    bytes[6] |= 1;
    assert_eq!(code(read(&bytes)), "session-file");
}

#[test]
fn ids_and_references_must_fit_together() {
    let keypoints: [(&str, &[u8]); 1] = [("l.json", b"{\"points\": [[1, 2]]}")];
    let good = task("keypoints", &["nose"], &["l.json"]);
    assert_eq!(code_of(&manifest(good.clone()), &keypoints), "no error");
    let images = |images: Value| {
        let mut manifest = manifest(json!([]));
        manifest["images"] = images;
        code_of(&manifest, &[("a.png", b"x")])
    };
    let image = json!({ "id": "a", "name": "", "files": ["a.png"], "width": 20, "height": 16 });
    assert_eq!(images(json!([image])), "no error");
    assert_eq!(images(json!([image, image])), "session-file");
    let with = |key: &str, value: Value| {
        let mut image = image.clone();
        image[key] = value;
        images(json!([image]))
    };
    for id in ["", "a b", "../a", "ä", &"a".repeat(65)] {
        assert_eq!(with("id", json!(id)), "session-file", "{id}");
    }
    assert_eq!(with("files", json!(["b.png"])), "session-file");
    assert_eq!(with("files", json!(["a.png", "a.png", "a.png"])), "session-file");
    for width in [json!(0), json!(2049), json!(-1), json!(1.5)] {
        assert_eq!(with("width", width), "session-file");
    }

    let tasks = |change: &dyn Fn(&mut Value)| {
        let mut task = good[0].clone();
        change(&mut task);
        code_of(&manifest(json!([task])), &keypoints)
    };
    assert_eq!(tasks(&|task| task["id"] = json!("a/b")), "session-file");
    assert_eq!(tasks(&|task| task["kind"] = json!("boxes")), "session-file");
    assert_eq!(tasks(&|task| task["channels"] = json!([])), "session-file");
    assert_eq!(tasks(&|task| task["channels"] = json!(["nose", "nose"])), "session-file");
    assert_eq!(tasks(&|task| task["labels"][0]["image"] = json!("b")), "session-file");
    assert_eq!(tasks(&|task| task["labels"][0]["files"] = json!([])), "session-file");
    assert_eq!(tasks(&|task| task["labels"][0]["files"] = json!(["m.json"])), "session-file");
    assert_eq!(tasks(&|task| task["adapter"] = json!("adapters/t")), "session-file");
    let twice = |task: &mut Value| task["labels"] = json!([task["labels"][0], task["labels"][0]]);
    assert_eq!(tasks(&twice), "session-file");
    assert_eq!(code_of(&manifest(json!([good[0], good[0]])), &keypoints), "session-file");
}

#[test]
fn labels_must_have_their_pictures_size_and_the_tasks_channels() {
    let say = |task: &Value, file: &[u8]| code_of(&manifest(task.clone()), &[("l", file)]);
    let mask = task("mask", &["cell"], &["l"]);
    let eight = png::BitDepth::Eight;
    assert_eq!(say(&mask, &grey(20, 16, eight, &[1; 320])), "no error");
    assert_eq!(say(&mask, &grey(16, 20, eight, &[1; 320])), "session-file");
    assert_eq!(say(&mask, &grey(20, 16, eight, &[2; 320])), "session-file");
    assert_eq!(say(&mask, &grey(20, 16, png::BitDepth::One, &[0xff; 48])), "session-file");
    assert_eq!(say(&mask, &grey(20, 16, png::BitDepth::Sixteen, &[0; 640])), "session-file");
    assert_eq!(say(&mask, &grey(20, 16, eight, &[1; 320])[..60]), "session-file");
    // A picture that would not fit into memory is refused by its size.
    let mut huge = grey(20, 16, eight, &[1; 320]);
    huge[16..20].copy_from_slice(&1_000_000u32.to_be_bytes());
    huge[20..24].copy_from_slice(&1_000_000u32.to_be_bytes());
    assert_eq!(say(&mask, &huge), "session-file");

    let map = task("map", &["depth"], &["l"]);
    assert_eq!(say(&map, &grey(20, 16, png::BitDepth::Sixteen, &[9; 640])), "no error");
    assert_eq!(say(&map, &grey(20, 16, eight, &[9; 320])), "session-file");

    let keypoints = task("keypoints", &["nose", "tail"], &["l"]);
    assert_eq!(say(&keypoints, b"{\"points\": [[20, 16], null]}"), "no error");
    assert_eq!(say(&keypoints, b"{\"points\": [[1, 2]]}"), "session-file");
    assert_eq!(say(&keypoints, b"{\"points\": [[21, 2], null]}"), "session-file");
    assert_eq!(say(&keypoints, b"{\"points\": [[1e999, 2], null]}"), "session-file");
    assert_eq!(say(&keypoints, b"{\"points\": [[1], null]}"), "session-file");

    let density = task("density", &["cell"], &["l"]);
    assert_eq!(say(&density, b"{\"points\": []}"), "no error");
    assert_eq!(say(&density, b"{\"points\": [[1, 2, 1]]}"), "session-file");
    assert_eq!(say(&density, b"{\"points\": [[1, 2]]}"), "session-file");

    let tags = task("tags", &["soup"], &["l"]);
    assert_eq!(say(&tags, b"{\"tags\": {\"soup\": false}}"), "no error");
    assert_eq!(say(&tags, b"{\"tags\": {\"salad\": true}}"), "session-file");
    assert_eq!(say(&tags, b"{\"tags\": {\"soup\": 1}}"), "session-file");
}

#[test]
fn what_does_not_fit_together_is_not_written() {
    let mut session = drawn();
    session.images[0].id = "a/b".into();
    assert_eq!(code(session.write()), "session-file");
    let mut session = drawn();
    session.images[0].width = 19;
    assert_eq!(code(session.write()), "session-file");
}

fn root() -> PathBuf {
    std::env::current_dir().unwrap()
}

/// A small drawn picture as a PNG.
fn blocks(width: u32, height: u32, shift: u32) -> Vec<u8> {
    let colour = |i: u32| {
        let (x, y) = (i % width + shift, i / width);
        if (x / 8 + y / 8).is_multiple_of(2) { [200, 60, (x * 5) as u8] } else { [30, 90, 120] }
    };
    let rgb: Vec<u8> = (0..width * height).flat_map(colour).collect();
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(&rgb).unwrap();
    file
}

/// A session of every kind of task, a pair of pictures, one that is only referred to.
fn drawn() -> SessionFile {
    let file = |extension: &str, bytes: Vec<u8>| ImageFile { extension: extension.into(), bytes };
    let image = |id: &str, name: &str, files, (width, height)| SavedImage {
        id: id.into(),
        name: name.into(),
        files,
        width,
        height,
    };
    let procedural = root().join("tests/tasks/procedural");
    let cells = |i: usize| std::fs::read(procedural.join(format!("images/{i:02}.jpg"))).unwrap();
    let mask = |i: usize| {
        let ids = std::fs::read(procedural.join(format!("labels/{i:02}.png"))).unwrap();
        let ids = image::load_from_memory(&ids).unwrap().into_luma8().into_raw();
        Label::Classes { ids, width: 256, height: 256 }
    };
    let (small, size) = ((24, 20), 24 * 20);
    let layers: Vec<u8> = (0..2 * size).map(|i| [0, 1, 254, 255][i / 7 % 4]).collect();
    let level = |i: usize| {
        if i.is_multiple_of(11) { f32::NAN } else { (i * 273 % 65535) as f32 / 65534.0 }
    };
    let task = |id: &str, channels: &[&str], examples, adapter| {
        let channels = channels.iter().map(|&name| name.to_owned()).collect();
        SavedTask { id: id.into(), channels, examples, adapter }
    };
    let dense = |kind, labels: Vec<(&str, Label)>| {
        let labels = labels.into_iter().map(|(id, label)| (id.to_owned(), label)).collect();
        Examples::Dense { kind, labels }
    };
    let (width, height) = small;
    let dots = [[3.5, 2.25], [24.0, 20.0]].map(|point| Dot { point, channel: 0 });
    SessionFile {
        name: "every kind".into(),
        changed: "2026-11-25T11:20:00Z".into(),
        weights: Some("0".repeat(64)),
        images: vec![
            image("cell-1", "cells 1.jpg", vec![file("jpg", cells(0))], (256, 256)),
            image("cell-2", "cells 2.jpg", vec![file("jpg", cells(1))], (256, 256)),
            image("small", "Blöcke.png", vec![file("png", blocks(24, 20, 0))], small),
            image(
                "pair",
                "two stains",
                vec![file("png", blocks(24, 20, 3)), file("png", blocks(24, 20, 5))],
                small,
            ),
            image("away", "elsewhere.png", vec![], small),
        ],
        tasks: vec![
            task(
                "mask",
                &["object"],
                dense(TaskKind::Mask, vec![("cell-1", mask(0)), ("cell-2", mask(1))]),
                None,
            ),
            task(
                "overlap",
                &["left", "right"],
                dense(
                    TaskKind::OverlappingMask,
                    vec![("pair", Label::Layers { layers, width, height })],
                ),
                None,
            ),
            task(
                "points",
                &["nose", "tail", "Öhrchen"],
                dense(
                    TaskKind::Keypoints,
                    vec![(
                        "small",
                        Label::Keypoints(vec![Some([1.5, 2.25]), None, Some([24.0, 0.0])]),
                    )],
                ),
                None,
            ),
            task(
                "depth",
                &["near", "far"],
                dense(
                    TaskKind::Map,
                    vec![(
                        "small",
                        Label::Map { values: (0..2 * size).map(level).collect(), width, height },
                    )],
                ),
                Some(b"an adapter of other weights".to_vec()),
            ),
            task(
                "count",
                &["block"],
                dense(
                    TaskKind::Density,
                    vec![("small", Label::Dots(dots.to_vec())), ("away", Label::Dots(vec![]))],
                ),
                None,
            ),
            task(
                "tags",
                &["red", "blue", "unsaid"],
                Examples::Tags(vec![
                    ("small".into(), vec![Some(true), Some(false), None]),
                    ("cell-1".into(), vec![None, Some(true), None]),
                ]),
                None,
            ),
        ],
        page: Some(json!({ "task": "mask", "selected": "cell-2" })),
    }
}

/// What both golden files hold, as their pictures are.
fn meant(images: Vec<SavedImage>) -> SessionFile {
    let (width, height) = (20, 16);
    let pixels = |of: &[u8], shift: usize| -> Vec<u8> {
        (0..width * height).map(|i| of[(i + shift) % of.len()]).collect()
    };
    let map = |shift: usize| {
        let value = move |i: usize| (i * 200 + shift) as f32 / 65534.0;
        let level = move |i: usize| if (i + shift).is_multiple_of(7) { f32::NAN } else { value(i) };
        (0..width * height).map(level)
    };
    let dense = |id: &str, kind, labels: Vec<(&str, Label)>| {
        let labels = labels.into_iter().map(|(image, label)| (image.to_owned(), label)).collect();
        let channels = if kind == TaskKind::Mask || kind == TaskKind::OverlappingMask {
            ["x", "y"]
        } else {
            ["u", "v"]
        };
        let channels = channels.map(str::to_owned).to_vec();
        SavedTask {
            id: id.into(),
            channels,
            examples: Examples::Dense { kind, labels },
            adapter: None,
        }
    };
    let ids = pixels(&[0, 1, 2, 254, 255], 0);
    let layers = [0, 1].map(|shift| pixels(&[0, 1, 254, 255], shift)).concat();
    let values = map(0).chain(map(1)).collect();
    let dot = Dot { point: [1.5, 2.25], channel: 1 };
    SessionFile {
        name: "cross ü".into(),
        changed: "2001-09-09T01:46:40.000Z".into(),
        weights: Some("h".into()),
        images,
        tasks: vec![
            dense("mask", TaskKind::Mask, vec![("a", Label::Classes { ids, width, height })]),
            dense(
                "layers",
                TaskKind::OverlappingMask,
                vec![("a", Label::Layers { layers, width, height })],
            ),
            dense("map", TaskKind::Map, vec![("b", Label::Map { values, width, height })]),
            dense(
                "kp",
                TaskKind::Keypoints,
                vec![("a", Label::Keypoints(vec![Some([1.5, 2.25]), None]))],
            ),
            dense(
                "dots",
                TaskKind::Density,
                vec![("a", Label::Dots(vec![dot])), ("c", Label::Dots(vec![]))],
            ),
            SavedTask {
                id: "tags".into(),
                channels: ["u", "v", "w"].map(str::to_owned).to_vec(),
                examples: Examples::Tags(vec![("a".into(), vec![Some(true), None, Some(false)])]),
                adapter: None,
            },
        ],
        page: Some(json!({ "task": "mask" })),
    }
}

/// Files of the first version that were written in Rust and in TypeScript; both readers are held to both.
fn golden() -> [SessionFile; 2] {
    ["rust", "typescript"].map(|writer| {
        let file = root().join(format!("tests/session-files/{writer}.anolis"));
        read(&std::fs::read(file).unwrap()).unwrap()
    })
}

#[test]
fn files_of_the_first_version_are_read_as_they_were_meant() {
    for found in golden() {
        assert_eq!(comparable(&found), comparable(&meant(found.images.clone())));
        let images = found.images.iter();
        let images: Vec<_> =
            images.map(|image| (&*image.id, &*image.name, image.files.len())).collect();
        assert_eq!(images, [("a", "a.png", 1), ("b", "b.png", 2), ("c", "c", 0)]);
        found.images.iter().for_each(|image| drop(image.pictures().unwrap()));
    }
}

#[test]
fn a_restored_task_predicts_what_the_same_task_built_by_hand_does() {
    let query = root().join("tests/tasks/procedural/images/05.jpg");
    let query = decode(&std::fs::read(query).unwrap()).unwrap();
    let answer = |session: &mut Session, task: u32| {
        let picture = read_sync(session.add_picture(&query)).unwrap();
        read_sync(session.predict(task, picture)).unwrap().probability(0, 256, 256)
    };
    let built = |picture: &SavedImage, label: &Label| {
        let mut session = Session::new(&WEIGHTS.0, &WEIGHTS.1, &Device::flex()).unwrap();
        let task = session.add_task(TaskKind::Mask, vec!["x".into(), "y".into()]).unwrap();
        let picture = decode(&picture.files[0].bytes).unwrap();
        let picture = read_sync(session.add_picture(&picture)).unwrap();
        read_sync(session.set_label(task, picture, label.clone())).unwrap();
        answer(&mut session, task)
    };
    for file in golden() {
        let Examples::Dense { labels, .. } = &meant(vec![]).tasks[0].examples else {
            unreachable!()
        };
        let by_hand = built(&file.images[0], &labels[0].1);
        let mut session = Session::new(&WEIGHTS.0, &WEIGHTS.1, &Device::flex()).unwrap();
        let tasks = [file.task("mask").unwrap()];
        let away = |_: &SavedImage| unreachable!("all pictures are in the file");
        let restored = read_sync(file.restore(&tasks, &mut session, &WEIGHTS.0, away)).unwrap();
        assert_eq!(restored.without_adapter, Vec::<String>::new());
        assert_eq!(answer(&mut session, restored.tasks[0]), by_hand);
    }
}

#[test]
fn every_kind_is_restored_and_an_adapter_of_other_weights_left_out() {
    let file = drawn();
    let mut session = Session::new(&WEIGHTS.0, &WEIGHTS.1, &Device::flex()).unwrap();
    let tasks: Vec<_> = file.tasks.iter().collect();
    let away = |image: &SavedImage| -> anolis::Result<Picture> {
        assert_eq!(image.name, "elsewhere.png");
        decode(&blocks(24, 20, 7))
    };
    let restored = read_sync(file.restore(&tasks, &mut session, &WEIGHTS.0, away)).unwrap();
    assert_eq!(restored.without_adapter, ["depth"]);
    assert_eq!((restored.tasks.len(), restored.pictures.len()), (6, 5));
    let count = restored.tasks[4];
    let small = restored.pictures["small"];
    assert!(read_sync(session.predict_readout(count, small)).unwrap().count(0).unwrap() > 0.5);
    assert_eq!(read_sync(session.predict_tags(restored.tasks[5], small)).unwrap().len(), 3);
}

#[test]
fn a_picture_of_another_size_is_refused_and_leaves_the_session_as_it_was() {
    let file = drawn();
    let mut session = Session::new(&WEIGHTS.0, &WEIGHTS.1, &Device::flex()).unwrap();
    let tasks: Vec<_> = file.tasks.iter().collect();
    let other = |_: &SavedImage| decode(&blocks(32, 20, 7));
    let refused = read_sync(file.restore(&tasks, &mut session, &WEIGHTS.0, other));
    assert_eq!(code(refused), "session-file");
    assert_eq!(code(read_sync(session.predict_readout(1, 2))), "not-found");
}
