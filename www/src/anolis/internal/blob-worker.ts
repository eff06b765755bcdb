/** A module worker of a script. */
export function blobWorker(script: string, name: string): Worker {
  const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  const worker = new Worker(url, { type: 'module', name });
  // Revoking at once would race with the fetch of the script.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  return worker;
}
