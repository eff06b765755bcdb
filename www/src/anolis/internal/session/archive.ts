import { crc32 } from './crc.js';
import { GROWTH_MATTERS, MOST_BYTES, MOST_ENTRIES, MOST_GROWTH } from './limits.js';
import { damaged } from './problem.js';

/** Bytes read at a time. */
const STEP = 1 << 20;
/** The same of deflated data, of which a hostile file makes at most a thousand times as many. */
const DEFLATED_STEP = 1 << 16;

const END = { signature: 0x06054b50, bytes: 22, longestComment: 65_535 };
const ENTRY = { signature: 0x02014b50, bytes: 46 };
const LOCAL = { signature: 0x04034b50, bytes: 30 };
const STORED = 0;
const DEFLATED = 8;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly unpacked: number;
  /** Where its own header is. */
  readonly at: number;
}

/** A zip archive whose directory was checked; nothing is unpacked before it is asked for. */
export class Archive {
  private constructor(
    private readonly file: Blob,
    private readonly entries: ReadonlyMap<string, Entry>,
  ) {}

  /** Reads the directory. Rejects with `'session-file'`. */
  static async open(file: Blob): Promise<Archive> {
    const { at, bytes, count } = await readEnd(file);
    const directory = viewOf(await bytesOf(file, at, bytes));
    const entries = new Map<string, Entry>();
    let place = 0;
    let [packed, unpacked] = [0, 0];
    for (let i = 0; i < count; i += 1) {
      const { entry, next } = readEntry(directory, place);
      checkName(entry.name);
      if (entries.has(entry.name)) throw damaged(`it holds ${entry.name} twice`);
      if (entry.unpacked > GROWTH_MATTERS && entry.unpacked > MOST_GROWTH * entry.packed)
        throw damaged(`${entry.name} would grow suspiciously when it is unpacked`);
      packed += entry.packed;
      unpacked += entry.unpacked;
      entries.set(entry.name, entry);
      place = next;
    }
    // Files that share bytes would unpack to far more than the archive says.
    if (packed > at) throw damaged('its files overlap');
    if (unpacked > MOST_BYTES) throw damaged('it holds more than 4 GB');
    return new Archive(file, entries);
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /** A file's content, checked against its size and checksum; what is stored as it is stays where it is. */
  async blob(name: string, type = ''): Promise<Blob> {
    const entry = this.entries.get(name);
    if (!entry) throw damaged(`${name} is missing`);
    const data = await this.#data(entry);
    const content = entry.method === STORED ? data : await inflate(data, entry);
    let crc = 0;
    for await (const chunk of chunksOf(content, STEP)) crc = crc32(crc, chunk);
    if (content.size !== entry.unpacked || crc !== entry.crc) throw damaged(`${name} is damaged`);
    return content.slice(0, content.size, type);
  }

  async bytes(name: string): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await (await this.blob(name)).arrayBuffer());
  }

  async #data({ name, at, packed }: Entry): Promise<Blob> {
    const header = viewOf(await bytesOf(this.file, at, LOCAL.bytes));
    if (header.byteLength < LOCAL.bytes || header.getUint32(0, true) !== LOCAL.signature)
      throw damaged(`${name} is damaged`);
    const start = at + LOCAL.bytes + header.getUint16(26, true) + header.getUint16(28, true);
    if (start + packed > this.file.size) throw damaged(`${name} is cut off`);
    return this.file.slice(start, start + packed);
  }
}

async function readEnd(file: Blob): Promise<{ at: number; bytes: number; count: number }> {
  const start = Math.max(0, file.size - END.bytes - END.longestComment);
  const tail = viewOf(await bytesOf(file, start, file.size - start));
  for (let place = tail.byteLength - END.bytes; place >= 0; place -= 1) {
    if (tail.getUint32(place, true) !== END.signature) continue;
    if (place + END.bytes + tail.getUint16(place + 20, true) !== tail.byteLength) continue;
    const [count, bytes, at] = [
      tail.getUint16(place + 10, true),
      tail.getUint32(place + 12, true),
      tail.getUint32(place + 16, true),
    ];
    if (count > MOST_ENTRIES) throw damaged(`it holds more than ${MOST_ENTRIES} files`);
    if (at + bytes > start + place) throw damaged('its list of files is damaged');
    return { at, bytes, count };
  }
  throw damaged('it is not a zip archive, or it was cut off');
}

function readEntry(directory: DataView, place: number): { entry: Entry; next: number } {
  if (place + ENTRY.bytes > directory.byteLength || directory.getUint32(place, true) !== ENTRY.signature)
    throw damaged('its list of files is damaged');
  const u16 = (offset: number) => directory.getUint16(place + offset, true);
  const u32 = (offset: number) => directory.getUint32(place + offset, true);
  const [flags, method, nameBytes] = [u16(8), u16(10), u16(28)];
  const next = place + ENTRY.bytes + nameBytes + u16(30) + u16(32);
  if (next > directory.byteLength) throw damaged('its list of files is damaged');
  const encoded = new Uint8Array(directory.buffer, directory.byteOffset + place + ENTRY.bytes, nameBytes);
  const name = new TextDecoder().decode(encoded);
  if (flags & 1) throw damaged(`${name} is encrypted`);
  if (method !== STORED && method !== DEFLATED) throw damaged(`${name} is packed in an unknown way`);
  const entry = { name, method, crc: u32(16), packed: u32(20), unpacked: u32(24), at: u32(42) };
  if (method === STORED && entry.packed !== entry.unpacked) throw damaged(`${name} is damaged`);
  return { entry, next };
}

function checkName(name: string): void {
  if (name.includes('..') || name.includes('\\') || name.startsWith('/'))
    throw damaged(`the name ${name} leads out of it`);
}

async function inflate(data: Blob, { name, unpacked }: Entry): Promise<Blob> {
  const { Inflate } = await import('fflate');
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const stream = new Inflate((chunk) => {
    bytes += chunk.length;
    // What a file says of its size need not be true.
    if (bytes > unpacked) throw damaged(`${name} is larger than it says`);
    parts.push(chunk);
  });
  try {
    let read = 0;
    for await (const chunk of chunksOf(data, DEFLATED_STEP)) {
      read += chunk.length;
      stream.push(chunk, read === data.size);
    }
  } catch (cause) {
    throw damaged(`${name} is damaged`, cause);
  }
  return new Blob(parts);
}

async function* chunksOf(data: Blob, step: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < data.size; at += step) yield bytesOf(data, at, step);
}

async function bytesOf(file: Blob, at: number, count: number): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await file.slice(at, at + count).arrayBuffer());
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
