/** How far the compiling of kernels is, where that takes so long that people wonder. */
import type { PipelineCache } from '../gpu/pipeline-cache.ts';
import type { Passing, Terminal } from './terminal.ts';

/** Milliseconds without compiling after which the bar goes, and the next kernels are counted from one again. */
const pause = 200;

/** @returns to be called when the device is closed or handed over */
export function watchCompiling(
  pipelines: Pick<PipelineCache, 'onCompiling'>,
  terminal: Terminal,
): () => void {
  let before = 0;
  let bar: Passing | undefined;
  let ending: NodeJS.Timeout | undefined;
  const end = (compiled: number) => {
    bar?.stop();
    bar = undefined;
    before = compiled;
  };
  pipelines.onCompiling = (compiled, asked) => {
    clearTimeout(ending);
    bar ??= terminal.passing('compiling kernels');
    bar.update(compiled - before, asked - before);
    if (compiled === asked) ending = setTimeout(end, pause, compiled).unref();
  };
  return () => {
    clearTimeout(ending);
    end(0);
    pipelines.onCompiling = () => undefined;
  };
}
