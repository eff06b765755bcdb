import { messages } from '../messages.js';

/** Opens the camera, the one that looks away from the person where there are two. Rejects with a sentence for the person. */
export async function openCamera(): Promise<MediaStream> {
  // Absent on pages that are not secure.
  if (!navigator.mediaDevices) throw new Error(messages.live.insecure);
  const video = { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 720 } };
  try {
    return await navigator.mediaDevices.getUserMedia({ video, audio: false });
  } catch (cause) {
    throw new Error(sentenceFor((cause as Error).name), { cause });
  }
}

function sentenceFor(name: string): string {
  const { denied, none, busy } = messages.live;
  if (name === 'NotAllowedError' || name === 'SecurityError') return denied;
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? none : busy;
}

/** Turns a camera off. */
export function closeCamera(stream: MediaStream | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
