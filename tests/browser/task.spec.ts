import { expect, test } from './support/fixtures.js';
import { openLibrary } from './support/library.js';
import { ask, learn, overlap, readTasks } from './support/tasks.js';

const tasks = readTasks(5);

test('there are tasks to solve', () => {
  expect(tasks.length).toBeGreaterThan(0);
});

for (const task of tasks) {
  test(`five examples of ${task.name} are enough`, async ({ page }) => {
    await openLibrary(page);
    await learn(page, 'cpu', task);
    expect(overlap(await ask(page, task), task)).toBeGreaterThanOrEqual(0.6);
  });
}
