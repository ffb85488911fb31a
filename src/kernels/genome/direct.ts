/** The direct encoding's random start, mutation and rendering; see `shaders/genome/direct.wgsl`. */
import source from '../../../shaders/genome/direct.wgsl';
import { elementwise } from '../elementwise.ts';
import {
  onlyRead,
  readWrite,
  uniform,
  write,
  type EntryOf,
  type KernelFamily,
  type LaunchOf,
} from '../family.ts';

export const directFamily = {
  name: 'direct',
  group: 'genome',
  computes: 'direct genomes: first genes, polynomial mutation, drawing',
  shaders: { direct: source },
  entries: {
    first: { bindings: { generation: uniform(0), children: write(1) } },
    vary: { bindings: { generation: uniform(0), children: readWrite(1) } },
    render: { bindings: { children: onlyRead(1), images: write(2) } },
  },
} as const satisfies KernelFamily;

export interface DirectShape {
  readonly population: number;
  readonly channels: number;
  /** Height × width. */
  readonly pixels: number;
}

/** Words of one genome: two genes in each, the last one half empty when their number is odd. */
export const genomeWords = (genes: number): number => Math.ceil(genes / 2);

/**
 * Binds generation (key u32 ×2, rate f32, η_m f32, number of the first child u32) and children, 16-bit genes [population,
 * genes padded to 2].
 */
export function firstDirect(shape: DirectShape): LaunchOf<typeof directFamily, 'first'> {
  return launch(shape, 'first', shape.population * genomeWords(genesOf(shape)), 2);
}

/** Binds as above; the children are their parents' copies and are mutated in place. */
export function varyDirect(shape: DirectShape): LaunchOf<typeof directFamily, 'vary'> {
  return launch(shape, 'vary', shape.population * genomeWords(genesOf(shape)), 4);
}

/** Binds children and images, bytes [population, channels, plane words]. */
export function renderDirect(shape: DirectShape): LaunchOf<typeof directFamily, 'render'> {
  const words = shape.population * shape.channels * Math.ceil(shape.pixels / 4);
  return launch(shape, 'render', words, 3);
}

/** Genes of one genome. */
const genesOf = ({ channels, pixels }: DirectShape): number => channels * pixels;

function launch<E extends EntryOf<typeof directFamily>>(
  shape: DirectShape,
  entryPoint: E,
  count: number,
  bytesPerGene: number,
): LaunchOf<typeof directFamily, E> {
  const { population, pixels } = shape;
  const genes = genesOf(shape);
  const used = { GENES: genes, POPULATION: population };
  const constants = entryPoint === 'render' ? { ...used, PIXELS: pixels } : used;
  return elementwise(directFamily, entryPoint, count, {
    constants,
    flops: population * genes,
    bytes: bytesPerGene * population * genes,
  });
}
