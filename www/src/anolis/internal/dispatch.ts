import { errorOf } from '../public/errors.js';
import type { Decoded } from './decode.js';
import type { Engine, Handed, TagFound } from './engine.js';
import type { Host } from './host.js';
import { Painter } from './live/painter.js';
import type { Input, Operation, Output } from './protocol.js';
import type { Lane } from './queue.js';

/** Runs operations on the engine and keeps which of its ids belong to the client's. */
export class Dispatcher {
  readonly #images = new Map<number, number>();
  readonly #tasks = new Map<number, number>();
  /** Tasks that are being adapted; a worker that was started again knows of none. */
  readonly #adapting = new Set<number>();
  readonly #painters = new Map<number, Painter>();

  constructor(
    private readonly engine: Engine,
    private readonly decode: Host['decode'],
  ) {}

  run<O extends Operation>(operation: O, input: Input<O>): Promise<Output<O>> {
    const handler = this[operation] as unknown as (input: Input<O>) => Output<O> | Promise<Output<O>>;
    return Promise.resolve(handler.call(this, input));
  }

  protected async addImage({ image, sources }: Input<'addImage'>): Promise<Output<'addImage'>> {
    const decoded = await Promise.all(sources.map(this.decode));
    const first = decoded[0]?.pixels;
    if (!first) throw errorOf('image-count');
    // Files are small and where the browser wants them: the runtime's memory need not hold their pixels.
    const files = sources.every((source) => source instanceof Blob);
    const again = async () => handed(await Promise.all(sources.map(this.decode)));
    this.#images.set(image, await this.engine.addImage(...handed(decoded), files ? again : undefined));
    return { width: first.width, height: first.height, notices: decoded.flatMap(({ notices }) => notices) };
  }

  protected removeImage({ image }: Input<'removeImage'>): undefined {
    this.engine.removeImage(this.#image(image));
    this.#images.delete(image);
  }

  protected addTask({ task, kind, channels, overlap, images }: Input<'addTask'>): undefined {
    this.#tasks.set(task, this.engine.addTask(kind, channels, overlap, images));
  }

  protected removeTask({ task }: Input<'removeTask'>): undefined {
    this.engine.removeTask(this.#task(task));
    this.#tasks.delete(task);
    this.#adapting.delete(task);
  }

  protected async setLabel({ task, image, label }: Input<'setLabel'>): Promise<undefined> {
    const ids = [this.#task(task), this.#image(image)] as const;
    switch (label.form) {
      case 'classes':
        return void (await this.engine.setClasses(...ids, label.data, label.width, label.height));
      case 'layers':
        return void (await this.engine.setLayers(...ids, label.data, label.width, label.height));
      case 'map':
        return void (await this.engine.setMap(...ids, label.data, label.width, label.height));
      case 'keypoints':
        return void (await this.engine.setKeypoints(...ids, label.data));
      case 'points':
        return void (await this.engine.setDots(...ids, label.data));
      case 'marks':
        return void (await this.engine.setMarks(...ids, label.marks));
    }
  }

  protected removeLabel({ task, image }: Input<'removeLabel'>): undefined {
    this.engine.removeLabel(this.#task(task), this.#image(image));
  }

  protected async predict({ task, image, width, height, quick }: Input<'predict'>): Promise<Output<'predict'>> {
    const ids = [this.#task(task), this.#image(image)] as const;
    const start = performance.now();
    const answer = quick
      ? await this.engine.predictReadout(...ids, width, height)
      : await this.engine.predict(...ids, width, height);
    return { answer, milliseconds: performance.now() - start };
  }

  protected async liveFrame(request: Input<'liveFrame'>): Promise<Output<'liveFrame'>> {
    const task = this.#task(request.task);
    const painter = this.#painters.get(request.live) ?? new Painter(this.engine);
    this.#painters.set(request.live, painter);
    const reply = await painter.paint(request, task);
    return reply.tags ? { ...reply, tags: this.#named(reply.tags) } : reply;
  }

  protected liveStop({ live }: Input<'liveStop'>): undefined {
    this.#painters.get(live)?.stop();
    this.#painters.delete(live);
  }

  protected addTagTask({ task, names }: Input<'addTagTask'>): undefined {
    this.#tasks.set(task, this.engine.addTagTask(names));
  }

  protected addTag({ task, name }: Input<'addTag'>): undefined {
    this.engine.addTag(this.#task(task), name);
  }

  protected async setTags({ task, image, said }: Input<'setTags'>): Promise<undefined> {
    await this.engine.setTags(this.#task(task), this.#image(image), said);
  }

  protected async predictTags({ task, image }: Input<'predictTags'>): Promise<Output<'predictTags'>> {
    return this.#named(await this.engine.predictTags(this.#task(task), this.#image(image)));
  }

  protected async search({ op, a, b, images, count }: Input<'search'>): Promise<Output<'search'>> {
    const clients = new Map(images.map((image) => [this.#image(image), image]));
    const among = Uint32Array.from(clients.keys());
    const found = await this.engine.search(op, this.#image(a), this.#image(b), among, count);
    return found.map((one) => ({ ...one, image: clients.get(one.image) as number }));
  }

  protected suggest({ task, images, count }: Input<'suggest'>): Output<'suggest'> {
    const clients = new Map(images.map((image) => [this.#image(image), image]));
    const found = this.engine.suggest(this.#task(task), Uint32Array.from(clients.keys()), count);
    return Array.from(found, (image) => clients.get(image) as number);
  }

  protected async adaptBegin(input: Input<'adaptBegin'>): Promise<Output<'adaptBegin'>> {
    const { task, steps, seconds, seed, resume } = input;
    const level = input.level === 'auto' ? undefined : input.level;
    const begun = await this.engine.adaptBegin(this.#task(task), level, steps, seconds, seed, resume);
    this.#adapting.add(task);
    return begun;
  }

  protected adaptStep({ task }: Input<'adaptStep'>): Promise<Output<'adaptStep'>> {
    if (!this.#adapting.has(task)) throw errorOf('adaptation-lost');
    return this.engine.adaptStep(this.#task(task));
  }

  protected async adaptFinish({ task }: Input<'adaptFinish'>): Promise<Output<'adaptFinish'>> {
    if (!this.#adapting.delete(task)) throw errorOf('adaptation-lost');
    const id = this.#task(task);
    return { report: await this.engine.adaptFinish(id), adapter: this.engine.adapter(id) };
  }

  /** The engine keeps what was tuned, for an adaptation that resumes. */
  protected adaptCancel({ task }: Input<'adaptCancel'>): undefined {
    this.#adapting.delete(task);
  }

  protected adapter({ task }: Input<'adapter'>): Output<'adapter'> {
    return this.engine.adapter(this.#task(task));
  }

  protected setAdapter({ task, adapter }: Input<'setAdapter'>): undefined {
    this.engine.setAdapter(this.#task(task), adapter);
  }

  // With the client's numbers of the examples.
  #named(tags: readonly TagFound[]): TagFound[] {
    const clients = new Map([...this.#images].map(([client, engine]) => [engine, client]));
    return tags.map((tag) => ({ ...tag, images: Array.from(tag.images, (id) => clients.get(id) as number) }));
  }

  #image(id: number): number {
    const image = this.#images.get(id);
    if (image === undefined) throw errorOf('image-disposed');
    return image;
  }

  #task(id: number): number {
    const task = this.#tasks.get(id);
    if (task === undefined) throw errorOf('disposed');
    return task;
  }
}

function handed(decoded: readonly Decoded[]): Handed {
  const pixels = decoded.map(({ pixels }) => pixels);
  const rgba = pixels.map(({ data }) => new Uint8Array(data.buffer));
  return [rgba, Uint32Array.from(pixels.flatMap(({ width, height }) => [width, height]))];
}

/** Which calls go first: what a hand is waiting for, then what an eye is waiting for. */
export function laneOf(operation: Operation, input: Input<Operation>): Lane {
  if (operation === 'addImage') return 'encode';
  if (operation === 'adaptBegin' || operation === 'adaptStep' || operation === 'adaptFinish') return 'adapt';
  if (operation === 'predict') return (input as Input<'predict'>).quick ? 'quick' : 'full';
  if (operation === 'liveFrame' || operation === 'suggest' || operation === 'predictTags' || operation === 'search')
    return 'quick';
  return 'stroke';
}
