import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onDatabase } from './database.ts';
import type { SealServer } from './server.ts';

/** A customer's site: an origin of its own, with a tenant of its own, that embeds the widget under a strict policy. */
export interface Site {
  /** Address of the page with the widget, whose code comes from Seal's server. */
  readonly url: string;
  /** The same where the first message of a person never written to is a request. */
  readonly strangersUrl: string;
  /** The same with the widget's code kept on the site. */
  readonly selfHostedUrl: string;
  readonly appKey: string;
  readonly tenantId: string;
  close(): Promise<void>;
}

const STYLE = 'body { margin: 0 } h1 { font-size: 1rem } seal-chat { block-size: calc(100vh - 4rem) }';

/** Opens a site for `server` and enters it there as a tenant whose only allowed origin it is. */
export async function openSite(server: SealServer): Promise<Site> {
  const tenantId = randomUUID();
  const appKey = `pk_e2e_${randomUUID()}`;
  const code = new Map<string, Promise<string>>();
  const http = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site');
    const answer = (type: string, text: string): void => {
      response.writeHead(200, {
        'content-type': type,
        'content-security-policy': policy(server.url),
        'cache-control': 'no-store',
      });
      response.end(text);
    };
    if (pathname === '/') answer('text/html; charset=utf-8', page(server.url, server.url, appKey));
    else if (pathname === '/strangers') answer('text/html; charset=utf-8', page(server.url, server.url, appKey, 'ask'));
    else if (pathname === '/self-hosted') answer('text/html; charset=utf-8', page('', server.url, appKey));
    else if (pathname === '/site.css') answer('text/css', STYLE);
    else if (pathname === '/favicon.ico') answer('image/x-icon', '');
    else {
      const text = code.get(pathname) ?? copyCode(server.url + pathname);
      code.set(pathname, text);
      text.then(
        (script) => answer('text/javascript', script),
        () => response.destroy(),
      );
    }
  });
  await new Promise<void>((resolve) => {
    http.listen(0, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  await onDatabase(server, async (sql) => {
    await sql`insert into tenants (id, name) values (${tenantId}, 'A customer')`;
    await sql`insert into publishable_keys (key, tenant_id, allowed_origins) values (${appKey}, ${tenantId}, ${[origin]})`;
  });
  return {
    url: `${origin}/`,
    strangersUrl: `${origin}/strangers`,
    selfHostedUrl: `${origin}/self-hosted`,
    appKey,
    tenantId,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

async function copyCode(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.text();
}

/** People of tests know each other (`accept`), unless it is about strangers. */
function page(codeUrl: string, serverUrl: string, appKey: string, strangers: 'ask' | 'accept' = 'accept'): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <title>A customer's site</title>
    <meta name="viewport" content="width=device-width" />
    <link rel="stylesheet" href="/site.css" />
    <script type="module" src="${codeUrl}/v1/seal-chat.js" crossorigin></script>
  </head>
  <body>
    <main>
      <h1>A customer's site</h1>
      <seal-chat server="${serverUrl}" app-key="${appKey}" strangers="${strangers}"></seal-chat>
    </main>
  </body>
</html>`;
}

/** The tightest policy the widget is documented to work under. */
function policy(serverUrl: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' ${serverUrl}`,
    "style-src 'self'",
    // Files are shown and played from memory, where they were decrypted.
    'img-src blob:',
    'media-src blob:',
    `connect-src ${serverUrl} ${serverUrl.replace(/^http/u, 'ws')}`,
    'trusted-types lit-html',
    "require-trusted-types-for 'script'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}
