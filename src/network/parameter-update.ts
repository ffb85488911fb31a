/** How a step of training changes the parameters on the device. */
import { partOf, uniformUsage, type BufferPart, type Gpu } from '../gpu/device.ts';
import { Program, bind } from '../gpu/program.ts';
import { sgd, sgdTurning, turningTable, type PlacedTurning } from '../kernels/layers/sgd.ts';
import type { ResourceStack } from '../util/resources.ts';
import type { Architecture } from './layer.ts';
import type { Network } from './network.ts';
import { layTogether, parameterBytes } from './parameter-buffers.ts';
import type { Parameters } from './parameters.ts';

/** Tensors that lie side by side wherever they are, as a trained one's weights, velocities and gradients do. */
interface Run {
  readonly names: string[];
  readonly weight: BufferPart;
  readonly velocity: BufferPart;
  readonly gradient: BufferPart;
  /** Bytes up to the end of the last one. */
  bytes: number;
  /** Bytes before the first bias; undefined while there is none. */
  firstBias: number | undefined;
}

const isBias = (name: string): boolean => name.endsWith('.bias');

/** One dispatch for all that lies together; several where parameters are in several buffers, or some in between are frozen. */
export async function createUpdate(
  gpu: Gpu,
  architecture: Architecture,
  parameters: Parameters,
  { turnedWeights }: Pick<Network, 'turnedWeights'>,
  gradients: Parameters,
  made: ResourceStack,
) {
  const sizes = new Map([...parameterBytes(gpu, architecture)].filter(([name]) => gradients.has(name)));
  const velocities = layTogether(gpu, 'velocities', sizes, made);
  const runs: Run[] = [];
  for (const [name, velocity] of velocities) {
    const [parameter, slope] = [parameters.get(name), gradients.get(name)];
    if (!parameter || !slope) throw new Error(`no parameter ${name} to train`);
    const places = { weight: partOf(parameter), velocity, gradient: partOf(slope) };
    const last = runs.at(-1);
    const distance = last && distanceOf(last, places);
    const bias = isBias(name);
    if (last && distance !== undefined && (bias || last.firstBias === undefined)) {
      last.names.push(name);
      last.bytes = distance + velocity.size;
      if (bias) last.firstBias ??= distance;
    } else runs.push({ ...places, names: [name], bytes: velocity.size, firstBias: bias ? 0 : undefined });
  }
  const rates = made.use(gpu.buffer('rates of this step', 16, uniformUsage));
  const turning = turningOf(gpu, runs, parameters, turnedWeights, made);
  const dispatches = runs.map(({ names, bytes, firstBias = bytes, ...places }) => {
    const whole = ({ buffer, offset }: BufferPart) => ({ buffer, offset, size: bytes });
    const [weight, velocity, gradient] = [places.weight, places.velocity, places.gradient].map(whole);
    if (!weight || !velocity || !gradient) throw new Error('nothing to update');
    const label = `${names.length > 1 ? `${String(names.length)} parameters from ` : ''}${names[0] ?? ''} update`;
    const operands = { weight, velocity, gradient, step: rates };
    return turning
      ? bind(gpu, label, sgdTurning(bytes / 4, firstBias / 4), { ...operands, ...turning })
      : bind(gpu, label, sgd(bytes / 4, firstBias / 4), operands);
  });
  const named = [...velocities].map(([name, place]): [string, BufferPart] => [`velocity of ${name}`, place]);
  const program = new Program(await Promise.all(dispatches));
  return { program, rates, velocities: new Map(named), turns: turning !== undefined };
}

/** What the dispatch binds that updates all parameters and turns the weights as well; undefined where one dispatch does not do. */
function turningOf(
  gpu: Gpu,
  [run, ...others]: readonly Run[],
  parameters: Parameters,
  turnedWeights: Network['turnedWeights'],
  made: ResourceStack,
): { readonly turnings: GPUBuffer; readonly turned: GPUBuffer } | undefined {
  const [turned] = [...turnedWeights.values()].map(({ buffer }) => buffer);
  if (!run || !turned || others.length > 0) return undefined;
  const placed: PlacedTurning[] = [];
  for (const [{ weight, inputs, taps, outputs }, { buffer, offset }] of turnedWeights) {
    const parameter = parameters.get(weight);
    if (!parameter || !run.names.includes(weight) || buffer !== turned) return undefined;
    const part = partOf(parameter);
    const [first, floats] = [(part.offset - run.weight.offset) / 4, part.size / 4];
    placed.push({ first, floats, inputs, taps, outputs, place: offset / 4 });
  }
  return { turnings: made.use(gpu.bufferFrom('turnings', turningTable(placed))), turned };
}

type Places = Pick<Run, 'weight' | 'velocity' | 'gradient'>;

/** Bytes from where a run begins to where the next tensor does, where they are the same in all three. */
function distanceOf(run: Places, next: Places): number | undefined {
  const distances = (['weight', 'velocity', 'gradient'] as const).map((kind) =>
    run[kind].buffer === next[kind].buffer ? next[kind].offset - run[kind].offset : NaN,
  );
  const [distance = NaN] = distances;
  return distances.every((each) => each === distance) ? distance : undefined;
}
