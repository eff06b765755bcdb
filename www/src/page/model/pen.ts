import type { LabelPoint, PointsLabel, RasterLabel } from './label.js';
import { storedOf } from './label.js';
import type { Picture } from './picture.js';
import {
  type Box,
  copyBox,
  fillPolygon,
  type Point,
  paintLine,
  planeOf,
  type Raster,
  union,
  unpaintedOf,
} from './raster.js';
import type { Session } from './session.js';

/** A scribble is this much thinner than the brush. */
const SCRIBBLE = 0.25;

/** What a press began; `move` and `lift` go on with it. */
interface Gesture {
  readonly move: (at: Point) => void;
  readonly lift: () => void;
  /** Makes as if nothing had been pressed. */
  readonly cancel: () => void;
}

/** Turns presses and moves of a pointer into edits of the selected picture's label, with the session's tool. */
export class Pen {
  /** Corners of the polygon or box that is being drawn. */
  draft: readonly Point[] = [];
  #gesture: Gesture | undefined;

  constructor(
    private readonly session: Session,
    /** Told when the draft is another one. */
    private readonly onDraft: () => void = () => {},
  ) {}

  /** Whether the pointer is down. */
  get down(): boolean {
    return this.#gesture !== undefined;
  }

  /** Begins; `reach` is how far off, in pixels of the picture, a point still counts as hit. */
  press(at: Point, reach: number): void {
    const { selected } = this.session;
    if (!selected || selected.state === 'unusable' || this.#gesture) return;
    if (this.session.kind === 'tags') return;
    this.#gesture = this.#begin(selected, at, reach);
    this.session.work(true, selected);
  }

  move(at: Point): void {
    this.#gesture?.move(at);
  }

  lift(): void {
    this.#end('lift');
  }

  /** Gives up what was begun last: the stroke or corner that is not lifted yet, or else the polygon. */
  cancel(): boolean {
    const busy = this.down || this.draft.length > 0;
    if (this.down) this.#end('cancel');
    else this.#setDraft([]);
    return busy;
  }

  /** Closes the polygon. */
  finish(): boolean {
    const corners = this.draft;
    const { tool, selected } = this.session;
    if (!selected || this.down || tool !== 'polygon' || corners.length < 3) return false;
    this.#setDraft([]);
    this.#fill(selected, corners);
    return true;
  }

  /** Takes the last corner back. */
  back(): boolean {
    if (this.session.tool !== 'polygon' || this.draft.length === 0) return false;
    this.#setDraft(this.draft.slice(0, -1));
    return true;
  }

  #end(how: 'lift' | 'cancel'): void {
    const gesture = this.#gesture;
    this.#gesture = undefined;
    if (!gesture || !this.session.selected) return;
    this.session.work(false, this.session.selected);
    gesture[how]();
    // Who looked while it was down counted the picture as labelled.
    if (how === 'cancel') this.session.touch();
  }

  #begin(picture: Picture, at: Point, reach: number): Gesture {
    const { tool } = this.session;
    if (tool === 'polygon') return this.#corner(picture, at, reach);
    if (tool === 'box') return this.#box(picture, at);
    const label = this.session.begin(picture);
    if ('points' in label) {
      return tool === 'eraser' ? this.#wipe(picture, label, at, reach) : this.#place(picture, label, at, reach);
    }
    return this.#stroke(picture, label as RasterLabel, at);
  }

  // A corner goes along with the pointer until it is lifted; one on the first closes the polygon.
  #corner(picture: Picture, at: Point, reach: number): Gesture {
    const before = this.draft;
    const [first] = before;
    const closes = first !== undefined && before.length > 2 && distance(first, at) < reach;
    const put = (to: Point) => this.#setDraft([...before, to]);
    if (!closes) put(at);
    return {
      move: closes ? () => {} : put,
      lift: () => {
        if (!closes) return;
        this.#setDraft([]);
        this.#fill(picture, before);
      },
      cancel: () => this.#setDraft(before),
    };
  }

  #box(picture: Picture, from: Point): Gesture {
    this.#setDraft([from, from]);
    return {
      move: (to) => this.#setDraft([from, to]),
      cancel: () => this.#setDraft([]),
      lift: () => {
        const to = this.draft[1] ?? from;
        this.#setDraft([]);
        if (Math.abs(to.x - from.x) < 1 || Math.abs(to.y - from.y) < 1) return;
        this.#fill(picture, [from, { x: to.x, y: from.y }, to, { x: from.x, y: to.y }]);
      },
    };
  }

  #fill(picture: Picture, corners: readonly Point[]): void {
    const label = this.session.begin(picture);
    if (!('raster' in label)) return;
    const raster = this.#plane(label);
    const before = raster.data.slice();
    const box = fillPolygon(raster, corners, this.#paint(label));
    this.#keep(picture, raster, box, before);
  }

  #stroke(picture: Picture, begun: RasterLabel, from: Point): Gesture {
    const { session } = this;
    const { brushSize, tool } = session;
    // Who scribbles does not mean that everything else is background.
    const partial = begun.partial || (tool === 'scribble' && session.kind === 'mask' && !session.isLabelled(picture));
    const label = { ...begun, partial };
    session.show(picture, label);
    const raster = this.#plane(label);
    const before = raster.data.slice();
    const value = tool === 'eraser' ? unpaintedOf(raster) : this.#paint(label);
    const radius = (brushSize / 200) * Math.max(raster.width, raster.height) * (tool === 'scribble' ? SCRIBBLE : 1);
    let [last, touched]: [Point, Box | undefined] = [from, undefined];
    const move = (to: Point) => {
      const box = paintLine(raster, last, to, radius, value);
      last = to;
      touched = union(touched, box);
      if (box) session.show(picture, label, box);
    };
    move(from);
    return {
      move,
      lift: () => this.#keep(picture, raster, touched, before),
      cancel: () => {
        raster.data.set(before);
        session.show(picture, begun);
      },
    };
  }

  #place(picture: Picture, label: PointsLabel, at: Point, reach: number): Gesture {
    const { session } = this;
    const hit = nearest(label.points, at, reach);
    const channel = hit?.channel ?? session.activeChannel - 1;
    // Every keypoint is there once, objects as often as there are.
    const others = label.points.filter((point) =>
      hit ? point !== hit : session.kind === 'density' || point.channel !== channel,
    );
    const put = (to: Point) =>
      session.show(picture, { points: [...others, inside(to, picture, channel)], none: false });
    put(at);
    return {
      move: put,
      lift: () => {
        session.setLabel(picture, session.labelOf(picture), label);
        if (!hit && session.kind === 'keypoints') this.#nextChannel(picture);
      },
      cancel: () => session.show(picture, label),
    };
  }

  #wipe(picture: Picture, label: PointsLabel, from: Point, reach: number): Gesture {
    const { session } = this;
    let points = label.points;
    const move = (at: Point) => {
      points = points.filter((point) => distance(point, at) >= reach);
      session.show(picture, { points, none: false });
    };
    move(from);
    return {
      move,
      lift: () => {
        if (points.length < label.points.length) session.setLabel(picture, { points, none: false }, label);
        else session.show(picture, label);
      },
      cancel: () => session.show(picture, label),
    };
  }

  // The next keypoint that has no place yet, so that a figure is clicked through without looking away.
  #nextChannel(picture: Picture): void {
    const { session } = this;
    const label = session.labelOf(picture);
    if (!label || !('points' in label)) return;
    const count = session.channels.length;
    const order = Array.from({ length: count }, (_, i) => (session.activeChannel + i) % count);
    const free = order.find((channel) => !label.points.some((point) => point.channel === channel));
    if (free !== undefined) session.set({ activeChannel: free + 1 });
  }

  #paint({ raster }: RasterLabel): number {
    return raster.data instanceof Uint16Array ? storedOf(this.session.value) : this.session.activeChannel;
  }

  /** What is painted into: of a map the component that is chosen. */
  #plane({ raster }: RasterLabel): Raster {
    return raster.data instanceof Uint16Array ? planeOf(raster, this.session.activeChannel - 1) : raster;
  }

  #keep(picture: Picture, raster: Raster, box: Box | undefined, before: Raster['data']): void {
    if (box) this.session.keepStroke(picture, raster, box, copyBox({ ...raster, data: before }, box));
    this.session.show(picture, this.session.labelOf(picture), box);
  }

  #setDraft(draft: readonly Point[]): void {
    if (draft.length === 0 && this.draft.length === 0) return;
    this.draft = draft;
    this.onDraft();
  }
}

function nearest(points: readonly LabelPoint[], at: Point, reach: number): LabelPoint | undefined {
  const near = points.filter((point) => distance(point, at) < reach);
  return near.sort((a, b) => distance(a, at) - distance(b, at))[0];
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function inside({ x, y }: Point, { width, height }: Picture, channel: number): LabelPoint {
  return { x: Math.min(width, Math.max(0, x)), y: Math.min(height, Math.max(0, y)), channel };
}
