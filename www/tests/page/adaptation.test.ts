import { describe, expect, it } from 'vitest';
import { errorOf } from '../../src/anolis/public/errors.js';
import type { AdaptOptions, AdaptReport, Task } from '../../src/anolis/public/index.js';
import { Adaptation } from '../../src/page/model/adaptation.js';

const report: AdaptReport = { level: 3, used: true, before: 0.5, after: 0.4, judged: 3, better: 2 };

/** A task that makes some steps and then ends as `end` says. */
function taskOf(steps: number, end: () => AdaptReport): Task {
  const adapt = async ({ onProgress }: AdaptOptions) => {
    for (let step = 1; step <= steps; step += 1) onProgress?.({ step, steps, loss: 1 / step });
    return end();
  };
  return { adapt } as unknown as Task;
}

const options = { steps: 4, resume: false };

describe('Adaptation', () => {
  it('shows every step and what came of them', async () => {
    const adaptation = new Adaptation();
    expect(
      await adaptation.run(
        taskOf(4, () => report),
        'mask',
        options,
      ),
    ).toBe(true);
    expect(adaptation.progress.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    expect(adaptation).toMatchObject({ state: 'used', kind: 'mask', report, secondsLeft: 0 });
  });

  it('uses nothing that held-out examples refute', async () => {
    const adaptation = new Adaptation();
    const refuted = { ...report, used: false };
    expect(
      await adaptation.run(
        taskOf(4, () => refuted),
        'mask',
        options,
      ),
    ).toBe(false);
    expect(adaptation.state).toBe('refuted');
  });

  it('goes on with the curve of an adaptation that was stopped', async () => {
    const adaptation = new Adaptation();
    const stopped = taskOf(2, () => {
      throw errorOf('aborted');
    });
    await adaptation.run(stopped, 'mask', options);
    expect(adaptation.state).toBe('stopped');
    await adaptation.run(
      taskOf(1, () => report),
      'mask',
      { steps: 4, resume: true },
    );
    expect(adaptation.progress).toHaveLength(3);
  });

  it('says that a lost worker interrupted it', async () => {
    const adaptation = new Adaptation();
    const lost = taskOf(1, () => {
      throw errorOf('adaptation-lost');
    });
    await adaptation.run(lost, 'mask', options);
    expect(adaptation.state).toBe('failed');
    expect(adaptation.problem).toContain('interrupted');
  });
});
