//! Tags of whole pictures on the shipped weights: from what is said of a few to an answer, and bad input changes nothing.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anolis::Session;
use anolis::image::Picture;
use anolis::laso::Operation;
use anolis::session::Tag;
use burn::tensor::{Device, read_sync};

use support::WEIGHTS;

const YES: Option<bool> = Some(true);
const NO: Option<bool> = Some(false);

fn session() -> Session {
    Session::new(&WEIGHTS.0, &WEIGHTS.1, &Device::flex()).unwrap()
}

fn code<T>(result: anolis::Result<T>) -> &'static str {
    result.err().map(|error| error.code()).unwrap_or("no error")
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// A picture with or without a red disc and with or without blue stripes, at a place that `shift` moves.
fn picture(disc: bool, stripes: bool, shift: usize) -> Picture {
    let colour = |i: usize| {
        let (x, y) = (i % 96, i / 96);
        let inside = x.abs_diff(34 + shift).pow(2) + y.abs_diff(30 + shift / 2).pow(2) < 20 * 20;
        match (disc && inside, stripes && (x + y + shift) % 16 < 8) {
            (true, _) => [220, 60, 40],
            (_, true) => [40, 60, 200],
            _ => [150 + (i * 7 % 11) as u8, 150, 140],
        }
    };
    Picture::from_rgb((0..96 * 80).flat_map(colour).collect(), 96, 80).unwrap()
}

fn add(session: &mut Session, picture: &Picture) -> u32 {
    read_sync(session.add_picture(picture)).unwrap()
}

/// A task with tags "disc" and "stripes" and one example of each of the four cases.
fn taught(session: &mut Session) -> (u32, [u32; 4]) {
    let task = session.add_tag_task(&names(&["disc", "stripes"])).unwrap();
    let examples = [(true, true), (true, false), (false, true), (false, false)];
    let examples = examples.map(|(disc, stripes)| {
        let picture = add(session, &picture(disc, stripes, 0));
        read_sync(session.set_tags(task, picture, vec![Some(disc), Some(stripes)])).unwrap();
        picture
    });
    (task, examples)
}

fn probabilities(tags: &[Tag]) -> Vec<f32> {
    tags.iter().map(|tag| tag.answer.probability).collect()
}

#[test]
fn tags_combine_on_pictures_that_were_not_seen() {
    let mut session = session();
    let (task, examples) = taught(&mut session);
    for (disc, stripes) in [(true, true), (true, false), (false, true), (false, false)] {
        let query = add(&mut session, &picture(disc, stripes, 13));
        let found = read_sync(session.predict_tags(task, query)).unwrap();
        let likely: Vec<_> = probabilities(&found).iter().map(|p| *p > 0.5).collect();
        assert_eq!(likely, [disc, stripes], "{found:?}");
        let (reason, weight) = found[0].because[0];
        assert!(examples.contains(&reason) && (weight > 0.0) == disc, "{found:?}");
    }
}

#[test]
fn a_tag_is_added_later_and_leaves_the_others() {
    let mut session = session();
    let (task, examples) = taught(&mut session);
    let query = add(&mut session, &picture(true, true, 9));
    let before = read_sync(session.predict_tags(task, query)).unwrap();
    session.add_tag(task, "both").unwrap();
    let unsaid = read_sync(session.predict_tags(task, query)).unwrap();
    assert_eq!(probabilities(&unsaid)[..2], probabilities(&before));
    assert_eq!(probabilities(&unsaid)[2], 0.5);
    read_sync(session.set_tags(task, examples[0], vec![YES, YES, YES])).unwrap();
    read_sync(session.set_tags(task, examples[3], vec![NO, NO, NO])).unwrap();
    let after = read_sync(session.predict_tags(task, query)).unwrap();
    assert_eq!(probabilities(&after)[..2], probabilities(&before));
    assert!(probabilities(&after)[2] > 0.5);
}

#[test]
fn an_example_can_be_taken_back() {
    let mut session = session();
    let (task, examples) = taught(&mut session);
    let query = add(&mut session, &picture(true, false, 5));
    let before = probabilities(&read_sync(session.predict_tags(task, query)).unwrap());
    let more = add(&mut session, &picture(true, false, 20));
    read_sync(session.set_tags(task, more, vec![NO, NO])).unwrap();
    assert_ne!(probabilities(&read_sync(session.predict_tags(task, query)).unwrap()), before);
    session.remove_label(task, more).unwrap();
    assert_eq!(probabilities(&read_sync(session.predict_tags(task, query)).unwrap()), before);
    read_sync(session.set_tags(task, more, vec![NO, NO])).unwrap();
    session.remove_picture(more).unwrap();
    assert_eq!(probabilities(&read_sync(session.predict_tags(task, query)).unwrap()), before);
    examples.into_iter().for_each(|picture| session.remove_picture(picture).unwrap());
    assert_eq!(code(read_sync(session.predict_tags(task, query))), "empty-support");
    session.remove_task(task).unwrap();
    assert_eq!(code(read_sync(session.predict_tags(task, query))), "not-found");
}

#[test]
fn names_that_cannot_be_tags_are_refused() {
    let mut session = session();
    for wrong in [&["a", "A "][..], &["a b", "A  b"], &[""], &[" "], &["a", "b", "a"]] {
        assert_eq!(code(session.add_tag_task(&names(wrong))), "channels", "{wrong:?}");
    }
    let many: Vec<_> = (0..1001).map(|i| i.to_string()).collect();
    assert_eq!(code(session.add_tag_task(&many)), "channels");
    let task = session.add_tag_task(&[]).unwrap();
    session.add_tag(task, "a").unwrap();
    assert_eq!(code(session.add_tag(task, " A")), "channels");
    assert_eq!(code(session.add_tag(77, "a")), "not-found");
}

#[test]
fn five_hundred_tags_are_learnt() {
    let mut session = session();
    let task = session.add_tag_task(&(0..500).map(|i| i.to_string()).collect::<Vec<_>>()).unwrap();
    for disc in [true, false] {
        let picture = add(&mut session, &picture(disc, false, 0));
        // Every third tag is a disc, every third none, and of the others nothing is said.
        let said = (0..500).map(|i| [Some(disc), Some(!disc), None][i % 3]).collect();
        read_sync(session.set_tags(task, picture, said)).unwrap();
    }
    let query = add(&mut session, &picture(true, false, 7));
    let found = probabilities(&read_sync(session.predict_tags(task, query)).unwrap());
    assert_eq!(found.len(), 500);
    assert!(found[0] > 0.5 && found[1] < 0.5 && found[2] == 0.5, "{:?}", &found[..3]);
}

#[test]
fn a_label_that_does_not_fit_changes_nothing() {
    let mut session = session();
    let (task, [example, ..]) = taught(&mut session);
    let before = probabilities(&read_sync(session.predict_tags(task, example)).unwrap());
    let mut set = |task, picture, said| code(read_sync(session.set_tags(task, picture, said)));
    assert_eq!(set(task, example, vec![NO, NO, NO]), "label-tags");
    assert_eq!(set(task, 77, vec![NO]), "not-found");
    assert_eq!(set(77, example, vec![NO]), "not-found");
    assert_eq!(probabilities(&read_sync(session.predict_tags(task, example)).unwrap()), before);
}

#[test]
fn weights_without_a_head_cannot_tag_but_can_do_all_else() {
    let mut tensors = WEIGHTS.1.clone();
    tensors.0.retain(|name, _| !name.starts_with("laso."));
    let mut session = Session::new(&WEIGHTS.0, &tensors, &Device::flex()).unwrap();
    let task = session.add_tag_task(&names(&["a"])).unwrap();
    let number = add(&mut session, &picture(true, true, 0));
    assert_eq!(code(read_sync(session.set_tags(task, number, vec![YES]))), "weights-missing");
    assert!(read_sync(session.self_test(&WEIGHTS.0.self_test)).unwrap().passed());
}

#[test]
fn answers_are_those_that_browsers_are_held_to() {
    let mut session = session();
    let (task, [a, b, ..]) = taught(&mut session);
    let cases = [(true, true), (true, false), (false, true), (false, false)];
    let queries = cases.map(|(disc, stripes)| add(&mut session, &picture(disc, stripes, 13)));
    let tags =
        queries.map(|query| probabilities(&read_sync(session.predict_tags(task, query)).unwrap()));
    let search = [("and", Operation::And), ("or", Operation::Or), ("minus", Operation::Minus)];
    let search: BTreeMap<&str, Vec<f32>> = search
        .into_iter()
        .map(|(name, operation)| {
            let found = read_sync(session.search(operation, [a, b], &queries, 4)).unwrap();
            let score = |query| found.iter().find(|found| found.picture == query).unwrap().score;
            (name, queries.into_iter().map(score).collect())
        })
        .collect();
    let found = serde_json::json!({ "tags": tags, "search": search });
    let file = Path::new("tests/golden/tags.json");
    if std::env::var_os("ANOLIS_GOLDEN").is_some() {
        fs::write(file, serde_json::to_string_pretty(&found).unwrap() + "\n").unwrap();
    }
    let golden: serde_json::Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let numbers = |value: &serde_json::Value| -> Vec<f64> {
        let search = ["and", "or", "minus"].iter().map(|name| &value["search"][name]);
        let lists = value["tags"].as_array().unwrap().iter().chain(search);
        lists.flat_map(|list| list.as_array().unwrap()).map(|x| x.as_f64().unwrap()).collect()
    };
    let (golden, found) = (numbers(&golden), numbers(&found));
    assert_eq!(found.len(), 20);
    for (expected, value) in golden.into_iter().zip(found) {
        assert!((expected - value).abs() < 1e-3, "{value} instead of {expected}");
    }
}
