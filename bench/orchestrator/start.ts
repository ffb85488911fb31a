/** How long commands take where the device takes no time: from the start of a process to its end. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageFolder } from '../../src/node/package-folder.ts';

export interface StartRow {
  readonly kind: 'start';
  /** Arguments of `fool`, without the folder that the run is written to. */
  readonly command: string;
  readonly medianSeconds: number;
}

const commands: readonly (readonly string[])[] = [
  ['--help'],
  ['evolve', '--model', 'lenet-mnist', '--generations', '1', '--no-tune'],
  ['evolve', '--model', 'caffenet-tiny', '--generations', '1', '--no-tune'],
  ['report'],
];

const built = (name: string): string => join(packageFolder(), 'dist', `${name}.js`);

/** Rows of whole commands; the report is that of the run before it. */
export async function* startRows(rounds = 3): AsyncGenerator<StartRow> {
  const folder = await mkdtemp(join(tmpdir(), 'fool-bench-start-'));
  const out = join(folder, 'run');
  try {
    for (const command of commands) {
      const times: number[] = [];
      for (let round = 0; round < rounds; round++) times.push(await secondsOf(whole(command, out)));
      const medianSeconds = times.sort((one, other) => one - other)[rounds >> 1] ?? 0;
      yield { kind: 'start', command: command.join(' '), medianSeconds };
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function whole(command: readonly string[], out: string): string[] {
  if (command[0] === 'evolve') return [...command, '--out', out, '--replace', '--quiet'];
  return command[0] === 'report' ? [...command, out] : [...command];
}

/** @throws Error with what the command said where it fails */
async function secondsOf(words: readonly string[]): Promise<number> {
  const begun = performance.now();
  const child = spawn(process.execPath, ['--import', built('stub-webgpu'), built('fool'), ...words], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const seconds = (performance.now() - begun) / 1000;
  if (code !== 0) throw new Error(`fool ${words.join(' ')} ended with ${String(code)}: ${said.trim()}`);
  return seconds;
}
