import { expect, test } from './support/fixtures.js';
import { openLibrary } from './support/library.js';
import { readTasks, score } from './support/tasks.js';

const tasks = readTasks(5);

test('there are tasks to solve', () => {
  expect(tasks.length).toBeGreaterThan(0);
});

for (const task of tasks) {
  test(`five examples of ${task.name} are enough`, async ({ page, backend }) => {
    await openLibrary(page);
    expect(await score(page, backend, task)).toBeGreaterThanOrEqual(0.6);
  });

  test(`both backends answer ${task.name} alike`, async ({ page, backend }) => {
    test.skip(backend === 'cpu', 'needs both backends in one browser');
    await openLibrary(page);
    const [cpu, gpu] = [await score(page, 'cpu', task), await score(page, 'webgpu', task)];
    expect(Math.abs(cpu - gpu)).toBeLessThanOrEqual(0.01);
  });
}
