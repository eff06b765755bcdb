import { type Prediction, shownPoints, type TiledPrediction } from '../../anolis/public/index.js';
import { type Kind, traitsOf } from './kinds.js';
import { fromLibrary, type Label } from './label.js';
import { UNPAINTED } from './raster.js';

/** A prediction as large as its picture as a label to correct. */
export function labelFrom(prediction: Prediction | TiledPrediction): Label {
  const { width, height } = prediction;
  const kind = prediction.kind as Kind;
  if (traitsOf(kind).form === 'points') {
    const found = shownPoints(prediction);
    return { points: found.map(({ x, y, channel }) => ({ x, y, channel })), none: found.length === 0 };
  }
  if (kind === 'map') {
    const map = prediction.channels.map((_, component) => prediction.map(component));
    return fromLibrary({ width, height, map });
  }
  const data = prediction.mask().map((id) => (id === 0 ? UNPAINTED : id));
  // Without any object it says that there is none.
  return {
    raster: { width, height, data: data.every((id) => id === UNPAINTED) ? data.fill(0) : data },
    partial: false,
  };
}
