// The direct encoding: a gene for every pixel and channel (paper §2.2). A gene is an integer from 0 to 65535 and stands
// for gene / 65535 in [0, 1]. Two lie in a word, the first in its lower half; every genome starts on a word of its own.
//
//   first:   child[g] = 16 random bits
//   vary:    child[g], which holds the parent's gene, is moved by polynomial mutation with probability RATE
//   render:  byte[g] = ⌊gene / 65535 · 255⌋ = gene div 257; three channels are hue, lightness and saturation, for
//            colour.wgsl to turn into RGB
//
// Random numbers are Threefry-2x32 of (key of the generation, child and gene), see threefry.wgsl, which stands in front.
// The first genome here may be another than the first child of its generation, where one is to be made again by itself.
// `vary` works in place, so that no binding has to hold the archive's elites: the host copies the parents.

// @use grid
// @use threefry

override GENES: u32 = 784u;  // of one genome: channels × PIXELS
override PIXELS: u32 = 784u; // of one channel
override POPULATION: u32 = 1u;

struct Generation {
  key: vec2u,
  rate: f32,   // probability that a gene mutates
  index: f32,  // η_m of the polynomial
  child: u32,  // number in its generation of the first genome
}

@group(0) @binding(0) var<uniform> generation: Generation;
@group(0) @binding(1) var<storage, read_write> children: array<u32>; // genes [POPULATION, GENES padded to 2], two a word
@group(0) @binding(2) var<storage, read_write> images: array<u32>;   // bytes [POPULATION, channels, pixels padded to 4]

const top = 65535.0;

fn random_gene(gene: u32, child: u32) -> u32 {
  return threefry(generation.key, vec2u(gene, generation.child + child)).x >> 16u;
}

@compute @workgroup_size(LANES)
fn first(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let words = (GENES + 1u) / 2u;
  let index = linear_index(id, workgroups);
  if (index >= POPULATION * words) {
    return;
  }
  let child = index / words;
  let gene = index % words * 2u;
  var word = random_gene(gene, child);
  if (gene + 1u < GENES) {
    word |= random_gene(gene + 1u, child) << 16u;
  }
  children[index] = word;
}

fn mutated(value: u32, gene: u32, child: u32) -> u32 {
  let random = threefry(generation.key, vec2u(gene, generation.child + child));
  if (uniform_of(random.x) >= generation.rate) {
    return value;
  }
  let u = uniform_of(random.y);
  let exponent = 1.0 / (generation.index + 1.0);
  // The argument of pow stays above zero: WGSL leaves pow(0, y) to log2(0).
  let step = select(1.0 - pow(max(2.0 * (1.0 - u), 1e-30), exponent), pow(max(2.0 * u, 1e-30), exponent) - 1.0, u < 0.5);
  return u32(clamp(f32(value) + step * top, 0.0, top) + 0.5);
}

@compute @workgroup_size(LANES)
fn vary(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let words = (GENES + 1u) / 2u;
  let index = linear_index(id, workgroups);
  if (index >= POPULATION * words) {
    return;
  }
  let child = index / words;
  let gene = index % words * 2u;
  let word = children[index];
  var result = mutated(word & 0xffffu, gene, child);
  if (gene + 1u < GENES) {
    result |= mutated(word >> 16u, gene + 1u, child) << 16u;
  }
  children[index] = result;
}

@compute @workgroup_size(LANES)
fn render(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let words = (GENES + 1u) / 2u;
  let plane = (PIXELS + 3u) / 4u;
  let channels = GENES / PIXELS;
  let index = linear_index(id, workgroups);
  if (index >= POPULATION * channels * plane) {
    return;
  }
  let child = index / (channels * plane);
  let channel = index / plane % channels;
  let pixel = index % plane * 4u;
  var word = 0u;
  for (var byte = 0u; byte < 4u; byte++) {
    if (pixel + byte < PIXELS) {
      let gene = channel * PIXELS + pixel + byte;
      let value = (children[child * words + gene / 2u] >> (16u * (gene % 2u))) & 0xffffu;
      word |= (value / 257u) << (8u * byte);
    }
  }
  images[index] = word;
}
