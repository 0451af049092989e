import '../../src/ui/sample.ts';
import type { PartName } from '../../src/ui/parts.ts';

/** Shows the primitive that the address names: `?part=menu&theme=dark&dir=rtl`. */
const query = new URLSearchParams(location.search);
const sample = document.createElement('ui-sample');
sample.shown = (query.get('part') ?? 'buttons') as PartName;
sample.theme = query.get('theme') === 'dark' ? 'dark' : 'light';
document.documentElement.dir = query.get('dir') ?? 'ltr';
document.documentElement.style.colorScheme = sample.theme;
document.body.append(sample);
