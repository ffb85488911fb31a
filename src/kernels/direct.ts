/** The direct encoding's random start, mutation and rendering; see `shaders/direct.wgsl`. */
import threefry from '../../shaders/threefry.wgsl';
import directSource from '../../shaders/direct.wgsl';
import type { Launch } from '../gpu/kernel.ts';
import { elementwise } from './elementwise.ts';

const source = threefry + directSource;

export interface DirectShape {
  readonly population: number;
  readonly channels: number;
  /** Height × width. */
  readonly pixels: number;
}

/** Bindings: 0 uniform (key u32 ×2, rate, η_m), 1 children [population, genes]. */
export function firstDirect(shape: DirectShape): Launch {
  return launch(shape, 'first', genesOf(shape), 4);
}

/** Bindings: 0 and 1 as above, 2 elites [cells, genes], 3 parents u32 [population]: the cell of each parent. */
export function varyDirect(shape: DirectShape): Launch {
  return launch(shape, 'vary', genesOf(shape), 8);
}

/** Bindings: 1 children, 4 images, bytes [population, channels, plane words]. */
export function renderDirect(shape: DirectShape): Launch {
  const words = shape.population * shape.channels * Math.ceil(shape.pixels / 4);
  return launch(shape, 'render', words, 5);
}

const genesOf = ({ population, channels, pixels }: DirectShape): number => population * channels * pixels;

function launch(shape: DirectShape, entryPoint: string, count: number, bytesPerGene: number): Launch {
  const { population, channels, pixels } = shape;
  const constants = { GENES: channels * pixels, PIXELS: pixels, POPULATION: population };
  const used = entryPoint === 'first' ? { GENES: constants.GENES, POPULATION: population } : constants;
  return elementwise({ family: 'direct', source, entryPoint, constants: used }, count, {
    flops: genesOf(shape),
    bytes: bytesPerGene * genesOf(shape),
  });
}
