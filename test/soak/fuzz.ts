/**
 * The readers of files, fed with damaged ones: each reads or refuses in its own words, soon, and what it reads is of the size
 * that it says and finite.
 */
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { strToU8, unzipSync, zipSync } from 'fflate';
import jpeg from 'jpeg-js';
import { parseAscentState } from '../../src/runs/ascent/checkpoint.ts';
import { DatasetError } from '../../src/datasets/dataset.ts';
import { readIdx } from '../../src/datasets/idx.ts';
import { CheckpointError, parseCheckpoint } from '../../src/runs/evolution/checkpoint.ts';
import { readLabels } from '../../src/formats/label-file.ts';
import { readMeanImage } from '../../src/formats/mean-image.ts';
import { readCaffemodel } from '../../src/formats/caffemodel.ts';
import { readOnnx } from '../../src/formats/onnx.ts';
import { readPytorch } from '../../src/formats/pytorch.ts';
import { readSafetensors, writeSafetensors } from '../../src/formats/safetensors.ts';
import { sha256Hex } from '../../src/formats/sha256.ts';
import { WeightFileError } from '../../src/formats/weight-file-error.ts';
import { readTrainingCheckpoint, writeCheckpoint } from '../../src/model/training/training-checkpoint.ts';
import { TrainingCheckpointError } from '../../src/model/training/training-state.ts';
import { decodeImage, encodePng, ImageFileError } from '../../src/node/image-file.ts';
import { readAscent } from '../../src/runs/ascent/read.ts';
import { readLineage } from '../../src/runs/evolution/read-lineage.ts';
import { readRun } from '../../src/runs/evolution/read.ts';
import { RunFolderError } from '../../src/runs/read-files.ts';
import { withChecksum } from '../../src/storage/checksum.ts';
import { crc32 } from '../../src/storage/crc32.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';
import { copyOf } from '../runs/evolution/failing-storage.ts';
import { checkpoint } from '../runs/evolution/records.ts';
import { ascentStorage, fakeAscent } from '../report/fake-ascent.ts';
import { fakeRun, storageOf } from '../report/fake-run.ts';
import { blob, caffeBytes, legacyBlob, numbers } from '../support/caffe-files.ts';
import { mutationsOf, splicesOf } from '../support/hostile-bytes.ts';
import { idx } from '../support/idx-bytes.ts';
import { ADOBE, exif, jpegOf } from '../support/jpeg-bytes.ts';
import { npyOf } from '../support/npy-bytes.ts';
import { int, node, onnxBytes, rawTensor, TYPE, unpackedOnnxBytes } from '../support/onnx-files.ts';
import { Tally, type Soak } from './soak.ts';

type Bytes = Uint8Array;

interface Reader {
  readonly name: string;
  readonly files: readonly Bytes[];
  /** Throws what is wrong with what was read. */
  readonly read: (bytes: Bytes) => unknown;
  readonly refusal: abstract new (...args: never[]) => Error;
  /** Makes the checksums of a damaged file right, so that the damage goes deeper; every second case. */
  readonly seal?: (bytes: Bytes) => Bytes | Promise<Bytes>;
}

/** Milliseconds that a file of some thousand bytes may take. */
const patience = 1000;

class Broken extends Error {}

function require(holds: boolean, what: string): void {
  if (!holds) throw new Broken(what);
}

const volume = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

function checkTensors({
  tensors,
}: {
  tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;
}): void {
  for (const [name, { shape, data }] of tensors) {
    require(data.length === volume(shape), `${name} has ${String(data.length)} values`);
    require(data.every(Number.isFinite), `${name} holds what is no finite number`);
  }
}

/** Of plain records: no number is anything but finite. */
function checkNumbers(value: unknown, path = ''): void {
  if (typeof value === 'number') require(Number.isFinite(value), `${path} is ${String(value)}`);
  else if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) checkNumbers(inner, `${path}.${key}`);
}

function checkImage({
  extent: [channels, height, width],
  bytes: pixels,
}: ReturnType<typeof decodeImage>): void {
  require(pixels.length === channels * height * width, `${String(pixels.length)} bytes of pixels`);
}

const fixture = (name: string): Bytes => Uint8Array.from(readFileSync(`test/formats/fixtures/${name}`));
const text = (bytes: Bytes): string => new TextDecoder().decode(bytes);

/** The checksum of every chunk that still has its length. */
function sealPng(bytes: Bytes): Bytes {
  const sealed = bytes.slice();
  const view = new DataView(sealed.buffer);
  for (let at = 8; at + 12 <= sealed.length;) {
    const length = view.getUint32(at);
    if (at + 12 + length > sealed.length) break;
    view.setUint32(at + 8 + length, crc32(sealed.subarray(at + 4, at + 8 + length)));
    at += 12 + length;
  }
  return sealed;
}

function sealJson(bytes: Bytes): Bytes {
  try {
    const value: unknown = JSON.parse(text(bytes));
    const seal = (record: unknown): unknown => {
      if (typeof record !== 'object' || record === null || !('checksum' in record)) return record;
      const { checksum, ...rest } = record;
      return checksum === undefined ? rest : withChecksum(rest);
    };
    return strToU8(`${JSON.stringify(Array.isArray(value) ? value.map(seal) : seal(value))}\n`);
  } catch {
    return bytes;
  }
}

/** A zip archive made anew around what is damaged of its pickle. */
function sealedZip(of: Bytes): (bytes: Bytes) => Bytes {
  const files = unzipSync(of);
  const pickle = Object.keys(files).find((name) => name.endsWith('/data.pkl'))!;
  return (bytes) => zipSync({ ...files, [pickle]: bytes }, { level: 0 });
}

const pickleOf = (bytes: Bytes): Bytes =>
  Object.entries(unzipSync(bytes)).find(([name]) => name.endsWith('/data.pkl'))![1];

function imageFiles(): { readonly png: Bytes[]; readonly jpeg: Bytes[] } {
  const ramp = (length: number) => Uint8Array.from({ length }, (_, index) => (index * 7919) >> 5);
  const flat = (...samples: number[]) =>
    samples.map((sample) => ({ sample: (row: number, column: number) => (sample + 8 * row + column) % 256 }));
  return {
    png: [
      encodePng({ extent: [3, 5, 7], bytes: ramp(105) }),
      encodePng({ extent: [1, 12, 12], bytes: ramp(144) }),
    ],
    jpeg: [
      Uint8Array.from(jpeg.encode({ data: ramp(4 * 40 * 24), width: 40, height: 24 }, 60).data),
      Uint8Array.from(jpegOf({ width: 70, height: 50, components: flat(9, 200, 90), restartInterval: 4 })),
      Uint8Array.from(jpegOf({ width: 24, height: 24, components: flat(7), progressive: true })),
      Uint8Array.from(
        jpegOf({
          ...{ width: 30, height: 9, before: [ADOBE(1), exif(6, true)] },
          components: flat(9, 200, 90).map((component, index) => ({
            ...component,
            ...(index === 0 && { across: 2, down: 2 }),
          })),
        }),
      ),
    ],
  };
}

function caffeFiles(): Bytes[] {
  const thin = {
    layer: [
      { name: 'conv', type: 'Convolution', blobs: [blob([2, 1, 2, 2]), blob([2])] },
      { name: 'ip', type: 'InnerProduct', blobs: [{ shape: { dim: [2, 2] }, double_data: [1, 2, 3, 4] }] },
    ],
    layers: [{ name: 'fc', type: 14, blobs: [legacyBlob([1, 1, 3, 2]), legacyBlob([1, 1, 1, 3])] }],
  };
  return [caffeBytes('NetParameter', thin), caffeBytes('NetParameter', thin, 'unpacked')];
}

function onnxFiles(): Bytes[] {
  const graph = {
    initializer: [
      rawTensor('w', [2, 1, 2, 2]),
      rawTensor('b', [2]),
      rawTensor('f', [3, 2]),
      rawTensor('g', [3]),
    ],
    node: [
      node('Conv', ['x', 'w', 'b'], 'c'),
      node('Flatten', ['c'], 'd'),
      node('Gemm', ['d', 'f', 'g'], 'y', [int('transB', 1)]),
    ],
    input: [{ name: 'x' }],
    output: [{ name: 'y' }],
  };
  const single = unpackedOnnxBytes([
    { name: 'w', dims: [2, 2], data_type: TYPE.float, float_data: numbers(4) },
    { name: 'b', dims: [2], data_type: TYPE.bfloat16, int32_data: [0x3f80, 0xbf80] },
  ]);
  return [onnxBytes(graph), single];
}

const fakeAncestors = [
  { id: 3, parent: null, from: null, class: 0, confidence: 0.5, generation: 0 },
  {
    id: 207,
    parent: 3,
    from: 0,
    class: 2,
    confidence: 0.7,
    generation: 1,
    also: [{ class: 1, confidence: 0.2 }],
  },
];

/** A reader for each file of a folder, the others being whole. */
function folderReaders(
  kind: string,
  whole: MemoryStorage,
  read: (storage: MemoryStorage) => Promise<unknown>,
): Reader[] {
  return [...whole.files]
    .filter(([path]) => /^[a-z]+\.jsonl?$/.test(path))
    .map(([path, bytes]) => ({
      name: `${path} of an ${kind}`,
      files: [bytes],
      read: async (damaged: Bytes) => {
        const storage = copyOf(whole.files);
        storage.files.set(path, damaged);
        const folder = await read(storage);
        if (kind === 'evolution') checkNumbers(folder);
      },
      refusal: RunFolderError,
      seal: sealJson,
    }));
}

async function trainingCheckpoint(): Promise<Bytes> {
  const descent = { batch: 4, rate: 0.1, momentum: 0.9, decay: 0.0005 };
  const dataset = { name: 'noise', images: 13, sha256: '0'.repeat(64) };
  const plan = {
    version: '0.1.0',
    architecture: 'tiny',
    adapter: 'an adapter',
    dataset,
    epochs: 2,
    seed: 5,
    descent,
  };
  const state = { step: 4, loss: 0.5, variants: { 'conv1 forward': 'conv2d/plain' }, choices: {} };
  const tensors = new Map([['conv1.weight', Float32Array.of(1, -0, 1e-45, 3.4e38)]]);
  return writeCheckpoint({ ...plan, host: { adapter: 'auto', data: null }, seconds: 1.5, ...state, tensors });
}

async function sealTraining(bytes: Bytes): Promise<Bytes> {
  const at = bytes.indexOf(10, bytes.indexOf(10) + 1) + 1;
  // Two lines: what it is, and the checksum of all that follows.
  const start = text(bytes.subarray(0, at));
  if (!/[0-9a-f]{64}\n$/.test(start)) return bytes;
  const body = bytes.slice(at);
  return Uint8Array.from([...strToU8(start.slice(0, -65) + (await sha256Hex(body)) + '\n'), ...body]);
}

async function readers(): Promise<Reader[]> {
  const weights = [
    { name: 'a.weight', dtype: 'F32' as const, shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
    { name: 'b', dtype: 'F16' as const, shape: [3], data: Float32Array.of(1, 2, 3) },
  ];
  const images = imageFiles();
  const zip = fixture('state-dict.pth');
  const rich = { steps: 3, trials: 2 };
  const json = (value: object) => strToU8(JSON.stringify(withChecksum(value)));
  const ascent = {
    ...{
      format: 2,
      version: '0.1.0',
      model: 'ab'.repeat(32),
      architecture: 'tiny',
      adapter: 'SwiftShader 5',
    },
    ...{ trial: 0, iteration: 2, evaluations: 4, seconds: 1, slots: [0], starts: [0], rows: [null] },
    courses: [
      {
        ...{ value: [1, 2], confidence: [0.1, 0.2], named: [1, 1], gradientNorm: [1, 1], imageNorm: [1, 1] },
        ...{ best: { iteration: 1, score: 1, logOdds: -1 }, idle: 0, closed: false },
      },
    ],
    tensors: { file: 'checkpoint/0-4.bin', bytes: 64, crc32: 7 },
  };
  const image = {
    refusal: ImageFileError,
    read: (bytes: Bytes) => {
      checkImage(decodeImage(bytes, 'f'));
    },
  };
  const weightFile = (
    name: string,
    files: Bytes[],
    read: (bytes: Bytes, file: string) => Parameters<typeof checkTensors>[0],
    ending: string,
  ): Reader => ({
    name,
    files,
    refusal: WeightFileError,
    read: (bytes) => {
      checkTensors(read(bytes, `f.${ending}`));
    },
  });
  return [
    { name: 'PNG', files: images.png, ...image, seal: sealPng },
    { name: 'JPEG', files: images.jpeg, ...image },
    weightFile('safetensors', [writeSafetensors(weights, { k: 'v' })], readSafetensors, 'safetensors'),
    weightFile('caffemodel', caffeFiles(), readCaffemodel, 'caffemodel'),
    {
      name: 'binaryproto',
      files: [caffeBytes('BlobProto', { num: 1, channels: 1, height: 2, width: 3, data: numbers(6) })],
      refusal: WeightFileError,
      read: (bytes) => {
        checkNumbers(readMeanImage(bytes, 'f'));
      },
    },
    {
      name: 'npy',
      files: [
        npyOf([1, 2, 3], Float32Array.from(numbers(6))),
        npyOf([2, 2, 3], Float32Array.from(numbers(12))),
      ],
      refusal: WeightFileError,
      read: (bytes) => {
        checkNumbers(readMeanImage(bytes, 'f'));
      },
    },
    {
      name: 'labels',
      files: [
        strToU8(JSON.stringify({ id2label: { 0: 'a', 1: ['n1', 'b'] } })),
        strToU8(JSON.stringify({ a: 0, b: 1 })),
        strToU8(`{0: 'a', 1: "b's"}`),
      ],
      refusal: WeightFileError,
      read: (bytes) => {
        require(readLabels(bytes, 'f').length > 0, 'no labels');
      },
    },
    weightFile('ONNX', onnxFiles(), readOnnx, 'onnx'),
    weightFile('PyTorch, zip', [zip, fixture('training.pth'), fixture('malicious.pth')], readPytorch, 'pth'),
    weightFile(
      'PyTorch, legacy',
      [fixture('state-dict-legacy.pth'), fixture('protocol-4.pth')],
      readPytorch,
      'pth',
    ),
    {
      ...weightFile(
        'PyTorch, pickle in a whole zip',
        [pickleOf(zip)],
        (bytes, file) => readPytorch(sealedZip(zip)(bytes), file),
        'pth',
      ),
    },
    {
      name: 'IDX',
      files: [idx([2, 3, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])],
      refusal: DatasetError,
      read: (bytes) => {
        const { shape, values } = readIdx(bytes, 'f');
        require(values.length === volume(shape), 'values of another shape');
      },
    },
    ...folderReaders('evolution', await storageOf(fakeRun()), (storage) => readRun(storage)),
    ...folderReaders('ascent', await ascentStorage(fakeAscent(rich)), (storage) => readAscent(storage)),
    {
      name: 'lineage.json',
      files: [json({ format: 1, ancestors: fakeAncestors })],
      read: async (bytes) => {
        const storage = new MemoryStorage();
        storage.files.set('lineage.json', bytes);
        const { ancestors, problem } = await readLineage(storage, fakeRun().run, []);
        if (problem !== undefined) throw new RunFolderError(problem);
        checkNumbers(ancestors);
      },
      refusal: RunFolderError,
      seal: sealJson,
    },
    {
      name: 'state.json',
      files: [json({ ...checkpoint, format: 3 }), json(checkpoint)],
      refusal: CheckpointError,
      read: (bytes) => {
        checkNumbers(parseCheckpoint(text(bytes), 'f'));
      },
      seal: sealJson,
    },
    {
      name: 'ascent.json',
      files: [json(ascent)],
      refusal: CheckpointError,
      // A course that met no number keeps it: JSON has null for it.
      read: (bytes) => {
        const { courses, ...state } = parseAscentState(text(bytes), 'f');
        checkNumbers({ state, many: courses.length });
      },
      seal: sealJson,
    },
    {
      name: 'checkpoint of a training',
      files: [await trainingCheckpoint()],
      refusal: TrainingCheckpointError,
      read: async (bytes) => {
        checkTensors({
          tensors: new Map(
            [...(await readTrainingCheckpoint(bytes, 'f')).tensors].map(([name, data]) => [
              name,
              { shape: [data.length], data },
            ]),
          ),
        });
      },
      seal: sealTraining,
    },
  ];
}

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
