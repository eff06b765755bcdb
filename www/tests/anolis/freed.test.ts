import { expect, it } from 'vitest';
import { freed } from '../../src/anolis/internal/freed.js';
import { errorOf } from '../../src/anolis/public/errors.js';

it('takes what went with its session as freed, and hides nothing else', async () => {
  await expect(freed(Promise.reject(errorOf('disposed')))).resolves.toBeUndefined();
  await expect(freed(Promise.reject(errorOf('worker-crashed')))).rejects.toMatchObject({ code: 'worker-crashed' });
  await expect(freed(Promise.reject(new TypeError('a mistake')))).rejects.toThrow('a mistake');
});
