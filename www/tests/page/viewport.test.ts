import { describe, expect, it } from 'vitest';
import { Viewport } from '../../src/page/model/viewport.js';

describe('Viewport', () => {
  it('keeps the place that is zoomed at', () => {
    const view = new Viewport();
    view.zoom(4, 0.25, 0.5);
    expect(view.x + 0.25 * view.scale).toBeCloseTo(0.25);
    expect(view.y + 0.5 * view.scale).toBeCloseTo(0.5);
  });

  it('never shows a gap, and goes back to the whole picture', () => {
    const view = new Viewport();
    view.zoom(2, 1, 1);
    view.pan(5, 5);
    expect([view.x, view.y]).toEqual([0, 0]);
    view.zoom(0.01);
    expect([view.scale, view.x, view.y]).toEqual([1, 0, 0]);
  });

  it('moves as little as needed to reveal a place', () => {
    const view = new Viewport();
    view.zoom(4, 0, 0);
    view.reveal(0.05, 0.9);
    expect(view.x).toBe(0);
    expect(view.y + 0.9 * 4).toBeCloseTo(0.92);
  });
});
