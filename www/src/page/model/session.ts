import type { Prediction } from '../../anolis/public/index.js';
import { messages } from '../messages.js';
import { History } from './history.js';
import { newId } from './id.js';
import { type Kind, kindNames, type Tool, traitsOf, type View } from './kinds.js';
import { emptyLabel, type Label, saysSomething } from './label.js';
import type { Picture, Predicted } from './picture.js';
import { type Box, copyBox, pasteBox, type Raster, UNPAINTED, wholeBox } from './raster.js';

/** What happened to a session; see {@link SessionEvent}. */
export type SessionChange =
  /** Pictures, channels or settings are other ones. */
  | 'change'
  /** A label was edited; `box` says where, if it was in one place. */
  | 'paint'
  /** A stroke began or ended, or was undone or redone. */
  | 'stroke'
  /** A prediction is to be drawn again: that of `picture`, or all of them. */
  | 'overlay';

/** Fired by {@link Session}; its type is a {@link SessionChange}. */
export class SessionEvent extends Event {
  constructor(
    type: SessionChange,
    readonly picture?: Picture,
    readonly box?: Box,
  ) {
    super(type);
  }
}

/** Something that can be taken back. */
interface Step {
  /** Where it happened. */
  readonly picture?: Picture | undefined;
  readonly apply: (forward: boolean) => void;
}

/** What an adaptation has tuned, and the hash of the weights it belongs to. */
export interface Adapter {
  readonly bytes: Uint8Array;
  readonly weights: string;
}

/** What is to be predicted. */
export interface TaskState {
  readonly channels: readonly string[];
  readonly adapter?: Adapter | undefined;
}

/** Sizes of the brush in percent of the longest side. */
export const brushSizes = { smallest: 1, largest: 30, step: 1 } as const;

/** What the person chose; see {@link Session.set}. */
type Settings = Pick<
  Session,
  'tool' | 'view' | 'activeChannel' | 'brushSize' | 'value' | 'opacity' | 'unpaintedIsBackground'
>;

/** What of a session is kept. */
export type Saved = Pick<
  Session,
  'id' | 'name' | 'kind' | 'tasks' | 'pictures' | 'selected' | 'opacity' | 'unpaintedIsBackground'
>;

/** Pictures, what is to be predicted, what was labelled, and with which settings. Knows neither the screen nor the network. */
export class Session extends EventTarget {
  id: string = newId();
  /** Given by the person; empty until then. */
  name = '';
  pictures: readonly Picture[] = [];
  kind: Kind = 'mask';
  tasks: Readonly<Record<Kind, TaskState>> = newTasks();
  selected: Picture | undefined;
  tool: Tool = 'brush';
  view: View = 'fill';
  /** Counted from 1 as the classes of masks are, whose background is 0. */
  activeChannel = 1;
  brushSize = 6;
  /** What the brush paints into maps, from 0 to 1. */
  value = 1;
  opacity = 0.6;
  /** Of masks that are begun from now on. */
  unpaintedIsBackground = true;
  /** Whether a hand is at work. */
  painting = false;
  readonly #history = new History<Step>();

  get canUndo(): boolean {
    return this.#history.canUndo;
  }

  get canRedo(): boolean {
    return this.#history.canRedo;
  }

  get channels(): readonly string[] {
    return this.tasks[this.kind].channels;
  }

  /** Whether unpainted pixels of the selected picture are unknown. */
  get partial(): boolean {
    const label = this.selected && this.labelOf(this.selected);
    return label && 'raster' in label ? label.partial : !this.unpaintedIsBackground;
  }

  /** What was labelled on a picture for the kind that is worked on. */
  labelOf(picture: Picture): Label | undefined {
    return picture.labels[this.kind];
  }

  /** Whether a picture is an example of the kind that is worked on. */
  isLabelled(picture: Picture): boolean {
    return saysSomething(this.labelOf(picture));
  }

  /** Changes settings and tells everyone. */
  set(settings: Partial<Settings>): void {
    const { view, activeChannel } = this;
    Object.assign(this, settings);
    this.#keepSensible();
    this.#tell('change');
    if (view !== this.view || activeChannel !== this.activeChannel) this.#tell('overlay');
  }

  /** Works on another kind of task; what was made for the former one stays. */
  setKind(kind: Kind): void {
    if (kind === this.kind) return;
    this.#put(this.kind, kind, (to) => {
      this.kind = to;
      const { tools, views } = traitsOf(to);
      Object.assign(this, { tool: tools[0], view: views[0], activeChannel: 1 });
      for (const picture of this.pictures) Object.assign(picture, { prediction: undefined, predicted: 'none' });
      this.#tell('overlay');
      this.#tell('paint');
    });
  }

  /** Works on a kind of task with these channels, unless something of that kind was labelled already. */
  beginTask(kind: Kind, channels: readonly string[]): void {
    this.setKind(kind);
    if (!this.pictures.some((picture) => this.isLabelled(picture))) this.#setChannels(channels);
    if (this.pictures.length === 0) this.#history.forget(() => true);
  }

  add(pictures: readonly Picture[]): void {
    this.pictures = [...this.pictures, ...pictures];
    this.selected ??= this.pictures[0];
    this.#tell('change');
  }

  remove(picture: Picture): void {
    const [all, place] = [this.pictures, this.pictures.indexOf(picture)];
    const rest = all.filter((other) => other !== picture);
    this.#put(all, rest, (pictures) => {
      this.pictures = pictures;
      if (pictures === all) this.selected = picture;
      else if (this.selected === picture) this.selected = pictures[Math.min(place, pictures.length - 1)];
    });
  }

  select(picture: Picture | undefined): void {
    if (picture === this.selected) return;
    this.selected = picture;
    this.#keepSensible();
    this.#tell('change');
  }

  /** Selects the picture `steps` after (or before) the selected one. */
  step(steps: number): void {
    const place = this.selected ? this.pictures.indexOf(this.selected) : -1;
    this.select(this.pictures[Math.min(this.pictures.length - 1, Math.max(0, place + steps))]);
  }

  addChannel(name = messages.newChannel[this.kind](this.channels.length + 1)): void {
    this.#setChannels([...this.channels, name]);
    this.set({ activeChannel: this.channels.length, tool: traitsOf(this.kind).tools[0] as Tool });
  }

  /** `channel` counts from 1. */
  renameChannel(channel: number, name: string): void {
    if (!name.trim() || name.trim() === this.channels[channel - 1]) return;
    this.#setChannels(this.channels.map((old, place) => (place === channel - 1 ? name.trim() : old)));
  }

  /** Uses another adapter for a kind of task, or none. */
  setAdapter(kind: Kind, adapter: Adapter | undefined): void {
    if (adapter === this.tasks[kind].adapter) return;
    this.#put(this.tasks[kind].adapter, adapter, (to) => {
      this.tasks = { ...this.tasks, [kind]: { ...this.tasks[kind], adapter: to } };
    });
  }

  /** Takes a channel away with everything that was labelled for it; `channel` counts from 1. */
  removeChannel(channel: number): void {
    const { kind, channels } = this;
    if (channels.length === 1) return;
    const labels = this.pictures.map((picture) => [picture, picture.labels[kind]] as const);
    const without = labels.map(([picture, label]) => [picture, withoutChannel(label, channel)] as const);
    const rest = channels.filter((_, place) => place !== channel - 1);
    this.#put({ channels, labels }, { channels: rest, labels: without }, (state) => {
      this.tasks = { ...this.tasks, [kind]: { ...this.tasks[kind], channels: state.channels } };
      for (const [picture, label] of state.labels) assign(picture, kind, label);
      this.#keepSensible();
      for (const [picture] of state.labels) this.#tell('paint', picture);
    });
  }

  /** The picture's label to edit, begun if there is none. */
  begin(picture: Picture): Label {
    const { width, height } = picture;
    picture.labels[this.kind] ??= emptyLabel(this.kind, width, height, !this.unpaintedIsBackground);
    return picture.labels[this.kind] as Label;
  }

  /** Shows a label while it is edited; {@link keep} makes it a step. */
  show(picture: Picture, label: Label | undefined, box?: Box): void {
    assign(picture, this.kind, label);
    this.#tell('paint', picture, box);
  }

  /** Whether unpainted pixels are unknown: of the selected picture, and of those begun from now on. */
  setPartial(partial: boolean): void {
    const label = this.selected && this.labelOf(this.selected);
    this.unpaintedIsBackground = !partial;
    if (this.selected && label && 'raster' in label) this.setLabel(this.selected, { ...label, partial });
    this.set({});
  }

  /** Replaces a label, as a step that can be taken back; `before` is what it was. */
  setLabel(picture: Picture, label: Label | undefined, before = this.labelOf(picture)): void {
    const { kind } = this;
    this.#put(
      before,
      label,
      (to) => {
        assign(picture, kind, to);
        this.#tell('paint', picture);
      },
      picture,
    );
  }

  /** Works on a kind of task with these channels and these labels of some pictures, which can be taken back. */
  takeLabels(kind: Kind, channels: readonly string[], labels: ReadonlyMap<Picture, Label>): void {
    this.setKind(kind);
    const before = new Map([...labels.keys()].map((picture) => [picture, picture.labels[kind]]));
    type State = { channels: readonly string[]; labels: ReadonlyMap<Picture, Label | undefined> };
    const put = (state: State) => {
      this.tasks = { ...this.tasks, [kind]: { ...this.tasks[kind], channels: state.channels } };
      for (const [picture, label] of state.labels) assign(picture, kind, label);
      this.#keepSensible();
      for (const picture of labels.keys()) this.#tell('paint', picture);
    };
    this.#put<State>({ channels: this.channels, labels: before }, { channels, labels }, put);
  }

  /** Makes what was painted inside `box` a step that can be taken back. */
  keepStroke(picture: Picture, raster: Raster, box: Box, before: Raster['data']): void {
    const after = copyBox(raster, box);
    const step = {
      picture,
      apply: (forward: boolean) => {
        pasteBox(raster, box, forward ? after : before);
        this.#tell('paint', picture, box);
      },
    };
    this.#history.push(step);
    this.#tell('stroke', picture);
    this.#tell('change');
  }

  /** Takes the last step back and shows where. */
  undo(): boolean {
    // What a hand is at is not done yet.
    return !this.painting && this.#travel(this.#history.undo(), false);
  }

  redo(): boolean {
    return !this.painting && this.#travel(this.#history.redo(), true);
  }

  /** Called by whoever predicts. */
  showPrediction(picture: Picture, prediction: Prediction | undefined, predicted: Predicted): void {
    Object.assign(picture, { prediction, predicted });
    this.#tell('overlay', picture);
  }

  /** A hand begins or stops to work on a picture. */
  work(painting: boolean, picture: Picture): void {
    this.painting = painting;
    this.#tell('stroke', picture);
  }

  /** Something about a picture other than its label changed. */
  touch(): void {
    this.#tell('change');
  }

  rename(name: string): void {
    if (name.trim() === this.name) return;
    this.name = name.trim();
    this.#tell('change');
  }

  /** Begins another session; this one is no more to be touched. */
  startOver(): void {
    const { opacity, unpaintedIsBackground } = this;
    const empty = { name: '', kind: 'mask', tasks: newTasks(), pictures: [], selected: undefined } as const;
    this.restore({ id: newId(), ...empty, opacity, unpaintedIsBackground });
  }

  /** Puts another session in the place of this one. */
  restore(state: Saved): void {
    Object.assign(this, state);
    const { tools, views } = traitsOf(this.kind);
    Object.assign(this, { tool: tools[0], view: views[0], activeChannel: 1 });
    this.selected ??= this.pictures[0];
    this.#history.forget(() => true);
    for (const picture of this.pictures) this.#tell('paint', picture);
    this.#tell('change');
  }

  #setChannels(channels: readonly string[]): void {
    const { kind } = this;
    this.#put(this.channels, channels, (to) => {
      this.tasks = { ...this.tasks, [kind]: { ...this.tasks[kind], channels: to } };
      this.#keepSensible();
    });
  }

  // Does what can be taken back.
  #put<State>(before: State, after: State, put: (state: State) => void, picture?: Picture): void {
    this.#history.push({ picture, apply: (forward) => put(forward ? after : before) });
    put(after);
    if (picture) this.#tell('stroke', picture);
    this.#tell('change');
  }

  #travel(step: Step | undefined, forward: boolean): boolean {
    if (!step) return false;
    step.apply(forward);
    if (step.picture && this.pictures.includes(step.picture)) this.selected = step.picture;
    this.#tell('stroke', step.picture);
    this.#tell('change');
    return true;
  }

  #keepSensible(): void {
    // Painting background makes no sense while everything unpainted is background.
    const least = this.kind === 'mask' && this.partial ? 0 : 1;
    this.activeChannel = Math.min(this.channels.length, Math.max(least, this.activeChannel));
    const { smallest, largest } = brushSizes;
    this.brushSize = Math.min(largest, Math.max(smallest, this.brushSize));
  }

  #tell(type: SessionChange, picture?: Picture, box?: Box): void {
    this.dispatchEvent(new SessionEvent(type, picture, box));
  }
}

/** A task of each kind with one channel. */
export function newTasks(): Record<Kind, TaskState> {
  const tasks = kindNames.map((kind) => [kind, { channels: [messages.newChannel[kind](1)] }]);
  return Object.fromEntries(tasks) as Record<Kind, TaskState>;
}

function assign(picture: Picture, kind: Kind, label: Label | undefined): void {
  if (label) picture.labels[kind] = label;
  else delete picture.labels[kind];
}

function withoutChannel(label: Label | undefined, channel: number): Label | undefined {
  if (!label) return undefined;
  if ('points' in label) {
    const kept = label.points.filter((point) => point.channel !== channel - 1);
    const moved = kept.map((point) => (point.channel >= channel ? { ...point, channel: point.channel - 1 } : point));
    return { ...label, points: moved };
  }
  const { raster } = label;
  const data = copyBox(raster, wholeBox(raster));
  for (const [at, id] of data.entries()) {
    if (id === channel) data[at] = UNPAINTED;
    else if (id > channel && id < 254) data[at] = id - 1;
  }
  return { ...label, raster: { ...raster, data } };
}
