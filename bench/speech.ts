/** What the bench says while it measures: rows and remarks on standard output, notes, warnings and bars on standard error. */
import { watchCompiling } from '../src/cli/compile-bar.ts';
import { Terminal, type Passing, type Progress } from '../src/cli/terminal.ts';
import type { Gpu } from '../src/gpu/device.ts';
import { outputWidth } from './report/columns.ts';

export interface Speech {
  /** A line of the rows: what was asked for. */
  readonly row: (line: string) => void;
  /** A remark on the way; none with --quiet. */
  readonly say: (line: string) => void;
  readonly warn: (line: string) => void;
  /** A part that failed; measuring goes on. */
  readonly fail: (line: string) => void;
  /** @param from what was done before */
  readonly progress: (total: number, unit: string, from?: number) => Progress;
  /** A bar for what takes a while, sometimes, and leaves nothing behind. */
  readonly passing: (what: string) => Passing;
  /** Shows how far compiling is from now on. @returns to be called when the device is closed */
  readonly compiling: (gpu: Gpu) => () => void;
  /** Leaves a bar as a line, where the process ends while there is one. */
  readonly leave: () => void;
  /** Characters of a line of rows. */
  readonly width: () => number;
}

/**
 * @param quiet says nothing but rows, warnings and failures
 * @param intoFiles whether rows go into a file, so that --quiet leaves them out here
 */
export function speechOf(quiet: boolean, intoFiles: boolean): Speech {
  const terminal = new Terminal({ json: false, quiet });
  return {
    row: (line) => {
      if (!(quiet && intoFiles)) terminal.answer(line);
    },
    say: (line) => {
      terminal.line(line);
    },
    warn: (line) => {
      terminal.warn(line);
    },
    fail: (line) => {
      terminal.fail(line);
    },
    progress: (total, unit, from) => terminal.progress(total, unit, from),
    passing: (what) => terminal.passing(what),
    compiling: (gpu) => watchCompiling(gpu.pipelines, terminal),
    leave: () => {
      terminal.leave();
    },
    width: outputWidth,
  };
}
