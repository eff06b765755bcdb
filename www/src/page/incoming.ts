/** Files by what they are to be opened as, judging by their names. */
export function sortFiles(files: readonly File[]): {
  readonly session: File | undefined;
  readonly labels: readonly File[];
  readonly videos: readonly File[];
  readonly pictures: readonly File[];
} {
  const is = (pattern: RegExp) => (file: File) => pattern.test(file.name);
  const [isSession, isLabels] = [is(/\.anolis$/i), is(/\.(json|txt|ya?ml|xml|csv|zip)$/i)];
  const pictures = files.filter((file) => !isSession(file) && !isLabels(file) && !isVideo(file));
  return {
    session: files.find(isSession),
    labels: files.filter(isLabels),
    videos: files.filter(isVideo),
    pictures,
  };
}

// A type is known only to browsers that play it.
function isVideo({ name, type }: File): boolean {
  return type.startsWith('video/') || /\.(mp4|m4v|webm|mov|ogv|mkv|avi)$/i.test(name);
}

/** Takes pictures that are dropped or pasted on `target`; answers a function that stops it. */
export function listenForFiles(
  onFiles: (files: File[]) => void,
  onDrag: (over: boolean) => void,
  target: EventTarget = document,
): () => void {
  let depth = 0;
  const over = (change: number) => {
    depth = change === 0 ? 0 : depth + change;
    onDrag(depth > 0);
  };
  const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
  const listeners = {
    dragenter: (event: DragEvent) => carriesFiles(event) && over(1),
    dragleave: (event: DragEvent) => carriesFiles(event) && over(-1),
    dragover: (event: DragEvent) => carriesFiles(event) && event.preventDefault(),
    drop: (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      over(0);
      take(event.dataTransfer);
    },
    paste: (event: ClipboardEvent) => take(event.clipboardData),
  };
  const take = (data: DataTransfer | null) => {
    const files = [...(data?.files ?? [])];
    if (files.length > 0) onFiles(files);
  };
  for (const [type, listener] of Object.entries(listeners)) target.addEventListener(type, listener as EventListener);
  return () => {
    for (const [type, listener] of Object.entries(listeners))
      target.removeEventListener(type, listener as EventListener);
  };
}
