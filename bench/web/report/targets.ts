/** Why a row misses its target, and what was tried; kept by hand. */
export const explanations: Record<string, string> = {
  encode_cpu_threads:
    'anolis has no threads in the browser: its one is measured against all of onnxruntime-web. Threads need a page with two headers that most sites do not send.',
  shots_20_over_1:
    'matching looks at every token of every example at four levels, 2.8 ms an example here (onnxruntime-web: 5), on top of what does not grow. The read-out alone does not grow, so what follows a stroke does not either. Keys and values of examples are kept; leaving keys of no weight out would spare a twelfth of them (docs/kernels.md), that tokens of one class are merged was not tried.',
  download:
    'the weights, which both fetch, are 13 of the 14 MB, so that no runtime could reach 0.7; without them ours are 0.7 MB.',
  encode_gpu:
    'every layer is a shader of Burn’s of its own: fusion and autotune are off, since both cost minutes of compiling at the start. Not profiled yet, and no shader of our own for an inverted residual was tried. On a GPU in software this row says little about others.',
  first_gpu: 'as encode_gpu, and every shader is written in the page before the browser compiles it; not profiled yet.',
};
