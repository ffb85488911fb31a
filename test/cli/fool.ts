/** Runs the built command line. */
import { spawn, type ChildProcess } from 'node:child_process';

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
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

export const fool = (...commandLine: string[]): Promise<Outcome> => ended(start(commandLine));
