/** Hands a file to the browser to keep. */
export function download(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  Object.assign(link, { href: url, download: name });
  link.click();
  // The browser may only begin to read it later.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A name that every file system takes. */
export function fileName(name: string, extension: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what file systems refuse.
  const safe = name.replace(/[\u0000-\u001f<>:"/\\|?*]+/g, ' ').trim();
  return `${safe.slice(0, 100) || 'session'}.${extension}`;
}
