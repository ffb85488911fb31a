/**
 * The readers of files, fed with damaged ones: each reads or refuses in its own words, soon, and what it reads is of the size
 * that it says and finite.
 */
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { mutationsOf, splicesOf } from '../support/hostile-bytes.ts';
import { Tally, type Soak } from './soak.ts';
import type { Bytes } from './hostile-files.ts';
import { type Reader, Broken, readers } from './hostile-readers.ts';

/** Milliseconds that a file of some thousand bytes may take. */
const patience = 1000;

/** Ends the process, and says which case it was, where a reader comes to no end. */
function watch(): (reader: number, at: number) => void {
  const shared = new Int32Array(new SharedArrayBuffer(12));
  const program = `
    const { workerData } = require('node:worker_threads');
    let last = -1;
    setInterval(() => {
      const [beats, reader, at] = workerData;
      if (beats === last) { require('node:fs').writeSync(2, 'BROKEN: reader ' + reader + ' comes to no end with case ' + at + '\\n'); process.kill(process.pid, 'SIGKILL'); }
      last = beats;
    }, 60000);`;
  new Worker(program, { eval: true, workerData: shared }).unref();
  return (reader, at) => {
    shared[1] = reader;
    shared[2] = at;
    Atomics.add(shared, 0, 1);
  };
}

const names = ['cases', 'read', 'refused', 'crashes', 'slow', 'wrong values'] as const;

async function tryCase(
  { name, read, refusal }: Reader,
  bytes: Bytes,
  place: string,
  tally: Tally<(typeof names)[number]>,
) {
  tally.add('cases');
  const start = performance.now();
  try {
    await read(bytes);
    tally.add('read');
  } catch (error) {
    if (error instanceof Broken) tally.fail('wrong values', `${name}, ${place}: ${error.message}`);
    else if (error instanceof refusal) tally.add('refused');
    else
      tally.fail(
        'crashes',
        `${name}, ${place}: ${error instanceof Error ? String(error.stack) : String(error)}`,
      );
  }
  const taken = performance.now() - start;
  if (taken > patience) tally.fail('slow', `${name}, ${place}: ${taken.toFixed(0)} ms`);
}

export const fuzz: Soak = {
  tries: 'damaged files of every format, each read or refused',
  count: 1_000_000,
  async run({ count, seed, note }) {
    const tally = new Tally(...names);
    const beat = watch();
    const all = await readers();
    // Files that are small and read soon are not worth more cases than the others.
    const each = Math.ceil(count / all.length);
    const most = 500;
    for (const [index, reader] of all.entries()) {
      const undamaged = new Tally(...names);
      for (const whole of reader.files) await tryCase(reader, whole, 'undamaged', undamaged);
      if (undamaged.counts.read === 0) tally.fail('crashes', `${reader.name} reads no undamaged file`);
      const files = fc.oneof(
        ...reader.files.flatMap((file) => [mutationsOf(file), mutationsOf(file), splicesOf(file)]),
      );
      for (let first = 0; first < each; first += most) {
        const cases = fc.sample(files, { seed: seed + first, numRuns: Math.min(most, each - first) });
        for (const [at, damaged] of cases.entries()) {
          beat(index, first + at);
          const sealed = reader.seal && at % 2 === 1 ? await reader.seal(damaged) : damaged;
          await tryCase(reader, sealed, `case ${String(first + at)}`, tally);
        }
      }
      note(`${reader.name}: ${String(each)} cases`);
    }
    return { figures: { readers: all.length, ...tally.counts }, broken: tally.broken };
  },
};
