/** The headless Chromium that comes from npm, with the libraries that bare machines lack. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import chromium from '@sparticuz/chromium';
import puppeteer, { type Browser } from 'puppeteer-core';

export interface OpenedBrowser {
  readonly browser: Browser;
  close(): Promise<void>;
}

export async function openBrowser(...args: string[]): Promise<OpenedBrowser> {
  const folder = mkdtempSync(join(tmpdir(), 'fool-browser-'));
  const browser = await puppeteer.launch({
    executablePath: await chromium.executablePath(),
    headless: 'shell',
    args: ['--no-sandbox', ...args],
    env: { ...process.env, LD_LIBRARY_PATH: unpackLibraries(folder) },
  });
  return {
    browser,
    async close() {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Libraries that the browser's own package carries for bare machines. */
function unpackLibraries(folder: string): string {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const archive = join(entry.slice(0, entry.indexOf('build')), 'bin', 'al2023.tar.br');
  execFileSync('tar', ['xf', '-', '-C', folder], { input: brotliDecompressSync(readFileSync(archive)) });
  return join(folder, 'lib');
}
