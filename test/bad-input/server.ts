import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A server on this machine that has nothing. */
export async function serveNothing(): Promise<{ url: string; close: () => void }> {
  const server = createServer((_, response) => response.writeHead(404).end());
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}
