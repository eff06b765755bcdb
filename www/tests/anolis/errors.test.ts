import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorFrom, failureOf } from '../../src/anolis/internal/failure.js';
import { AnolisError, errorOf, isErrorCode, LabelError, WeightsError } from '../../src/anolis/public/errors.js';

describe('errors', () => {
  it('have the class and the sentence of their code', () => {
    const error = errorOf('label-size');
    expect(error).toBeInstanceOf(LabelError);
    expect(error).toBeInstanceOf(AnolisError);
    expect(error.name).toBe('LabelError');
    expect(error.message).toMatch(/width and height/);
  });

  it('cross the worker border with code and message', () => {
    const thrown = Object.assign(new Error('Reload the page.'), { code: 'weights-hash' });
    const error = errorFrom(failureOf(thrown));
    expect(error).toBeInstanceOf(WeightsError);
    expect(error).toMatchObject({ code: 'weights-hash', message: 'Reload the page.' });
  });

  it('know every code of the Rust library', () => {
    const rust = readFileSync(new URL('../../../src/error.rs', import.meta.url), 'utf8');
    const codes = [...rust.matchAll(/ErrorKind::\w+.* => "([a-z-]+)"/g)].map(([, code]) => code);
    expect(codes).toContain('not-an-image');
    expect(codes.filter((code) => !isErrorCode(code))).toEqual([]);
  });

  it('never leave out what was thrown without a code', () => {
    expect(failureOf(new TypeError('x is undefined'))).toMatchObject({
      code: 'internal',
      message: expect.stringContaining('x is undefined'),
    });
    expect(failureOf('text').message).toContain('text');
    expect(failureOf(undefined).code).toBe('internal');
  });

  it('know that a trap ends the worker', () => {
    expect(failureOf(new WebAssembly.RuntimeError('unreachable'))).toMatchObject({
      code: 'worker-crashed',
      fatal: true,
    });
  });

  it('do not take codes from strangers', () => {
    expect(isErrorCode('toString')).toBe(false);
    expect(isErrorCode(20)).toBe(false);
  });
});
