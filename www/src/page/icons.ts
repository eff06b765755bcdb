import { html, svg, type TemplateResult } from 'lit';

const icon = (paths: TemplateResult) => html`<svg viewBox="0 0 24 24" aria-hidden="true">${paths}</svg>`;

/** The few pictograms of the page, drawn on a grid of 24. */
export const icons = {
  brush: icon(
    svg`<path d="M4 20c3 0 5-1 5-3.5A2.5 2.5 0 0 0 4.5 16C4.5 18 4.5 19 4 20Z"/><path d="m9 14.5 9.5-10a1.6 1.6 0 0 1 2.2 2.200l-9.8 9.8"/>`,
  ),
  eraser: icon(
    svg`<path d="m8 20-4.5-4.500a1.5 1.5 0 0 1 0-2l9-9a1.5 1.5 0 0 1 2 0l5 5a1.5 1.5 0 0 1 0 2L11 20Z"/><path d="M8 20h12M9 8.500l6.5 6.5"/>`,
  ),
  polygon: icon(svg`<path d="M5 9l7-5 8 5-3 10H8Z"/>`),
  box: icon(svg`<rect x="4" y="6" width="16" height="12"/>`),
  scribble: icon(svg`<path d="M3 16c3-9 6-11 7-8s-3 9 0 9 4-9 7-9 1 7 4 7"/>`),
  point: icon(svg`<circle cx="12" cy="12" r="4"/><path d="M12 2v5M12 17v5M2 12h5M17 12h5"/>`),
  mask: icon(svg`<path d="M12 4c5 0 8 3 8 7s-2 4-3 6-3 3-6 3-7-3-7-8 3-8 8-8Z"/>`),
  keypoints: icon(svg`<path d="M12 7v6l-4 6M12 13l4 6M6 10h12"/><circle cx="12" cy="5" r="2"/>`),
  map: icon(svg`<path d="m2 18 6-9 4 5 3-4 7 8Z"/><circle cx="17" cy="6" r="1.500"/>`),
  density: icon(
    svg`<circle cx="7" cy="7" r="2"/><circle cx="16" cy="6" r="2"/><circle cx="11" cy="13" r="2"/><circle cx="18" cy="15" r="2"/><circle cx="6" cy="18" r="2"/>`,
  ),
  tune: icon(svg`<path d="M4 8h9M17 8h3M4 16h3M11 16h9"/><circle cx="15" cy="8" r="2"/><circle cx="9" cy="16" r="2"/>`),
  tags: icon(svg`<path d="M4 4h8l8 8-8 8-8-8Z"/><circle cx="8.500" cy="8.500" r="1.500"/>`),
  help: icon(
    svg`<circle cx="12" cy="12" r="8.500"/><path d="M9.500 9.500a2.500 2.500 0 1 1 3.500 2.300c-.7.4-1 .8-1 1.700M12 16.500v.1"/>`,
  ),
  beside: icon(svg`<rect x="3" y="5" width="18" height="14" rx="2"/><path d="M12 5v14"/>`),
  minus: icon(svg`<path d="M5 12h14"/>`),
  check: icon(svg`<path d="m5 13 4.500 4.500L19 7"/>`),
  empty: icon(svg`<circle cx="12" cy="12" r="8"/><path d="m6.500 17.500 11-11"/>`),
  undo: icon(svg`<path d="M8 5 4 9l4 4"/><path d="M4 9h10a5 5 0 0 1 0 10h-4"/>`),
  redo: icon(svg`<path d="m16 5 4 4-4 4"/><path d="M20 9H10a5 5 0 0 0 0 10h4"/>`),
  plus: icon(svg`<path d="M12 5v14M5 12h14"/>`),
  pen: icon(svg`<path d="m4 20 1-4L16 5l3 3L8 19Z"/>`),
  bin: icon(svg`<path d="M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13"/>`),
  restart: icon(svg`<path d="M4.5 5v5h5"/><path d="M5 10a7.5 7.5 0 1 1-.5 4"/>`),
  left: icon(svg`<path d="m14 6-6 6 6 6"/>`),
  right: icon(svg`<path d="m10 6 6 6-6 6"/>`),
  close: icon(svg`<path d="M6 6l12 12M18 6 6 18"/>`),
  pictures: icon(
    svg`<rect x="3" y="5" width="18" height="14" rx="2"/><circle cx="8.5" cy="10" r="1.5"/><path d="m4 18 6-5 3 2.5 3-3.5 4.5 5"/>`,
  ),
  camera: icon(
    svg`<path d="M4 7h3l2-2.500h6L17 7h3a1.500 1.500 0 0 1 1.500 1.500V18a1.500 1.500 0 0 1-1.500 1.500H4A1.500 1.500 0 0 1 2.500 18V8.500A1.500 1.500 0 0 1 4 7Z"/><circle cx="12" cy="13" r="3.500"/>`,
  ),
  play: icon(svg`<path d="M8 5v14l11-7Z"/>`),
  pause: icon(svg`<path d="M8 5v14M16 5v14"/>`),
  folder: icon(svg`<path d="M3 7a2 2 0 0 1 2-2h4l2 2.500h8a2 2 0 0 1 2 2V17a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2Z"/>`),
  save: icon(svg`<path d="M12 4v11M7.500 11 12 15.500 16.500 11M4 19.500h16"/>`),
  eye: icon(
    svg`<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z"/><circle cx="12" cy="12" r="2.8"/>`,
  ),
};

/** One labelled, the rest seen. */
export const mark = html`<svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
  ${svg`<rect x="2.5" y="2.5" width="8" height="8" rx="2.5" fill="currentColor"/>
  <rect x="13.5" y="2.5" width="8" height="8" rx="2.5"/>
  <rect x="2.5" y="13.5" width="8" height="8" rx="2.5"/>
  <rect x="13.5" y="13.5" width="8" height="8" rx="2.5"/>`}
</svg>`;
