const types: Readonly<Record<string, string>> = {
  avif: 'image/avif',
  bmp: 'image/bmp',
  gif: 'image/gif',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
};

/** Type of a picture by the ending of its name; empty where it is not known. */
export function mimeOf(name: string): string {
  return types[endingOf(name)] ?? '';
}

/** Ending of a picture's file: its name's, or what its type asks for. */
export function extensionOf(name: string, type: string): string {
  const ending = endingOf(name);
  if (/^[a-z0-9]{1,8}$/.test(ending)) return ending;
  return Object.keys(types).find((known) => types[known] === type) ?? 'bin';
}

function endingOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1).toLowerCase();
}
