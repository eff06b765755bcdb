import type { Prediction } from '../../anolis/public/index.js';
import { messages } from '../messages.js';
import { History } from './history.js';
import { newId } from './id.js';
import { type Kind, kindNames, type Tool, traitsOf, type View, viewsOf } from './kinds.js';
import { type AnyLabel, emptyLabel, saysSomething, type TagsLabel, withComponents } from './label.js';
import type { Picture, Predicted, TagPrediction } from './picture.js';
import { arrangePlanes, type Box, copyBox, pasteBox, planesOf, type Raster, UNPAINTED, wholeBox } from './raster.js';

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

/** How the pictures are ordered: as they were opened, or those first whose prediction is least sure. */
export type Order = 'opened' | 'doubt';

/** Sizes of the brush in percent of the longest side. */
export const brushSizes = { smallest: 1, largest: 30, step: 1 } as const;

/** What the person chose; see {@link Session.set}. */
type Settings = Pick<
  Session,
  'tool' | 'view' | 'activeChannel' | 'brushSize' | 'value' | 'opacity' | 'unpaintedIsBackground' | 'filter' | 'beside'
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
  order: Order = 'opened';
  /** Only pictures with this tag are shown; counted from 1, 0 for all. */
  filter = 0;
  /** Whether label and prediction are beside each other instead of over each other. */
  beside = false;
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
  #ranks = new Map<Picture, number>();

  get canUndo(): boolean {
    return this.#history.canUndo;
  }

  get canRedo(): boolean {
    return this.#history.canRedo;
  }

  get channels(): readonly string[] {
    return this.tasks[this.kind].channels;
  }

  /** The pictures in their order. */
  get ordered(): readonly Picture[] {
    const shown = this.pictures.filter((picture) => this.#isShown(picture));
    if (this.order === 'opened') return shown;
    const rank = (picture: Picture) => this.#ranks.get(picture) ?? Number.NEGATIVE_INFINITY;
    return shown.sort((a, b) => rank(b) - rank(a));
  }

  // What is worked on stays in sight.
  #isShown(picture: Picture): boolean {
    return this.kind !== 'tags' || this.filter === 0 || picture === this.selected || this.hasTag(picture, this.filter);
  }

  /** Whether a picture has a tag, counted from 1: as somebody said, or else as is predicted. */
  hasTag(picture: Picture, channel: number): boolean {
    return this.saidOf(picture, channel) ?? picture.tags?.[channel - 1]?.present ?? false;
  }

  /** What somebody said of a tag, counted from 1. */
  saidOf(picture: Picture, channel: number): boolean | undefined {
    const label = picture.labels.tags;
    return label && 'said' in label ? label.said[channel - 1] : undefined;
  }

  /** Whether unpainted pixels of the selected picture are unknown. */
  get partial(): boolean {
    const label = this.selected && this.labelOf(this.selected);
    return label && 'raster' in label ? label.partial : !this.unpaintedIsBackground;
  }

  /** What was labelled on a picture for the kind that is worked on. */
  labelOf(picture: Picture): AnyLabel | undefined {
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
      this.#chooseFirst();
      for (const picture of this.pictures)
        Object.assign(picture, { prediction: undefined, tags: undefined, predicted: 'none' });
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

  /** Orders the pictures by what is predicted now; they stay so until they are sorted again, so that none runs away. */
  sort(order: Order): void {
    this.order = order;
    this.#ranks = new Map(this.pictures.map((picture) => [picture, doubtOf(picture)]));
    this.#tell('change');
  }

  /** Of some pictures the one whose prediction is least sure. */
  leastSure(pictures: readonly Picture[]): Picture | undefined {
    return [...pictures].sort((a, b) => doubtOf(b) - doubtOf(a))[0];
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
    const { ordered } = this;
    const place = this.selected ? ordered.indexOf(this.selected) : -1;
    this.select(ordered[Math.min(this.pictures.length - 1, Math.max(0, place + steps))]);
  }

  addChannel(name = messages.newChannel[this.kind](this.channels.length + 1)): void {
    const channels = [...this.channels, name];
    this.#relabel(channels, (label) => label && withComponents(label, channels.length));
    this.set({ activeChannel: this.channels.length, tool: traitsOf(this.kind).tools[0] ?? this.tool });
  }

  /** `channel` counts from 1. */
  renameChannel(channel: number, name: string): void {
    if (!name.trim() || name.trim() === this.channels[channel - 1]) return;
    const same = this.#placeOf(name);
    if (this.kind === 'tags' && same >= 0 && same !== channel - 1) return;
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
    if (this.channels.length === 1) return;
    const rest = this.channels.filter((_, place) => place !== channel - 1);
    this.#relabel(rest, (label) => withoutChannel(label, channel));
  }

  /** Says of tags of a picture, counted from 1, that it has them, has them not, or nothing. */
  sayTags(picture: Picture, tags: ReadonlyMap<number, boolean | undefined>): void {
    const label = this.begin(picture) as TagsLabel;
    const said = this.channels.map((_, place) => (tags.has(place + 1) ? tags.get(place + 1) : label.said[place]));
    this.setLabel(picture, { said });
  }

  /** Says what is predicted of every tag of which nothing was said. */
  acceptTags(picture: Picture): void {
    const open = this.channels.map((_, place) => place + 1).filter((tag) => this.saidOf(picture, tag) === undefined);
    if (open.length > 0) this.sayTags(picture, new Map(open.map((tag) => [tag, this.hasTag(picture, tag)])));
  }

  /** Says the next thing of a tag: that the selected picture has it, has it not, nothing. */
  toggleTag(channel: number): void {
    const { selected } = this;
    if (!selected || channel > this.channels.length) return;
    const said = this.saidOf(selected, channel);
    const next = said === undefined ? true : said ? false : undefined;
    this.set({ activeChannel: channel });
    this.sayTags(selected, new Map([[channel, next]]));
  }

  /** Says of a picture that it has a tag, which is begun if there is none of the name. */
  addTag(picture: Picture, name: string): void {
    if (!folded(name)) return;
    let place = this.#placeOf(name);
    if (place < 0) {
      place = this.channels.length;
      this.#setChannels([...this.channels, name.trim()]);
    }
    this.set({ activeChannel: place + 1 });
    this.sayTags(picture, new Map([[place + 1, true]]));
  }

  /** The picture's label to edit, begun if there is none. */
  begin(picture: Picture): AnyLabel {
    const { kind } = this;
    const frame = { width: picture.width, height: picture.height, channels: this.channels.length };
    const label = picture.labels[kind] ?? emptyLabel(kind, frame, !this.unpaintedIsBackground);
    picture.labels[kind] = withComponents(label, frame.channels);
    return picture.labels[kind];
  }

  /** Shows a label while it is edited; {@link keep} makes it a step. */
  show(picture: Picture, label: AnyLabel | undefined, box?: Box): void {
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
  setLabel(picture: Picture, label: AnyLabel | undefined, before = this.labelOf(picture)): void {
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
  takeLabels(kind: Kind, channels: readonly string[], labels: ReadonlyMap<Picture, AnyLabel>): void {
    this.setKind(kind);
    this.#relabel(channels, (label, picture) => {
      return labels.get(picture) ?? (label && withComponents(label, channels.length));
    });
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

  /** Called by whoever predicts. */
  showTags(picture: Picture, tags: readonly TagPrediction[] | undefined): void {
    Object.assign(picture, { tags, predicted: tags ? 'full' : 'none' });
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
    this.#chooseFirst();
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

  // Other channels, and labels that go with them, as one step.
  #relabel(
    channels: readonly string[],
    change: (label: AnyLabel | undefined, picture: Picture) => AnyLabel | undefined,
  ): void {
    const { kind } = this;
    const before = this.pictures.map((picture) => [picture, picture.labels[kind]] as const);
    const after = before.map(([picture, label]) => [picture, change(label, picture)] as const);
    this.#put({ channels: this.channels, labels: before }, { channels, labels: after }, (state) => {
      this.tasks = { ...this.tasks, [kind]: { ...this.tasks[kind], channels: state.channels } };
      for (const [picture, label] of state.labels) assign(picture, kind, label);
      this.#keepSensible();
      for (const [place, [picture, label]] of before.entries())
        if (label !== after[place]?.[1]) this.#tell('paint', picture);
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

  // Tags differ by more than case and space.
  #placeOf(name: string): number {
    return this.channels.findIndex((channel) => folded(channel) === folded(name));
  }

  #chooseFirst(): void {
    const { tools, views } = traitsOf(this.kind);
    const [tool = this.tool] = tools;
    const [view = this.view] = views;
    Object.assign(this, { tool, view, activeChannel: 1, filter: 0 });
  }

  #keepSensible(): void {
    if (this.filter > this.channels.length) this.filter = 0;
    // Painting background makes no sense while everything unpainted is background.
    const least = this.kind === 'mask' && this.partial ? 0 : 1;
    this.activeChannel = Math.min(this.channels.length, Math.max(least, this.activeChannel));
    const views = viewsOf(this.kind, this.channels.length);
    if (!views.includes(this.view)) this.view = views[0] ?? this.view;
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

function folded(name: string): string {
  return name.trim().toLowerCase().replace(/\s+/g, ' ');
}

function doubtOf({ prediction, tags }: Picture): number {
  // A coin's throw is worth most.
  if (tags) return tags.reduce((sum, { probability }) => sum + 1 - Math.abs(2 * probability - 1), 0) / tags.length;
  return prediction?.imageUncertainty ?? Number.NEGATIVE_INFINITY;
}

function assign(picture: Picture, kind: Kind, label: AnyLabel | undefined): void {
  if (label) picture.labels[kind] = label;
  else delete picture.labels[kind];
}

function withoutChannel(label: AnyLabel | undefined, channel: number): AnyLabel | undefined {
  if (!label) return undefined;
  if ('said' in label) return { said: label.said.filter((_, place) => place !== channel - 1) };
  if ('points' in label) {
    const kept = label.points.filter((point) => point.channel !== channel - 1);
    const moved = kept.map((point) => (point.channel >= channel ? { ...point, channel: point.channel - 1 } : point));
    return { ...label, points: moved };
  }
  const { raster } = label;
  if (raster.data instanceof Uint16Array) {
    const rest = [...Array(planesOf(raster)).keys()].filter((component) => component !== channel - 1);
    return { ...label, raster: arrangePlanes(raster, rest) };
  }
  const data = copyBox(raster, wholeBox(raster));
  for (const [at, id] of data.entries()) {
    if (id === channel) data[at] = UNPAINTED;
    else if (id > channel && id < 254) data[at] = id - 1;
  }
  return { ...label, raster: { ...raster, data } };
}
