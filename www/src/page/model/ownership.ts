/** How long another tab has to give a session away before it is taken from it; a frozen one never answers. */
const PATIENCE = 3000;

/** Lets one tab at a time write a session. Browsers without locks let every tab. */
export class Ownership {
  readonly #channel = new BroadcastChannel('anolis-sessions');
  #owned: { readonly id: string; readonly release: () => void } | undefined;

  /** `beforeLoss` saves what is not saved yet; `onLoss` is told that the session now belongs to another tab. */
  constructor(
    beforeLoss: () => Promise<void>,
    private readonly onLoss: (id: string) => void,
    private readonly locks: LockManager | null = navigator.locks ?? null,
  ) {
    this.#channel.onmessage = async ({ data }: MessageEvent<string>) => {
      if (data !== this.#owned?.id) return;
      // It is given away even when it cannot be saved: what is on the screen stays there.
      await beforeLoss().catch(() => {});
      this.#lose(data);
    };
  }

  /** Whether this tab may write the session. */
  has(id: string): boolean {
    return this.#owned?.id === id;
  }

  /** Whether another tab writes the session. */
  async isElsewhere(id: string): Promise<boolean> {
    if (this.has(id) || !this.locks) return false;
    const { held = [] } = await this.locks.query();
    return held.some(({ name }) => name === nameOf(id));
  }

  /** Takes a session in place of the one before; answers whether it could. With `force` it is taken from another tab. */
  async take(id: string, force = false): Promise<boolean> {
    if (this.has(id)) return true;
    if (!force) return this.#request(id, { ifAvailable: true });
    this.#channel.postMessage(id);
    return (await this.#request(id, { signal: AbortSignal.timeout(PATIENCE) })) || this.#request(id, { steal: true });
  }

  close(): void {
    this.#channel.close();
    this.#owned?.release();
    this.#owned = undefined;
  }

  #request(id: string, options: LockOptions): Promise<boolean> {
    return new Promise((resolve) => {
      const hold = (lock: Lock | null): Promise<void> | undefined => {
        if (!lock) return void resolve(false);
        return new Promise((release) => {
          this.#owned?.release();
          this.#owned = { id, release };
          resolve(true);
        });
      };
      if (!this.locks) return void hold({ name: nameOf(id), mode: 'exclusive' });
      this.locks.request(nameOf(id), options, hold).catch(() => {
        // It waited too long, or the lock was stolen.
        resolve(false);
        this.#lose(id);
      });
    });
  }

  #lose(id: string): void {
    if (this.#owned?.id !== id) return;
    this.#owned.release();
    this.#owned = undefined;
    this.onLoss(id);
  }
}

function nameOf(id: string): string {
  return `anolis-session-${id}`;
}
