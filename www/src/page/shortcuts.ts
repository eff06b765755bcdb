import type { Session } from './model/session.js';

/** Keys that work wherever nothing else wants them; answers a function that takes them away. */
export function listenToShortcuts(session: Session, target: EventTarget = window): () => void {
  const listener = (event: Event) => {
    const key = event as KeyboardEvent;
    if (key.defaultPrevented || isField(key.composedPath()[0])) return;
    if (act(session, key)) key.preventDefault();
  };
  target.addEventListener('keydown', listener);
  return () => target.removeEventListener('keydown', listener);
}

function act(session: Session, { key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean {
  if (session.pictures.length === 0 || altKey) return false;
  if (ctrlKey || metaKey) {
    const letter = key.toLowerCase();
    if (letter === 'z') return shiftKey ? session.redo() : session.undo();
    return letter === 'y' && session.redo();
  }
  const classId = Number(key);
  if (Number.isInteger(classId) && classId >= 1 && classId <= session.classes.length) {
    session.set({ activeClass: classId, tool: 'brush' });
    return true;
  }
  const actions: Record<string, () => void> = {
    b: () => session.set({ tool: 'brush' }),
    e: () => session.set({ tool: 'eraser' }),
    '[': () => session.set({ brushSize: Math.floor(session.brushSize / 1.25) }),
    ']': () => session.set({ brushSize: Math.ceil(session.brushSize * 1.25) }),
    ArrowLeft: () => session.step(-1),
    ArrowRight: () => session.step(1),
    PageUp: () => session.step(-1),
    PageDown: () => session.step(1),
  };
  const action = actions[key.length === 1 ? key.toLowerCase() : key];
  action?.();
  return action !== undefined;
}

// Sliders use the arrows, text fields everything.
function isField(target: EventTarget | undefined): boolean {
  return target instanceof HTMLInputElement && target.type !== 'checkbox';
}
