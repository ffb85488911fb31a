/** A network's weights on their way to the device and back. */
import { partOf, type DeviceMemory, type Gpu } from '../gpu/device.ts';
import { Program, bind, run } from '../gpu/program.ts';
import { matmul } from '../kernels/matmul/matmul.ts';
import { pack } from '../kernels/matmul/pack.ts';
import { ResourceStack, type Resource } from '../util/resources.ts';
import type { Architecture } from './layer.ts';
import { layTogether, parameterBytes } from './parameter-buffers.ts';
import { checkWeights, parameterShapes } from './parameter-shapes.ts';
import {
  biasName,
  WeightRangeError,
  factorNames,
  isDense,
  packWeight,
  parameterSizes,
  pitch,
  unpackWeight,
  weightName,
  weightParts,
  type DenseStorage,
  type ParameterShape,
  type Parameters,
  type WeightTensor,
  type Weights,
} from './parameters.ts';

/** Parameters that were copied to a device, to be freed by the caller. */
export class UploadedParameters extends Map<string, DeviceMemory> implements Resource {
  destroy(): void {
    for (const buffer of new Set([...this.values()].map((memory) => partOf(memory).buffer))) buffer.destroy();
  }

  /** As `destroy`. */
  [Symbol.dispose](): void {
    this.destroy();
  }
}

/**
 * Checks every shape and copies the weights to the device; factors are multiplied there.
 * @param storage of dense weights; halves are for inference and input gradients, training wants floats
 * @throws WeightShapeError naming the tensor, the expected and the found shape.
 */
export async function uploadParameters(
  gpu: Gpu,
  architecture: Architecture,
  weights: Weights,
  origin: string,
  storage: DenseStorage = 'f32',
): Promise<UploadedParameters> {
  checkWeights(architecture, weights, origin);
  using made = new ResourceStack();
  const parameters = made.use(new UploadedParameters());
  if (storage === 'f32') layAll(gpu, architecture, parameters);
  const placeOf = (name: string, floats: number): DeviceMemory => {
    const place = parameters.get(name) ?? gpu.buffer(name, 4 * floats);
    parameters.set(name, place);
    return place;
  };
  askForPipelines(gpu, architecture, weights);
  for (const shape of parameterShapes(architecture)) {
    const { layer, depth } = shape;
    const weight = weights.get(weightName(layer));
    const [left, right] = factorNames(layer).map((name) => weights.get(name));
    for (const { name, shape: part, first } of weightParts(shape, gpu)) {
      const floats = parameterSizes(part).weight;
      const place = placeOf(name, floats);
      if (left && right) await multiplyFactors(gpu, name, part, first, left, right, place);
      else if (weight) {
        const rows = weight.data.subarray(first * depth, (first + part.groups * part.outputs) * depth);
        gpu.write(place, packWeight(part, rows));
      }
      if (storage !== 'f16' || !isDense(part)) continue;
      await checkHalves(gpu, name, place, [weight, left, right], origin);
      parameters.set(name, await toHalves(gpu, name, place, floats));
    }
    const bias = weights.get(biasName(layer))?.data ?? new Float32Array();
    gpu.write(placeOf(biasName(layer), parameterSizes(shape).bias), packWeight({ ...shape, depth: 1 }, bias));
  }
  made.move();
  return parameters;
}

/** Room for all of them together, as training wants it. */
function layAll(gpu: Gpu, architecture: Architecture, parameters: UploadedParameters): void {
  using made = new ResourceStack();
  const places = layTogether(gpu, 'parameters', parameterBytes(gpu, architecture), made);
  for (const [name, place] of places) parameters.set(name, place);
  made.move();
}

/** Has all products of factors compiled side by side, while the first weights are copied. */
function askForPipelines(gpu: Gpu, architecture: Architecture, weights: Weights): void {
  for (const shape of parameterShapes(architecture)) {
    const [left, right] = factorNames(shape.layer).map((name) => weights.get(name));
    if (!left || !right) continue;
    gpu.pipelines.askFor(weightParts(shape, gpu).map(({ shape: part }) => productOf(part, left, gpu).kernel));
  }
}

const productOf = ({ outputs, depth }: ParameterShape, left: WeightTensor, gpu: Gpu) =>
  matmul({ rows: depth, columns: outputs, depth: left.shape[1] ?? 0 }, gpu);

/** weight[k, o] = Σ_r right[r, k] · left[o, r], in the layout of the device. */
async function multiplyFactors(
  gpu: Gpu,
  name: string,
  part: ParameterShape,
  first: number,
  left: WeightTensor,
  right: WeightTensor,
  product: DeviceMemory,
): Promise<void> {
  const { outputs, depth } = part;
  const rank = left.shape[1] ?? 0;
  const rows = left.data.subarray(first * rank, (first + outputs) * rank);
  const leftTransposed = packWeight({ layer: name, groups: 1, outputs, depth: rank, fileShape: [] }, rows);
  using scratch = new ResourceStack();
  const factors = {
    a: scratch.use(gpu.bufferFrom(`${name} right`, padRows(right.data, depth))),
    bias: scratch.use(gpu.buffer(`${name} zeros`, 4 * pitch(depth))),
    b: scratch.use(gpu.bufferFrom(`${name} left`, leftTransposed)),
  };
  const launch = productOf(part, left, gpu);
  run(gpu, new Program([await bind(gpu, `${name} from factors`, launch, { ...factors, c: product })]));
}

const largestHalf = 65_504;

/** @throws WeightRangeError when a value is too large for a half: the device would make of it what it likes */
async function checkHalves(
  gpu: Gpu,
  name: string,
  memory: DeviceMemory,
  stored: readonly (WeightTensor | undefined)[],
  origin: string,
): Promise<void> {
  const [plain = 0, left = 1, right = 1] = stored.map((tensor) => tensor && largestOf(tensor.data));
  const rank = stored[1]?.shape[1] ?? 1;
  const bound = stored[0] ? plain : left * right * rank;
  if (bound <= largestHalf) return;
  // A product of factors seldom reaches its bound.
  const largest = stored[0] ? plain : largestOf(new Float32Array(await gpu.read(memory)));
  if (largest <= largestHalf) return;
  throw new WeightRangeError(
    `${origin}: ${name} holds a value of size ${String(largest)}, halves end at ${String(largestHalf)}; keep dense weights as f32`,
  );
}

const largestOf = (values: Float32Array): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** The same values as halves; the floats are freed. */
async function toHalves(gpu: Gpu, name: string, floats: DeviceMemory, values: number): Promise<GPUBuffer> {
  using made = new ResourceStack();
  const halves = made.use(gpu.buffer(name, 2 * values));
  run(gpu, new Program([await bind(gpu, `${name} to halves`, pack(values), { x: floats, packed: halves })]));
  partOf(floats).buffer.destroy();
  made.move();
  return halves;
}

/** [rows, columns] → [rows, columns padded to 4]. */
function padRows(data: Float32Array, columns: number): Float32Array<ArrayBuffer> {
  const row = pitch(columns);
  const padded = new Float32Array((data.length / columns) * row);
  for (let start = 0, at = 0; start < data.length; start += columns, at += row)
    padded.set(data.subarray(start, start + columns), at);
  return padded;
}

/** Copies the weights back into the layout of files. */
export async function downloadParameters(
  gpu: Gpu,
  architecture: Architecture,
  parameters: Parameters,
): Promise<Map<string, WeightTensor>> {
  const weights = new Map<string, WeightTensor>();
  const read = async (name: string, shape: ParameterShape) => {
    const place = parameters.get(name);
    if (!place) throw new Error(`no parameters ${name}`);
    return unpackWeight(shape, new Float32Array(await gpu.read(place)));
  };
  for (const shape of parameterShapes(architecture)) {
    const { layer, groups, outputs, depth, fileShape } = shape;
    const data = new Float32Array(groups * outputs * depth);
    for (const part of weightParts(shape, gpu))
      data.set(await read(part.name, part.shape), part.first * depth);
    weights.set(weightName(layer), { shape: fileShape, data });
    weights.set(biasName(layer), {
      shape: [groups * outputs],
      data: await read(biasName(layer), { ...shape, depth: 1 }),
    });
  }
  return weights;
}
