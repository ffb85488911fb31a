/** A server of one file on this machine, with every bad habit that servers have. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Habits {
  content: Uint8Array;
  etag?: string | undefined;
  lastModified?: string | undefined;
  /** Whether it answers ranges; `always` ignores If-Range. */
  ranges?: boolean | 'always';
  /** The connection is destroyed after so many bytes of each answer; undefined lets it live. */
  cutAfter?: number | undefined;
  /** Cuts so many answers, then none. */
  cuts?: number;
  /**
   * How many bytes of the file the client has kept by now. A cut waits until that is all that was sent: what a
   * connection brought, but its client has not read when it breaks, is lost.
   */
  kept: () => number;
  /** Statuses of the first answers. */
  statuses?: number[];
  /** Sends so many bytes and then nothing, on so many answers. */
  stallAfter?: number;
  stalls?: number;
  /** Sends no Content-Length. */
  chunked?: boolean;
  /** Milliseconds between pieces of 16 KiB. */
  slowMs?: number;
}

export interface FileServer {
  readonly url: string;
  readonly habits: Habits;
  readonly requests: { range: string | undefined; ifRange: string | undefined }[];
  close(): Promise<void>;
}

export async function serve(habits: Habits): Promise<FileServer> {
  const requests: FileServer['requests'] = [];
  const server = createServer((request, response) => {
    void answer(habits, request, response, requests);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}/weights.bin`,
    habits,
    requests,
    close: () =>
      new Promise((closed) => {
        server.close(() => {
          closed();
        });
        server.closeAllConnections();
      }),
  };
}

async function answer(
  habits: Habits,
  request: IncomingMessage,
  response: ServerResponse,
  requests: FileServer['requests'],
): Promise<void> {
  if (request.url === '/moved') {
    response.writeHead(302, { location: '/weights.bin' }).end();
    return;
  }
  if (request.url === '/circle') {
    response.writeHead(302, { location: '/circle' }).end();
    return;
  }
  const ifRange = request.headers['if-range'];
  requests.push({ range: request.headers.range, ifRange: typeof ifRange === 'string' ? ifRange : undefined });
  const status = habits.statuses?.shift() ?? 200;
  if (status !== 200) {
    response.writeHead(status).end('sorry');
    return;
  }
  const { content, etag, lastModified } = habits;
  const same = habits.ranges === 'always' || ifRange === etag || ifRange === lastModified;
  const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
  const from = habits.ranges !== false && asked && (ifRange === undefined || same) ? Number(asked[1]) : 0;
  if (from >= content.length && from > 0) {
    response.writeHead(416, { 'content-range': `bytes */${String(content.length)}` }).end();
    return;
  }
  const headers: Record<string, string> = {
    ...(etag !== undefined && { etag }),
    ...(lastModified !== undefined && { 'last-modified': lastModified }),
    ...(habits.chunked !== true && { 'content-length': String(content.length - from) }),
    ...(from > 0 && {
      'content-range': `bytes ${String(from)}-${String(content.length - 1)}/${String(content.length)}`,
    }),
  };
  response.writeHead(from > 0 ? 206 : 200, headers);
  await sendBody(habits, response, content.subarray(from), from);
}

async function sendBody(
  habits: Habits,
  response: ServerResponse,
  body: Uint8Array,
  from: number,
): Promise<void> {
  if (habits.stallAfter !== undefined && (habits.stalls ?? 0) > 0) {
    habits.stalls = (habits.stalls ?? 0) - 1;
    response.write(body.subarray(0, habits.stallAfter));
    return;
  }
  if (habits.cutAfter !== undefined && (habits.cuts ?? Infinity) > 0 && body.length > habits.cutAfter) {
    habits.cuts = (habits.cuts ?? Infinity) - 1;
    const sent = from + habits.cutAfter;
    response.write(body.subarray(0, habits.cutAfter));
    while (!response.destroyed && habits.kept() < sent) await sleep(5);
    response.destroy();
    return;
  }
  if (habits.slowMs !== undefined) {
    for (let done = 0; done < body.length; done += 16_384) {
      response.write(body.subarray(done, done + 16_384));
      await sleep(habits.slowMs);
    }
    response.end();
    return;
  }
  response.end(body);
}
