//! What a session keeps decides how long answers take, never what they are.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anolis::image::label::Dot;
use anolis::image::{Label, Picture};
use anolis::laso::Operation;
use anolis::session::{AdaptOptions, Level, Point, Prediction, Tag, TaskKind};
use anolis::{ErrorKind, Session};
use burn::tensor::{Device, read_sync};
use proptest::prelude::*;

use support::WEIGHTS;

fn session() -> Session {
    Session::new(&WEIGHTS.0, &WEIGHTS.1, &Device::flex()).unwrap()
}

/// A picture with a disc, larger than the network looks at it, and the disc's mask.
fn scene(number: usize) -> (Picture, Label) {
    let (width, height) = (600 + 40 * number, 300);
    let centre = [100 + 90 * (number % 4), 90 + 30 * (number % 5)];
    let inside = |i: usize| {
        let [dx, dy] = [(i % width).abs_diff(centre[0]), (i / width).abs_diff(centre[1])];
        dx * dx + dy * dy < 60 * 60
    };
    let rgb = (0..width * height).flat_map(|i| match inside(i) {
        true => [220, 90, 20 * number as u8],
        false => [30 + 25 * number as u8, 90, (i % (37 + number)) as u8],
    });
    let picture = Picture::from_rgb(rgb.collect(), width, height).unwrap();
    let ids = (0..width * height).map(|i| u8::from(inside(i))).collect();
    (picture, Label::Classes { ids, width, height })
}

/// Everything that a session says.
#[derive(Debug, PartialEq)]
struct Said {
    probabilities: Vec<Vec<f32>>,
    uncertainties: Vec<Vec<f32>>,
    counts: Vec<(f32, Vec<Point>)>,
    suggested: Vec<u32>,
    tags: Vec<Tag>,
    found: Vec<(u32, f32, Vec<f32>)>,
    adapter: Option<Vec<u8>>,
}

/// What a session says of `pictures`, of which the first ones are examples, in an order that visits each several times.
fn ask(session: &mut Session, pictures: &[u32], examples: usize) -> Said {
    let names = |name: &str| vec![name.to_owned()];
    let discs = session.add_task(TaskKind::Mask, names("disc")).unwrap();
    let count = session.add_task(TaskKind::Density, names("disc")).unwrap();
    let tags = session.add_tag_task(&names("red")).unwrap();
    for (number, &picture) in pictures[..examples].iter().enumerate() {
        read_sync(session.set_label(discs, picture, scene(number).1)).unwrap();
        let point = [100.0 + 90.0 * (number % 4) as f32, 90.0];
        let dots = Label::Dots(vec![Dot { point, channel: 0 }]);
        read_sync(session.set_label(count, picture, dots)).unwrap();
        read_sync(session.set_tags(tags, picture, vec![Some(number % 2 == 0)])).unwrap();
    }
    let mut said = Said {
        probabilities: Vec::new(),
        uncertainties: Vec::new(),
        counts: Vec::new(),
        suggested: session.suggest(discs, pictures, 3).unwrap(),
        tags: Vec::new(),
        found: Vec::new(),
        adapter: None,
    };
    let mut keep = |prediction: Prediction| {
        said.probabilities.push(prediction.probability(0, 64, 48));
        said.uncertainties.push(prediction.uncertainty(64, 48));
    };
    for &picture in pictures {
        keep(read_sync(session.predict_readout(discs, picture)).unwrap());
    }
    for &picture in pictures.iter().rev() {
        keep(read_sync(session.predict(discs, picture)).unwrap());
    }
    let options = AdaptOptions { level: Some(Level::Matching), steps: 2, ..Default::default() };
    let mut adaptation = read_sync(session.begin_adaptation(discs, options)).unwrap();
    while read_sync(adaptation.step()).unwrap().is_some() {}
    read_sync(session.finish_adaptation(adaptation)).unwrap();
    said.adapter = session.adapter(discs).unwrap().map(<[u8]>::to_vec);
    keep(read_sync(session.predict(discs, pictures[examples])).unwrap());
    session.remove_label(discs, pictures[0]).unwrap();
    keep(read_sync(session.predict(discs, pictures[0])).unwrap());
    for &picture in pictures {
        let prediction = read_sync(session.predict(count, picture)).unwrap();
        said.counts.push((prediction.count(0).unwrap(), prediction.peaks(0, 64, 48).unwrap()));
        said.tags.extend(read_sync(session.predict_tags(tags, picture)).unwrap());
    }
    let pair = [pictures[0], pictures[1]];
    let found = read_sync(session.search(Operation::And, pair, pictures, 9)).unwrap();
    said.found = found.into_iter().map(|f| (f.picture, f.score, f.heat)).collect();
    said
}

/// A service may move its session between threads.
#[test]
fn a_session_can_be_moved_to_another_thread() {
    fn moves<T: Send>() {}
    moves::<Session>();
}

#[test]
fn a_session_without_memory_says_the_same() {
    let [mut ample, mut tiny, mut lent] = [0; 3].map(|_| session());
    tiny.set_memory(0);
    lent.set_memory(0);
    let asked = Arc::new(AtomicUsize::new(0));
    let mut numbers = [const { Vec::new() }; 3];
    for number in 0..5 {
        let picture = scene(number).0;
        numbers[0].push(read_sync(ample.add_picture(&picture)).unwrap());
        numbers[1].push(read_sync(tiny.add_picture(&picture)).unwrap());
        let (again, asked) = (picture.clone(), asked.clone());
        let lender = Box::new(move || {
            asked.fetch_add(1, Ordering::Relaxed);
            let picture = again.clone();
            Box::pin(async move { Ok(vec![picture]) }) as _
        });
        let added = lent.add_lent_pictures(std::slice::from_ref(&picture), lender);
        numbers[2].push(read_sync(added).unwrap());
    }
    let expected = ask(&mut ample, &numbers[0], 3);
    assert_eq!(ask(&mut tiny, &numbers[1], 3), expected);
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    assert_eq!(ask(&mut lent, &numbers[2], 3), expected);
    assert!(asked.load(Ordering::Relaxed) > 3);
}

#[test]
fn a_picture_that_is_not_lent_again_is_an_error_that_changes_nothing() {
    let mut session = session();
    session.set_memory(0);
    let ([first, second], label) = ([0, 1].map(|number| scene(number).0), scene(1).1);
    let gone = || Err(ErrorKind::NotAnImage("it is gone".into()).into());
    let lender = Box::new(move || Box::pin(async move { gone() }) as _);
    let lent = session.add_lent_pictures(std::slice::from_ref(&first), lender);
    let lent = read_sync(lent).unwrap();
    let kept = read_sync(session.add_picture(&second)).unwrap();
    let task = session.add_task(TaskKind::Mask, vec!["disc".into()]).unwrap();
    read_sync(session.set_label(task, kept, label)).unwrap();
    let before = read_sync(session.predict(task, kept)).unwrap().probability(0, 32, 32);
    let code = |error: anolis::Error| error.code();
    assert_eq!(read_sync(session.predict(task, lent)).map_err(code).err(), Some("not-an-image"));
    let refused = read_sync(session.set_label(task, lent, scene(0).1));
    assert_eq!(refused.map_err(code).err(), Some("not-an-image"));
    let after = read_sync(session.predict(task, kept)).unwrap().probability(0, 32, 32);
    assert_eq!(before, after);
    session.remove_picture(lent).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, ..ProptestConfig::default() })]

    /// In whatever order pictures are asked for, and whatever few of them fit.
    #[test]
    fn answers_do_not_depend_on_what_was_asked_before(
        memory in 0usize..40_000_000,
        asked in prop::collection::vec(0usize..4, 6),
    ) {
        let [mut ample, mut small] = [0; 2].map(|_| session());
        small.set_memory(memory);
        let mut answers = Vec::new();
        for session in [&mut ample, &mut small] {
            let pictures: Vec<u32> = (0..4)
                .map(|number| read_sync(session.add_picture(&scene(number).0)).unwrap())
                .collect();
            let task = session.add_task(TaskKind::Mask, vec!["disc".into()]).unwrap();
            read_sync(session.set_label(task, pictures[0], scene(0).1)).unwrap();
            let answer = |&number: &usize| {
                let prediction = read_sync(session.predict_readout(task, pictures[number]));
                prediction.unwrap().probability(0, 64, 32)
            };
            answers.push(asked.iter().map(answer).collect::<Vec<_>>());
        }
        prop_assert!(answers[0] == answers[1]);
    }
}
