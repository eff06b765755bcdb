import { english, useMessages } from './messages.js';

/** Languages of the page, each by its own name. */
export const locales = { en: 'English', de: 'Deutsch' } as const;

/** A language of the page. */
export type Locale = keyof typeof locales;

const KEY = 'anolis-locale';

/** Whether the page speaks it. */
export function isLocale(name: string | undefined): name is Locale {
  return name !== undefined && Object.hasOwn(locales, name);
}

/** The language that was chosen, or else the browser's, or else English. */
export function preferredLocale(): Locale {
  const wanted = [kept(), ...navigator.languages.map((language) => language.split('-')[0])];
  return wanted.find(isLocale) ?? 'en';
}

/** Speaks a language from the next rendering on. */
export async function speak(locale: Locale): Promise<void> {
  useMessages(locale === 'de' ? (await import('./messages.de.js')).german : english);
}

/** Keeps what was chosen, where the browser lets the page. */
export function keepLocale(locale: Locale): void {
  try {
    localStorage.setItem(KEY, locale);
  } catch {
    // It is then asked for again.
  }
}

function kept(): string | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}
