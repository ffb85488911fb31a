/** A convolution by Winograd's transforms on a tape: three operations instead of one, of weights that are transformed beforehand. */
import { convFlops } from '../kernels/conv2d/conv-shape.ts';
import { conv2d } from '../kernels/conv2d/conv2d.ts';
import { rectified } from '../kernels/layers/relu.ts';
import type { Target } from '../kernels/tuning/variant.ts';
import {
  winogradOutputTransform,
  winogradInputTransform,
  winogradProducts,
  winogradFilterTransform,
  winogradFloats,
  type WinogradShape,
} from '../kernels/conv2d/winograd.ts';
import type { Operand, Tape } from './tape.ts';

/** What the three operations of a pass, e.g. `conv3 forward`, keep for themselves. */
const weightsOf = (pass: string): string => `${pass} square weights`;
const biasOf = (pass: string): string => `${pass} square bias`;
const tilesOf = (pass: string): string => `${pass} squares`;
const productsOf = (pass: string): string => `${pass} products`;

/** @param weights as `conv2d` reads them for the same convolution */
export function tapeWinogradFilter(
  tape: Tape,
  pass: string,
  shape: WinogradShape,
  weights: Operand,
  bias: Operand,
): void {
  const floats = winogradFloats(shape);
  tape.tensor(weightsOf(pass), floats.weights, true);
  tape.tensor(biasOf(pass), floats.bias, true);
  tape.add(`${pass} turn weights`, winogradFilterTransform(shape), {
    weights,
    bias,
    transformed: weightsOf(pass),
    transformed_bias: biasOf(pass),
  });
}

/** y = weights · x + bias, or what is positive of it, of the weights that `tapeWinogradFilter` has transformed for the pass. */
export function tapeWinograd(
  tape: Tape,
  pass: string,
  shape: WinogradShape,
  target: Target,
  { x, y, rectify = false }: { readonly x: Operand; readonly y: Operand; readonly rectify?: boolean },
): void {
  const floats = winogradFloats(shape);
  const tiles = tape.tensor(tilesOf(pass), floats.tiles);
  const products = tape.tensor(productsOf(pass), floats.products);
  tape.add(`${pass} spread`, winogradInputTransform(shape), { x, tiles });
  // The products count as the convolution that they stand for.
  const multiplied = { ...conv2d(winogradProducts(shape), target), flops: convFlops(shape.convolution) };
  tape.add<'weights' | 'bias' | 'x' | 'y'>(pass, multiplied, {
    weights: weightsOf(pass),
    bias: biasOf(pass),
    x: tiles,
    y: products,
  });
  tape.add(`${pass} gather`, rectified(winogradOutputTransform(shape), rectify), { products, y });
}
