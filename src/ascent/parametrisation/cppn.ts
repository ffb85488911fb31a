/**
 * Pictures that CPPNs draw, of which the connections' weights are climbed and the shape stays as it is: what evolution
 * draws of a genome, byte for byte, with the gradient where evolution has chance (paper §2.3).
 */
import {
  checkCppn,
  flattenApart,
  flattenCppn,
  flattenPopulation,
  outputsOf,
  type FlatCppn,
  type FlatPopulation,
} from '../../genome/cppn-genome.ts';
import { inputCount } from '../../genome/cppn-inputs.ts';
import { largestWeight, mostNodes } from '../../genome/cppn-mutation.ts';
import { edgesOf } from '../../genome/cppn-program.ts';
import type { CppnGenome } from '../../genome/genome.ts';
import { cppnFrame, type Coordinates } from '../../genome/cppn-coordinates.ts';
import { uniformUsage, type Gpu } from '../../gpu/device.ts';
import { Program, bind, type Dispatch } from '../../gpu/program.ts';
import { hlsToRgb } from '../../kernels/image/colour.ts';
import {
  addCppnGradient,
  cppnGradientMemory,
  pullCppn,
  type CppnGradientShape,
} from '../../kernels/genome/cppn-gradient.ts';
import { cppn, cppnStoredBytes, type CppnShape } from '../../kernels/genome/cppn.ts';
import { scatter } from '../../kernels/ascent/scatter.ts';
import type { Parametrisation, ParametrisationShape } from './parametrisation.ts';
import { ResourceStack, freedBy } from '../../util/resources.ts';

export interface CppnWeights extends Parametrisation {
  /** The genomes' own weights [values, batch], which the parameters hold at the start. */
  readonly initial: Float32Array<ArrayBuffer>;
  /** A genome per lane with the weights [values, batch]; connections that no output depends on keep theirs. */
  genomesOf(parameters: Float32Array): CppnGenome[];
}

interface Member {
  readonly genome: CppnGenome;
  /** For drawing. */
  readonly flat: FlatCppn;
  /** For the gradient: the same words, with a slot for every value. */
  readonly apart: FlatCppn;
}

/** Genomes for one of the two that interpret them. */
interface Interpreted {
  readonly table: GPUBuffer;
  readonly program: GPUBuffer;
  /** Where private memory does not hold the values. */
  readonly values: GPUBuffer | undefined;
}

interface Buffers {
  readonly parameters: GPUBuffer;
  readonly gradient: GPUBuffer;
  readonly frame: GPUBuffer;
  /** Where every weight stands in either program, u32 [values, batch]. */
  readonly places: GPUBuffer;
  readonly heads: GPUBuffer;
  readonly shares: GPUBuffer;
  readonly slopes: GPUBuffer;
  readonly drawn: Interpreted;
  readonly pulled: Interpreted;
}

/** The shapes of the two interpreters, and the words of their programs. */
interface Sizes {
  readonly draw: CppnShape;
  readonly pull: CppnGradientShape;
  readonly words: number;
}

/**
 * Bytes that the weights of genomes take on the device beside their pictures, at most: in all, and in the largest buffer that
 * grows with the batch.
 * @param parametrisation of an ascent's settings: its genomes, or how often random ones are mutated
 */
export function cppnWeightBytes(
  { genomes, mutations }: { readonly genomes?: readonly CppnGenome[]; readonly mutations: number },
  extent: ParametrisationShape['extent'],
  batch: number,
): { readonly total: number; readonly largest: number } {
  const [channels, height, width] = extent;
  const random = { nodes: channels + mutations, edges: inputCount * channels + 2 * mutations };
  const sizes = genomes?.map((one) => ({ nodes: one.nodes.length, edges: one.connections.length })) ?? [
    random,
  ];
  const nodes = Math.min(mostNodes, Math.max(...sizes.map((one) => one.nodes)));
  const edges = Math.max(1, ...sizes.map((one) => one.edges));
  const slots = inputCount + nodes;
  const memory = cppnGradientMemory({
    batch,
    channels,
    height,
    width,
    slots,
    nodes,
    edges,
    reverseChannels: false,
  });
  const drawn = cppnStoredBytes({ population: batch, channels, height, width, slots });
  // Two programs, weights with their gradient, best and moments, the places of the weights.
  const words = batch * (2 * (4 + nodes + 2 * edges) + nodes + 6 * edges);
  return {
    total: 4 * words + memory.shares + memory.slopes + memory.values + drawn,
    largest: memory.shares,
  };
}

/**
 * Climbs weights [values, batch]: the edges in the order of the flattened genome. Lanes whose genome has fewer than the
 * largest one are padded with zeros that nothing reads and whose gradient is zero.
 * @param genomes one per lane; fewer are repeated
 * @throws RangeError when there is none or more than lanes, or one does not fit the picture's channels
 */
export async function createCppnWeights(
  gpu: Gpu,
  shape: ParametrisationShape,
  genomes: readonly CppnGenome[],
  coordinates: Coordinates,
): Promise<CppnWeights> {
  const members = membersOf(shape, genomes);
  const drawn = flattenPopulation(members.map(({ flat }) => flat));
  const pulled = flattenPopulation(members.map(({ apart }) => apart));
  const sizes = sizesOf(shape, members, drawn, pulled);
  const initial = initialWeights(members, sizes.pull.edges);
  const { draw, pull } = sizes;
  const memory = cppnGradientMemory(pull);
  const layout = layOut(members, sizes);
  using made = new ResourceStack();
  const buffers: Buffers = {
    parameters: made.use(gpu.bufferFrom('CPPN weights', initial)),
    gradient: made.use(gpu.buffer('gradient of the CPPN weights', initial.byteLength)),
    frame: made.use(
      gpu.bufferFrom('CPPN frame', cppnFrame(coordinates, [draw.height, draw.width]), uniformUsage),
    ),
    places: made.use(gpu.bufferFrom('places of the CPPN weights', layout.places)),
    heads: made.use(gpu.bufferFrom('nodes of the CPPN program', layout.heads)),
    shares: made.use(gpu.buffer('shares of the CPPN gradient', memory.shares)),
    slopes: made.use(gpu.buffer('slopes of the CPPN gradient', memory.slopes)),
    drawn: upload(gpu, 'CPPN', drawn, cppnStoredBytes(draw), made),
    pulled: upload(gpu, 'CPPN gradient', pulled, memory.values, made),
  };
  const drawProgram = new Program(await drawing(gpu, shape, sizes, buffers));
  const pullBack = new Program(await pulling(gpu, shape, sizes, buffers));
  return {
    values: pull.edges,
    parameters: buffers.parameters,
    gradient: buffers.gradient,
    draw: drawProgram,
    pullBack,
    bounds: Float32Array.from({ length: 2 * pull.edges }, (_, at) =>
      at % 2 === 0 ? -largestWeight : largestWeight,
    ),
    initial,
    hasStart: true,
    keepsParameters: true,
    genomesOf: (parameters) =>
      members.map((member, lane) => withWeights(member, lane, members.length, parameters)),
    ...freedBy(made.move()),
  };
}

function upload(
  gpu: Gpu,
  label: string,
  { table, program }: FlatPopulation,
  valueBytes: number,
  made: ResourceStack,
): Interpreted {
  return {
    table: made.use(gpu.bufferFrom(`${label} table`, table)),
    program: made.use(gpu.bufferFrom(`${label} program`, program)),
    values: valueBytes > 0 ? made.use(gpu.buffer(`${label} values`, valueBytes)) : undefined,
  };
}

async function drawing(
  gpu: Gpu,
  { images }: ParametrisationShape,
  { draw, pull, words }: Sizes,
  { parameters, places, frame, drawn, pulled }: Buffers,
): Promise<Dispatch[]> {
  const { table, program, values } = drawn;
  const operands = { genomes: table, program, frame, images, ...(values && { values }) };
  const colour = hlsToRgb(draw.population, Math.ceil((draw.height * draw.width) / 4));
  const launch = scatter(pull.edges * pull.batch, words);
  return [
    await bind(gpu, 'weights', launch, { x: parameters, place: places, y: program }),
    await bind(gpu, 'weights of the gradient', launch, {
      x: parameters,
      place: places,
      y: pulled.program,
    }),
    await bind(gpu, 'render', cppn(draw), operands),
    ...(draw.channels === 3 ? [await bind(gpu, 'colour', colour, { images })] : []),
  ];
}

async function pulling(
  gpu: Gpu,
  { imageGradient }: ParametrisationShape,
  { pull }: Sizes,
  { pulled, frame, heads, shares, slopes, gradient }: Buffers,
): Promise<Dispatch[]> {
  const { table, program, values } = pulled;
  const operands = {
    genomes: table,
    program,
    frame,
    image_gradient: imageGradient,
    heads,
    shares,
    slopes,
    ...(values && { values }),
  };
  return [
    await bind(gpu, 'render backward', pullCppn(pull), operands),
    await bind(gpu, 'gradient of the weights', addCppnGradient(pull), { shares, gradient }),
  ];
}

function membersOf({ extent, batch }: ParametrisationShape, genomes: readonly CppnGenome[]): Member[] {
  if (genomes.length < 1 || genomes.length > batch) {
    throw new RangeError(`${String(genomes.length)} CPPNs for ${String(batch)} lanes`);
  }
  const members = genomes.map((genome): Member => {
    const outputs = outputsOf(genome);
    if (outputs !== extent[0]) {
      throw new RangeError(`a CPPN of ${String(outputs)} outputs for ${String(extent[0])} channels`);
    }
    checkCppn(genome);
    return { genome, flat: flattenCppn(genome), apart: flattenApart(genome) };
  });
  return Array.from({ length: batch }, (_, lane) => members[lane % members.length]).filter(
    (member) => member !== undefined,
  );
}

function sizesOf(
  { extent, batch, reverseChannels }: ParametrisationShape,
  members: readonly Member[],
  drawn: FlatPopulation,
  pulled: FlatPopulation,
): Sizes {
  const [channels, height, width] = extent;
  const image = { channels, height, width };
  // A buffer cannot be empty, which an output that nothing leads to would ask for.
  const edges = Math.max(1, ...members.map(({ flat }) => flat.connections.length));
  const nodes = Math.max(...members.map(({ flat }) => flat.nodes));
  return {
    draw: { ...image, population: batch, slots: drawn.slots },
    pull: { ...image, batch, slots: pulled.slots, edges, nodes, reverseChannels },
    words: drawn.program.length,
  };
}

/** Where in the joined programs every node begins [batch, nodes] and every weight stands [edges, batch]. */
function layOut(members: readonly Member[], { pull: { batch, edges, nodes }, words }: Sizes) {
  const heads = new Uint32Array(batch * nodes);
  const places = new Uint32Array(edges * batch).fill(words);
  let start = 0;
  for (const [lane, { flat }] of members.entries()) {
    let word = 0;
    let edge = 0;
    for (let node = 0; node < flat.nodes; node++) {
      heads[lane * nodes + node] = start + word;
      const count = edgesOf(flat.words[word] ?? 0);
      for (let own = 0; own < count; own++) places[(edge + own) * batch + lane] = start + word + 2 + 2 * own;
      edge += count;
      word += 1 + 2 * count;
    }
    start += flat.words.length;
  }
  return { heads, places };
}

function initialWeights(members: readonly Member[], values: number): Float32Array<ArrayBuffer> {
  const weights = new Float32Array(values * members.length);
  for (const [lane, { genome, flat }] of members.entries()) {
    for (const [edge, connection] of flat.connections.entries()) {
      weights[edge * members.length + lane] = genome.connections[connection]?.weight ?? 0;
    }
  }
  return weights;
}

function withWeights(
  { genome, flat }: Member,
  lane: number,
  batch: number,
  parameters: Float32Array,
): CppnGenome {
  const connections = [...genome.connections];
  for (const [edge, connection] of flat.connections.entries()) {
    const old = connections[connection];
    const weight = parameters[edge * batch + lane];
    if (old && weight !== undefined) connections[connection] = { ...old, weight };
  }
  return { ...genome, connections };
}
