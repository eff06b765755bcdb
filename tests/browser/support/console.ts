import { expect, type Page } from '@playwright/test';

/** Lets a test use a page, and fails it for an error in the console that it is not allowed to leave there. */
export async function withoutErrors(page: Page, allowed: readonly RegExp[], use: (page: Page) => Promise<void>) {
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(error.message));
  await use(page);
  expect(errors.filter((error) => !allowed.some((pattern) => pattern.test(error)))).toEqual([]);
}
