import { messages } from '../messages.js';
import { History } from './history.js';
import type { Picture } from './picture.js';
import {
  type Box,
  copyBox,
  emptyRaster,
  isPainted,
  type Point,
  paintLine,
  pasteBox,
  UNPAINTED,
  union,
} from './raster.js';

/** What the pointer does. */
export type Tool = 'brush' | 'eraser';

/** What happened to a session; see {@link SessionEvent}. */
export type SessionChange =
  /** Pictures, classes or settings are other ones. */
  | 'change'
  /** Pixels were painted; `box` says where. */
  | 'paint'
  /** A stroke began or ended, or was undone or redone. */
  | 'stroke'
  /** A prediction was drawn. */
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

interface Step {
  readonly picture: Picture;
  readonly box: Box;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

interface Stroke {
  readonly picture: Picture;
  readonly before: Uint8Array;
  last: Point;
  box: Box | undefined;
}

/** Sizes of the brush in percent of the longest side. */
export const brushSizes = { smallest: 1, largest: 30, step: 1 } as const;

/** Pictures, classes, what was painted, and with which settings. Knows neither the screen nor the network. */
export class Session extends EventTarget {
  pictures: readonly Picture[] = [];
  classes: readonly string[] = [messages.newClass(1)];
  selected: Picture | undefined;
  tool: Tool = 'brush';
  /** Class id the brush paints; 0 is background. */
  activeClass = 1;
  brushSize = 6;
  opacity = 0.6;
  unpaintedIsBackground = true;
  readonly #history = new History<Step>();
  #stroke: Stroke | undefined;

  get canUndo(): boolean {
    return this.#history.canUndo;
  }

  get canRedo(): boolean {
    return this.#history.canRedo;
  }

  get painting(): boolean {
    return this.#stroke !== undefined;
  }

  /** Changes settings and tells everyone. */
  set(
    settings: Partial<Pick<Session, 'tool' | 'activeClass' | 'brushSize' | 'opacity' | 'unpaintedIsBackground'>>,
  ): void {
    Object.assign(this, settings);
    // Painting background makes no sense while everything unpainted is background.
    if (this.unpaintedIsBackground && this.activeClass === 0) this.activeClass = 1;
    const { smallest, largest } = brushSizes;
    this.brushSize = Math.min(largest, Math.max(smallest, this.brushSize));
    this.#tell('change');
  }

  add(pictures: readonly Picture[]): void {
    this.pictures = [...this.pictures, ...pictures];
    this.selected ??= this.pictures[0];
    this.#tell('change');
  }

  remove(picture: Picture): void {
    const place = this.pictures.indexOf(picture);
    this.pictures = this.pictures.filter((other) => other !== picture);
    if (this.selected === picture) this.selected = this.pictures[Math.min(place, this.pictures.length - 1)];
    this.#history.forget((step) => step.picture === picture);
    this.#tell('change');
  }

  clear(): void {
    this.pictures = [];
    this.selected = undefined;
    this.classes = [messages.newClass(1)];
    this.activeClass = 1;
    this.#history.forget(() => true);
    this.#tell('change');
  }

  select(picture: Picture | undefined): void {
    if (picture === this.selected) return;
    this.endStroke();
    this.selected = picture;
    this.#tell('change');
  }

  /** Selects the picture `steps` after (or before) the selected one. */
  step(steps: number): void {
    const place = this.selected ? this.pictures.indexOf(this.selected) : -1;
    this.select(this.pictures[Math.min(this.pictures.length - 1, Math.max(0, place + steps))]);
  }

  addClass(name = messages.newClass(this.classes.length + 1)): void {
    this.classes = [...this.classes, name];
    this.activeClass = this.classes.length;
    this.tool = 'brush';
    this.#tell('change');
  }

  renameClass(classId: number, name: string): void {
    if (!name.trim()) return;
    this.classes = this.classes.map((old, place) => (place === classId - 1 ? name.trim() : old));
    this.#tell('change');
  }

  beginStroke(point: Point): void {
    const picture = this.selected;
    if (!picture || picture.state === 'unusable') return;
    this.endStroke();
    picture.raster ??= emptyRaster(picture.width, picture.height);
    this.#stroke = { picture, before: picture.raster.data.slice(), last: point, box: undefined };
    this.#tell('stroke', picture);
    this.continueStroke(point);
  }

  continueStroke(point: Point): void {
    const stroke = this.#stroke;
    const raster = stroke?.picture.raster;
    if (!stroke || !raster) return;
    const radius = (this.brushSize / 200) * Math.max(raster.width, raster.height);
    const box = paintLine(raster, stroke.last, point, radius, this.tool === 'brush' ? this.activeClass : UNPAINTED);
    stroke.last = point;
    stroke.box = union(stroke.box, box);
    if (!box) return;
    stroke.picture.painted = this.tool === 'brush' || stroke.picture.painted;
    this.#tell('paint', stroke.picture, box);
  }

  endStroke(): void {
    const stroke = this.#stroke;
    this.#stroke = undefined;
    if (!stroke) return;
    const { picture, box } = stroke;
    if (box && picture.raster) {
      const before = copyBox({ ...picture.raster, data: stroke.before }, box);
      this.#history.push({ picture, box, before, after: copyBox(picture.raster, box) });
      picture.painted = isPainted(picture.raster);
    }
    this.#tell('stroke', picture);
    this.#tell('change');
  }

  /** Takes the last stroke back and shows where. */
  undo(): boolean {
    this.endStroke();
    const step = this.#history.undo();
    return step ? this.#put(step.picture, step.box, step.before) : false;
  }

  redo(): boolean {
    const step = this.#history.redo();
    return step ? this.#put(step.picture, step.box, step.after) : false;
  }

  /** Called by whoever predicts. */
  show(picture: Picture, prediction: Pick<Picture, 'overlay' | 'covered' | 'predicted' | 'milliseconds'>): void {
    Object.assign(picture, prediction);
    this.#tell('overlay', picture);
  }

  /** Something about a picture other than its pixels changed. */
  touch(): void {
    this.#tell('change');
  }

  #put(picture: Picture, box: Box, pixels: Uint8Array): boolean {
    if (!picture.raster) return false;
    pasteBox(picture.raster, box, pixels);
    picture.painted = isPainted(picture.raster);
    this.selected = picture;
    this.#tell('paint', picture, box);
    this.#tell('stroke', picture);
    this.#tell('change');
    return true;
  }

  #tell(type: SessionChange, picture?: Picture, box?: Box): void {
    this.dispatchEvent(new SessionEvent(type, picture, box));
  }
}
