//! How far answers can be trusted, and what to label next.

mod support;

use anolis::image::label::Dot;
use anolis::image::{Label, Picture};
use anolis::session::TaskKind;
use anolis::{Error, Session};
use burn::tensor::{Device, read_sync};

use support::WEIGHTS;

const WIDTH: usize = 96;
const HEIGHT: usize = 80;

/// A session that answers from the plain read-out and the decoder, which is quick.
fn session() -> Session {
    let mut session = Session::new(&WEIGHTS.0, &WEIGHTS.1, &Device::flex()).unwrap();
    session.set_refine(false);
    session
}

fn task(session: &mut Session, kind: TaskKind) -> u32 {
    session.add_task(kind, vec!["disc".into()]).unwrap()
}

fn code<T>(result: Result<T, Error>) -> &'static str {
    result.err().map(|error| error.code()).unwrap_or("no error")
}

/// A disc of `radius` at `(x, y)`, that `contrast` sets off from a textured ground.
#[derive(Clone, Copy)]
struct Scene {
    x: usize,
    y: usize,
    radius: usize,
    contrast: u8,
}

impl Scene {
    fn inside(self, i: usize) -> bool {
        let (dx, dy) = ((i % WIDTH).abs_diff(self.x), (i / WIDTH).abs_diff(self.y));
        dx * dx + dy * dy < self.radius * self.radius
    }

    fn picture(self) -> Picture {
        let pixel = |i: usize| {
            let ground = 90 + (i * 7 % 31) as u8;
            if self.inside(i) { [ground + self.contrast, ground, ground] } else { [ground; 3] }
        };
        Picture::from_rgb((0..WIDTH * HEIGHT).flat_map(pixel).collect(), WIDTH, HEIGHT).unwrap()
    }

    fn ids(self) -> Vec<u8> {
        (0..WIDTH * HEIGHT).map(|i| u8::from(self.inside(i))).collect()
    }

    fn classes(self) -> Label {
        Label::Classes { ids: self.ids(), width: WIDTH, height: HEIGHT }
    }
}

fn scenes() -> Vec<Scene> {
    let scene = |i: usize| Scene {
        x: 20 + i * 29 % 56,
        y: 20 + i * 17 % 40,
        radius: 10 + i * 5 % 9,
        contrast: [130, 60, 25][i % 3],
    };
    (0..8).map(scene).collect()
}

fn add(session: &mut Session, scene: Scene) -> u32 {
    read_sync(session.add_picture(&scene.picture())).unwrap()
}

#[test]
fn doubtful_pixels_are_wrong_more_often_than_sure_ones() {
    let mut session = session();
    let task = task(&mut session, TaskKind::Mask);
    let (support, query) = (&scenes()[..5], &scenes()[5..]);
    for &scene in support {
        let picture = add(&mut session, scene);
        read_sync(session.set_label(task, picture, scene.classes())).unwrap();
    }
    let mut wrong = Vec::new();
    for &scene in query {
        let picture = add(&mut session, scene);
        let prediction = read_sync(session.predict(task, picture)).unwrap();
        let doubts = prediction.uncertainty(WIDTH, HEIGHT);
        let mask = prediction.mask(WIDTH, HEIGHT).unwrap();
        assert_eq!(doubts.len(), WIDTH * HEIGHT);
        assert!(doubts.iter().all(|doubt| (0.0..=1.0).contains(doubt)));
        let mean = doubts.iter().sum::<f32>() / doubts.len() as f32;
        assert!((prediction.image_uncertainty() - mean).abs() < 0.02);
        let right = mask.iter().zip(scene.ids()).map(|(&found, truth)| found == truth);
        wrong.extend(doubts.into_iter().zip(right).map(|(doubt, right)| (doubt, !right)));
    }
    wrong.sort_by(|a, b| a.0.total_cmp(&b.0));
    let share = |part: &[(f32, bool)]| {
        part.iter().filter(|(_, wrong)| *wrong).count() as f64 / part.len() as f64
    };
    let tenth = wrong.len() / 10;
    let (sure, doubtful) = (share(&wrong[..9 * tenth]), share(&wrong[9 * tenth..]));
    assert!(doubtful > 5.0 * sure && doubtful > 0.0, "{doubtful} and {sure}");
}

#[test]
fn every_kind_says_how_far_it_can_be_trusted() {
    let scene = scenes()[0];
    let centre = [scene.x as f32, scene.y as f32];
    let map = scene.ids().into_iter().map(f32::from).collect();
    let labels = [
        (TaskKind::OverlappingMask, None),
        (TaskKind::Keypoints, Some(Label::Keypoints(vec![Some(centre)]))),
        (TaskKind::Map, Some(Label::Map { values: map, width: WIDTH, height: HEIGHT })),
        (TaskKind::Density, Some(Label::Dots(vec![Dot { point: centre, channel: 0 }]))),
    ];
    for (kind, label) in labels {
        let mut session = session();
        let task = task(&mut session, kind);
        let picture = add(&mut session, scene);
        let layers = Label::Layers { layers: scene.ids(), width: WIDTH, height: HEIGHT };
        read_sync(session.set_label(task, picture, label.unwrap_or(layers))).unwrap();
        let query = add(&mut session, scenes()[3]);
        let quick = read_sync(session.predict_readout(task, query)).unwrap();
        let full = read_sync(session.predict(task, query)).unwrap();
        for prediction in [quick, full] {
            let doubts = prediction.uncertainty(31, 23);
            assert_eq!(doubts.len(), 31 * 23);
            assert!(doubts.iter().all(|&doubt| doubt > 0.0 && doubt < 1.0), "{kind:?}");
            assert!((0.0..=1.0).contains(&prediction.image_uncertainty()), "{kind:?}");
        }
    }
}

#[test]
fn a_removed_example_leaves_no_trace() {
    let doubts = |removed: Option<bool>| {
        let mut session = session();
        let task = task(&mut session, TaskKind::Mask);
        let query = add(&mut session, scenes()[6]);
        for (i, &scene) in scenes()[..5].iter().enumerate() {
            if i == 1 && removed.is_none() {
                continue;
            }
            let picture = add(&mut session, scene);
            read_sync(session.set_label(task, picture, scene.classes())).unwrap();
            if i == 1 {
                read_sync(session.predict(task, query)).unwrap();
                match removed {
                    Some(true) => session.remove_picture(picture).unwrap(),
                    _ => session.remove_label(task, picture).unwrap(),
                }
            }
        }
        read_sync(session.predict(task, query)).unwrap().uncertainty(WIDTH, HEIGHT)
    };
    let never = doubts(None);
    for removed in [doubts(Some(true)), doubts(Some(false))] {
        let off = never.iter().zip(removed).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(off < 1e-3, "{off}");
    }
}

#[test]
fn contradicting_labels_raise_the_uncertainty() {
    let doubt = |refine: bool, contradict: bool| {
        let mut session = session();
        session.set_refine(refine);
        let task = task(&mut session, TaskKind::Mask);
        for (i, &scene) in scenes()[..5].iter().enumerate() {
            let picture = add(&mut session, scene);
            let mut ids = scene.ids();
            if contradict && i % 2 == 0 {
                ids.iter_mut().for_each(|id| *id = 1 - *id);
            }
            let label = Label::Classes { ids, width: WIDTH, height: HEIGHT };
            read_sync(session.set_label(task, picture, label)).unwrap();
        }
        let query = add(&mut session, scenes()[6]);
        read_sync(session.predict(task, query)).unwrap().image_uncertainty()
    };
    for refine in [false, true] {
        assert!(doubt(refine, true) > 2.0 * doubt(refine, false), "refine: {refine}");
    }
}

#[test]
fn a_full_answer_expects_about_as_many_wrong_pixels_as_there_are() {
    let mut session = session();
    session.set_refine(true);
    let task = task(&mut session, TaskKind::Mask);
    let faint = |scene: &Scene| Scene { contrast: 2, ..*scene };
    for scene in scenes()[..5].iter().map(faint) {
        let picture = add(&mut session, scene);
        read_sync(session.set_label(task, picture, scene.classes())).unwrap();
    }
    let (mut expected, mut wrong) = (0.0, 0);
    for scene in scenes()[5..].iter().map(faint) {
        let query = add(&mut session, scene);
        let answer = read_sync(session.predict(task, query)).unwrap();
        let pairs = answer.mask(WIDTH, HEIGHT).unwrap().into_iter().zip(scene.ids());
        wrong += pairs.filter(|(found, is)| found != is).count();
        expected += answer.uncertainty(WIDTH, HEIGHT).into_iter().sum::<f32>();
    }
    let share = expected / wrong as f32;
    assert!((0.5..2.0).contains(&share), "expected {expected}, wrong {wrong}");
}

#[test]
fn suggestions_begin_with_the_group_that_has_no_example() {
    let mut session = session();
    let task = task(&mut session, TaskKind::Mask);
    // Two groups of pictures that look alike: small faint discs, and large bright ones.
    let scene = |i: usize, contrast, radius| Scene { x: 40 + i, y: 40, radius, contrast };
    let faint: Vec<_> = (0..4).map(|i| add(&mut session, scene(i, 20, 6))).collect();
    let bright: Vec<_> = (0..4).map(|i| add(&mut session, scene(i, 130, 30))).collect();
    let all = [faint.clone(), bright.clone()].concat();

    let first = session.suggest(task, &all, 2).unwrap();
    assert!(faint.contains(&first[0]) != faint.contains(&first[1]), "one of each group");

    read_sync(session.set_label(task, bright[1], scene(1, 130, 30).classes())).unwrap();
    let next = session.suggest(task, &all, 3).unwrap();
    assert!(faint.contains(&next[0]));
    assert!(!session.suggest(task, &all, 99).unwrap().contains(&bright[1]));
    assert_eq!(session.suggest(task, &all, 99).unwrap().len(), 7);
    assert_eq!(session.suggest(task, &all, 3).unwrap(), next);
    // Examples count even where they are not among the pictures to choose from.
    assert!(faint.contains(&session.suggest(task, &[bright[0], faint[0]], 1).unwrap()[0]));
}

#[test]
fn suggestions_of_nothing_are_nothing_and_strangers_are_refused() {
    let mut session = session();
    let task = task(&mut session, TaskKind::Map);
    let picture = add(&mut session, scenes()[0]);
    assert!(session.suggest(task, &[], 5).unwrap().is_empty());
    assert!(session.suggest(task, &[picture], 0).unwrap().is_empty());
    assert_eq!(session.suggest(task, &[picture, picture], 5).unwrap(), [picture]);
    assert_eq!(code(session.suggest(task, &[picture, 999], 5)), "not-found");
    assert_eq!(code(session.suggest(999, &[picture], 5)), "not-found");
}

#[test]
fn a_single_example_asks_the_network_unseen_where_it_has_learnt_the_kind() {
    let scene = scenes()[0];
    let map = scene.ids().into_iter().map(f32::from).collect();
    let labels = [
        (TaskKind::Mask, scene.classes(), true),
        (TaskKind::Map, Label::Map { values: map, width: WIDTH, height: HEIGHT }, false),
    ];
    for (kind, label, asked) in labels {
        let mut session = session();
        session.set_refine(true);
        let task = task(&mut session, kind);
        let picture = add(&mut session, scene);
        read_sync(session.set_label(task, picture, label)).unwrap();
        let query = add(&mut session, scenes()[3]);
        let refined = read_sync(session.predict_refined(task, query)).unwrap();
        let full = read_sync(session.predict(task, query)).unwrap();
        let [refined, full] = [refined, full].map(|p| p.probability(0, WIDTH, HEIGHT));
        assert_eq!(refined != full, asked, "{kind:?}");
    }
}
