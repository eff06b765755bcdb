import { type Prediction, shownPoints, type TiledPrediction } from '../../anolis/public/index.js';
import { labelFrom } from '../model/accept.js';
import { type Kind, traitsOf } from '../model/kinds.js';
import { saysSomething } from '../model/label.js';
import { originalSize, type Picture } from '../model/picture.js';
import type { Session } from '../model/session.js';
import type { Content, Sheet } from './content.js';
import { distinct } from './names.js';
import { scaleLabel } from './scale.js';

/** What is exported of each picture. */
export type What = 'labels' | 'predictions' | 'both';

/** How predictions are made, and what is told of it. */
export interface Asked {
  readonly what: What;
  /** Nothing where there is none yet. */
  readonly predict: (picture: Picture) => Promise<Prediction | TiledPrediction | undefined>;
  readonly onProgress: (done: number, count: number) => void;
  readonly signal: AbortSignal;
}

/** Collects what is said of the pictures, in the pixels of their files; `missing` could not be predicted. */
export async function gather(session: Session, { what, predict, onProgress, signal }: Asked) {
  const { kind, channels, pictures } = session;
  const names = distinct(pictures.map(({ name }) => name));
  const sheets: Sheet[] = [];
  const used: Picture[] = [];
  let missing = 0;
  for (const [place, picture] of pictures.entries()) {
    signal.throwIfAborted();
    const said = session.labelOf(picture);
    const own = what !== 'predictions' && said && !('said' in said) && saysSomething(said) ? said : undefined;
    if (!own && what === 'labels') continue;
    if (!own) onProgress(place, pictures.length);
    const prediction = own ? undefined : await predict(picture);
    const label = own ?? (prediction && labelFrom(prediction));
    if (!label) {
      missing += 1;
      continue;
    }
    const size = await originalSize(picture);
    const scaled = scaleLabel(label, prediction ?? picture, size);
    const source = own ? 'label' : 'prediction';
    sheets.push({
      name: names[place] as string,
      ...size,
      label: scaled,
      source,
      ...figures(prediction, channels.length),
    });
    used.push(picture);
  }
  const content: Content = { kind, channels, sheets };
  return { content, pictures: used, missing };
}

function figures(
  prediction: Prediction | TiledPrediction | undefined,
  channels: number,
): Pick<Sheet, 'scores' | 'counts'> {
  if (!prediction || traitsOf(prediction.kind as Kind).form !== 'points') return {};
  const scores = shownPoints(prediction).map(({ score }) => score);
  if (prediction.kind !== 'density') return { scores };
  return { scores, counts: Array.from({ length: channels }, (_, channel) => prediction.count(channel)) };
}
