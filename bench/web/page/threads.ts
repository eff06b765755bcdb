/** What starts threads, besides what every runtime's glue has. */
interface ThreadedGlue {
  default(input: { module_or_path: WebAssembly.Module }): Promise<{ memory: WebAssembly.Memory }>;
  startThreads(count: number): void;
}

// As www/src/anolis/internal/threads.ts has it, where it also ends well if a thread does not start.
const script = `onmessage = async ({ data: { glue, ...start } }) => {
  const { default: init, work } = await import(glue);
  await init(start);
  postMessage('ready');
  work();
};`;

/** The runtime at an address with so many threads, this worker being one of them. */
export async function startThreaded<Glue>(at: string, count: number): Promise<Glue> {
  const glueUrl = `${at}/anolis.js`;
  const module = await WebAssembly.compileStreaming(fetch(`${at}/anolis_bg.wasm`));
  const glue: Glue & ThreadedGlue = await import(/* @vite-ignore */ glueUrl);
  const { memory } = await glue.default({ module_or_path: module });
  const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  const ready = Array.from({ length: count - 1 }, () => {
    const worker = new Worker(url, { type: 'module' });
    worker.postMessage({ glue: glueUrl, module_or_path: module, memory });
    return new Promise((resolve, reject) => {
      worker.onmessage = resolve;
      worker.onerror = reject;
    });
  });
  await Promise.all(ready);
  glue.startThreads(count);
  return glue;
}
