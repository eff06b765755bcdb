/** What held-out examples say about an adaptation. */
interface Judged {
  readonly before: number;
  readonly after: number;
  readonly judged: number;
  readonly better: number;
}

const english = {
  name: 'anolis',
  tagline: 'Label a few. See the rest.',
  privacy: 'Pictures stay on this computer.',
  backend: { cpu: 'CPU', webgpu: 'GPU' },
  milliseconds: (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`,
  loading: (percent: number) => `Loading ${percent} %`,
  phases: {
    runtime: 'Fetching the runtime',
    weights: 'Fetching the network',
    'warm-up': 'Warming up',
    'self-test': 'Checking the numbers',
  },
  failed: 'Not running',
  retry: 'Try again',
  switchToGpu: 'GPU is ready: switch',
  ready: (backend: string) => `Ready on the ${backend}.`,
  loadingInBackground: 'You can already paint; predictions begin when the network is loaded.',

  steps: [
    { title: 'Open pictures', text: 'of the same kind of thing' },
    { title: 'Label one or two', text: 'paint, click or accept' },
    { title: 'See it on the others', text: 'while you still work' },
  ],
  open: 'Open pictures',
  add: 'Add pictures',
  openHint: 'or drop them anywhere, or paste them',
  samples: 'Or try it with these',
  samplePictures: (count: number) => `${count} pictures`,
  sampleFailed: 'The sample pictures could not be fetched; check the connection and try again.',
  drop: 'Drop pictures to open them',

  pictures: 'Pictures',
  picture: (place: number, count: number) => `Picture ${place} of ${count}`,
  pictureCount: (count: number, labelled: number) => `${labelled} of ${count} labelled`,
  order: 'Order of the pictures',
  orders: { opened: 'As opened', doubt: 'Least sure first' },
  suggest: 'Label next',
  suggestHelp: 'Go to the picture whose label would help most',
  suggested: (name: string) => `${name} would help most: label it next.`,
  nothingToSuggest: 'There is no other picture without a label.',
  labelled: 'labelled',
  encoding: 'reading…',
  unreadable: 'not usable',
  remove: 'Remove picture',
  previous: 'Previous picture',
  next: 'Next picture',
  startOver: 'Start over',
  startOverQuestion: 'Remove all pictures and everything painted on them?',
  confirm: 'Remove all',
  cancel: 'Cancel',

  tools: 'Tools',
  kind: 'What to predict',
  kinds: { mask: 'Areas', keypoints: 'Points', map: 'Values', density: 'Count' },
  kindHints: {
    mask: 'cells, cracks, roads',
    keypoints: 'joints, landmarks',
    map: 'depth, height, age',
    density: 'how many there are',
  },
  tool: {
    brush: 'Brush',
    eraser: 'Eraser',
    polygon: 'Polygon',
    box: 'Box',
    scribble: 'Scribble: the rest stays undecided',
    point: 'Point',
  },
  value: 'Value',
  view: 'View of predictions',
  views: {
    fill: 'Filled',
    contour: 'Outline',
    heat: 'Heat',
    colours: 'Colours',
    grey: 'Grey',
    points: 'Points',
    doubt: 'Doubt',
  },
  accept: 'Accept',
  acceptHelp: 'Make the prediction the label, then correct it',
  accepted: 'Accepted as a label; correct what is wrong.',
  nothingHere: 'Nothing here: label as empty',
  clear: 'Remove the label',
  counted: (count: number) => (count === 1 ? '1 found' : `${count} found`),
  sure: (percent: number) => `${percent} % sure`,
  adapt: {
    begin: 'Adapt',
    help: 'Tunes the network on your examples, in the background; more of them help.',
    length: 'How long to adapt',
    lengths: { short: '60 steps', normal: '240 steps', long: '960 steps' },
    beginning: 'Preparing the examples…',
    running: 'Adaptation',
    step: (step: number, steps: number) => `Step ${step} of ${steps}`,
    left: (seconds: number) =>
      `about ${seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`} left`,
    curve: 'Loss of every step, and of held-out examples',
    used: ({ before, after, judged, better }: Judged) =>
      `Used: on held-out examples the loss went from ${before.toFixed(3)} to ${after.toFixed(3)}, ${better} of ${judged} better.`,
    refuted: ({ before, after, judged, better }: Judged) =>
      `Not used: on held-out examples the loss went from ${before.toFixed(3)} to ${after.toFixed(3)}, only ${better} of ${judged} better.`,
    nothing: 'Nothing was adapted: the examples say too little.',
    stopped: 'Stopped; nothing was changed.',
    lost: 'The adaptation was interrupted; start it again. Nothing you made is lost.',
    adapted: 'Adapted to your examples.',
    further: 'Adapt further',
    without: 'Without adaptation',
    otherWeights: 'The saved adaptation belongs to another version of the network; adapt again.',
  },
  size: 'Size',
  undo: 'Undo',
  redo: 'Redo',
  channel: {
    mask: { all: 'Classes', add: 'Add class', rename: 'Rename class', remove: 'Remove class' },
    keypoints: { all: 'Points', add: 'Add point', rename: 'Rename point', remove: 'Remove point' },
    map: { all: 'Values', add: 'Add value', rename: 'Rename value', remove: 'Remove value' },
    density: { all: 'Things', add: 'Add thing', rename: 'Rename thing', remove: 'Remove thing' },
  },
  newChannel: {
    mask: (place: number) => (place === 1 ? 'object' : `class ${place}`),
    keypoints: (place: number) => `point ${place}`,
    map: (place: number) => (place === 1 ? 'value' : `value ${place}`),
    density: (place: number) => (place === 1 ? 'thing' : `thing ${place}`),
  },
  channelName: 'Name',
  background: 'background',
  opacity: 'Overlay',
  unpainted: 'Rest is background',
  unpaintedHelp: 'Off: what you leave unpainted on a labelled picture stays undecided.',
  canvas: {
    mask: (name: string) =>
      `${name}. Arrow keys move the brush, Space paints, Page Up and Page Down change the picture.`,
    keypoints: (name: string) =>
      `${name}. Arrow keys move the cursor, Space sets the point, Page Up and Page Down change the picture.`,
    map: (name: string) =>
      `${name}. Arrow keys move the brush, Space paints the value, Page Up and Page Down change the picture.`,
    density: (name: string) =>
      `${name}. Arrow keys move the cursor, Space sets a dot, Page Up and Page Down change the picture.`,
  },
  canvasRole: 'labelling area',
  keys: '[ ] size · Ctrl Z undo · A accept · V view · ← → picture',

  opened: (count: number) => (count === 1 ? '1 picture added.' : `${count} pictures added.`),
  restored: 'Your last session is back.',
  removed: 'Picture removed.',
  undone: 'Undone.',
  redone: 'Redone.',
  first: {
    mask: 'Paint the object everywhere on one picture; the others follow.',
    keypoints: 'Click each point on one picture; the others follow.',
    map: 'Paint values on one picture, such as near and far; the others follow.',
    density: 'Click every thing on one picture; the others follow.',
  },
  predicted: (count: number) => `${count} pictures predicted.`,
  fileProblem: (name: string, problem: string) => `${name}: ${problem}`,
  notSaved: 'This browser does not let the page save your work; it is lost when you close the tab.',
  dismiss: 'Dismiss',
};

/** Every sentence of the page; a translation is another object of this type. */
export type Messages = typeof english;

/** The sentences in use. */
export const messages: Messages = english;
