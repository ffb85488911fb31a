/**
 * Our engine beside others on the same adapter, with the same weights and the same images; engines of the CPU are the
 * bar of a machine without a GPU. Answers are compared before times are.
 */
import type { Gpu } from '../src/gpu/device.ts';
import { messageOf } from '../src/message-of.ts';
import { caffenet } from '../src/models/caffenet.ts';
import { lenet } from '../src/models/lenet.ts';
import { openGpu } from '../src/node/adapter.ts';
import { uploadParameters } from '../src/nn/upload.ts';
import { ownAscentStep } from './own-ascent-step.ts';
import { ownForward } from './own-engine.ts';
import {
  agrees,
  distances,
  titleOf,
  type Case,
  type EngineName,
  type Measured,
  type Pass,
} from './peer-case.ts';
import { jaxMeasure, startJax } from './peer-jax.ts';
import { onnxForward } from './peer-onnx.ts';
import { tfjsAscentStep } from './peer-tfjs.ts';
import { findTorch, torchAscentStep } from './peer-torch.ts';
import type { Sample } from './sampling.ts';
import { spreadWeights } from './spread-weights.ts';

export interface PeerRow extends Sample {
  readonly work: string;
  readonly batch: number;
  readonly engine: EngineName;
  readonly adapter: string;
  readonly imagesPerSecond: number;
  /** Whether the answer is that of the engine it is held against; see `judgeOf`. */
  readonly agrees: boolean;
}

const networks = { LeNet: lenet(), AlexNet: caffenet(1000) } as const;

const works: readonly (readonly [keyof typeof networks, Pass, readonly number[]])[] = [
  ['LeNet', 'forward', [200]],
  ['LeNet', 'ascent step', [200]],
  ['AlexNet', 'forward', [1, 8, 16]],
  ['AlexNet', 'ascent step', [1, 8]],
];

/** Milliseconds that a run is expected to take at most; a longer one is left out. */
const patience = 120_000;

/** An engine, the passes it has, and what it makes of a case. */
interface Engine {
  readonly name: EngineName;
  readonly passes: readonly Pass[];
  readonly measure: (work: Case) => Promise<Measured> | Measured;
}

/**
 * Measures our engine, gives the device back, then measures the peers on what it was made of.
 * @param choice the adapter, for whoever opens it again
 */
export async function benchPeers(gpu: Gpu, choice: string, show: (row: PeerRow) => void): Promise<void> {
  const cases = allCases();
  const results: Measured[] = [];
  for (const work of cases) results.push(await measureOwn(gpu, work));
  gpu.close();
  for (const engine of peerEngines(choice, gpu.adapter.name)) {
    for (const work of cases) {
      if (!engine.passes.includes(work.pass)) continue;
      const measured = await attempt(engine, work, results);
      if (measured) results.push(measured);
    }
  }
  for (const measured of cases.flatMap((work) => results.filter((result) => result.case === work)))
    show(rowOf(measured, results));
  for (const work of cases) printRatios(work, results);
}

function allCases(): Case[] {
  const weights = {
    LeNet: spreadWeights(networks.LeNet),
    AlexNet: spreadWeights(networks.AlexNet),
  };
  return works.flatMap(([network, pass, batches]) =>
    batches.map((images) => ({
      network,
      architecture: networks[network],
      weights: weights[network],
      pass,
      images,
    })),
  );
}

async function measureOwn(gpu: Gpu, work: Case): Promise<Measured> {
  console.log(`own: ${titleOf(work)} …`);
  const parameters = await uploadParameters(gpu, work.architecture, work.weights, 'spread weights');
  const measure = work.pass === 'forward' ? ownForward : ownAscentStep;
  const measured = await measure(gpu, parameters, work);
  for (const buffer of parameters.values()) buffer.destroy();
  return measured;
}

function peerEngines(choice: string, adapter: string): Engine[] {
  const python = findTorch();
  let jax: Promise<Gpu> | undefined;
  if (python === undefined) console.log('torch-cpu is left out: no Python here has torch');
  return [
    {
      name: 'tfjs-webgpu',
      passes: ['ascent step'],
      measure: async (work) => {
        const gpu = await openGpu(choice);
        try {
          return await tfjsAscentStep(gpu, work);
        } finally {
          gpu.close();
        }
      },
    },
    {
      name: 'jax-js-webgpu',
      passes: ['forward', 'ascent step'],
      measure: async (work) => {
        jax ??= openGpu(choice).then(async (gpu) => {
          await startJax(gpu);
          return gpu;
        });
        return jaxMeasure(await jax, work);
      },
    },
    {
      name: 'onnxruntime-webgpu',
      passes: ['forward'],
      measure: (work) => onnxForward(work, 'webgpu', adapter),
    },
    { name: 'onnxruntime-cpu', passes: ['forward'], measure: (work) => onnxForward(work, 'cpu', 'cpu') },
    {
      name: 'torch-cpu',
      passes: python === undefined ? [] : ['ascent step'],
      measure: (work) => torchAscentStep(python ?? '', work),
    },
  ];
}

/** Nothing where the engine fails, or where a smaller batch says that it would take too long; a line says so. */
async function attempt(
  engine: Engine,
  work: Case,
  before: readonly Measured[],
): Promise<Measured | undefined> {
  const { network, pass, images } = work;
  const smaller = before.findLast(
    (result) => result.engine === engine.name && result.case.network === network && result.case.pass === pass,
  );
  const expected = smaller ? (smaller.sample.medianMs * images) / smaller.case.images : 0;
  if (expected > patience) {
    const seconds = (expected / 1000).toFixed(0);
    console.log(`${engine.name} is left out of ${titleOf(work)}: a run would take about ${seconds} s`);
    return undefined;
  }
  console.log(`${engine.name}: ${titleOf(work)} …`);
  try {
    return await engine.measure(work);
  } catch (error) {
    console.log(`${engine.name} does not run ${titleOf(work)} here: ${messageOf(error)}`);
    return undefined;
  }
}

/**
 * Forward, ONNX Runtime's CPU provider judges everyone, itself too. A step is ours to judge in the peers, and theirs
 * in us: the CPU's where there is one, else TensorFlow.js.
 */
function judgeOf({ case: work, engine }: Measured, results: readonly Measured[]): Measured | undefined {
  const by = (name: EngineName) => results.find((result) => result.case === work && result.engine === name);
  if (work.pass === 'forward') return by('onnxruntime-cpu');
  return engine === 'own' ? (by('torch-cpu') ?? by('tfjs-webgpu')) : by('own');
}

function rowOf(measured: Measured, results: readonly Measured[]): PeerRow {
  const { case: work, engine, adapter, sample } = measured;
  const judge = judgeOf(measured, results);
  const good = judge !== undefined && agrees(measured, judge);
  if (!judge) console.log(`${engine}, ${titleOf(work)}: nothing here to compare the answer with`);
  else if (!good) {
    const { logits, gradient } = distances(measured, judge);
    console.log(
      `${engine}, ${titleOf(work)}: not the answer of ${judge.engine}; of its range, logits are off by ${logits.toExponential(1)}, gradients by ${gradient.toExponential(1)}`,
    );
  }
  return {
    work: `${work.network} ${work.pass}`,
    batch: work.images,
    engine,
    adapter,
    ...sample,
    imagesPerSecond: (1e3 * work.images) / sample.medianMs,
    agrees: good,
  };
}

/** How many times as fast ours is, and how many forward passes a step of ours costs. */
function printRatios(work: Case, results: readonly Measured[]): void {
  const own = results.find((result) => result.case === work && result.engine === 'own');
  if (!own) return;
  const ratios = results
    .filter((result) => result.case === work && result !== own)
    .map((result) => `own/${result.engine} ${ratio(result, own)}`);
  const forward = results.find(
    ({ engine, case: other }) =>
      engine === 'own' &&
      other.pass === 'forward' &&
      other.network === work.network &&
      other.images === work.images,
  );
  if (forward && forward !== own) ratios.push(`own step/own forward, in time ${ratio(own, forward)}`);
  console.log(`${titleOf(work)}: ${ratios.join(', ')}`);
}

function ratio(slower: Measured, faster: Measured): string {
  return (slower.sample.medianMs / faster.sample.medianMs).toPrecision(3);
}
