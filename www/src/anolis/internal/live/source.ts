import { errorOf } from '../../public/errors.js';
import type { LiveSource } from '../../public/live.js';
import type { Frame } from '../engine.js';

/** `readyState` of a video that shows a frame. */
const HAVE_CURRENT_DATA = 2;

/** What is told of a source. */
export interface SourceEvents {
  /** Another frame is to be seen. */
  readonly onFrame: () => void;
  /** There will be no more: a camera was unplugged or stopped, or `reason` says what broke. */
  readonly onEnd: (reason?: Error) => void;
}

/** The newest frame of a video or a camera, and when there is another one. */
export class Source {
  readonly #video: HTMLVideoElement;
  readonly #stop = new AbortController();
  readonly #own: boolean;

  private constructor(video: HTMLVideoElement, own: boolean) {
    this.#video = video;
    this.#own = own;
  }

  /** Rejects with `'live-source'` for what has no picture. */
  static async open(source: LiveSource, events: SourceEvents): Promise<Source> {
    if ('videoWidth' in source) {
      if (source.error) throw errorOf('live-source', undefined, { cause: source.error });
      return new Source(source, false).#listen(events);
    }
    const stream = 'getVideoTracks' in source ? source : new MediaStream([source]);
    const [track] = stream.getVideoTracks();
    if (track?.readyState !== 'live') throw errorOf('live-source');
    // The only way to a camera's frames that every browser has.
    const video = Object.assign(document.createElement('video'), { muted: true, playsInline: true, srcObject: stream });
    const opened = new Source(video, true).#listen(events);
    track.addEventListener('ended', () => events.onEnd(), { signal: opened.#stop.signal });
    try {
      await video.play();
    } catch (cause) {
      opened.close();
      throw errorOf('live-source', undefined, { cause });
    }
    return opened;
  }

  /** The frame that is shown now; none before the first. Rejects with `'live-source'` for videos that may not be read. */
  async take(): Promise<Frame | undefined> {
    const video = this.#video;
    if (video.readyState < HAVE_CURRENT_DATA || video.videoWidth === 0) return undefined;
    try {
      // Without a copy, where the browser can.
      return typeof VideoFrame === 'undefined' ? await createImageBitmap(video) : new VideoFrame(video);
    } catch (cause) {
      throw errorOf('live-source', undefined, { cause });
    }
  }

  close(): void {
    this.#stop.abort();
    if (this.#own) this.#video.srcObject = null;
  }

  #listen({ onFrame, onEnd }: SourceEvents): this {
    const { signal } = this.#stop;
    const video = this.#video;
    video.addEventListener('error', () => onEnd(errorOf('live-source', undefined, { cause: video.error })), { signal });
    const next = frameCallback(video);
    const again = () => {
      if (signal.aborted) return;
      onFrame();
      next(again);
    };
    next(again);
    // What is shown already calls nobody.
    onFrame();
    return this;
  }
}

/** Calls once when another frame is shown; where the browser does not tell, when time has passed. */
function frameCallback(video: HTMLVideoElement): (callback: () => void) => void {
  if ('requestVideoFrameCallback' in video) return (callback) => video.requestVideoFrameCallback(callback);
  const old = video as HTMLVideoElement;
  let seen = -1;
  return (callback) => {
    const look = () => {
      if (old.currentTime === seen) return void requestAnimationFrame(look);
      seen = old.currentTime;
      callback();
    };
    requestAnimationFrame(look);
  };
}
