export { ComposerTools } from '../views/composer/tools/composer-tools.ts';
export { toolStyles } from '../views/composer/tools/tools.styles.ts';
