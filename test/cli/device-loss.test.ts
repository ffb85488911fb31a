/** A device that goes away under a run: it is opened again, and the run ends as if nothing had been. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import type { OpenDevice } from '../../src/cli/io.ts';
import { runCommandLine } from '../../src/cli/run.ts';
import { searchGpu } from '../../src/node/adapter.ts';
import { fool, type Outcome } from './fool.ts';
import { full } from '../support/full.ts';

const root = mkdtempSync(path.join(tmpdir(), 'fool-device-loss-'));
const device = ['--adapter', process.env['FOOL_ADAPTER'] ?? 'swiftshader'];
const at = (...names: string[]) => path.join(root, ...names);

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Runs a command whose device is lost at each of its first lines of progress. */
async function losing(losses: number, ...commandLine: string[]): Promise<Outcome & { opened: number }> {
  let [out, err, opened] = ['', '', 0];
  let current: OpenDevice | undefined;
  const output = new Writable({
    write(chunk: Buffer, _, done) {
      out += chunk.toString();
      done();
    },
  });
  const errors = new Writable({
    write(chunk: Buffer, _, done) {
      err += chunk.toString();
      if (/(generations|iterations) ·/.test(chunk.toString()) && opened <= losses)
        current?.gpu.device.destroy();
      done();
    },
  });
  const openDevice = async (adapter: string): Promise<OpenDevice> => {
    const found = await searchGpu(adapter, { expectedLaunches: 10 });
    opened++;
    current = {
      ...found,
      close: () => {
        found.gpu.close();
      },
    };
    return current;
  };
  const code = await runCommandLine(commandLine, { out: output, err: errors, openDevice });
  return { code, out, err, opened };
}

// What commands have in common is tried with the quicker one; of an ascent, test/evolution/device-loss.test.ts does without a command.
const commands = [
  ['evolve', ['evolve', ...device, '--generations', '8', '--population', '4'], ['archive.json', 'images']],
  [
    'ascend',
    ['ascend', ...device, '--class', '0,1', '--steps', '12', '--batch', '4'],
    ['archive.json', 'history.jsonl', 'images'],
  ],
] as const;

describe.each(commands.slice(0, full ? 2 : 1))(
  'fool %s whose device is lost',
  (name, commandLine, results) => {
    const contentOf = (folder: string) =>
      results.flatMap((result) =>
        result === 'images'
          ? readdirSync(at(folder, result)).map((file) => readFileSync(at(folder, result, file), 'base64'))
          : [readFileSync(at(folder, result), 'utf8')],
      );

    it('once goes on by itself, to the same result', async () => {
      expect((await fool(...commandLine, '--out', at(`${name}-whole`))).code).toBe(0);
      const { code, err, opened } = await losing(1, ...commandLine, '--out', at(name));
      expect(err).toMatch(/warning: .*the device was lost .*; it is opened again, and the run goes on/);
      expect(opened).toBe(2);
      expect(code).toBe(0);
      expect(contentOf(name)).toEqual(contentOf(`${name}-whole`));
    });

    it.runIf(full && name === 'evolve')(
      'twice ends with what to do, and resumed gives the same result',
      async () => {
        const { code, err, opened } = await losing(2, ...commandLine, '--out', at(name), '--replace');
        expect(err).toMatch(/^fool: .*the device was lost .* once more; --resume goes on/m);
        expect(opened).toBe(2);
        expect(code).toBe(1);
        expect((await fool(name, ...device, '--resume', '--out', at(name))).code).toBe(0);
        expect(contentOf(name)).toEqual(contentOf(`${name}-whole`));
      },
    );
  },
);
