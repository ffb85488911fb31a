/**
 * Pictures that CPPNs draw, of which the connections' weights are climbed and the shape stays as it is: what evolution
 * draws of a genome, byte for byte, with the gradient where evolution has chance (paper §2.3).
 */
import { checkCppn, largestWeight } from '../encodings/cppn-genome.ts';
import { flattenCppn, flattenPopulation, type FlatCppn } from '../encodings/cppn-program.ts';
import type { CppnGenome } from '../encodings/encoding.ts';
import { cppnFrame, type Coordinates } from '../encodings/frame.ts';
import { uniformUsage, type Gpu } from '../gpu/device.ts';
import { Program, bind, type Dispatch } from '../gpu/program.ts';
import { hlsToRgb } from '../kernels/colour.ts';
import { addCppnGradient, pullCppn, shareFloats, type CppnGradientShape } from '../kernels/cppn-gradient.ts';
import { cppn } from '../kernels/cppn.ts';
import { scatter } from '../kernels/scatter.ts';
import type { Parametrisation, ParametrisationShape } from './parametrisation.ts';

export interface CppnWeights extends Parametrisation {
  /** The genomes' own weights [values, batch], which the parameters hold at the start. */
  readonly initial: Float32Array<ArrayBuffer>;
  /** A genome per slot with the weights [values, batch]; connections that no output depends on keep theirs. */
  genomesOf(parameters: Float32Array): CppnGenome[];
}

interface Member {
  readonly genome: CppnGenome;
  readonly flat: FlatCppn;
}

interface Buffers {
  readonly parameters: GPUBuffer;
  readonly gradient: GPUBuffer;
  readonly table: GPUBuffer;
  readonly program: GPUBuffer;
  readonly frame: GPUBuffer;
  /** Where every weight stands in the program, u32 [values, batch]. */
  readonly places: GPUBuffer;
  readonly heads: GPUBuffer;
  readonly shares: GPUBuffer;
}

/**
 * Climbs weights [values, batch]: the edges in the order of the flattened genome. Slots whose genome has fewer than the
 * largest one are padded with zeros that nothing reads and whose gradient is zero.
 * @param genomes one per slot; fewer are repeated
 * @throws RangeError when there is none or more than slots, or one does not fit the picture's channels
 */
export async function createCppnWeights(
  gpu: Gpu,
  shape: ParametrisationShape,
  genomes: readonly CppnGenome[],
  coordinates: Coordinates,
): Promise<CppnWeights> {
  const members = membersOf(shape, genomes);
  const flats = members.map(({ flat }) => flat);
  const { table, program, slots } = flattenPopulation(flats);
  // A buffer cannot be empty, which an output that nothing leads to would ask for.
  const values = Math.max(1, ...flats.map(({ connections }) => connections.length));
  const size: CppnGradientShape = {
    ...sizeOf(shape),
    slots,
    edges: values,
    nodes: Math.max(...flats.map(({ nodes }) => nodes)),
  };
  const layout = layOut(flats, size, program.length);
  const initial = initialWeights(members, values);
  const [, height, width] = shape.extent;
  const buffers: Buffers = {
    parameters: gpu.bufferFrom('CPPN weights', initial),
    gradient: gpu.buffer('gradient of the CPPN weights', initial.byteLength),
    table: gpu.bufferFrom('CPPN table', table),
    program: gpu.bufferFrom('CPPN program', program),
    frame: gpu.bufferFrom('CPPN frame', cppnFrame(coordinates, [height, width]), uniformUsage),
    places: gpu.bufferFrom('places of the CPPN weights', layout.places),
    heads: gpu.bufferFrom('nodes of the CPPN program', layout.heads),
    shares: gpu.buffer('shares of the CPPN gradient', 4 * shareFloats(size)),
  };
  return {
    values,
    parameters: buffers.parameters,
    gradient: buffers.gradient,
    draw: new Program(await drawing(gpu, shape, size, program.length, buffers)),
    pullBack: new Program(await pulling(gpu, shape, size, buffers)),
    bounds: Float32Array.from({ length: 2 * values }, (_, at) =>
      at % 2 === 0 ? -largestWeight : largestWeight,
    ),
    initial,
    genomesOf: (parameters) =>
      members.map((member, slot) => withWeights(member, slot, members.length, parameters)),
    destroy: () => {
      for (const buffer of Object.values<GPUBuffer>({ ...buffers })) buffer.destroy();
    },
  };
}

async function drawing(
  gpu: Gpu,
  { extent, batch, images }: ParametrisationShape,
  { slots, edges }: CppnGradientShape,
  words: number,
  { parameters, places, program, table, frame }: Buffers,
): Promise<Dispatch[]> {
  const [channels, height, width] = extent;
  const launch = cppn({ population: batch, channels, height, width, slots });
  const colour = hlsToRgb(batch, Math.ceil((height * width) / 4));
  return [
    await bind(gpu, 'weights', scatter(edges * batch, words), [parameters, places, program]),
    await bind(gpu, 'render', launch, [table, program, frame, images]),
    ...(channels === 3 ? [await bind(gpu, 'colour', colour, [images])] : []),
  ];
}

async function pulling(
  gpu: Gpu,
  { imageGradient }: ParametrisationShape,
  size: CppnGradientShape,
  { table, program, frame, heads, shares, gradient }: Buffers,
): Promise<Dispatch[]> {
  const operands = [table, program, frame, imageGradient, heads, shares];
  return [
    await bind(gpu, 'render backward', pullCppn(size), operands),
    await bind(gpu, 'gradient of the weights', addCppnGradient(size), { 5: shares, 6: gradient }),
  ];
}

function membersOf({ extent, batch }: ParametrisationShape, genomes: readonly CppnGenome[]): Member[] {
  if (genomes.length < 1 || genomes.length > batch) {
    throw new RangeError(`${String(genomes.length)} CPPNs for ${String(batch)} slots`);
  }
  const members = genomes.map((genome): Member => {
    const outputs = genome.nodes.filter(({ role }) => role === 'output').length;
    if (outputs !== extent[0]) {
      throw new RangeError(`a CPPN of ${String(outputs)} outputs for ${String(extent[0])} channels`);
    }
    checkCppn(genome);
    return { genome, flat: flattenCppn(genome) };
  });
  return Array.from({ length: batch }, (_, slot) => members[slot % members.length]).filter(
    (member) => member !== undefined,
  );
}

function sizeOf({ extent, batch, reverseChannels }: ParametrisationShape) {
  const [channels, height, width] = extent;
  return { batch, channels, height, width, reverseChannels };
}

/** Where in the joined program every node begins [batch, nodes] and every weight stands [edges, batch]. */
function layOut(flats: readonly FlatCppn[], { batch, edges, nodes }: CppnGradientShape, words: number) {
  const heads = new Uint32Array(batch * nodes);
  const places = new Uint32Array(edges * batch).fill(words);
  let start = 0;
  for (const [slot, flat] of flats.entries()) {
    let word = 0;
    let edge = 0;
    for (let node = 0; node < flat.nodes; node++) {
      heads[slot * nodes + node] = start + word;
      const count = (flat.words[word] ?? 0) >>> 2;
      for (let own = 0; own < count; own++) places[(edge + own) * batch + slot] = start + word + 2 + 2 * own;
      edge += count;
      word += 1 + 2 * count;
    }
    start += flat.words.length;
  }
  return { heads, places };
}

function initialWeights(members: readonly Member[], values: number): Float32Array<ArrayBuffer> {
  const weights = new Float32Array(values * members.length);
  for (const [slot, { genome, flat }] of members.entries()) {
    for (const [edge, connection] of flat.connections.entries()) {
      weights[edge * members.length + slot] = genome.connections[connection]?.weight ?? 0;
    }
  }
  return weights;
}

function withWeights(
  { genome, flat }: Member,
  slot: number,
  batch: number,
  parameters: Float32Array,
): CppnGenome {
  const connections = [...genome.connections];
  for (const [edge, connection] of flat.connections.entries()) {
    const old = connections[connection];
    const weight = parameters[edge * batch + slot];
    if (old && weight !== undefined) connections[connection] = { ...old, weight };
  }
  return { ...genome, connections };
}
