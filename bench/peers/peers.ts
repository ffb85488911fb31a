/**
 * Our engine beside others on the same adapter, with the same weights and the same images; engines of the CPU are the
 * bar of a machine without a GPU. Answers are compared before times are.
 */
import type { Gpu } from '../../src/gpu/device.ts';
import { messageOf } from '../../src/util/message-of.ts';
import { caffenet } from '../../src/model/architectures/caffenet.ts';
import { lenet } from '../../src/model/architectures/lenet.ts';
import type { Weights } from '../../src/network/parameters.ts';
import { uploadParameters } from '../../src/network/upload.ts';
import { ownAscentStep } from './own-ascent-step.ts';
import { ownForward } from './own-engine.ts';
import {
  agrees,
  distances,
  titleOf,
  type Case,
  type Distances,
  type EngineName,
  type Measured,
  type Pass,
} from './peer-case.ts';
import { jaxMeasure, startJax } from './peer-jax.ts';
import { onnxForward } from './peer-onnx.ts';
import { tfjsMeasure } from './peer-tfjs.ts';
import { findTorch, torchMeasure } from './peer-torch.ts';
import { ownTrainingStep } from '../networks/own-training-step.ts';
import type { Sample } from '../sampling/sampling.ts';
import type { Throughput } from '../sampling/throughput.ts';
import { syntheticWeights } from '../networks/synthetic-weights.ts';
import { isStopped } from '../sampling/stop.ts';
import type { NetworkName } from '../networks/network-works.ts';
import type { PeerWork } from './peer-works.ts';
import { pooled, type RepetitionOutput } from '../sampling/repetitions.ts';
import { noMonitor, type LoadMonitor } from '../sampling/machine-load.ts';

export interface PeerRow extends Sample, Partial<Throughput> {
  readonly work: string;
  readonly batch: number;
  readonly engine: EngineName;
  readonly adapter: string;
  readonly imagesPerSecond: number;
  /** By our count of the operations, for every engine. */
  readonly gflops: number;
  /** Whether the answer is that of the engine it is compared with; see `judgeOf`. */
  readonly agrees: boolean;
}

type Say = (line: string) => void;

export interface PeerOutput extends RepetitionOutput<PeerRow> {
  /** What is under way, left out, or remarkable. */
  readonly say: Say;
}

const networks = { LeNet: lenet(), AlexNet: caffenet(1000) } as const;

/** Milliseconds that a run is expected to take at most; a longer one is left out. */
const patience = 120_000;

/** An engine, the passes it has, and what it makes of a case. */
interface Engine {
  readonly name: EngineName;
  readonly passes: readonly Pass[];
  readonly measure: (work: Case) => Promise<Measured> | Measured;
}

/**
 * Case by case: our engine, then each peer, then our engine again, so that a machine that becomes slower or faster does so for
 * all. Peers that take a device are handed ours.
 * @param peak of the adapter, in GFLOP/s
 * @param output `keep` gets the rows of a case each time that an engine is through
 */
export async function benchPeers(
  gpu: Gpu,
  monitor: LoadMonitor,
  peak: number,
  works: readonly PeerWork[],
  { keep, show, say }: PeerOutput,
): Promise<void> {
  const engines = peerEngines(gpu, monitor, say);
  const results: Measured[] = [];
  for (const work of casesOf(works)) {
    await monitor.ready();
    const before = await measureOwn(gpu, monitor, work, say);
    const peers: Measured[] = [];
    const judgements: Judgements = new Map();
    for (const engine of engines) {
      if (!engine.passes.includes(work.pass)) continue;
      await monitor.ready();
      const measured = await attempt(gpu, engine, work, results, say);
      if (!measured) continue;
      peers.push(measured);
      for (const row of rowsOf([before, ...peers], judgements)) keep(row);
    }
    const after = await measureOwn(gpu, monitor, work, say);
    const own = {
      ...before,
      sample: pooled([before.sample, after.sample]),
      flight: meanOf(before.flight, after.flight),
    };
    const ofCase = [own, ...peers];
    results.push(...ofCase);
    for (const row of rowsOf(ofCase, judgements)) show(row);
    for (const line of remarksOn(ofCase, judgements)) say(line);
    say(ratiosText(own, peers, results, peak));
  }
}

/** Of two measurements, which may have had other numbers in flight. */
const meanOf = (one: Throughput | undefined, other: Throughput | undefined): Throughput | undefined =>
  one && other && { ...one, throughput: (one.throughput + other.throughput) / 2 };

function casesOf(works: readonly PeerWork[]): Case[] {
  const weights = new Map<NetworkName, Weights>();
  return works.map(({ network, pass, batch: images }) => {
    const architecture = networks[network];
    const spread = weights.get(network) ?? syntheticWeights(architecture);
    weights.set(network, spread);
    return { network, architecture, weights: spread, pass, images };
  });
}

const measureOurs = {
  forward: ownForward,
  'ascent step': ownAscentStep,
  'training step': ownTrainingStep,
} as const;

async function measureOwn(gpu: Gpu, monitor: LoadMonitor, work: Case, say: Say): Promise<Measured> {
  say(`own: ${titleOf(work)} …`);
  const parameters = await uploadParameters(gpu, work.architecture, work.weights, 'spread weights');
  const measured = await measureOurs[work.pass](gpu, monitor, parameters, work);
  parameters.destroy();
  return measured;
}

function peerEngines(gpu: Gpu, monitor: LoadMonitor, say: Say): Engine[] {
  const python = findTorch();
  let jax: Promise<void> | undefined;
  if (python === undefined) say('torch-cpu is left out: no Python here has torch');
  return [
    {
      name: 'tfjs-webgpu',
      passes: ['ascent step', 'training step'],
      measure: (work) => tfjsMeasure(gpu, monitor, work),
    },
    {
      name: 'jax-js-webgpu',
      passes: ['forward', 'ascent step', 'training step'],
      measure: async (work) => {
        await (jax ??= startJax(gpu));
        return jaxMeasure(gpu, monitor, work);
      },
    },
    {
      name: 'onnxruntime-webgpu',
      passes: ['forward'],
      measure: (work) => onnxForward(monitor, work, 'webgpu', gpu.adapter.name),
    },
    {
      name: 'onnxruntime-cpu',
      passes: ['forward'],
      // Its threads go on spinning for a while, which a look at the machine would take for a disturbance.
      measure: (work) => onnxForward(noMonitor, work, 'cpu', 'cpu'),
    },
    {
      name: 'torch-cpu',
      passes: python === undefined ? [] : ['ascent step', 'training step'],
      measure: (work) => torchMeasure(python ?? '', work),
    },
  ];
}

/** Nothing where the engine fails, or where a smaller batch says that it would take too long; a line says so. */
async function attempt(
  gpu: Gpu,
  engine: Engine,
  work: Case,
  before: readonly Measured[],
  say: Say,
): Promise<Measured | undefined> {
  const { network, pass, images } = work;
  const smaller = before.findLast(
    (result) => result.engine === engine.name && result.case.network === network && result.case.pass === pass,
  );
  const expected = smaller ? (smaller.sample.medianMs * images) / smaller.case.images : 0;
  if (expected > patience) {
    const seconds = (expected / 1000).toFixed(0);
    say(`${engine.name} is left out of ${titleOf(work)}: a run would take about ${seconds} s`);
    return undefined;
  }
  say(`${engine.name}: ${titleOf(work)} …`);
  try {
    return await engine.measure(work);
  } catch (error) {
    if (isStopped(error)) throw error;
    say(`${engine.name} does not run ${titleOf(work)} here: ${messageOf(error)}`);
    gpu.forgetFailure();
    return undefined;
  }
}

/**
 * Forward, ONNX Runtime's CPU provider judges everyone, itself too. A step is ours to judge in the peers, and theirs
 * in us: the CPU's where there is one, else TensorFlow.js.
 */
function judgeOf({ case: { pass }, engine }: Measured, results: readonly Measured[]): Measured | undefined {
  const by = (name: EngineName) => results.find((result) => result.engine === name);
  if (pass === 'forward') return by('onnxruntime-cpu');
  return engine === 'own' ? (by('torch-cpu') ?? by('tfjs-webgpu')) : by('own');
}

/** Distances of an engine's answer, by its name and its judge's: millions of numbers, which are compared once only. */
type Judgements = Map<string, Distances>;

/** Undefined where there is no answer to compare this one with. */
function judged(measured: Measured, results: readonly Measured[], known: Judgements) {
  const judge = judgeOf(measured, results);
  if (!judge) return undefined;
  const key = `${measured.engine} by ${judge.engine}`;
  const off = known.get(key) ?? distances(measured, judge);
  known.set(key, off);
  return { by: judge.engine, off, agrees: agrees(off) };
}

/** @param results of a case, ours first; those that nothing can be compared with are left out */
function rowsOf(results: readonly Measured[], known: Judgements): PeerRow[] {
  const flops = results[0]?.flops ?? 0;
  return results.flatMap((measured) => {
    const { case: work, engine, adapter, sample, flight } = measured;
    const judgement = judged(measured, results, known);
    if (!judgement) return [];
    return [
      {
        work: `${work.network} ${work.pass}`,
        batch: work.images,
        engine,
        adapter,
        ...sample,
        ...flight,
        imagesPerSecond: (1e3 * work.images) / sample.medianMs,
        gflops: flops / sample.medianMs / 1e6,
        agrees: judgement.agrees,
      },
    ];
  });
}

/** Which engines of a case have no row, and whose answer is another one. */
function remarksOn(results: readonly Measured[], known: Judgements): string[] {
  return results.flatMap((measured) => {
    const { case: work, engine } = measured;
    const judgement = judged(measured, results, known);
    if (!judgement)
      return [`${engine} is left out of ${titleOf(work)}: nothing here to compare its answer with`];
    if (judgement.agrees) return [];
    const { logits, gradient } = judgement.off;
    return [
      `${engine}, ${titleOf(work)}: not the answer of ${judgement.by}; of its range, logits are off by ${logits.toExponential(1)}, gradients by ${gradient.toExponential(1)}`,
    ];
  });
}

/** How many times as fast ours is, what the adapter's peak would allow at most, and how many forward passes a step of ours costs. */
function ratiosText(
  own: Measured,
  peers: readonly Measured[],
  results: readonly Measured[],
  peak: number,
): string {
  const { case: work, flops = 0, sample } = own;
  const atPeak = flops / peak / 1e6;
  const lines = peers.map((peer) => {
    const most = peer.adapter === own.adapter ? ` (at the adapter's peak ${times(peer, atPeak)})` : '';
    return `own/${peer.engine} ${times(peer, sample.medianMs)}${most}`;
  });
  const forward = results.find(
    ({ engine, case: other }) =>
      engine === 'own' &&
      other.pass === 'forward' &&
      other.network === work.network &&
      other.images === work.images,
  );
  if (forward && forward !== own)
    lines.push(`own step/own forward, in time ${times(own, forward.sample.medianMs)}`);
  return `${titleOf(work)}: ${lines.join(', ')}`;
}

function times(slower: Measured, milliseconds: number): string {
  return (slower.sample.medianMs / milliseconds).toPrecision(3);
}
