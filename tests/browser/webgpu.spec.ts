import { expect, test } from './support/fixtures.js';
import { openLibrary } from './support/library.js';
import { compare, readTasks } from './support/tasks.js';

// A software GPU compiles and computes slowly, so that few tests say much.
for (const task of readTasks(5)) {
  test(`the GPU passes its self-test and answers ${task.name} as the CPU does`, async ({ page }) => {
    await openLibrary(page);
    const { cpu, webgpu, worst } = await compare(page, { ...task, query: task.query.slice(0, 2) });
    expect(cpu).toBeGreaterThanOrEqual(0.6);
    expect(webgpu).toBeGreaterThanOrEqual(0.6);
    expect(Math.abs(cpu - webgpu)).toBeLessThanOrEqual(0.01);
    expect(worst).toBeLessThanOrEqual(1e-3);
  });
}
