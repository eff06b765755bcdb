/** Names in which every one occurs once, also without its ending. */
export function distinct(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const [stem, ending] = [stemOf(name), name.slice(stemOf(name).length)];
    let candidate = stem;
    for (let place = 2; taken.has(candidate); place += 1) candidate = `${stem}-${place}`;
    taken.add(candidate);
    return candidate + ending;
  });
}

/** A file's name without folders and ending. */
export function stemOf(path: string): string {
  const name = baseOf(path);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}

/** A name as that of a file or folder, whatever it is: what some systems do not allow there is an underscore. */
export function fileSafe(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is not allowed.
  return name.replace(/[\u0000-\u001f<>:"/\\|?*]/g, '_').replace(/^\.+|[. ]+$/g, '_') || '_';
}

/** A file's name without folders. */
export function baseOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** Ending of a file's name in small letters. */
export function endingOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1).toLowerCase();
}

/** Finds pictures by the names that files give them: the whole name, or else the name without its ending. */
export function finder<P extends { readonly name: string }>(pictures: readonly P[]): (path: string) => P | undefined {
  const [byName, byStem] = [new Map<string, P>(), new Map<string, P>()];
  for (const picture of pictures) {
    if (!byName.has(picture.name)) byName.set(picture.name, picture);
    if (!byStem.has(stemOf(picture.name))) byStem.set(stemOf(picture.name), picture);
  }
  return (path) => byName.get(baseOf(path)) ?? byStem.get(stemOf(path));
}
