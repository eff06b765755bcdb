//! The network on a prepared episode: as the library computes it, but batched over examples and questions.

use anolis::model::{Features, Matched, Network};
use burn::tensor::{Device, Tensor, TensorData};

use crate::losses::loss;
use crate::prepared::{Prepared, map};

/// The network's logits for every question, channels side by side: `[question * channel, 1, side / 2, side / 2]`.
pub fn answers(network: &Network, episode: &Prepared, device: &Device) -> Tensor<4> {
    let features = match device.is_autodiff() {
        true => map(&episode.features, |map| map.autodiff()),
        false => episode.features.clone(),
    };
    let channels = episode.channels;
    let tokens = network.tokens.forward(&features);
    let examples = examples(network, episode, &tokens, device);
    let matched: Vec<_> = episode
        .questions
        .iter()
        .map(|question| {
            let query = tokens.clone().narrow(0, question.picture, 1);
            let support: Vec<_> = question.support.iter().map(|&i| examples[i].clone()).collect();
            network.matching.forward(&query, &support)
        })
        .collect();
    let matched = std::array::from_fn(|level| {
        Tensor::cat(matched.iter().map(|levels| levels[level].clone()).collect(), 0)
    });
    let asked = asked(&features, episode, channels);
    let readout = episode.cells(|question| &question.readout, device);
    network.decoder.forward(&matched, &asked, readout)
}

/// What the matching needs of every example.
fn examples(
    network: &Network,
    episode: &Prepared,
    tokens: &Tensor<3>,
    device: &Device,
) -> Vec<Matched> {
    let (shots, channels, side) = (episode.labels.len(), episode.channels, episode.side);
    let labels = TensorData::new(episode.labels.concat(), [shots * channels, 1, side, side]);
    let labels = network.label_encoder.forward(Tensor::from_data(labels, device));
    let values = network.matching.values(&labels);
    let keys = network.matching.keys(&tokens.clone().narrow(0, 0, shots));
    (0..shots)
        .map(|i| Matched {
            keys: keys.clone().map(|keys| keys.narrow(0, i, 1).squeeze_dim(0)),
            values: values.clone().map(|values| values.narrow(0, i * channels, channels)),
        })
        .collect()
}

/// The features of the picture of every question, once for each channel.
fn asked(features: &Features, episode: &Prepared, channels: usize) -> Features {
    map(features, |map| {
        let [_, wide, height, width] = map.dims();
        let picture = |i| map.clone().narrow(0, i, 1).expand([channels, wide, height, width]);
        Tensor::cat(episode.questions.iter().map(|question| picture(question.picture)).collect(), 0)
    })
}

/// The mean loss of answers over an episode's questions.
pub fn mean_loss(episode: &Prepared, answers: Tensor<4>, device: &Device) -> Tensor<1> {
    let (count, channels) = (episode.questions.len(), episode.channels);
    let targets = episode.cells(|question| &question.target, device);
    let of = |all: &Tensor<4>, i: usize| all.clone().narrow(0, i * channels, channels);
    let losses = (0..count).map(|i| loss(episode.kind, of(&answers, i), of(&targets, i)));
    losses.reduce(|a, b| a + b).expect("an episode asks something") / count as f32
}

/// The read-out's loss, for comparison.
pub fn readout_loss(episode: &Prepared) -> f32 {
    let device = Device::flex();
    let answers = episode.cells(|question| &question.readout, &device);
    mean_loss(episode, answers, &device).into_scalar()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::episodes::Validation;
    use crate::prepared::one;
    use anolis::model::NetworkConfig;
    use anolis::weights::NamedTensors;

    #[test]
    fn batched_answers_are_the_librarys_answers() {
        let device = Device::flex();
        let mut network = Network::new(&NetworkConfig::xs(), &device);
        // A decoder that starts at zero would hide everything before it.
        let mut tensors = NamedTensors::of(&network.decoder);
        let last = tensors.0.get_mut("last.weight").unwrap();
        last.values.iter_mut().enumerate().for_each(|(i, w)| *w = 0.3 - 0.05 * i as f32);
        network.decoder = tensors.apply(network.decoder, "").unwrap();
        let set = Validation::draw(&[], 64, 1).unwrap().remove(1);
        let episode = Prepared::crossed(&set.episodes[0], &network.trunk);
        let batched = answers(&network, &episode, &device);
        assert_eq!(batched.dims(), [5, 1, 32, 32], "two queries and three of five examples");

        let encoding = |i| network.encoding(one(&episode.features, i));
        for (q, question) in episode.questions.iter().enumerate() {
            let example = |&i: &usize| {
                let labels = TensorData::new(episode.labels[i].clone(), [1, 1, 64, 64]);
                network.support(&encoding(i), Tensor::from_data(labels, &device))
            };
            let support: Vec<_> = question.support.iter().map(example).collect();
            let readout = TensorData::new(question.readout.clone(), [1, 1, 32, 32]);
            let readout = Tensor::from_data(readout, &device);
            let alone = network.predict(&encoding(question.picture), &support, readout);
            let difference = (alone - batched.clone().narrow(0, q, 1)).abs().max();
            assert!(difference.into_scalar::<f32>() < 1e-3, "question {q}");
        }
    }
}
