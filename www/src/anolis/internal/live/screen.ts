import { errorOf } from '../../public/errors.js';

/** A canvas that shows pictures as they come; it stays its owner's, also when the worker that draws them dies. */
export class Screen {
  readonly #show: (bitmap: ImageBitmap) => void;

  constructor(private readonly canvas: HTMLCanvasElement | OffscreenCanvas) {
    const renderer = canvas.getContext('bitmaprenderer') as ImageBitmapRenderingContext | null;
    // A canvas that was drawn on before keeps its context.
    const context = renderer ? null : (canvas.getContext('2d') as CanvasRenderingContext2D | null);
    if (renderer) this.#show = (bitmap) => renderer.transferFromImageBitmap(bitmap);
    else if (context)
      this.#show = (bitmap) => {
        context.clearRect(0, 0, bitmap.width, bitmap.height);
        context.drawImage(bitmap, 0, 0);
        bitmap.close();
      };
    else throw errorOf('live-canvas');
  }

  show(bitmap: ImageBitmap): void {
    const { width, height } = bitmap;
    if (this.canvas.width !== width) this.canvas.width = width;
    if (this.canvas.height !== height) this.canvas.height = height;
    this.#show(bitmap);
  }
}
