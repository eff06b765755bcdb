/** Watches what is allocated in this worker; contenders allocate only when they load. */
const memories = new Set<WebAssembly.Memory>();
let gpuBytes = 0;
let gpuPeak = 0;

const keep = (value: unknown): void => {
  if (value instanceof WebAssembly.Memory) memories.add(value);
};
const keepAll = (of: object | undefined): void => {
  for (const value of Object.values(of ?? {})) {
    keep(value);
    if (value !== null && typeof value === 'object' && !(value instanceof WebAssembly.Memory))
      Object.values(value).forEach(keep);
  }
};

for (const name of ['instantiate', 'instantiateStreaming'] as const) {
  const original = WebAssembly[name] as (source: unknown, imports?: object) => Promise<unknown>;
  const watched = async (source: unknown, imports?: object) => {
    const made = (await original(source, imports)) as WebAssembly.Instance | WebAssembly.WebAssemblyInstantiatedSource;
    keepAll(imports);
    keepAll('instance' in made ? made.instance.exports : made.exports);
    return made;
  };
  Object.assign(WebAssembly, { [name]: watched });
}
const Instance = WebAssembly.Instance;
WebAssembly.Instance = new Proxy(Instance, {
  construct(target, [module, imports]) {
    const made = new target(module, imports);
    keepAll(imports);
    keepAll(made.exports);
    return made;
  },
});

if ('GPUDevice' in globalThis) {
  const create = GPUDevice.prototype.createBuffer;
  GPUDevice.prototype.createBuffer = function (descriptor) {
    const buffer = create.call(this, descriptor);
    gpuBytes += descriptor.size;
    gpuPeak = Math.max(gpuPeak, gpuBytes);
    const destroy = buffer.destroy;
    let open = true;
    buffer.destroy = () => {
      if (open) gpuBytes -= descriptor.size;
      open = false;
      return destroy.call(buffer);
    };
    return buffer;
  };
}

/** Bytes of all wasm heaps, which never shrink, and the most that GPU buffers had at a time. */
export function memory(): { heap: number; gpu: number } {
  const heap = [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
  return { heap, gpu: gpuPeak };
}
