//! Tasks that fit pictures to the square in different ways, in one session.

mod support;

use anolis::Session;
use anolis::image::label::Dot;
use anolis::image::{Label, Picture};
use anolis::session::TaskKind;
use burn::tensor::{Device, read_sync};

use support::WEIGHTS;

const SIZE: (usize, usize) = (240, 96);

fn inside(i: usize) -> bool {
    (i % SIZE.0).abs_diff(60).pow(2) + (i / SIZE.0).abs_diff(40).pow(2) < 30 * 30
}

fn picture() -> Picture {
    let rgb = (0..SIZE.0 * SIZE.1)
        .flat_map(|i| if inside(i) { [220, 90, 30] } else { [40, 90, (i % 37) as u8] });
    Picture::from_rgb(rgb.collect(), SIZE.0, SIZE.1).unwrap()
}

fn mask() -> (TaskKind, Label) {
    let ids = (0..SIZE.0 * SIZE.1).map(|i| u8::from(inside(i))).collect();
    (TaskKind::Mask, Label::Classes { ids, width: SIZE.0, height: SIZE.1 })
}

fn dots() -> (TaskKind, Label) {
    (TaskKind::Density, Label::Dots(vec![Dot { point: [60.0, 40.0], channel: 0 }]))
}

/// What a session says of one picture in tasks that are labelled in this order, before or after it is added.
fn answers(tasks: Vec<(TaskKind, Label)>, picture_first: bool) -> Vec<(TaskKind, Vec<f32>)> {
    let mut session = Session::new(&WEIGHTS.0, &WEIGHTS.1, &Device::flex()).unwrap();
    let add = |session: &mut Session| read_sync(session.add_picture(&picture())).unwrap();
    let early = picture_first.then(|| add(&mut session));
    let names = || vec!["disc".to_owned()];
    let numbers: Vec<u32> =
        tasks.iter().map(|(kind, _)| session.add_task(*kind, names()).unwrap()).collect();
    let number = early.unwrap_or_else(|| add(&mut session));
    for (&task, (_, label)) in numbers.iter().zip(&tasks) {
        read_sync(session.set_label(task, number, label.clone())).unwrap();
    }
    let kinds = tasks.iter().map(|(kind, _)| *kind);
    let answer = |(&task, kind)| {
        let answer = read_sync(session.predict(task, number)).unwrap();
        (kind, answer.probability(0, SIZE.0, SIZE.1))
    };
    numbers.iter().zip(kinds).map(answer).collect()
}

#[test]
fn a_picture_answers_each_task_as_if_it_were_the_only_one() {
    let alone = [mask(), dots()].map(|task| answers(vec![task], false).remove(0));
    assert_eq!(answers(vec![mask(), dots()], false), alone);
    assert_eq!(answers(vec![mask(), dots()], true), alone);
    let [first, second] = alone;
    assert_eq!(answers(vec![dots(), mask()], true), [second, first]);
}

#[test]
fn a_mask_of_a_wide_picture_lies_on_what_is_labelled() {
    let (_, found) = answers(vec![mask()], true).remove(0);
    let agree = (0..found.len()).filter(|&i| (found[i] > 0.5) == inside(i)).count();
    assert!(agree as f32 > 0.97 * found.len() as f32, "{agree} of {}", found.len());
}
