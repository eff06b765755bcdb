//! What every family of worlds promises.

use super::shapes::Shape;
use super::tasks::{Selector, Target};
use super::vectors::{Vec3, vec3};
use super::*;

fn worlds() -> impl Iterator<Item = World> {
    Family::ALL.into_iter().flat_map(|family| (0..3).map(move |seed| World::of(family, seed)))
}

fn task(world: &World, target: &Target) -> Option<Task> {
    world.tasks().into_iter().find(|task| task.target == *target)
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    for seed in 0..6 {
        let [a, b] = [(); 2].map(|()| World::new(seed).scene(3, 64, 48));
        assert_eq!(a.image, b.image);
        assert_eq!(a.ids, b.ids);
        assert_eq!(a.keypoints, b.keypoints);
        assert_eq!(World::new(seed).tasks(), World::new(seed).tasks());
    }
}

#[test]
fn a_seeds_world_is_the_same_whether_its_family_is_drawn_or_given() {
    let drawn = World::new(11);
    let given = World::of(drawn.family(), 11);
    assert_eq!(drawn.scene(0, 40, 40).image, given.scene(0, 40, 40).image);
}

#[test]
fn scenes_of_a_world_differ_from_one_another() {
    for world in worlds() {
        let (support, query) = (world.scene(0, 64, 64), world.scene(1, 64, 64));
        assert_ne!(support.image, query.image);
        assert_ne!(support.ids, query.ids, "{:?}", world.family());
    }
}

#[test]
fn every_size_is_filled() {
    for world in worlds() {
        let tasks = world.tasks();
        for (width, height) in [(33, 70), (70, 33), (8, 8)] {
            let scene = world.scene(0, width, height);
            assert_eq!((scene.width, scene.height), (width, height));
            assert_eq!(scene.image.len(), 3 * width * height);
            for task in &tasks {
                assert_eq!(scene.label(task, 0).len(), width * height);
            }
        }
    }
}

#[test]
fn every_world_offers_a_mask_that_is_neither_empty_nor_everything() {
    for world in worlds() {
        let masks: Vec<Task> = world.tasks().into_iter().filter(|t| t.kind == Kind::Mask).collect();
        let scenes: Vec<Scene> = (0..4).map(|i| world.scene(i, 96, 96)).collect();
        let cover = |task: &Task| {
            let masks = scenes.iter().map(|scene| scene.label(task, 0));
            let covers = masks.map(|m| m.iter().sum::<f32>() / m.len() as f32);
            covers.sum::<f32>() / scenes.len() as f32
        };
        let sound = masks.iter().filter(|task| (0.005..=0.7).contains(&cover(task))).count();
        assert!(sound > 0, "{:?}", world.family());
        assert!(world.class().is_some_and(|class| masks.contains(&class)));
    }
}

#[test]
fn masks_are_unions_of_whole_instances() {
    for world in worlds() {
        let scene = world.scene(0, 64, 64);
        for task in world.tasks().iter().filter(|t| t.kind == Kind::Mask) {
            for channel in 0..task.channels {
                let mask = scene.label(task, channel);
                let mut class = vec![None; scene.instances.len() + 1];
                class[0] = Some(0.0);
                for (id, value) in scene.ids.iter().zip(&mask) {
                    assert!(*value == 0.0 || *value == 1.0);
                    assert_eq!(*class[usize::from(*id)].get_or_insert(*value), *value);
                }
            }
        }
    }
}

#[test]
fn shape_families_divide_the_things() {
    for world in worlds() {
        let scene = world.scene(0, 64, 64);
        let shapes: Vec<Shape> = scene.instances.iter().map(|i| i.shape).collect();
        let mut sum = vec![0.0; scene.ids.len()];
        for (i, shape) in shapes.iter().enumerate() {
            if shape.is_thing() && !shapes[..i].contains(shape) {
                let mask = scene.mask(Selector::Shape(*shape));
                sum.iter_mut().zip(mask).for_each(|(sum, value)| *sum += value);
            }
        }
        assert_eq!(sum, scene.mask(Selector::Any));
    }
}

#[test]
fn instances_know_their_pixels() {
    for world in worlds() {
        let scene = world.scene(0, 64, 48);
        let counted: usize = scene.instances.iter().map(|i| i.area).sum();
        assert_eq!(counted, scene.ids.iter().filter(|id| **id > 0).count());
        for instance in scene.instances.iter().filter(|i| i.area > 0) {
            let [left, top, right, bottom] = instance.bounds;
            assert!(left < right && right <= 64 && top < bottom && bottom <= 48);
            assert!((left as f32..right as f32).contains(&instance.centre.x));
        }
    }
}

#[test]
fn maps_stay_in_range_and_normals_have_length_one() {
    for world in worlds() {
        let scene = world.scene(0, 64, 64);
        let known = |v: &f32| (0.0..=1.0).contains(v);
        for target in [Target::Depth, Target::Albedo, Target::Edges] {
            let Some(task) = task(&world, &target) else { continue };
            for channel in 0..task.channels {
                let label = scene.label(&task, channel);
                assert!(label.iter().all(|v| known(v) || *v == UNKNOWN), "{target:?}");
                assert!(label.iter().any(known), "{target:?}");
            }
        }
        let Some(normals) = task(&world, &Target::Normals) else { continue };
        let parts = [0, 1, 2].map(|channel| scene.label(&normals, channel));
        for ((x, y), z) in parts[0].iter().zip(&parts[1]).zip(&parts[2]) {
            if *x != UNKNOWN {
                let normal = (vec3(*x, *y, *z) - Vec3::all(0.5)) * 2.0;
                assert!((normal.length() - 1.0).abs() < 0.01);
            }
        }
    }
}

#[test]
fn marched_worlds_know_depth_everywhere_and_near_is_below() {
    for seed in 0..6 {
        let world = World::of(Family::Marched, seed);
        let depth = task(&world, &Target::Depth).expect("marched worlds have depth");
        let label = world.scene(0, 64, 64).label(&depth, 0);
        assert!(label.iter().all(|d| (0.0..=1.0).contains(d)));
        let row = |y: usize| label[y * 64..(y + 1) * 64].iter().sum::<f32>();
        assert!(row(63) < row(0));
    }
}

#[test]
fn curves_have_thin_masks() {
    let thin = [Shape::Vessel, Shape::Crack, Shape::Fibre];
    for seed in 0..16 {
        let scene = World::of(Family::Curves, seed).scene(0, 128, 128);
        for shape in thin {
            let mask = scene.mask(Selector::Shape(shape));
            // Inside a thin thing there is no 9 x 9 block without background.
            let block = |at: usize| (0..9).all(|y| (0..9).all(|x| mask[at + y * 128 + x] == 1.0));
            let blocks = (0..119 * 119).filter(|i| block(i / 119 * 128 + i % 119)).count();
            let area = mask.iter().sum::<f32>();
            assert!(blocks as f32 <= 0.06 * area, "seed {seed} {shape:?}: {blocks} of {area}");
        }
    }
}

#[test]
fn keypoints_have_the_same_names_in_every_scene() {
    let mut worlds_with_points = 0;
    for world in worlds() {
        let names = world.keypoints();
        worlds_with_points += usize::from(!names.is_empty());
        for index in 0..3 {
            let scene = world.scene(index, 64, 64);
            assert!(scene.keypoints.iter().map(|p| &p.name).eq(&names));
            let Some(task) = task(&world, &Target::Keypoints(names.clone())) else { continue };
            for (channel, point) in scene.keypoints.iter().enumerate().filter(|(_, p)| p.visible) {
                let map = scene.label(&task, channel);
                assert!(map[point.y as usize * 64 + point.x as usize] > 0.7);
            }
        }
    }
    assert!(worlds_with_points > 1);
}

#[test]
fn densities_sum_to_counts() {
    for world in worlds() {
        let scene = world.scene(0, 96, 96);
        for task in world.tasks() {
            if let Target::Density(selector) = task.target {
                let sum: f32 = scene.label(&task, 0).iter().sum();
                let count = scene.count(selector) as f32;
                assert!((sum - count).abs() < 0.02 * count + 0.05, "{sum} {count}");
            }
        }
    }
}

#[test]
fn edges_follow_the_instances() {
    let world = World::of(Family::Flat, 1);
    let scene = world.scene(0, 64, 64);
    let edges = scene.label(&task(&world, &Target::Edges).expect("always offered"), 0);
    let alone =
        |at: usize| scene.ids[at] == scene.ids[at + 1] && scene.ids[at] == scene.ids[at + 64];
    assert!((0..63 * 64 - 1).all(|at| edges[at] == 1.0 || at % 64 == 63 || alone(at)));
    assert!((0.01..0.5).contains(&(edges.iter().sum::<f32>() / edges.len() as f32)));
}
