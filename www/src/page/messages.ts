import type { ErrorCode } from '../anolis/public/index.js';

/** What is said of an error or a notice of the library, by its code. */
export type ErrorSentences = Readonly<Record<ErrorCode | 'first-frame' | 'image-downscaled', string>>;

/** What held-out examples say about an adaptation. */
interface Judged {
  readonly before: number;
  readonly after: number;
  readonly judged: number;
  readonly better: number;
}

/** Every sentence of the page in English. */
export const english = {
  /** In English the library's own sentences are used, which say more. */
  errors: {} as Partial<ErrorSentences>,
  /** As `lang` has it. */
  tongue: 'en',
  language: 'Language',
  name: 'anolis',
  tagline: 'Label a few. See the rest.',
  privacy: 'Pictures stay on this computer.',
  backend: { cpu: 'CPU', webgpu: 'GPU' },
  milliseconds: (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`,
  loading: (percent: number) => `Loading ${percent} %`,
  phases: {
    runtime: 'Fetching the runtime',
    weights: 'Fetching the network',
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
  openHint: 'or drop pictures or a video anywhere, or paste them',
  samples: 'Or try it with these',
  /** What the list of samples says, where it is said otherwise in this language. */
  sampleWords: {} as Readonly<Partial<Record<string, string>>>,
  samplePictures: (count: number) => `${count} pictures`,
  sampleFailed: 'The sample pictures could not be fetched; check the connection and try again.',
  drop: 'Drop pictures, a video or a session to open them',

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
  kinds: { mask: 'Areas', keypoints: 'Points', map: 'Values', density: 'Count', tags: 'Tags' },
  kindHints: {
    mask: 'cells, cracks, roads',
    keypoints: 'joints, landmarks',
    map: 'depth, height, age',
    density: 'how many there are',
    tags: 'what is in the picture',
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
    rgb: 'Red, green, blue',
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
  beside: 'Label and prediction side by side',
  help: {
    title: 'Shortcuts',
    licences: {
      own: 'anolis is free: MIT or Apache-2.0.',
      others: 'Licences of what it is made of:',
      scripts: 'scripts',
      runtimes: 'runtimes',
    },
    groups: [
      {
        name: 'Label',
        keys: [
          ['B E', 'Brush, eraser'],
          ['P R S', 'Polygon or point, box, scribble'],
          ['[ ]', 'Size of the brush'],
          ['1 – 9', 'Class or point; of tags: has it, has it not'],
          ['A', 'Accept the prediction'],
          ['Ctrl Z', 'Undo; with Shift redo'],
        ],
      },
      {
        name: 'Look',
        keys: [
          ['V', 'Next view of the prediction'],
          ['D', 'Label and prediction side by side'],
          ['+ − 0', 'Closer, farther, all of it'],
          ['?', 'These shortcuts'],
        ],
      },
      {
        name: 'Pictures',
        keys: [
          ['← →', 'Previous, next picture'],
          ['N', 'Label next: the picture that helps most'],
          ['Ctrl S', 'Save the session as a file'],
          ['Ctrl O', 'Open a session'],
        ],
      },
      {
        name: 'Video and camera',
        keys: [
          ['K', 'Play, pause'],
          ['L', 'Label this frame'],
        ],
      },
      {
        name: 'On the picture, without a mouse',
        keys: [
          ['Arrows', 'Move the brush; with Shift a little'],
          ['Space', 'Paint or set a point'],
          ['Enter', 'Hold the brush down; close the polygon'],
          ['Esc', 'Give up what was begun'],
          ['Page ↑ ↓', 'Previous, next picture'],
        ],
      },
      {
        name: 'On the picture, by touch or pen',
        keys: [
          ['Finger', 'Paint or set a point'],
          ['Two fingers', 'Move the picture, closer and farther'],
          ['Pen', 'Paint; from then on fingers move the picture'],
        ],
      },
    ] as readonly { readonly name: string; readonly keys: readonly (readonly [string, string])[] }[],
  },
  size: 'Size',
  undo: 'Undo',
  redo: 'Redo',
  channel: {
    mask: { all: 'Classes', add: 'Add class', rename: 'Rename class', remove: 'Remove class' },
    keypoints: { all: 'Points', add: 'Add point', rename: 'Rename point', remove: 'Remove point' },
    map: { all: 'Values', add: 'Add value', rename: 'Rename value', remove: 'Remove value' },
    density: { all: 'Things', add: 'Add thing', rename: 'Rename thing', remove: 'Remove thing' },
    tags: { all: 'Tags', add: 'Add tag', rename: 'Rename tag', remove: 'Remove tag' },
  },
  newChannel: {
    mask: (place: number) => (place === 1 ? 'object' : `class ${place}`),
    keypoints: (place: number) => `point ${place}`,
    map: (place: number) => (place === 1 ? 'value' : `value ${place}`),
    density: (place: number) => (place === 1 ? 'thing' : `thing ${place}`),
    tags: (place: number) => `tag ${place}`,
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
    tags: (name: string) => `${name}. Page Up and Page Down change the picture.`,
  },
  tags: {
    add: 'Tag this picture',
    has: 'has it',
    hasNot: 'has it not',
    notSaid: 'nothing said',
    predicted: (percent: number) => `${percent} % likely`,
    because: 'Because of',
    filter: 'Show pictures with',
    all: 'All tags',
    saveCsv: 'Tags as CSV',
    saveJson: 'Tags as JSON',
  },
  search: {
    title: 'Search by two pictures',
    a: 'First picture',
    b: 'Second picture',
    op: 'Operation',
    ops: { and: 'and: what both have', or: 'or: what one has', minus: 'but not: what only the first has' },
    go: 'Search',
    none: 'No other picture is open.',
    score: (score: number) => score.toFixed(2),
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
    tags: 'Say which tags some pictures have (keys 1 to 9); the others follow.',
  },
  hint: {
    correct: 'Look at the other pictures; where one is wrong, accept it and correct it.',
    export: 'Go on until they are right, then export them: the arrow at the top.',
    close: 'Close the hint',
  },
  predicted: (count: number) => `${count} pictures predicted.`,
  tiff: 'this TIFF cannot be read; save it without compression, or with LZW or Deflate, or as PNG.',
  fileProblem: (name: string, problem: string) => `${name}: ${problem}`,
  notSaved: 'This browser does not let the page save your work; it is lost when you close the tab.',
  dismiss: 'Dismiss',
  close: 'Close',

  session: {
    all: 'Sessions',
    untitled: 'Untitled',
    name: 'Name of the session',
    pictures: (count: number) => (count === 1 ? '1 picture' : `${count} pictures`),
    current: 'open now',
    open: 'Open',
    openFile: 'Open file',
    saveFile: 'Save as file',
    begin: 'New session',
    remove: (name: string) => `Delete ${name}`,
    removeQuestion: (name: string) => `Delete “${name}” with its pictures and labels?`,
    confirm: 'Delete',
    none: 'What you work on is kept here, in this browser.',
    opened: (name: string) => `${name || 'The session'} is open.`,
    saved: (name: string) => `Saved as ${name}.`,
    elsewhere: 'This session is open in another tab',
    elsewhereText: 'Only one tab at a time can work on it.',
    takeOver: 'Work on it here',
    busy: 'Another tab works on this session; close it there first.',
    full: 'The browser has no more room. Save the session as a file, then delete old sessions.',
    unsaved: 'The open session cannot be kept, so it is not left. Save it as a file first.',
    notWritten:
      'The session could not be written as a file; there may be too little memory. Close other tabs and try again.',
    absent: 'is not in the file; its labels are left out.',
    pair: 'is a pair; its first picture is shown.',
    otherTask: 'this page cannot show this task; it is left out here and stays in the file.',
    otherSize: (name: string) => `This session file cannot be used: ${name} has another size than its labels.`,
  },

  live: {
    camera: 'Camera',
    useCamera: 'Use the camera',
    video: (name: string) => `Video ${name}`,
    opening: 'Opening…',
    asking: 'Allow the camera in the question that the browser asks.',
    play: 'Play',
    pause: 'Pause',
    position: 'Position',
    time: (now: string, all: string) => `${now} of ${all}`,
    label: 'Label this frame',
    labelHelp: 'Make this frame a picture of the session and open it',
    frame: (name: string, place: string) => `${name} ${place}`,
    full: 'Whole network',
    fullHelp: 'Finer and uses the adaptation, but slower',
    stop: 'Stop and close',
    hint: 'Label a frame: its overlay then follows what you see here.',
    waiting: 'Predictions begin when the network is loaded.',
    rate: (frames: string, lag: string) => `${frames} frames/s · ${lag} behind`,
    running: (frames: string) => `Live overlay, ${frames} frames per second.`,
    paused: 'Paused: label this frame, or play on.',
    ended: 'The video has ended; play it again or label a frame.',
    stopped: 'Camera off.',
    denied: 'The browser does not let this page use the camera; allow it in the settings of this page and try again.',
    none: 'No camera was found; connect one and try again.',
    busy: 'The camera cannot be opened; another program may be using it.',
    insecure: 'Cameras work only on pages that are served over HTTPS.',
    lost: 'The camera was disconnected.',
    unreadable: 'this browser cannot play this video; convert it to MP4 (H.264) or WebM.',
    several: 'One video at a time: the first one is opened.',
    noFrame: 'There is no frame to label yet; wait until the video shows one.',
  },

  exchange: {
    title: 'Export and import',
    what: 'What',
    whats: {
      labels: 'Labels',
      predictions: 'Predictions',
      both: 'Labels, and predictions where there are none',
    },
    format: 'Format',
    formats: {
      masks: 'PNG masks, class numbers',
      maps: 'PNG maps, 16 bits',
      csv: 'CSV tables',
      coco: 'COCO, polygons',
      cocoRle: 'COCO, run lengths',
      yoloOutlines: 'YOLO, outlines',
      yoloBoxes: 'YOLO, boxes',
      yoloPose: 'YOLO, pose',
      voc: 'Pascal VOC',
      labelStudio: 'Label Studio',
    },
    withPictures: 'With the pictures',
    inTiles: 'Predict in tiles: finer on big pictures, slower',
    tile: (picture: string, done: number, total: number) => `${picture}, tile ${done} of ${total}`,
    write: 'Export',
    importText: 'Labels of other programs, onto the pictures that are open here, by their names.',
    read: 'Import labels',
    predicting: (done: number, count: number) => `Predicting ${done} of ${count}`,
    empty: 'There is nothing to export: label a picture first.',
    notPredicted: (count: number) =>
      `${count} pictures could not be predicted yet and are left out; wait until all are read.`,
    exported: (name: string, count: number) => `${name}: ${count === 1 ? '1 picture' : `${count} pictures`}.`,
    imported: (count: number) =>
      count === 1 ? 'Labels of 1 picture imported.' : `Labels of ${count} pictures imported.`,
    className: (id: number) => `class ${id}`,
    damaged: (name: string) => `${name} cannot be read as labels; export it again.`,
    tooLarge: (name: string) => `${name} is too large; export it smaller.`,
    mixed: (name: string) => `${name} is left out: masks have 8 bits, maps 16; import them one after the other.`,
    noPicture: (name: string) => `${name} belongs to no open picture; open its picture first.`,
    otherShape: (name: string) => `${name} has other proportions than its picture and is left out.`,
    noColumns: (name: string) => `${name} needs the columns picture, x and y.`,
    skipped: (name: string) => `${name} also holds labels of a kind that is not read; they are left out.`,
    nothing: 'These files hold no labels that can be read; use COCO, YOLO, Pascal VOC, Label Studio, CSV or PNG.',
  },
};

/** Every sentence of the page; a translation is another object of this type. */
export type Messages = typeof english;

/** The sentences in use; whoever renders reads them anew. */
export let messages: Messages = english;

/** Uses other sentences from now on. */
export function useMessages(other: Messages): void {
  messages = other;
}
