/** Interprets a population of CPPNs at every pixel; see `shaders/genome/cppn.wgsl`. */
import source from '../../../shaders/genome/cppn.wgsl';
import { cppnValues, cutGrid } from './cppn-values.ts';
import { inLibrary, launchOf, read, uniform, write, type KernelFamily, type LaunchOf } from '../family.ts';

const bindings = {
  genomes: read(0),
  program: read(1),
  frame: uniform(2),
  images: write(3),
  values: inLibrary('cppn-stored-values', write(8)),
};

export const cppnFamily = {
  name: 'cppn',
  group: 'genome',
  computes: 'draws a population of CPPNs: interprets each program at each pixel',
  shaders: { cppn: source },
  entries: {
    main: { bindings },
    several: { bindings },
  },
} as const satisfies KernelFamily;

/** Bytes of the values of all workgroups at most, where they stand in a buffer. */
const mostStoredBytes = 32 * 2 ** 20;

export interface CppnShape {
  readonly population: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Values that the most demanding genome holds at once. */
  readonly slots: number;
}

const planeWords = ({ height, width }: CppnShape): number => Math.ceil((height * width) / 4);
const lanesOf = (shape: CppnShape): number => (planeWords(shape) >= 64 ? 64 : 16);
const valuesOf = (shape: CppnShape) => cppnValues(shape.slots, 1, lanesOf(shape));

const wholeGrid = (shape: CppnShape): [number, number] => [
  Math.ceil(planeWords(shape) / lanesOf(shape)),
  shape.population,
];
const gridOf = (shape: CppnShape): [number, number] =>
  cutGrid(wholeGrid(shape), valuesOf(shape).storedBytes, mostStoredBytes);

/** Bytes of an invocation's private memory. */
export const cppnPrivateMemory = (shape: CppnShape): number => valuesOf(shape).privateMemory;

/** Bytes of the values, 0 where they are in private memory. */
export function cppnStoredBytes(shape: CppnShape): number {
  const [columns, rows] = gridOf(shape);
  return columns * rows * valuesOf(shape).storedBytes;
}

/**
 * Binds genomes u32 [population, 4], program u32, frame f32 [8], images, bytes [population, channels, plane words], and
 * values, of `cppnStoredBytes`, where that is not 0.
 */
export function cppn(shape: CppnShape): LaunchOf<typeof cppnFamily, 'main'> {
  const { population, channels, height, width } = shape;
  const values = valuesOf(shape);
  const constants = { POPULATION: population, PIXELS: height * width, WIDTH: width, LANES: lanesOf(shape) };
  return launchOf(cppnFamily, values.storedBytes > 0 ? 'several' : 'main', {
    variant: values.variant,
    specialisation: values.specialisation,
    constants,
    workgroups: [...gridOf(shape), 1],
    // The genomes change from one launch to the next: a node for each slot is the least that fills them.
    flops: population * height * width * shape.slots * 12,
    bytes: 4 * population * channels * planeWords(shape),
  });
}
