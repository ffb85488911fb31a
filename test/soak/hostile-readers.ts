/** The readers of files, each with files of its own and what is asked of what it reads. */
import { strToU8 } from 'fflate';
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
import { WeightFileError } from '../../src/formats/weight-file-error.ts';
import { readTrainingCheckpoint } from '../../src/model/training/training-checkpoint.ts';
import { TrainingCheckpointError } from '../../src/model/training/training-state.ts';
import { decodeImage, ImageFileError } from '../../src/node/image-file.ts';
import { readAscent } from '../../src/runs/ascent/read.ts';
import { readLineage } from '../../src/runs/evolution/read-lineage.ts';
import { readRun } from '../../src/runs/evolution/read.ts';
import { RunFolderError } from '../../src/runs/read-files.ts';
import { withChecksum } from '../../src/storage/checksum.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';
import { copyOf } from '../runs/evolution/failing-storage.ts';
import { checkpoint } from '../runs/evolution/records.ts';
import { ascentStorage, fakeAscent } from '../report/fake-ascent.ts';
import { fakeRun, storageOf } from '../report/fake-run.ts';
import { caffeBytes, numbers } from '../support/caffe-files.ts';
import { idx } from '../support/idx-bytes.ts';
import { npyOf } from '../support/npy-bytes.ts';
import {
  type Bytes,
  fixture,
  text,
  sealPng,
  sealJson,
  sealedZip,
  pickleOf,
  imageFiles,
  caffeFiles,
  onnxFiles,
  trainingCheckpoint,
  sealTraining,
} from './hostile-files.ts';

export interface Reader {
  readonly name: string;
  readonly files: readonly Bytes[];
  /** Throws what is wrong with what was read. */
  readonly read: (bytes: Bytes) => unknown;
  readonly refusal: abstract new (...args: never[]) => Error;
  /** Makes the checksums of a damaged file right, so that the damage goes deeper; every second case. */
  readonly seal?: (bytes: Bytes) => Bytes | Promise<Bytes>;
}

export class Broken extends Error {}

export function require(holds: boolean, what: string): void {
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

export async function readers(): Promise<Reader[]> {
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
