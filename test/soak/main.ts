/** The command line of the soak tests; see `run.mjs`. */
import { parseArgs } from 'node:util';
import { closeTestGpu } from '../gpu.ts';
import { damage } from './damage.ts';
import { deviceLoss } from './device-loss.ts';
import { diskFull } from './disk-full.ts';
import { fuzz } from './fuzz.ts';
import { kills } from './kills.ts';
import { moments } from './moments.ts';
import type { Soak } from './soak.ts';

const soaks: Readonly<Record<string, Soak>> = {
  kills,
  moments,
  damage,
  'disk-full': diskFull,
  fuzz,
  'device-loss': deviceLoss,
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string' },
    seed: { type: 'string', default: '1' },
    adapter: { type: 'string', default: process.env['FOOL_ADAPTER'] ?? 'swiftshader' },
    json: { type: 'boolean', default: false },
  },
});
const [name = ''] = positionals;
const soak = soaks[name];
if (soak) process.exitCode = await run(soak);
else {
  const lines = Object.entries(soaks).map(
    ([each, { tries, count }]) => `  ${each.padEnd(12)} ${tries} (${String(count)})`,
  );
  console.log(
    `node test/soak/run.mjs NAME [--count N] [--seed S] [--adapter A] [--json]\n${lines.join('\n')}`,
  );
  process.exitCode = name === '' ? 0 : 2;
}
// Threads of drivers would keep the process.
process.exit();

async function run({ run: tryIt, count: usual }: Soak): Promise<number> {
  const { adapter, json } = values;
  const [count, seed] = [Number(values.count ?? usual), Number(values.seed)];
  if (![count, seed].every((number) => Number.isSafeInteger(number) && number >= 0)) {
    console.error('--count and --seed are whole numbers');
    return 2;
  }
  process.env['FOOL_ADAPTER'] = adapter;
  // Few launches are worth no long compiling; commands in processes of their own inherit it.
  process.env['FOOL_EXPECTED_LAUNCHES'] ??= '10';
  const started = performance.now();
  const note = (text: string) => {
    console.error(`${((performance.now() - started) / 1000).toFixed(0)} s: ${text}`);
  };
  note(`${name}, seed ${String(seed)}`);
  const { figures, broken } = await tryIt({ count, seed, adapter, note });
  await closeTestGpu();
  const seconds = Math.round((performance.now() - started) / 1000);
  if (json) console.log(JSON.stringify({ name, seed, adapter, seconds, ...figures, broken }));
  else {
    const cells = Object.entries(figures).map(([what, value]) => `${what} ${value.toLocaleString('en')}`);
    console.log(`| \`${name}\` | ${String(seed)} | ${cells.join(', ')} | ${String(seconds)} s |`);
  }
  return broken.length === 0 ? 0 : 1;
}
