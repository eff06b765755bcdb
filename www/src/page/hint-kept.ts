const KEY = 'anolis-hints';

/** Whether hints are wanted: until somebody closes them or went all the way. */
export function hintsWanted(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'off';
  } catch {
    return true;
  }
}

/** Keeps that no hints are wanted, where the browser lets the page. */
export function keepHintsOff(): void {
  try {
    localStorage.setItem(KEY, 'off');
  } catch {
    // They come again the next time.
  }
}
