// The direct encoding: a gene in [0, 1] for every pixel and channel (paper §2.2).
//
//   first:   child[g] = uniform random number
//   vary:    child[g] = elite[parent][g], moved by polynomial mutation with probability RATE
//   render:  byte[g] = ⌊gene · 255⌋; three channels are hue, lightness and saturation, for colour.wgsl to turn into RGB
//
// Random numbers are Threefry-2x32 of (key of the generation, child and gene), see threefry.wgsl, which stands in front.

override GENES: u32 = 784u;  // of one genome: channels × PIXELS
override PIXELS: u32 = 784u; // of one channel
override POPULATION: u32 = 1u;
override LANES: u32 = 64u;

struct Generation {
  key: vec2u,
  rate: f32,   // probability that a gene mutates
  index: f32,  // η_m of the polynomial
}

@group(0) @binding(0) var<uniform> generation: Generation;
@group(0) @binding(1) var<storage, read_write> children: array<f32>; // [POPULATION, GENES]
@group(0) @binding(2) var<storage, read> elites: array<f32>;   // [cells, GENES]
@group(0) @binding(3) var<storage, read> parents: array<u32>;  // [POPULATION] cell of each child's parent
@group(0) @binding(4) var<storage, read_write> images: array<u32>; // bytes [POPULATION, channels, pixels padded to 4]

@compute @workgroup_size(LANES)
fn first(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = id.y * workgroups.x * LANES + id.x;
  if (index < POPULATION * GENES) {
    children[index] = uniform_of(threefry(generation.key, vec2u(index % GENES, index / GENES)).x);
  }
}

@compute @workgroup_size(LANES)
fn vary(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = id.y * workgroups.x * LANES + id.x;
  if (index >= POPULATION * GENES) {
    return;
  }
  let child = index / GENES;
  let gene = index % GENES;
  var value = elites[parents[child] * GENES + gene];
  let random = threefry(generation.key, vec2u(gene, child));
  if (uniform_of(random.x) < generation.rate) {
    let u = uniform_of(random.y);
    let exponent = 1.0 / (generation.index + 1.0);
    // The argument of pow stays above zero: WGSL leaves pow(0, y) to log2(0).
    let step = select(1.0 - pow(max(2.0 * (1.0 - u), 1e-30), exponent), pow(max(2.0 * u, 1e-30), exponent) - 1.0, u < 0.5);
    value = clamp(value + step, 0.0, 1.0);
  }
  children[index] = value;
}

@compute @workgroup_size(LANES)
fn render(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let plane = (PIXELS + 3u) / 4u;
  let index = id.y * workgroups.x * LANES + id.x;
  if (index >= POPULATION * GENES / PIXELS * plane) {
    return;
  }
  let start = (index / plane) * PIXELS;
  let pixel = (index % plane) * 4u;
  var word = 0u;
  for (var byte = 0u; byte < 4u; byte++) {
    if (pixel + byte < PIXELS) {
      word |= u32(floor(children[start + pixel + byte] * 255.0)) << (8u * byte);
    }
  }
  images[index] = word;
}
