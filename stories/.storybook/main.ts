import type { StorybookConfig } from '@storybook/web-components-vite';
import { defaultClientConditions, mergeConfig } from 'vite';

const config: StorybookConfig = {
  stories: ['../src/**/*.stories.ts'],
  addons: ['@storybook/addon-a11y'],
  framework: '@storybook/web-components-vite',
  core: { disableTelemetry: true, disableWhatsNewNotifications: true },
  // Stories show the sources, so that a change is seen without a build.
  viteFinal: (vite) => mergeConfig(vite, { resolve: { conditions: ['seal-source', ...defaultClientConditions] } }),
};

export default config;
