/**
 * Small runs of everything that is to stay bit for bit while code moves: `node test/golden/run.mjs` compares their hashes with
 * those kept here, `--write` keeps them. Bits depend on the adapter, its driver and, with drivers that run on the CPU, the CPU's
 * instructions, so hashes are kept for each; where there are none, only those of before and after on one machine can be compared.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PNG } from 'pngjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const kept = join(here, 'hashes.json');
const program = process.env.FOOL_PROGRAM ?? join(here, '../../dist/fool.js');
const adapter = process.env.FOOL_ADAPTER ?? 'swiftshader';
const folder = mkdtempSync(join(tmpdir(), 'fool-golden-'));
const data = join(folder, 'digits');

const runs = {
  'evolve cppn': 'evolve --generations 12 --population 24 --seed 3',
  'evolve direct': 'evolve --encoding direct --generations 8 --population 24 --seed 3',
  'evolve cppn in colour': 'evolve --model caffenet-tiny --generations 2 --population 8 --seed 3',
  'ascend pixels': 'ascend --class 0,3 --steps 30 --seed 2',
  'ascend with momentum and views':
    'ascend --class 1,8 --steps 12 --momentum 0.9 --jitter 2 --rotate 5 --seed 2',
  'ascend CPPNs': 'ascend --class 4 --param cppn --steps 12 --seed 2',
  'ascend waves in colour': 'ascend --model caffenet-tiny --class 5 --param fourier --steps 4 --seed 2',
};

/** Times and what follows from them. */
const fleeting = new Set(['checksum', 'seconds', 'evaluationsPerSecond', 'started', 'created']);
const withoutTimes = (text) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) =>
      line.replace(/"(\w+)": ?("[^"]*"|[-\d.e+]+),?/g, (all, key) => (fleeting.has(key) ? '' : all)),
    )
    .join('\n');

/** Pixels of a picture, whatever its file is packed by. */
const contentOf = (name, bytes) => (name.endsWith('.png') ? PNG.sync.read(bytes).data : bytes);

function hashOf(run) {
  const hash = createHash('sha256');
  const files = readdirSync(run, { recursive: true })
    .map(String)
    .filter((name) =>
      /^(archive\.json|lineage\.json|history\.jsonl|grid\.png|(images|frames|genomes)\/.*)$/.test(name),
    )
    .sort();
  for (const name of files) {
    if (statSync(join(run, name)).isDirectory()) continue;
    const bytes = readFileSync(join(run, name));
    hash
      .update(name)
      .update(/\.jsonl?$/.test(name) ? withoutTimes(bytes.toString()) : contentOf(name, bytes));
  }
  return hash.digest('hex').slice(0, 32);
}

function writeDigits() {
  const idx = (dimensions, bytes) => {
    const header = Buffer.alloc(4 + 4 * dimensions.length);
    header.writeUInt32BE(0x0800 + dimensions.length);
    dimensions.forEach((length, place) => header.writeUInt32BE(length, 4 + 4 * place));
    return Buffer.concat([header, bytes]);
  };
  for (const [part, count] of [
    ['train', 640],
    ['t10k', 64],
  ]) {
    const bytes = Buffer.from(
      Array.from({ length: count * 784 }, (_, at) => ((at * 2654435761) >>> 13) & 255),
    );
    const labels = Buffer.from(Array.from({ length: count }, (_, at) => (at * 7) % 10));
    writeFileSync(join(data, `${part}-images-idx3-ubyte`), idx([count, 28, 28], bytes));
    writeFileSync(join(data, `${part}-labels-idx1-ubyte`), idx([count], labels));
  }
}

const fool = (...words) =>
  execFileSync(process.execPath, [program, ...words, '--adapter', adapter, '--no-tune'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });

try {
  const found = {};
  for (const [name, words] of Object.entries(runs)) {
    const out = join(folder, name.replaceAll(' ', '-'));
    fool(...words.split(' '), '--out', out, '--quiet');
    found[name] = hashOf(out);
  }
  mkdirSync(data);
  writeDigits();
  const weights = join(folder, 'trained.safetensors');
  fool('train', '--data', data, '--epochs', '1', '--seed', '2', '--out', weights, '--quiet');
  const file = readFileSync(weights);
  found.train = createHash('sha256')
    .update(file.subarray(8 + Number(file.readBigUInt64LE(0))))
    .digest('hex')
    .slice(0, 32);

  const { adapter: used } = JSON.parse(readFileSync(join(folder, 'evolve-cppn/run.json'), 'utf8'));
  const machine = `${used.description}, ${cpus()[0]?.model ?? ''}`;
  const all = existsSync(kept) ? JSON.parse(readFileSync(kept, 'utf8')) : {};
  if (process.argv.includes('--write')) {
    writeFileSync(kept, JSON.stringify({ ...all, [machine]: found }, null, 2) + '\n');
    console.log(`kept ${String(Object.keys(found).length)} hashes for ${machine}`);
  } else if (!(machine in all)) {
    console.error(`no hashes for ${machine}; --write keeps these:\n${JSON.stringify(found, null, 2)}`);
    process.exitCode = 2;
  } else {
    const others = Object.keys(found).filter((name) => found[name] !== all[machine][name]);
    console.log(
      others.length === 0
        ? `all ${String(Object.keys(found).length)} runs as before`
        : `not as before: ${others.join(', ')}`,
    );
    process.exitCode = others.length === 0 ? 0 : 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
