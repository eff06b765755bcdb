import type { Page } from '@playwright/test';

/** Records a second of a ball that rolls from left to right, as a browser would. */
export async function recordClip(page: Page): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
  const base64 = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 180 });
    const context = canvas.getContext('2d') as CanvasRenderingContext2D;
    const draw = (share: number) => {
      context.fillStyle = 'rgb(60 110 130)';
      context.fillRect(0, 0, 320, 180);
      context.fillStyle = 'rgb(225 90 60)';
      context.beginPath();
      context.arc(60 + 200 * share, 90, 40, 0, 2 * Math.PI);
      context.fill();
    };
    draw(0);
    const recorder = new MediaRecorder(canvas.captureStream(30), { mimeType: 'video/webm;codecs=vp8' });
    const chunks: Blob[] = [];
    recorder.addEventListener('dataavailable', ({ data }) => chunks.push(data));
    const stopped = new Promise((resolve) => recorder.addEventListener('stop', resolve, { once: true }));
    recorder.start();
    for (let frame = 0; frame <= 30; frame += 1) {
      draw(frame / 30);
      await new Promise((resolve) => setTimeout(resolve, 33));
    }
    recorder.stop();
    await stopped;
    const bytes = new Uint8Array(await new Blob(chunks).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  });
  return { name: 'ball.webm', mimeType: 'video/webm', buffer: Buffer.from(base64, 'base64') };
}
