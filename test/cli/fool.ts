/** Runs command lines: in this process, or, where signals, pipes and exit codes matter, the built program in its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { Writable } from 'node:stream';
import type { OpenDevice } from '../../src/cli/io.ts';
import { runCommandLine } from '../../src/cli/run.ts';
import { searchGpu, type OpenedGpu } from '../../src/node/adapter.ts';

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** For each adapter, and the launches for which it compiles: the commands of a process compile a pipeline once. */
const opened = new Map<string, Promise<OpenedGpu>>();

export async function openDevice(adapter: string): Promise<OpenDevice> {
  const kind = `${adapter} ${process.env['FOOL_EXPECTED_LAUNCHES'] ?? ''}`;
  const opening = opened.get(kind) ?? searchGpu(adapter);
  opened.set(kind, opening);
  const { gpu, attempts } = await opening;
  // What another command did wrong on it is no matter of the next one.
  const close = () => {
    gpu.forgetFailure();
  };
  return { gpu, attempts, close };
}

/** Keeps what is written. */
class Text extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** In this process, on a device that the commands of a test file share. */
export async function fool(...commandLine: string[]): Promise<Outcome> {
  const [out, err] = [new Text(), new Text()];
  const code = await runCommandLine(commandLine, { out, err, openDevice });
  return { code, out: out.text, err: err.text };
}

export function start(commandLine: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['dist/fool.js', ...commandLine], { stdio: ['ignore', 'pipe', 'pipe'] });
}

export function ended(child: ChildProcess): Promise<Outcome> {
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve) => {
    child.on('close', (code) => {
      resolve({ code, out, err });
    });
  });
}

/** As a user starts it. */
export const foolProcess = (...commandLine: string[]): Promise<Outcome> => ended(start(commandLine));
