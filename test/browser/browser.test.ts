import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { evolve } from '../../src/evolution/evolve.ts';
import { recordAscent } from '../../src/runs/ascent/record.ts';
import { newAscent } from '../../src/runs/ascent/start.ts';
import { encodePng } from '../../src/node/image-file.ts';
import { loadModel } from '../../src/node/model-file.ts';
import { readAscent } from '../../src/runs/ascent/read.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';
import { openTestGpu } from '../gpu.ts';
import { expectClose } from '../kernels/numbers.ts';
import { openBrowser, type OpenedBrowser } from '../support/chromium.ts';
import { full } from '../support/full.ts';
import { climbingSettings } from './page.ts';

const [generations, population] = [5, 16];

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: ['test/browser/page.ts'],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'page',
    platform: 'browser',
    loader: { '.wgsl': 'text' },
  });
  return outputFiles[0]!.text;
}

const { model, sha256, path } = await loadModel('lenet-mnist');
const server = createServer();
let opened: OpenedBrowser;
let tab: Page;
const complaints: string[] = [];

/** One browser and one page for all tests, with the bundle and the model's weights. */
beforeAll(async () => {
  const files: Record<string, [string, string | Buffer]> = {
    '/': ['text/html', '<!doctype html><script src="/page.js"></script>'],
    '/page.js': ['text/javascript', await bundle()],
    '/weights': ['application/octet-stream', readFileSync(path)],
  };
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const [type, content] = files[request.url ?? ''] ?? ['text/plain', ''];
    response.setHeader('content-type', type);
    response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened = await openBrowser('--enable-unsafe-webgpu');
  tab = await opened.browser.newPage();
  tab.on('pageerror', (error) => complaints.push(String(error)));
  tab.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('404')) complaints.push(message.text());
  });
  await tab.goto(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`);
}, 120_000);

afterAll(async () => {
  await opened.close();
  server.close();
});

/** Runs an expression of the page's bundle; the page must not complain of anything. */
async function inBrowser(expression: string): Promise<number[]> {
  const result = (await tab.evaluate(
    `fetch('/weights').then((r) => r.arrayBuffer()).then((b) => new Uint8Array(b)).then((weights) => ${expression})`,
  )) as number[];
  expect(complaints).toEqual([]);
  return result;
}

it('evolves in a real browser what it evolves in Node', async () => {
  const call = `page.evolveHere(weights, ${String(generations)}, ${String(population)})`;
  const confidences = await inBrowser(call);
  const gpu = await openTestGpu();
  using run = await evolve({ gpu, model, generations, population, seed: 2 });
  expectClose(confidences, run.archive.confidences(), { atol: 1e-4, rtol: 1e-3 });
}, 120_000);

// Both ways share the device and the page; climbing takes longer, of which compiling is the most.
if (full)
  it('climbs in a real browser what it climbs in Node', async () => {
    const confidences = await inBrowser('page.climbHere(weights)');
    const storage = new MemoryStorage();
    const settings = climbingSettings(model);
    const gpu = await openTestGpu();
    const setup = { gpu, model, sha256, settings, storage, encodePicture: encodePng, started: '' };
    await recordAscent(await newAscent(setup), { now: () => performance.now() });
    const { history } = await readAscent(storage);
    expectClose(
      confidences,
      history.flatMap(({ confidence }) => confidence),
      { atol: 1e-3, rtol: 1e-2 },
    );
    expect(confidences).toHaveLength(14);
  }, 120_000);
