import { Anolis, AnolisError, type LoadOptions, type Pixels, type Prediction, type TaskOptions } from 'anolis';

/** A picture with a bright square whose left side is at `x`, and where it is. */
function square(x: number): { picture: Pixels; ids: Uint8Array } {
  const [width, height] = [64, 64];
  const data = new Uint8ClampedArray(4 * width * height);
  const ids = Uint8Array.from({ length: width * height }, (_, at) => {
    const [column, row] = [at % width, Math.floor(at / width)];
    return column >= x && column < x + 24 && row >= 20 && row < 44 ? 1 : 0;
  });
  for (const [at, id] of ids.entries()) data.set(id ? [240, 200, 60, 255] : [60, 60, 70, 255], 4 * at);
  return { picture: { width, height, data }, ids };
}

const options: LoadOptions = { backend: 'cpu', quality: 'fast', onProgress: ({ fraction }) => fraction.toFixed() };
const wanted: TaskOptions = { kind: 'mask', channels: ['square'] };
const anolis = await Anolis.load(options);
const task = await anolis.task(wanted);
const [labelled, other] = [square(6), square(30)];

const empty = await task.predict(other.picture).catch((reason: unknown) => reason);
if (!(empty instanceof AnolisError) || empty.code !== 'empty-support') throw new Error('predicted without examples');

await task.add(labelled.picture, { width: 64, height: 64, data: labelled.ids });
const prediction: Prediction = await task.predict(other.picture);
const wrong: number = prediction.mask().filter((id, at) => id !== other.ids[at]).length;
anolis.dispose();
console.log(JSON.stringify({ backend: anolis.backend, right: 1 - wrong / other.ids.length }));
