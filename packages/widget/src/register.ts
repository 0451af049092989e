/** What the entry loads. It exports nothing, so that nothing has to be kept for somebody who might ask. */
import './define.ts';
