import type { GraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { interleaved, picture } from './scenes.js';

/** As an adaptation draws: four crops of so many pixels, the trunk up to stride 16, Adam on its weights. */
const CROPS = 4;
const SIDE = 160;
const LAST = 10;
const HALVING = [1, 3, 5];
const TAPS = [0, 2, 4, 10];

/** A training step of the same trunk with the same weights. */
export class Trainer {
  readonly #weights = new Map<string, tf.Variable>();
  readonly #optimizer = tf.train.adam(1e-4);
  readonly #crops: tf.Tensor4D;

  constructor(model: GraphModel) {
    for (const [name, [tensor]] of Object.entries(model.weights)) {
      const block = /^trunk\.(?:stem|blocks\.(\d+))\./.exec(name);
      if (block && Number(block[1] ?? 0) <= LAST && tensor)
        this.#weights.set(name, tf.variable(tensor, true, `tuned.${name}`));
    }
    const crops = Array.from({ length: CROPS }, (_, i) => tf.tensor3d(interleaved(picture(i, SIDE)), [SIDE, SIDE, 3]));
    this.#crops = tf.tidy(() =>
      tf
        .stack(crops)
        .mul(255 / 128)
        .sub(127 / 128),
    ) as tf.Tensor4D;
  }

  /** Forward, backward, Adam; the loss is read, so that all is done. */
  async step(): Promise<number> {
    const variables = [...this.#weights.values()];
    const loss = this.#optimizer.minimize(() => this.#loss(), true, variables) as tf.Scalar;
    const [value = Number.NaN] = await loss.data();
    loss.dispose();
    if (!Number.isFinite(value)) throw new Error('the loss of TensorFlow.js is not finite');
    return value;
  }

  /** A linear read-out of the features against a mask: less than the solve and the losses of an adaptation. */
  #loss(): tf.Scalar {
    const [s2, ...coarser] = this.#features() as [tf.Tensor4D, ...tf.Tensor4D[]];
    const size = s2.shape.slice(1, 3) as [number, number];
    const all = [s2, ...coarser.map((map) => tf.image.resizeBilinear(map, size, false, true))];
    const logit = tf.concat(all, 3).mean(3);
    return tf.losses.sigmoidCrossEntropy(tf.onesLike(logit), logit) as tf.Scalar;
  }

  #features(): tf.Tensor4D[] {
    let x = this.#conv(this.#crops, 'trunk.stem', 2, false, true);
    const features = [];
    for (let block = 0; block <= LAST; block += 1) {
      const name = `trunk.blocks.${block}`;
      const before = x;
      if (this.#weights.has(`${name}.expand.weight`)) x = this.#conv(x, `${name}.expand`, 1, false, true);
      x = this.#conv(x, `${name}.depthwise`, HALVING.includes(block) ? 2 : 1, true, true);
      x = this.#conv(x, `${name}.project`, 1, false, false);
      if (`${x.shape}` === `${before.shape}`) x = x.add(before);
      if (TAPS.includes(block)) features.push(x);
    }
    return features;
  }

  #conv(x: tf.Tensor4D, name: string, stride: number, depthwise: boolean, relu6: boolean): tf.Tensor4D {
    const [weight, bias] = ['weight', 'bias'].map((part) => this.#weights.get(`${name}.${part}`) as tf.Variable);
    const conv = depthwise ? tf.depthwiseConv2d : tf.conv2d;
    const y = conv(x, weight as tf.Variable<tf.Rank.R4>, stride, 'same').add(bias as tf.Variable) as tf.Tensor4D;
    return relu6 ? tf.relu6(y) : y;
  }
}
