import type { AnolisImage } from './image.js';
import type { ClassIds, Keypoints, Layers, MapValues, Points } from './labels.js';
import type { ImageSources, Notice, TaskKind } from './options.js';
import type { TagLabel, TagTask } from './tags.js';
import type { Task } from './task.js';

/** What an `.anolis` file holds; the format is in docs/session-file.md. */
export interface SessionFile {
  readonly name: string;
  /** When it was last changed. */
  readonly changed: Date;
  /** Hash of the weights the adapters were made with. */
  readonly weights?: string | undefined;
  readonly images: readonly SessionImage[];
  readonly tasks: readonly SessionTask[];
  /** What a user interface remembers, as JSON; nobody else depends on it. */
  readonly page?: unknown;
}

/** A picture of a session. */
export interface SessionImage {
  /** 1 to 64 letters, digits, `-` and `_`; once among the pictures. */
  readonly id: string;
  readonly name: string;
  /** As they were opened; two where two pictures are seen together, none where who opens the session gives the picture. */
  readonly files: readonly Blob[];
  /** Size that labels have; see {@link workingSize}. */
  readonly width: number;
  readonly height: number;
}

/** A task of a session. */
export interface SessionTask {
  /** 1 to 64 letters, digits, `-` and `_`; once among the tasks. */
  readonly id: string;
  readonly kind: TaskKind | 'tags';
  readonly channels: readonly string[];
  /** Whether the classes of a mask may overlap; not by default. */
  readonly overlap?: boolean;
  readonly labels: readonly SessionLabel[];
  /** What an adaptation tuned; see `Task.adapter`. */
  readonly adapter?: Uint8Array | undefined;
}

/** What was labelled on a picture. */
export interface SessionLabel {
  /** Id of the picture. */
  readonly image: string;
  /** Of the task's kind. Maps are kept in 16 bits. */
  readonly label: ClassIds | Layers | MapValues | Keypoints | Points | TagLabel;
}

/** Options of `Anolis.open`. */
export interface OpenSessionOptions {
  /** Gives pictures that the session only refers to, by their names; those it does not give are left out, with a notice. */
  readonly picture?: (name: string) => ImageSources | undefined | Promise<ImageSources | undefined>;
  /** Stops before the next picture or task; nothing stays open. */
  readonly signal?: AbortSignal;
}

/** A picture that `Anolis.open` opened. */
export interface OpenedImage {
  /** As in the file. */
  readonly id: string;
  readonly name: string;
  readonly image: AnolisImage;
}

/** A task that `Anolis.open` began, with its examples and its adapter. */
export interface OpenedTask {
  /** As in the file. */
  readonly id: string;
  readonly task: Task | TagTask;
}

/** What `Anolis.open` opened. */
export interface OpenSession {
  readonly name: string;
  readonly images: readonly OpenedImage[];
  readonly tasks: readonly OpenedTask[];
  /** `'image-missing'` and `'adapter-weights'`: what was left out. */
  readonly notices: readonly Notice[];
}

/**
 * Reads an `.anolis` file and checks all of it; nothing is opened yet. Pictures are views of the file, so keep it.
 *
 * Rejects with `'session-file'` where it is damaged, foreign or too large, and with `'session-version'` where it is newer.
 */
export async function readSession(file: Blob): Promise<SessionFile> {
  const { read } = await import('../internal/session/read.js');
  return read(file);
}

/**
 * Writes an `.anolis` file.
 *
 * Rejects with `'session-file'` where labels, pictures and tasks do not fit together, so that every file can be read.
 */
export async function writeSession(session: SessionFile): Promise<Blob> {
  const { write } = await import('../internal/session/write.js');
  return write(session);
}
