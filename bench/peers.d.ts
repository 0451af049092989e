/**
 * The peers are installed on demand: `npm test` takes their types on trust, and leaves out the files that wrap the
 * types themselves (see `tsconfig.test.json`). `npm run bench` checks everything, with the types they come with.
 */
declare module '@matrix-org/olm';
declare module 'libsodium-wrappers';
