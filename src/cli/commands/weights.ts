/** `fool weights`: published weight files that are too large to ship; lists, fetches and verifies them. */
import type { Command } from 'commander';
import { formatBytes } from '../../gpu/errors.ts';
import type { KnownWeights } from '../../weights/known-weights.ts';
import {
  cachePathOf,
  cacheStateOf,
  knownWeightsNamed,
  verifyCached,
  type CacheState,
} from '../../node/weights-cache.ts';
import { fetchWeights, isAddress } from '../../node/weights-fetch.ts';
import { weightsManifest } from '../../node/weights-manifest.ts';
import { formatDuration, formatTime } from '../../report/format.ts';
import { messageOf } from '../../util/message-of.ts';
import { aligned } from '../aligned.ts';
import { importCommand } from '../import-line.ts';
import { withExamples } from '../help.ts';
import type { Invocation } from '../io.ts';
import { listenForInterrupt } from '../interrupt.ts';
import { withOutput } from '../options.ts';
import { during, Terminal, type Progress, type TerminalOptions } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

interface FetchCommandOptions extends TerminalOptions {
  readonly from?: string;
}

export function addWeights(program: Command, invocation: Invocation): void {
  const weights = program.command('weights').description('published weight files: list, fetch, verify');
  withOutput(weights.command('list').description('what can be fetched, and what is in the cache')).action(
    (options: TerminalOptions) => list(new Terminal(options, invocation)),
  );
  withOutput(weights.command('fetch <name>').description('bring a weight file into the cache'))
    .option(
      '--from <source>',
      'a file that you have, or another web address (default: where it was published)',
    )
    .action((name: string, options: FetchCommandOptions) =>
      fetchOne(name, options, new Terminal(options, invocation)),
    );
  withOutput(
    weights.command('verify [names...]').description('compute the hashes of cached files afresh'),
  ).action((names: readonly string[], options: TerminalOptions) =>
    verify(names, new Terminal(options, invocation)),
  );
  withExamples(weights, [
    ['fool weights list', 'names, sizes, licences'],
    ['fool weights fetch caffenet-onnx', 'then it says how to make a model of it'],
  ]);
}

async function list(terminal: Terminal): Promise<void> {
  const rows = await Promise.all(
    weightsManifest().map(async (weights) => ({ weights, cache: await cacheStateOf(weights) })),
  );
  const table = [
    ['name', 'file', 'size', 'licence', 'cache'],
    ...rows.map(({ weights, cache }) => [
      weights.name,
      weights.file,
      formatBytes(weights.bytes),
      weights.licence,
      cacheInWords(weights, cache),
    ]),
  ];
  for (const line of aligned(table)) terminal.answer(line);
  terminal.json({
    weights: rows.map(({ weights, cache }) => {
      const path = cachePathOf(weights);
      return { ...weights, path, cache, import: importCommand(weights, path) };
    }),
  });
}

function cacheInWords(weights: KnownWeights, { state, bytes, resumable, verified }: CacheState): string {
  switch (state) {
    case 'absent':
      return '–';
    case 'partial':
      return `${formatBytes(bytes)} of ${formatBytes(weights.bytes)}, fetch ${resumable === true ? 'resumes' : 'begins anew'}`;
    case 'cached':
      return verified === undefined ? 'there, not verified' : `verified ${formatTime(verified)}`;
    case 'damaged':
      return `damaged: ${String(bytes)} bytes, expected ${String(weights.bytes)}`;
  }
}

async function fetchOne(name: string, options: FetchCommandOptions, terminal: Terminal): Promise<void> {
  const weights = named(name);
  checkSource(options.from);
  const stop = new AbortController();
  const interrupt = listenForInterrupt(terminal.invocation, () => {
    terminal.note('stopping; once more to leave at once');
    stop.abort();
    interrupt.end();
  });
  const started = performance.now();
  const bar = megabyteBar(terminal, weights);
  try {
    const fetched = await fetchWeights(weights, {
      ...options,
      signal: stop.signal,
      onProgress: bar.update,
      onNote: (text) => {
        terminal.note(text);
      },
    });
    bar.stop();
    const seconds = (performance.now() - started) / 1000;
    const command = importCommand(weights, fetched.path);
    const what =
      fetched.status === 'present' ? 'is there already' : `${fetched.status} in ${formatDuration(seconds)}`;
    terminal.line(`${weights.name} ${what}, size and hashes hold: ${fetched.path}`);
    terminal.line(`licence: ${weights.licence} (${weights.page})`);
    terminal.line(`to make a model of it: ${command}`);
    terminal.json({
      ...fetched,
      name,
      bytes: weights.bytes,
      hashes: weights.hashes,
      seconds,
      import: command,
    });
  } finally {
    bar.stop();
  }
}

function checkSource(from: string | undefined): void {
  if (from === undefined) return;
  const hasScheme = /^[a-z][\w+.-]+:\/\//i.test(from);
  if (hasScheme && !(isAddress(from) && URL.canParse(from)))
    throw new UsageError(
      `--from takes a file, or an address that begins with http:// or https://, not "${from}"`,
    );
}

/** In tenths of megabytes; begins when it is known how much was there. */
function megabyteBar(
  terminal: Terminal,
  weights: KnownWeights,
): { readonly update: (bytes: number) => void; readonly stop: () => void } {
  const megabytes = (bytes: number) => Math.ceil(bytes / 1e5) / 10;
  let bar: Progress | undefined;
  let shown: number | undefined;
  return {
    update: (bytes) => {
      const value = megabytes(bytes);
      if (value === shown) return;
      shown = value;
      bar ??= terminal.progress(megabytes(weights.bytes), 'MB', value);
      bar.update(value, weights.file);
    },
    stop: () => {
      bar?.stop();
      bar = undefined;
    },
  };
}

async function verify(names: readonly string[], terminal: Terminal): Promise<void> {
  const chosen = names.length > 0 ? names.map(named) : await inCache();
  if (chosen.length === 0)
    terminal.answer('no weight file is in the cache; fool weights list says what there is');
  const files = [];
  for (const weights of chosen) {
    const problem = await during(terminal, `hashing ${weights.file}`, verifyCached(weights));
    const path = cachePathOf(weights);
    const verdict = problem === undefined ? 'holds' : 'FAILS';
    terminal.answer(`${verdict}  ${weights.name}: ${problem === undefined ? path : `${path}: ${problem}`}`);
    files.push({
      name: weights.name,
      path,
      holds: problem === undefined,
      ...(problem !== undefined && { problem }),
    });
  }
  const verified = files.every(({ holds }) => holds);
  terminal.json({ verified, files });
  if (!verified) terminal.invocation.exitCode = 1;
}

async function inCache(): Promise<KnownWeights[]> {
  const found: KnownWeights[] = [];
  for (const weights of weightsManifest()) {
    const { state } = await cacheStateOf(weights);
    if (state === 'cached' || state === 'damaged') found.push(weights);
  }
  return found;
}

function named(name: string): KnownWeights {
  try {
    return knownWeightsNamed(name);
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}
