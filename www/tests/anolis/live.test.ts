import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Client } from '../../src/anolis/internal/client.js';
import { Meter } from '../../src/anolis/internal/live/meter.js';
import { startLive } from '../../src/anolis/internal/live/start.js';
import type { LiveReply, LiveRequest } from '../../src/anolis/internal/protocol.js';
import { type ErrorCode, errorOf } from '../../src/anolis/public/errors.js';
import type { LiveFrame, LiveOptions } from '../../src/anolis/public/live.js';

/** As much of a video element as is followed; its frames are numbered. */
class FakeVideo extends EventTarget {
  error: unknown = null;
  readyState = 4;
  videoWidth = 64;
  /** Number of the frame that is shown. */
  frame = 0;
  #callback: (() => void) | undefined;

  requestVideoFrameCallback(callback: () => void): void {
    this.#callback = callback;
  }

  show(frame: number): void {
    this.frame = frame;
    this.#callback?.();
  }
}

/** A worker that answers when it is told to. */
class FakeClient {
  readonly requests: LiveRequest[] = [];
  readonly stopped: number[] = [];
  #answer: ((reply: LiveReply) => void) | undefined;
  #refuse: ((reason: Error) => void) | undefined;

  call(operation: string, input: LiveRequest, signal?: AbortSignal): Promise<unknown> {
    if (operation === 'liveStop') {
      this.stopped.push(input.live);
      return Promise.resolve();
    }
    this.requests.push(input);
    return new Promise((resolve, reject) => {
      [this.#answer, this.#refuse] = [resolve, reject];
      signal?.addEventListener('abort', () => reject(errorOf('aborted')));
    });
  }

  get frames(): number[] {
    return this.requests.map(({ frame }) => (frame as unknown as { number: number }).number);
  }

  async answer(rest: Partial<LiveReply> = {}): Promise<void> {
    const bitmap = { width: 64, height: 48, close() {} } as ImageBitmap;
    this.#answer?.({ bitmap, width: 64, height: 48, milliseconds: 1, predicted: true, ...rest });
    await settle();
  }

  async refuse(code: ErrorCode): Promise<void> {
    this.#refuse?.(errorOf(code));
    await settle();
  }
}

const settle = () => new Promise((resolve) => setTimeout(resolve));

function newCanvas() {
  const shown: ImageBitmap[] = [];
  const renderer = { transferFromImageBitmap: (bitmap: ImageBitmap) => shown.push(bitmap) };
  const getContext = (kind: string) => (kind === 'bitmaprenderer' ? renderer : null);
  return { width: 300, height: 150, shown, getContext };
}

async function follow(options: LiveOptions = {}, examples = 1) {
  const [video, client, canvas] = [new FakeVideo(), new FakeClient(), newCanvas()];
  vi.stubGlobal(
    'VideoFrame',
    class {
      closed = false;
      constructor(readonly source: FakeVideo) {}
      number = video.frame;
      close() {
        this.closed = true;
      }
    },
  );
  const of = { kind: 'keypoints', channels: ['a', 'b'], overlap: false, images: 1 } as const;
  const live = await startLive(
    client as unknown as Client,
    { id: 7, of, isBlank: () => examples === 0 },
    video as unknown as HTMLVideoElement,
    canvas as unknown as HTMLCanvasElement,
    options,
  );
  await settle();
  return { live, video, client, canvas };
}

describe('a task that follows a video', () => {
  beforeEach(() => vi.unstubAllGlobals());

  it('draws the frame that is shown at the start, and fits the canvas to it', async () => {
    const { client, canvas } = await follow();
    expect(client.frames).toEqual([0]);
    await client.answer();
    expect(canvas).toMatchObject({ width: 64, height: 48 });
    expect(canvas.shown).toHaveLength(1);
  });

  it('takes the newest frame when the network is free and passes the others over', async () => {
    const { live, video, client } = await follow();
    for (const frame of [1, 2, 3]) video.show(frame);
    expect(client.frames).toEqual([0]);
    await client.answer();
    expect(client.frames).toEqual([0, 3]);
    await client.answer();
    expect(client.frames).toEqual([0, 3]);
    expect(live.stats).toMatchObject({ frames: 2, skipped: 2 });
  });

  it('lets frames go by while it is paused, but draws one anew when it is asked to', async () => {
    const { live, video, client } = await follow();
    live.pause();
    video.show(1);
    await client.answer();
    expect(client.frames).toEqual([0]);
    live.redraw();
    await settle();
    expect(client.frames).toEqual([0, 1]);
    video.show(2);
    await client.answer();
    live.resume();
    await settle();
    expect(client.frames).toEqual([0, 1, 2]);
    expect(live.stats.skipped).toBe(0);
  });

  it('draws the frame again when its look changes', async () => {
    const { live, client } = await follow();
    await client.answer();
    live.set({ view: 'heat', channel: 1, opacity: 0.5 });
    await settle();
    expect(client.requests[1]?.look).toMatchObject({ view: 'heat', channel: 1, opacity: 0.5, picture: true });
    expect(() => live.set({ view: 'fill' })).toThrow(RangeError);
    expect(() => live.set({ channel: 2 })).toThrow(RangeError);
  });

  it('says what was found, in pixels of the frame', async () => {
    const frames: LiveFrame[] = [];
    const { client } = await follow({ onFrame: (frame) => frames.push(frame) });
    await client.answer({ points: Float32Array.of(1, 10, 20, 0.5) });
    expect(frames).toMatchObject([
      { width: 64, height: 48, predicted: true, frames: 1, points: [{ channel: 1, x: 10, y: 20, score: 0.5 }] },
    ]);
  });

  it('shows frames as they are while there is no example', async () => {
    const { client } = await follow({}, 0);
    expect(client.requests[0]?.blank).toBe(true);
  });

  it('stops when it is told to, and frees what the worker keeps', async () => {
    const controller = new AbortController();
    const { live, video, client, canvas } = await follow({ signal: controller.signal });
    controller.abort();
    await live.finished;
    await client.answer();
    video.show(1);
    await settle();
    expect(client.frames).toEqual([0]);
    expect(canvas.shown).toEqual([]);
    expect(client.stopped).toEqual([client.requests[0]?.live]);
  });

  it('goes on with the newest frame when the worker died', async () => {
    const { live, video, client } = await follow();
    video.show(1);
    await client.refuse('worker-crashed');
    expect(client.frames).toEqual([0, 1]);
    await client.answer();
    expect(live.stats.frames).toBe(1);
    live.stop();
    await live.finished;
  });

  it('gives up when the worker dies of every frame', async () => {
    const { live, client } = await follow();
    const end = expect(live.finished).rejects.toMatchObject({ name: 'WorkerError', code: 'worker-crashed' });
    for (let times = 0; times < 3; times += 1) await client.refuse('worker-crashed');
    await end;
    expect(client.frames).toHaveLength(3);
    expect(client.stopped).toEqual([]);
  });

  it('ends with its task', async () => {
    const { live, client } = await follow();
    await client.refuse('disposed');
    await live.finished;
  });

  it('ends with what broke the video', async () => {
    const { live, video } = await follow();
    video.dispatchEvent(new Event('error'));
    await expect(live.finished).rejects.toMatchObject({ name: 'LiveError', code: 'live-source' });
  });

  it('refuses at the start what it cannot do', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(follow({ signal: controller.signal })).rejects.toMatchObject({ code: 'aborted' });
    await expect(follow({ view: 'fill' })).rejects.toThrow(RangeError);
  });
});

describe('a meter', () => {
  it('measures the rate of the last frames', () => {
    const meter = new Meter();
    expect(meter.stats).toEqual({ frames: 0, skipped: 0, framesPerSecond: 0, latency: 0 });
    for (let frame = 0; frame < 30; frame += 1) meter.drawn(frame * 100 - 40, frame * 100);
    expect(meter.stats).toMatchObject({ frames: 30, framesPerSecond: 10, latency: 40 });
    for (let frame = 0; frame < 30; frame += 1) meter.drawn(3000 + frame * 50 - 20, 3000 + frame * 50);
    expect(meter.stats).toMatchObject({ framesPerSecond: 20, latency: 20 });
  });

  it('measures slow frames too, and forgets how fast they were before', () => {
    const meter = new Meter();
    for (const time of [0, 100, 200, 300, 10_300]) meter.drawn(time, time);
    expect(meter.stats.framesPerSecond).toBe(0.1);
  });

  it('does not take a rest for slowness', () => {
    const meter = new Meter();
    meter.drawn(0, 0);
    meter.drawn(100, 100);
    meter.rest();
    meter.drawn(4000, 4000);
    meter.drawn(4100, 4100);
    expect(meter.stats.framesPerSecond).toBe(10);
  });
});
