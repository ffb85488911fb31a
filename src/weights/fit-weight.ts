/** Converts the weights of a file's layer to the layout used here. */
import { rearranged } from '../formats/strided.ts';
import type { AffineLayer } from '../formats/weight-file.ts';
import { WeightFileError } from '../formats/weight-file-error.ts';
import { volume, type Extent } from '../network/layer.ts';
import {
  WeightShapeError,
  biasName,
  weightName,
  type ParameterShape,
  type WeightTensor,
} from '../network/parameters.ts';
import type { WeightSource } from './weight-sources.ts';

export interface FittedTensor {
  readonly tensor: WeightTensor;
  /** What was done to it beside renaming. */
  readonly notes: readonly string[];
}

export interface FittedLayer {
  readonly weight: FittedTensor;
  readonly bias: FittedTensor;
}

/**
 * @param input of the layer, for dense weights over [rows, columns, channels]
 * @throws WeightShapeError, WeightFileError naming the tensor and both shapes
 */
export function fitLayer(
  source: WeightSource,
  shape: ParameterShape,
  input: Extent,
  architecture: string,
  fileName: string,
): FittedLayer {
  const weight = fitWeight(source, shape, input, architecture, fileName);
  const bias = fitBias(source, shape, architecture, fileName);
  return folded(source.channelsLast ? channelsFirst(weight, input) : weight, bias, source, shape, fileName);
}

function fitWeight(
  { weight, transposed }: WeightSource,
  { layer, fileShape }: ParameterShape,
  input: Extent,
  architecture: string,
  fileName: string,
): FittedTensor {
  const { data, dtype, shape } = weight;
  const [rows = 0, columns = 0] = fileShape;
  if (transposed && shape.join() === [columns, rows].join()) {
    return {
      tensor: { shape: fileShape, dtype, data: transpose(data, columns, rows) },
      notes: ['transposed'],
    };
  }
  if (!transposed && shape.join() === fileShape.join())
    return { tensor: { shape: fileShape, dtype, data }, notes: [] };
  if (fileShape.length === 2 && !transposed && shape[0] === rows && isAcross(shape.slice(1), input))
    return { tensor: { shape: fileShape, dtype, data }, notes: [`was [${shape.join(', ')}]`] };
  throw new WeightShapeError(
    `${fileName}: ${weight.name} is [${shape.join(', ')}]${transposed ? ', transposed' : ''}, ${architecture} expects [${fileShape.join(', ')}] for ${weightName(layer)}`,
  );
}

/** A dense layer over [channels, height, width] may be stored as the convolution that it equals, over this or one pixel. */
function isAcross(shape: readonly number[], input: Extent): boolean {
  const isOnePixel = shape.filter((size) => size !== 1).join() === String(volume(input));
  return isOnePixel || shape.join() === input.join();
}

function fitBias(
  { bias, biasless }: WeightSource,
  { layer, groups, outputs }: ParameterShape,
  architecture: string,
  fileName: string,
): FittedTensor {
  const shape = [groups * outputs];
  if (!bias && !biasless) {
    throw new WeightFileError(
      `${fileName}: no tensor ${biasName(layer)} [${shape.join(', ')}], which ${architecture} needs`,
    );
  }
  if (!bias)
    return {
      tensor: { shape, data: new Float32Array(groups * outputs) },
      notes: ['the file has none: zeros'],
    };
  if (bias.data.length === groups * outputs)
    return { tensor: { shape, dtype: bias.dtype, data: bias.data }, notes: [] };
  throw new WeightShapeError(
    `${fileName}: ${bias.name} is [${bias.shape.join(', ')}], ${architecture} expects [${shape.join(', ')}] for ${biasName(layer)}`,
  );
}

/** The columns of [out, rows · columns · channels] in the order of channels · rows · columns. */
function channelsFirst({ tensor, notes }: FittedTensor, [channels, rows, columns]: Extent): FittedTensor {
  const pixels = rows * columns;
  const depth = channels * pixels;
  const shape = [tensor.data.length / depth, channels, pixels];
  const turned = rearranged(tensor.data, shape, [depth, 1, channels]);
  return {
    tensor: { ...tensor, data: turned },
    notes: [...notes, 'channels brought before rows and columns'],
  };
}

/** w · x + b, scaled and shifted for each output, is another w · x + b. */
function folded(
  weight: FittedTensor,
  bias: FittedTensor,
  { affines }: WeightSource,
  { layer, groups, outputs }: ParameterShape,
  fileName: string,
): FittedLayer {
  if (affines.length === 0) return { weight, bias };
  const count = groups * outputs;
  const factors = new Float64Array(count).fill(1);
  const sums = Float64Array.from(bias.tensor.data);
  for (const affine of affines) {
    const { length } = affine.scale;
    if (length !== 1 && length !== count) {
      throw new WeightShapeError(
        `${fileName}: ${affine.name} (${affine.operator}) is for ${String(length)} channels, ${layer} before it has ${String(count)}`,
      );
    }
    for (let output = 0; output < count; output++) {
      const [scale, shift] = valuesOf(affine, length === 1 ? 0 : output);
      factors[output] = (factors[output] ?? 1) * scale;
      sums[output] = (sums[output] ?? 0) * scale + shift;
    }
  }
  const depth = weight.tensor.data.length / count;
  const scaled = weight.tensor.data.map((value, index) => value * (factors[Math.floor(index / depth)] ?? 1));
  const names = affines.map(({ name, operator }) => `${name} (${operator})`).join(' and ');
  const note = `${names} folded in`;
  const made = (shape: readonly number[], data: Float32Array, what: string): WeightTensor => {
    if (data.every(Number.isFinite)) return { shape, data };
    throw new WeightFileError(`${fileName}: ${what} is not finite with ${names} folded in`);
  };
  return {
    weight: {
      tensor: made(weight.tensor.shape, scaled, weightName(layer)),
      notes: [...weight.notes, note],
    },
    bias: {
      tensor: made(bias.tensor.shape, Float32Array.from(sums), biasName(layer)),
      notes: [...bias.notes, note],
    },
  };
}

const valuesOf = ({ scale, shift }: AffineLayer, index: number): readonly [number, number] => [
  scale[index] ?? 1,
  shift[index] ?? 0,
];

/** [rows, columns] → [columns, rows]. */
function transpose(data: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      turned[column * rows + row] = data[row * columns + column] ?? 0;
  return turned;
}
