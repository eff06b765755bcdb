import type { AnolisWidget, WidgetPicture } from 'anolis/element';

/** Compiled, not run: the element is known by its name, its events by theirs. */
export async function firstPicture(): Promise<WidgetPicture | undefined> {
  const widget = document.createElement('anolis-widget');
  const same: AnolisWidget = widget;
  widget.kind = 'keypoints';
  widget.channels = ['left', 'right'];
  widget.addEventListener('progress', ({ detail }) => detail.fraction.toFixed());
  widget.addEventListener('predict', ({ detail }) => detail.prediction.points());
  // @ts-expect-error: there is no such kind
  widget.kind = 'everything';
  await same.start();
  return widget.pictures[0];
}
