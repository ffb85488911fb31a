/** The direct encoding's random start, mutation and rendering; see `shaders/genome/direct.wgsl`. */
import source from '../../../shaders/genome/direct.wgsl';
import type { Launch } from '../../gpu/kernel.ts';
import { elementwise } from '../elementwise.ts';

export interface DirectShape {
  readonly population: number;
  readonly channels: number;
  /** Height × width. */
  readonly pixels: number;
}

/** Words of one genome: two genes in each, the last one half empty when their number is odd. */
export const genomeWords = (genes: number): number => Math.ceil(genes / 2);

/** Bindings: 0 uniform (key u32 ×2, rate f32, η_m f32, number of the first child u32), 1 children, 16-bit genes [population, genes padded to 2]. */
export function firstDirect(shape: DirectShape): Launch {
  return launch(shape, 'first', shape.population * genomeWords(genesOf(shape)), 2);
}

/** Bindings as above; the children are their parents' copies and are mutated in place. */
export function varyDirect(shape: DirectShape): Launch {
  return launch(shape, 'vary', shape.population * genomeWords(genesOf(shape)), 4);
}

/** Bindings: 1 children, 2 images, bytes [population, channels, plane words]. */
export function renderDirect(shape: DirectShape): Launch {
  const words = shape.population * shape.channels * Math.ceil(shape.pixels / 4);
  return launch(shape, 'render', words, 3);
}

/** Genes of one genome. */
const genesOf = ({ channels, pixels }: DirectShape): number => channels * pixels;

function launch(shape: DirectShape, entryPoint: string, count: number, bytesPerGene: number): Launch {
  const { population, pixels } = shape;
  const genes = genesOf(shape);
  const used = { GENES: genes, POPULATION: population };
  const constants = entryPoint === 'render' ? { ...used, PIXELS: pixels } : used;
  return elementwise({ family: 'direct', source, entryPoint, constants }, count, {
    flops: population * genes,
    bytes: bytesPerGene * population * genes,
  });
}
