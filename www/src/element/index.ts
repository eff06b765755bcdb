/**
 * The widget `<anolis-widget>` as a class; `anolis/element/define` also defines it.
 *
 * @packageDocumentation
 */
export type { WidgetAdapted, WidgetEvents, WidgetPicture, WidgetPredicted, WidgetTag } from './events.js';
export { AnolisWidget } from './widget.js';
