import { expect, test } from './support/fixtures.js';
import { losableGpu } from './support/gpu.js';
import { openLibrary } from './support/library.js';
import { ask, difference, learn, overlap, readTasks, state } from './support/tasks.js';

test.use({ allowed: [/device|gpu|lost/i] });

// A software GPU compiles and computes slowly, so that one load says much.
for (const task of readTasks(5)) {
  test(`the GPU answers ${task.name} as the CPU does, which takes over when it is lost`, async ({ page }) => {
    const few = { ...task, query: task.query.slice(0, 2) };
    const loseGpu = await losableGpu(page);
    await openLibrary(page);
    await learn(page, 'cpu', few, 'fast');
    const cpu = await ask(page, few);
    await learn(page, 'webgpu', few, 'fast');
    const webgpu = await ask(page, few);
    expect(await state(page)).toEqual({ backend: 'webgpu', notices: [] });
    expect(overlap(cpu, few)).toBeGreaterThanOrEqual(0.6);
    expect(overlap(webgpu, few)).toBeGreaterThanOrEqual(0.6);
    expect(Math.abs(overlap(cpu, few) - overlap(webgpu, few))).toBeLessThanOrEqual(0.01);
    expect(difference(cpu, webgpu)).toBeLessThanOrEqual(1e-3);

    await loseGpu();
    const after = await ask(page, few);
    expect(await state(page)).toEqual({ backend: 'cpu', notices: ['device-lost'] });
    // The same pictures and labels in the same order: the very same numbers.
    expect(difference(cpu, after)).toBe(0);
  });
}
