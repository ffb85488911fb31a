/**
 * Tensors of a network's parameters one behind the other: all weights, then all biases, so that one kernel may go over all of
 * them at once.
 */
import type { BufferPart, Gpu } from '../gpu/device.ts';
import { ResourceStack } from '../util/resources.ts';
import type { Architecture } from './layer.ts';
import { parameterShapes } from './parameter-shapes.ts';
import { biasName, parameterSizes, weightParts } from './parameters.ts';

/** Bytes of every weight and bias as floats, by tensor name, in the order in which they lie. */
export function parameterBytes(gpu: Gpu, architecture: Architecture): Map<string, number> {
  const shapes = parameterShapes(architecture);
  const weights = shapes.flatMap((shape) =>
    weightParts(shape, gpu).map((part): [string, number] => [
      part.name,
      4 * parameterSizes(part.shape).weight,
    ]),
  );
  const biases = shapes.map((shape): [string, number] => [
    biasName(shape.layer),
    4 * parameterSizes(shape).bias,
  ]);
  return new Map([...weights, ...biases]);
}

/** A part begins where a binding may begin. */
const alignment = 256;

/**
 * Zeros in as few buffers as the adapter's largest binding allows, to be freed by `owner`.
 * @param sizes in bytes, by name
 */
export function layTogether(
  gpu: Gpu,
  label: string,
  sizes: ReadonlyMap<string, number>,
  owner: ResourceStack,
): Map<string, BufferPart> {
  const most = Math.min(gpu.limits.maxBufferSize, gpu.limits.maxStorageBufferBindingSize);
  const runs: { names: string[]; bytes: number }[] = [];
  const offsets = new Map<string, number>();
  for (const [name, bytes] of sizes) {
    let run = runs.at(-1);
    let offset = Math.ceil((run?.bytes ?? 0) / alignment) * alignment;
    if (!run || offset + bytes > most) {
      run = { names: [], bytes: 0 };
      runs.push(run);
      offset = 0;
    }
    run.names.push(name);
    run.bytes = offset + bytes;
    offsets.set(name, offset);
  }
  return new Map(
    runs.flatMap(({ names, bytes }) => {
      const what = names.length === 1 ? [label, ...names].join(' of ') : label;
      const buffer = owner.use(gpu.buffer(what, bytes));
      return names.map((name): [string, BufferPart] => [
        name,
        { buffer, offset: offsets.get(name) ?? 0, size: sizes.get(name) ?? 0 },
      ]);
    }),
  );
}
