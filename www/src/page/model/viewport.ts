/** How far in one can go. */
const CLOSEST = 32;

/** Which part of a picture is looked at: scale 1 shows all of it. Lengths are shares of the frame. */
export class Viewport {
  scale = 1;
  x = 0;
  y = 0;

  /** Looks closer by `factor`, the place `x`, `y` of the frame (0 to 1) staying where it is. */
  zoom(factor: number, x = 0.5, y = 0.5): void {
    const scale = Math.min(CLOSEST, Math.max(1, this.scale * factor));
    const grown = scale / this.scale;
    this.scale = scale;
    this.#moveTo(x - (x - this.x) * grown, y - (y - this.y) * grown);
  }

  /** Moves the picture. */
  pan(dx: number, dy: number): void {
    this.#moveTo(this.x + dx, this.y + dy);
  }

  /** Moves as little as needed to show the place `x`, `y` of the picture (0 to 1). */
  reveal(x: number, y: number, margin = 0.08): void {
    const shift = (place: number) => Math.max(0, margin - place) - Math.max(0, place - (1 - margin));
    this.pan(shift(this.x + x * this.scale), shift(this.y + y * this.scale));
  }

  reset(): void {
    Object.assign(this, { scale: 1, x: 0, y: 0 });
  }

  // No gap between picture and frame.
  #moveTo(x: number, y: number): void {
    this.x = Math.min(0, Math.max(1 - this.scale, x));
    this.y = Math.min(0, Math.max(1 - this.scale, y));
  }
}
