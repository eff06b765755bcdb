/** Longer than any video. */
const FAR = 1e9;

/** A time as minutes and seconds, finer where frames are told apart by it. */
export function timeText(seconds: number, fine = false): string {
  const hundredths = Math.round(100 * seconds);
  const [minutes, rest] = [Math.floor(hundredths / 6000), (hundredths % 6000) / 100];
  return `${minutes}:${fine ? rest.toFixed(2).padStart(5, '0') : String(Math.floor(rest)).padStart(2, '0')}`;
}

/** Waits until a video knows its size and its length. Rejects when the browser cannot play it or it has no picture. */
export async function openClip(video: HTMLVideoElement, signal: AbortSignal): Promise<void> {
  if (video.readyState < HTMLMediaElement.HAVE_METADATA) await heard(video, 'loadedmetadata', signal);
  if (video.videoWidth === 0) throw new Error('no picture');
  if (Number.isFinite(video.duration)) return;
  // Recordings of browsers say how long they are only at their end.
  video.currentTime = FAR;
  while (!Number.isFinite(video.duration)) await heard(video, 'durationchange', signal);
  video.currentTime = 0;
  await heard(video, 'seeked', signal);
}

/** Waits until a video shows a frame. */
export async function showsFrame(video: HTMLVideoElement, signal: AbortSignal): Promise<void> {
  if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) await heard(video, 'loadeddata', signal);
}

function heard(video: HTMLVideoElement, type: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const once = { once: true, signal };
    video.addEventListener(type, () => resolve(), once);
    video.addEventListener('error', () => reject(video.error ?? new Error('no video')), once);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** The frame that a video shows, as a picture file of this name; nothing before the first. */
export async function frameOf(video: HTMLVideoElement, name: string): Promise<File | undefined> {
  const { videoWidth: width, videoHeight: height } = video;
  if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || width === 0) return undefined;
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')?.drawImage(video, 0, 0, width, height);
  // As a video that was compressed already is: without loss it would be many times as large.
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 });
  return new File([blob], name, { type: blob.type });
}

/** The name, or it with a number that none of the others has. */
export function freeName(name: string, others: readonly string[]): string {
  const [, stem = name, ending = ''] = /^(.*?)(\.\w+)?$/.exec(name) ?? [];
  let free = name;
  for (let number = 2; others.includes(free); number += 1) free = `${stem} (${number})${ending}`;
  return free;
}
