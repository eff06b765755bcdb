import { readFile } from 'node:fs/promises';
import { parentPort } from 'node:worker_threads';
import { expose } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter';
import type { Fetch } from '../internal/host.js';
import { serve } from '../internal/serve.js';
import { decode } from './decode.js';

const wasm = { headers: { 'content-type': 'application/wasm' } };

/** Reads what lies beside this file; asks the network for the rest. */
const fetchFile: Fetch = async (url) => {
  if (!url.startsWith('file:')) return fetch(url);
  return new Response(await readFile(new URL(url)), url.endsWith('.wasm') ? wasm : {});
};

if (parentPort) expose(serve({ fetch: fetchFile, decode }), nodeEndpoint(parentPort));
