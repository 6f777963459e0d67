// A web server on 127.0.0.1 that serves what a test hands it, and nothing else.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One served resource. */
export interface Resource {
  body: string | Uint8Array;
  /** MIME type. */
  type: string;
  headers?: Record<string, string>;
}

export interface ResourceServer {
  /** `http://127.0.0.1:<port>` */
  origin: string;
  close: () => Promise<void>;
}

/** Serves `resources` (by path, with a leading slash) on a free port. */
export async function serve(resources: ReadonlyMap<string, Resource>): Promise<ResourceServer> {
  const server: Server = createServer((request, response) => {
    const resource = resources.get(new URL(request.url ?? '/', 'http://127.0.0.1').pathname);
    if (resource === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': resource.type, ...resource.headers });
    response.end(resource.body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.closeAllConnections();
        server.close((error) => {
          if (error) reject(error);
          else resolve();
        });
      }),
  };
}
