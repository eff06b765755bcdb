const built = { 'src/element/widget': 'dist/element', 'src/element/define': 'dist/define' };

/** The manifest speaks of the package's files and of what is public. */
const published = {
  name: 'published',
  packageLinkPhase({ customElementsManifest }) {
    let text = JSON.stringify(customElementsManifest);
    for (const [source, file] of Object.entries(built))
      text = text.replaceAll(new RegExp(`/?${source}\\.[jt]s`, 'g'), `${file}.js`);
    const manifest = JSON.parse(text);
    const isPublic = ({ name }) => !/^#|^adoptedStyleSheets$|^addEventListener$/.test(name);
    for (const declaration of manifest.modules.flatMap(({ declarations }) => declarations)) {
      declaration.members = declaration.members.filter(isPublic);
      declaration.superclass = { name: 'HTMLElement' };
    }
    Object.assign(customElementsManifest, manifest);
  },
};

export default {
  globs: ['src/element/widget.ts', 'src/element/define.ts'],
  outdir: '../pkg/dist',
  packagejson: false,
  plugins: [published],
};
