/** What the entry loads. It exports nothing, so that the bundler keeps nothing for other importers. */
import './define.ts';
