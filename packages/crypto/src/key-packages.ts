/** Making KeyPackages: what a device does about channels before it is in one. Without the library for groups. */
export { makeKeyPackage, type CreatedKeyPackage } from './mls/make-key-package.ts';
