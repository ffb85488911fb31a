/** The loss that a network makes itself, alone and as one kernel with the last layers, and what becomes of the passes around it. */
import { describe, expect, test } from 'vitest';
import type { AdapterKind } from '../../src/gpu/device.ts';
import { run } from '../../src/gpu/program.ts';
import { lenet } from '../../src/model/architectures/lenet.ts';
import { extents, volume, type Architecture } from '../../src/network/layer.ts';
import type { NetworkTarget } from '../../src/network/layers/definition.ts';
import { fuseLoss } from '../../src/network/loss.ts';
import { createNetwork, type Network } from '../../src/network/network.ts';
import { placeLayers } from '../../src/network/placement.ts';
import { recordNetwork, type NetworkOptions } from '../../src/network/record.ts';
import { initialWeights } from '../../src/network/trainer.ts';
import { downloadParameters, uploadParameters } from '../../src/network/upload.ts';
import { openTestGpu } from '../gpu.ts';
import { expectClose, randomValues } from '../kernels/numbers.ts';

const batch = 64;
const toParameters = { input: false, parameters: true };
const training = { batch, gradients: toParameters, loss: 'cross-entropy' } as const;

/** A dense layer alone behind the input, and a unit between the two. */
const flat = (withUnit: boolean): Architecture => ({
  name: 'flat',
  input: [3, 2, 2],
  layers: [
    ...(withUnit ? [{ kind: 'relu', name: 'unit' } as const] : []),
    { kind: 'dense', name: 'out', outputs: 3 },
  ],
});

/** One step's logits, losses and gradients. @param worst the largest weight of the last layer */
async function stepOf(architecture: Architecture, options: NetworkOptions, worst?: number) {
  const gpu = await openTestGpu();
  const weights = initialWeights(architecture, 5);
  const last = weights.get(`${architecture.layers.at(-1)!.name}.weight`)!;
  if (worst !== undefined) last.data.fill(worst);
  const parameters = await uploadParameters(gpu, architecture, weights, 'test');
  const network = await createNetwork(gpu, architecture, parameters, options);
  const { loss } = network;
  if (!loss) throw new Error('no loss was recorded');
  const classes = volume(extents(architecture).at(-1)!);
  gpu.write(network.input, randomValues(volume(architecture.input) * options.batch, 7));
  gpu.write(
    loss.targets,
    Uint32Array.from({ length: options.batch }, (_, image) => (7 * image) % classes),
  );
  run(gpu, network.turnWeights, network.forward, loss.program, network.backward);
  const read = async (buffer: GPUBuffer) => new Float32Array(await gpu.read(buffer));
  const gradients = await downloadParameters(gpu, architecture, network.parameterGradients);
  const found = new Map([
    ['logits', await read(network.logits)],
    ['losses', await read(loss.losses)],
    ['gradient of the logits', await read(network.logitsGradient!)],
    ...[...gradients].map(([name, { data }]) => [name, data] as const),
    ...(network.inputGradient ? [['gradient of the input', await read(network.inputGradient)] as const] : []),
  ]);
  return { network, found };
}

const programsOf = ({ turnWeights, forward, loss, backward }: Network) =>
  [turnWeights, forward, loss!.program, backward].map(({ dispatches }) =>
    dispatches.map(({ label, launch }) => ({ label, family: launch.kernel.family })),
  );

describe('a loss that is one kernel with the last layers', () => {
  const cases: readonly (readonly [string, Architecture, NetworkOptions])[] = [
    ['LeNet', lenet(), training],
    [
      'a dense layer alone',
      flat(false),
      { ...training, batch: 8, gradients: { input: true, parameters: true } },
    ],
    [
      'a unit behind the input',
      flat(true),
      { ...training, batch: 8, gradients: { input: true, parameters: true } },
    ],
    ['a unit whose input asks for none', flat(true), { ...training, batch: 8 }],
  ];

  test.each(cases)('gives what a loss between the passes gives: %s', async (_, architecture, options) => {
    const alone = await stepOf(architecture, { ...options, fuseLoss: false });
    const fused = await stepOf(architecture, { ...options, fuseLoss: true });
    expect([...fused.found.keys()]).toEqual([...alone.found.keys()]);
    for (const [name, values] of fused.found) {
      const expected = alone.found.get(name)!;
      const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(largest, name).toBeGreaterThan(0);
      expectClose(values, expected, { atol: 2e-6 * largest, rtol: 2e-5 });
    }
    alone.network.destroy();
    fused.network.destroy();
  });

  test('is one operation in place of five of LeNet’s training step', async () => {
    const alone = await stepOf(lenet(), { ...training, fuseLoss: false });
    const fused = await stepOf(lenet(), { ...training, fuseLoss: true });
    const [without, within] = [alone, fused].map(({ network }) => programsOf(network).flat());
    const labels = new Set(within!.map(({ label }) => label));
    expect(without!.filter(({ label }) => !labels.has(label)).map(({ label }) => label)).toEqual([
      'ip2 turn weights',
      'ip2 forward',
      'cross-entropy',
      'ip2 input gradient',
      'relu1 input gradient',
    ]);
    expect(within!.length).toBe(without!.length - 4);
    expect(fused.network.loss!.program.dispatches.map(({ launch }) => launch.kernel.family)).toEqual([
      'dense-cross-entropy',
    ]);
    alone.network.destroy();
    fused.network.destroy();
  });

  test('does not make numbers of what overflows', async () => {
    const { network, found } = await stepOf(lenet(), { ...training, fuseLoss: true }, 3e38);
    for (const name of ['losses', 'ip2.bias', 'conv1.weight'])
      expect(
        found.get(name)!.every((value) => !Number.isFinite(value)),
        name,
      ).toBe(true);
    network.destroy();
  });
});

describe('whether a loss is fused', () => {
  const limits = {
    maxComputeInvocationsPerWorkgroup: 256,
    maxComputeWorkgroupStorageSize: 16_384,
    maxStorageBufferBindingSize: 2 ** 27,
  };
  const target = (kind: AdapterKind, other: Partial<NetworkTarget> = {}): NetworkTarget => ({
    adapter: { kind },
    limits,
    denseStorage: 'f32',
    has: () => false,
    ...other,
  });
  const fused = (architecture: Architecture, given: NetworkTarget, anywhere = false) =>
    fuseLoss(placeLayers(architecture, true), given, toParameters, anywhere);

  test('depends on the adapter, unless it is asked for', () => {
    for (const kind of ['gpu', 'lavapipe'] as const)
      expect([...fused(lenet(), target(kind))!.layers].map(({ layer }) => layer.name)).toEqual([
        'relu1',
        'ip2',
      ]);
    expect(fused(lenet(), target('swiftshader'))).toBeUndefined();
    expect(fused(lenet(), target('swiftshader'), true)?.unit?.layer.name).toBe('relu1');
  });

  test('takes few classes, weights as floats, and room in a workgroup', () => {
    expect(fused(lenet(64), target('gpu'))).toBeUndefined();
    expect(fused(lenet(16), target('gpu'))).toBeDefined();
    expect(fused(lenet(), target('gpu', { denseStorage: 'f16' }))).toBeUndefined();
    const narrow = { ...limits, maxComputeWorkgroupStorageSize: 128 };
    expect(fused(lenet(), target('gpu', { limits: narrow }))).toBeUndefined();
    expect(fused(flat(false), target('gpu'))).toBeUndefined();
    const convolutional = { ...lenet(), layers: lenet().layers.slice(0, 3) };
    expect(fused(convolutional, target('gpu'))).toBeUndefined();
  });
});

test('a loss without gradients of the parameters, or beside other sources, is refused', async () => {
  const gpu = await openTestGpu();
  const record = (options: Partial<NetworkOptions>) => () =>
    recordNetwork(gpu, lenet(), { ...training, ...options });
  const expected = 'a loss is for gradients of the parameters, and is their only source';
  expect(record({ gradients: { input: true, parameters: false } })).toThrow(expected);
  expect(record({ gradientSources: ['ip1'] })).toThrow(expected);
});
