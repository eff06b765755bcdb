import { beforeEach, expect, it, vi } from 'vitest';
import { Anolis, type LoadOptions } from '../../src/anolis/public/index.js';
import { share } from '../../src/element/share.js';

vi.mock('../../src/anolis/assets/index.js', () => ({
  assets: { runtime: { cpu: {}, relaxed: {}, threads: {}, gpu: {} }, weights: {} },
}));

const told = () => ({ onProgress: vi.fn(), onNotice: vi.fn() });
const cpu = { backend: 'cpu', quality: 'best' } as const;
const dispose = vi.fn();
let options: LoadOptions[] = [];
let failing: Error | undefined;

beforeEach(() => {
  dispose.mockClear();
  options = [];
  failing = undefined;
  vi.spyOn(Anolis, 'load').mockImplementation(async (given = {}) => {
    options.push(given);
    if (failing) throw failing;
    return { dispose } as unknown as Anolis;
  });
});

it('widgets that want the same have the same network, which ends with the last', async () => {
  const [first, second] = [share(cpu, told()), share(cpu, told())];
  expect(await first.anolis).toBe(await second.anolis);
  expect(options).toHaveLength(1);
  first.release();
  first.release();
  await Promise.resolve();
  expect(dispose).not.toHaveBeenCalled();
  second.release();
  await vi.waitFor(() => expect(dispose).toHaveBeenCalledOnce());
  // Who comes later begins anew.
  share(cpu, told()).release();
  expect(options).toHaveLength(2);
});

it('another backend, quality or place is another network', () => {
  const uses = [cpu, { ...cpu, quality: 'fast' as const }, { ...cpu, workerUrl: '/w.js' }].map((wanted) =>
    share(wanted, told()),
  );
  expect(options).toHaveLength(3);
  for (const { release } of uses) release();
});

it('all of them are told how loading goes on', () => {
  const users = [told(), told()];
  const uses = users.map((user) => share(cpu, user));
  options[0]?.onProgress?.({ fraction: 0.5, phase: 'weights' });
  for (const { onProgress } of users) expect(onProgress).toHaveBeenCalledWith({ fraction: 0.5, phase: 'weights' });
  for (const { release } of uses) release();
});

it('what failed is tried again', async () => {
  failing = new Error('no network');
  await expect(share(cpu, told()).anolis).rejects.toThrow('no network');
  failing = undefined;
  const again = share(cpu, told());
  await expect(again.anolis).resolves.toBeDefined();
  again.release();
});
