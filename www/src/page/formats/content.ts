import type { Kind } from '../model/kinds.js';
import type { Label } from '../model/label.js';

/** What is said of one picture, in pixels of the picture as it was opened. */
export interface Sheet {
  /** Name of the picture's file, different from those of the other sheets. */
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly label: Label;
  /** Whether a person said it or the network. */
  readonly source: 'label' | 'prediction';
  /** Of predicted points, in their order. */
  readonly scores?: readonly number[];
  /** Of predicted objects, how many of each channel, fractions. */
  readonly counts?: readonly number[];
}

/** What is exported: one task on some pictures. */
export interface Content {
  readonly kind: Kind;
  readonly channels: readonly string[];
  readonly sheets: readonly Sheet[];
}

/** A file that is written or read. */
export interface NamedFile {
  /** With its folders, divided by `/`. */
  readonly name: string;
  readonly data: string | Uint8Array;
}

/** A picture that is open; labels must have its size. */
export interface OpenPicture {
  readonly name: string;
  readonly width: number;
  readonly height: number;
}

/** What was read: labels of one kind on open pictures, and what could not be used. */
export interface Imported {
  readonly kind: Kind;
  readonly channels: readonly string[];
  readonly labels: ReadonlyMap<OpenPicture, Label>;
  readonly problems: readonly string[];
}

/** A format: what it can hold and where it is written and read. */
export interface Format {
  readonly kinds: readonly Kind[];
  readonly write: (content: Content) => NamedFile[] | Promise<NamedFile[]>;
}
