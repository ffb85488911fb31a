// CPPN rendering: interprets every genome of a population at every pixel (paper §2.3).
//
//   value[node] = activation(Σ weight · value[source]);  byte = ⌊|value[output]| · 255⌋
//
// A genome is a list of nodes in topological order, made by src/encodings/cppn-program.ts. A workgroup works on one
// genome, so that all of its lanes read the same word of the program at the same time and never diverge. A lane
// holds four neighbouring pixels in a vec4: the cost of interpreting a word is shared by four pixels, and their
// four bytes are exactly one u32 of the image. Compiled with cppn-network.wgsl in front.

override PIXELS: u32 = 784u; // height × width
override WIDTH: u32 = 28u;
override LANES: u32 = 32u;

const SLOTS = 32u; // @tile

@group(0) @binding(0) var<storage, read> genomes: array<Genome>;
@group(0) @binding(1) var<storage, read> program: array<u32>; // per node: (edges << 2) | activation, then (slot, weight bits) per edge
@group(0) @binding(2) var<uniform> frame: Frame;
@group(0) @binding(3) var<storage, read_write> images: array<u32>; // bytes [image, channels, PIXELS padded to 4]

fn to_bytes(value: vec4f) -> vec4u {
  return vec4u(min(floor(abs(value) * 255.0), vec4f(255.0)));
}

fn pack(bytes: vec4u) -> u32 {
  return bytes.x | (bytes.y << 8u) | (bytes.z << 16u) | (bytes.w << 24u);
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let image = workgroup.y;
  let genome = genomes[image];
  let plane = (PIXELS + 3u) / 4u;
  let quad = workgroup.x * LANES + lane;
  if (quad >= plane) {
    return;
  }
  let seen = inputs_at(quad, WIDTH, frame);
  var value: array<vec4f, SLOTS>;
  value[0] = seen.x;
  value[1] = seen.y;
  value[2] = seen.distance;
  value[3] = vec4f(1.0);

  var word = genome.start;
  for (var node = 0u; node < genome.nodes; node++) {
    let head = program[word];
    let last = word + (head >> 2u) * 2u;
    var sum = vec4f(0.0);
    while (word < last) {
      sum += bitcast<f32>(program[word + 2u]) * value[program[word + 1u]];
      word += 2u;
    }
    word++;
    value[node + 4u] = activate(head & 3u, sum);
  }

  for (var channel = 0u; channel < genome.channels; channel++) {
    let output = (genome.outputs >> (10u * channel)) & 1023u;
    images[(image * genome.channels + channel) * plane + quad] = pack(to_bytes(value[output]));
  }
}
