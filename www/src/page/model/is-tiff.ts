/** Whether a file says that it is a TIFF. */
export function isTiff({ name, type }: { readonly name: string; readonly type: string }): boolean {
  return type === 'image/tiff' || /\.tiff?$/i.test(name);
}
