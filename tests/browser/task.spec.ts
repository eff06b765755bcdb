import { expect, test } from './support/fixtures.js';
import { openLibrary } from './support/library.js';
import { readTasks, score } from './support/tasks.js';

const tasks = readTasks(5);

test('there are tasks to solve', () => {
  expect(tasks.length).toBeGreaterThan(0);
});

for (const task of tasks) {
  test(`five examples of ${task.name} are enough`, async ({ page }) => {
    await openLibrary(page);
    expect(await score(page, 'cpu', task)).toBeGreaterThanOrEqual(0.6);
  });
}
