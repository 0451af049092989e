import { relative } from 'node:path';
import { customElementJetBrainsPlugin } from 'custom-element-jet-brains-integration';
import { customElementVsCodePlugin } from 'custom-element-vs-code-integration';

/** Where the generated files go: this folder, or the one that a test compares with it. */
const outdir = process.env.SEAL_MANIFEST_DIR ?? '.';
/** Reactive state of the class that pages cannot set. */
const STATE = new Set(['table']);

/** Keeps what pages can use of a declaration. */
function publicPartOf(declaration) {
  const isPublic = ({ name, privacy }) => privacy !== 'private' && privacy !== 'protected' && !STATE.has(name);
  declaration.members = declaration.members?.filter(isPublic);
  declaration.attributes = declaration.attributes?.filter(isPublic);
}

/** Names the files that are in the package instead of their sources, and leaves out what is private. */
const published = {
  name: 'seal-published',
  packageLinkPhase({ customElementsManifest }) {
    const built = (path) => path.replace(/^(?:\.\/|src\/)?(.*)\.ts$/, 'dist/$1.js');
    for (const module of customElementsManifest.modules) {
      module.path = built(module.path);
      for (const declaration of module.declarations) publicPartOf(declaration);
      for (const { declaration } of module.exports) declaration.module = built(declaration.module);
      if (module.path !== 'dist/define.js') continue;
      const declaration = { name: 'SealChat', module: 'dist/element.js' };
      module.exports.push({ kind: 'custom-element-definition', name: 'seal-chat', declaration });
    }
  },
};

/** `npm run manifest -w @seal-chat/widget` generates the manifest and the data for editors from the JSDoc of `SealChat`. */
export default {
  globs: ['src/element.ts', 'src/define.ts'],
  outdir: relative('.', outdir) || '.',
  litelement: true,
  // The analyzer would write where it put the manifest into package.json.
  packagejson: false,
  plugins: [
    published,
    customElementVsCodePlugin({ outdir, cssFileName: null }),
    customElementJetBrainsPlugin({ outdir, packageJson: false }),
  ],
};
