import { type Tool, traitsOf, viewsOf } from './model/kinds.js';
import type { Session } from './model/session.js';

/** The key that takes a tool. */
export const toolKeys: Readonly<Record<Tool, string>> = {
  brush: 'b',
  eraser: 'e',
  polygon: 'p',
  box: 'r',
  scribble: 's',
  point: 'p',
};

/** What keys do beyond the session. */
export interface Actions {
  /** Makes the prediction the label. */
  readonly accept: () => void;
  /** Selects the picture to label next. */
  readonly suggest?: () => void;
  /** Shows the shortcuts. */
  readonly help?: () => void;
  /** Saves the session as a file. */
  readonly save?: () => void;
  /** Asks for a file to open. */
  readonly open?: () => void;
}

/** Keys that work wherever nothing else wants them; answers a function that takes them away. */
export function listenToShortcuts(session: Session, actions: Actions, target: EventTarget = window): () => void {
  const listener = (event: Event) => {
    const key = event as KeyboardEvent;
    if (key.defaultPrevented || isField(key.composedPath()[0])) return;
    if (act(session, actions, key)) key.preventDefault();
  };
  target.addEventListener('keydown', listener);
  return () => target.removeEventListener('keydown', listener);
}

function act(session: Session, actions: Actions, { key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean {
  if (key === '?' && actions.help) {
    actions.help();
    return true;
  }
  if (altKey) return false;
  const letter = key.toLowerCase();
  if ((ctrlKey || metaKey) && letter === 'o') {
    actions.open?.();
    return actions.open !== undefined;
  }
  if (session.pictures.length === 0) return false;
  if (ctrlKey || metaKey) {
    if (letter === 's') {
      actions.save?.();
      return actions.save !== undefined;
    }
    if (letter === 'z') return shiftKey ? session.redo() : session.undo();
    return letter === 'y' && session.redo();
  }
  const { tools } = traitsOf(session.kind);
  const views = viewsOf(session.kind, session.channels.length);
  const channel = Number(key);
  if (Number.isInteger(channel) && channel >= 1 && channel <= session.channels.length) {
    if (session.kind === 'tags') {
      session.toggleTag(channel);
      return true;
    }
    session.set({ activeChannel: channel, tool: session.tool === 'eraser' ? (tools[0] as Tool) : session.tool });
    return true;
  }
  const name = key.length === 1 ? key.toLowerCase() : key;
  const tool = tools.find((candidate) => toolKeys[candidate] === name);
  const keys: Record<string, () => void> = {
    '[': () => resize(session, -1),
    ']': () => resize(session, 1),
    v: () => session.set({ view: views[(views.indexOf(session.view) + 1) % views.length] ?? session.view }),
    a: actions.accept,
    d: () => session.set({ beside: !session.beside }),
    ...(actions.suggest ? { n: actions.suggest } : {}),
    ArrowLeft: () => session.step(-1),
    ArrowRight: () => session.step(1),
    PageUp: () => session.step(-1),
    PageDown: () => session.step(1),
  };
  const action = tool ? () => session.set({ tool }) : keys[name];
  action?.();
  return action !== undefined;
}

// By a quarter.
function resize(session: Session, by: 1 | -1): void {
  const size = session.brushSize * 1.25 ** by;
  session.set({ brushSize: by > 0 ? Math.ceil(size) : Math.floor(size) });
}

/** Whether keys belong to what is written or moved there: sliders use the arrows, text fields everything. */
export function isField(target: EventTarget | undefined): boolean {
  if (target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && target.type !== 'checkbox';
}
