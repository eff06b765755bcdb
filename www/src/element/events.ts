import type { AdaptProgress, AdaptReport, Prediction, Progress, TaskKind } from '../anolis/public/index.js';

/** A picture of a widget. */
export interface WidgetPicture {
  /** Stays the same as long as the picture is there. */
  readonly id: string;
  readonly name: string;
  /** Size in pixels, as worked on; labels have it too. */
  readonly width: number;
  readonly height: number;
  /** Whether it has a label of the widget's kind. */
  readonly labelled: boolean;
}

/** A prediction is shown. */
export interface WidgetPredicted {
  /** Of which picture. */
  readonly id: string;
  /** As large as it is shown; {@link AnolisWidget.predict} has one as large as the picture. */
  readonly prediction: Prediction;
  /** Whether it is the full network's, and not the first look's. */
  readonly full: boolean;
}

/** What is predicted of one tag of a picture. */
export interface WidgetTag {
  readonly name: string;
  /** From 0 to 1. */
  readonly probability: number;
  readonly present: boolean;
}

/** How an adaptation goes on, or what came of it. */
export type WidgetAdapted = { readonly progress: AdaptProgress } | { readonly report: AdaptReport };

/** Events of `<anolis-widget>` and what their `detail` is. None of them bubbles. */
export interface WidgetEvents {
  /** The network is loaded. */
  load: CustomEvent<{ readonly backend: 'cpu' | 'webgpu' }>;
  /** Loading goes on; `fraction` is from 0 to 1. */
  progress: CustomEvent<Progress>;
  /** Pictures, labels or channels are other ones. */
  change: CustomEvent<{ readonly kind: TaskKind | 'tags' }>;
  predict: CustomEvent<WidgetPredicted>;
  /** Tags of a picture are predicted. */
  tags: CustomEvent<{ readonly id: string; readonly tags: readonly WidgetTag[] }>;
  adapt: CustomEvent<WidgetAdapted>;
  /** Something went wrong; what was made stays. */
  error: CustomEvent<{ readonly error: Error }>;
}
