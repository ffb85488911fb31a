// CPPN rendering: interprets every genome of a population at every pixel (paper §2.3).
//
//   value[node] = activation(Σ weight · value[source]);  byte = ⌊|value[output]| · 255⌋
//
// A genome is a list of nodes in topological order, made by src/encodings/cppn-program.ts. A workgroup works on one
// genome, so that all of its lanes read the same word of the program at the same time and never diverge. A lane
// holds four neighbouring pixels in a vec4: the cost of interpreting a word is shared by four pixels, and their
// four bytes are exactly one u32 of the image.

override PIXELS: u32 = 784u; // height × width
override WIDTH: u32 = 28u;
override LANES: u32 = 32u;

const SLOTS = 32u; // @tile

struct Frame {
  coordinates: vec4f, // x = a·column + b, y = c·row + d, as (a, b, c, d); what the network sees
  centred: vec4f,     // the same for the distance from the centre, in [-1, 1]
}

struct Genome {
  start: u32,   // first word of its program
  nodes: u32,
  outputs: u32, // slots of up to three outputs, 10 bits each
  channels: u32, // 1: gray; 3: hue, lightness, saturation, for colour.wgsl to turn into RGB
}

@group(0) @binding(0) var<storage, read> genomes: array<Genome>;
@group(0) @binding(1) var<storage, read> program: array<u32>; // per node: (edges << 2) | activation, then (slot, weight bits) per edge
@group(0) @binding(2) var<uniform> frame: Frame;
@group(0) @binding(3) var<storage, read_write> images: array<u32>; // bytes [image, channels, PIXELS padded to 4]

// sin(x) for |x| up to some 10⁵. WGSL's own is only exact to 2⁻¹¹, and only within [-π, π].
fn sine(x: vec4f) -> vec4f {
  let turns = round(x * 0.318309886);
  let r = ((x - turns * 3.140625) - turns * 9.67502593994140625e-4) - turns * 1.509957990978376432e-7;
  let s = r * r;
  // Minimax over [-π/2, π/2], to some 2⁻²³.
  let p = r + r * s * (-0.16666660 + s * (8.3330786e-3 + s * (-1.9810691e-4 + s * 2.6083160e-6)));
  return select(p, -p, (vec4i(turns) & vec4i(1)) == vec4i(1));
}

fn activate(kind: u32, x: vec4f) -> vec4f {
  switch kind {
    case 0u: { return sine(x); }
    case 1u: { return 2.0 / (1.0 + exp(-clamp(x, vec4f(-30.0), vec4f(30.0)))) - 1.0; }
    case 2u: { return exp(-min(x * x, vec4f(80.0))); }
    default: { return clamp(x, vec4f(-3.0), vec4f(3.0)) / 3.0; }
  }
}

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
  let pixel = vec4u(quad * 4u) + vec4u(0u, 1u, 2u, 3u);
  let column = vec4f(pixel % vec4u(WIDTH));
  let row = vec4f(pixel / vec4u(WIDTH));

  var value: array<vec4f, SLOTS>;
  value[0] = frame.coordinates.x * column + frame.coordinates.y;
  value[1] = frame.coordinates.z * row + frame.coordinates.w;
  let centred_x = frame.centred.x * column + frame.centred.y;
  let centred_y = frame.centred.z * row + frame.centred.w;
  value[2] = sqrt(centred_x * centred_x + centred_y * centred_y);
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
