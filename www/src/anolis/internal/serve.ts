import { transfer } from 'comlink';
import { errorOf } from '../public/errors.js';
import { boot } from './boot.js';
import { Dispatcher, laneOf } from './dispatch.js';
import { failureOf, type Reply } from './failure.js';
import type { Host } from './host.js';
import type { Input, Operation, Output, WorkerApi } from './protocol.js';
import { CallQueue } from './queue.js';

/** What a worker answers with, in a browser or in Node. */
export function serve(host: Host): WorkerApi {
  const queue = new CallQueue();
  let dispatcher: Dispatcher | undefined;
  return {
    boot: (request, onProgress) =>
      reply(async () => {
        const { engine, report } = await boot(request, host.fetch, onProgress);
        dispatcher = new Dispatcher(engine, host.decode);
        return report;
      }),
    call: async (id, operation, input) => {
      const run = () => {
        if (!dispatcher) throw errorOf('internal');
        return dispatcher.run(operation, input);
      };
      const answer = await reply(() => queue.push({ id, lane: laneOf(operation, input), run }));
      // Frames hold memory of the decoder, also those that were cancelled.
      if (operation === 'liveFrame') (input as Input<'liveFrame'>).frame.close();
      return transfer(answer, buffersOf(operation, answer));
    },
    cancel: (id) => queue.cancel(id),
  };
}

async function reply<T>(action: () => Promise<T>): Promise<Reply<T>> {
  try {
    return { ok: true, value: await action() };
  } catch (thrown) {
    return { ok: false, failure: failureOf(thrown) };
  }
}

function buffersOf(operation: Operation, answer: Reply<unknown>): Transferable[] {
  if (!answer.ok) return [];
  if (operation === 'liveFrame') return [(answer.value as Output<'liveFrame'>).bitmap];
  if (operation !== 'predict') return [];
  const { maps, points, counts, uncertainty } = (answer.value as Output<'predict'>).answer;
  return [maps, points, counts, uncertainty].map(({ buffer }) => buffer as ArrayBuffer);
}
