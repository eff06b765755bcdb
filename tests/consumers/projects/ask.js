const width = 96;
const height = 64;

/** A disc, drawn at `x`, and its label. */
export function disc(x) {
  const data = new Uint8ClampedArray(4 * width * height);
  const label = new Uint8Array(width * height);
  for (let at = 0; at < label.length; at += 1) {
    const inside = Math.hypot((at % width) + 0.5 - x, Math.floor(at / width) + 0.5 - 32) < 16;
    label[at] = inside ? 1 : 0;
    data.set(inside ? [220, 60, 40, 255] : [40, 90, 160, 255], 4 * at);
  }
  return { picture: { width, height, data }, label: { width, height, data: label } };
}

/** What anolis, as the project got hold of it, predicts on one disc from another. */
export async function ask(Anolis, options = {}) {
  const [labelled, other] = [disc(30), disc(64)];
  const anolis = await Anolis.load({ backend: 'cpu', quality: 'fast', ...options });
  try {
    const task = await anolis.task({ kind: 'mask', channels: ['disc'] });
    await task.add(labelled.picture, labelled.label);
    const prediction = await task.predict(other.picture);
    const right = prediction.mask().filter((id, at) => id === other.label.data[at]).length;
    return {
      backend: anolis.backend,
      right: right / (width * height),
      probability: Array.from(prediction.probability(0)),
    };
  } finally {
    anolis.dispose();
  }
}

/** What the widget predicts on the same disc. */
export async function askWidget() {
  const [labelled, other] = [disc(30), disc(64)];
  const widget = document.createElement('anolis-widget');
  widget.backend = 'cpu';
  widget.quality = 'fast';
  document.body.append(widget);
  await widget.setLabel(await widget.addPicture(labelled.picture), labelled.label);
  const prediction = await widget.predict(other.picture);
  return { backend: 'cpu', probability: Array.from(prediction.probability(0)) };
}
