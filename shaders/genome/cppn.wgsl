// CPPN rendering: interprets every genome of a population at every pixel (paper §2.3).
//
//   value[node] = activation(Σ weight · value[source]);  byte = ⌊|value[output]| · 255⌋
//
// A genome is a list of nodes in topological order, made by src/genome/cppn-program.ts. A workgroup works on one
// genome at a time, so that all of its lanes read the same word of the program at the same time and never diverge. A lane
// holds four neighbouring pixels in a vec4: the cost of interpreting a word is shared by four pixels, and their
// four bytes are exactly one u32 of the image.
//
//   main     a workgroup draws LANES quads of one image
//   several  the grid is cut to the memory that there is for values, and a workgroup draws as much as falls to it; a loop
//            that lanes leave at different times costs SwiftShader a third more, so that it is not for all

// @use cppn-network
// @use cppn-values

override POPULATION: u32 = 1u;
override PIXELS: u32 = 784u; // height × width
override WIDTH: u32 = 28u;
override LANES: u32 = 32u;

@group(0) @binding(0) var<storage, read> genomes: array<Genome>; // [POPULATION]
@group(0) @binding(1) var<storage, read> program: array<u32>;
@group(0) @binding(2) var<uniform> frame: Frame;
@group(0) @binding(3) var<storage, read_write> images: array<u32>; // bytes [POPULATION, channels, PIXELS padded to 4]

fn to_bytes(value: vec4f) -> vec4u {
  return vec4u(min(floor(abs(value) * 255.0), vec4f(255.0)));
}

fn pack(bytes: vec4u) -> u32 {
  return bytes.x | (bytes.y << 8u) | (bytes.z << 16u) | (bytes.w << 24u);
}

fn draw(image: u32, quad: u32) {
  let genome = genomes[image];
  let seen = inputs_at(quad, WIDTH, frame);
  set_value(0u, seen.x);
  set_value(1u, seen.y);
  set_value(2u, seen.distance);
  set_value(3u, vec4f(1.0));
  var word = genome.start;
  for (var node = 0u; node < genome.nodes; node++) {
    let head = program[word];
    let last = word + edges_of(head) * 2u;
    var sum = vec4f(0.0);
    while (word < last) {
      sum += bitcast<f32>(program[word + 2u]) * value_at(program[word + 1u]);
      word += 2u;
    }
    word++;
    set_value(slot_of(head), activate(activation_of(head), sum));
  }
  let plane = (PIXELS + 3u) / 4u;
  for (var channel = 0u; channel < genome.channels; channel++) {
    let output = value_at(output_of(genome, channel));
    images[(image * genome.channels + channel) * plane + quad] = pack(to_bytes(output));
  }
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let quad = workgroup.x * LANES + lane;
  if (quad < (PIXELS + 3u) / 4u) {
    draw(workgroup.y, quad);
  }
}

@compute @workgroup_size(LANES)
fn several(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  open_values(workgroup.y * workgroups.x + workgroup.x, lane);
  for (var image = workgroup.y; image < POPULATION; image += workgroups.y) {
    for (var quad = workgroup.x * LANES + lane; quad < (PIXELS + 3u) / 4u; quad += workgroups.x * LANES) {
      draw(image, quad);
    }
  }
}
