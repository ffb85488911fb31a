// Gradient of an objective by the weights of CPPNs, of which cppn.wgsl and colour.wgsl draw the pictures.
//
//   dweight[edge] = Σ over pixels of  dsum[target] · value[source]
//   dsum[node] = activation'(sum[node]) · Σ over the node's successors of  weight · dsum[successor]
//
// The steps of bytes are passed straight through: a byte is taken for the real number that was cut off or rounded to it.
//
//   pull          an invocation has a share of one image's pixels, four neighbouring ones in a vec4 as in cppn.wgsl: forward
//                 through the program, then backward; its share of every sum is an element of its own, so that no
//                 invocation waits for another
//   pull_several  where memory for values and slopes is short: a workgroup has several images, one after the other
//   add           adds the shares up
//
// The programs are those that give every value a slot of its own, since the way back asks for them all.

// @use grid
// @use cppn-network
// @use cppn-values

override PIXELS: u32 = 784u;          // height × width
override WIDTH: u32 = 28u;
override BATCH: u32 = 4u;             // images
override EDGES: u32 = 4u;             // of the largest genome
override NODES: u32 = 1u;             // of the largest genome
override PARTS: u32 = 64u;            // invocations that share an image, a multiple of LANES
override REVERSE_CHANNELS: u32 = 0u;  // 1 where the image gradient has blue first

// Values come first, then adjoints.
const SLOTS = VALUES / 2u;

// A larger derivative of a byte says nothing: the rounding of the sum in a float alone takes the byte through its range.
// What it keeps out is infinity, which a long chain of large weights would reach.
const STEEPEST = 1e10;

@group(0) @binding(0) var<storage, read> genomes: array<Genome>;       // [BATCH]
@group(0) @binding(1) var<storage, read> program: array<u32>;          // as in cppn.wgsl
@group(0) @binding(2) var<uniform> frame: Frame;
@group(0) @binding(3) var<storage, read> image_gradient: array<f32>;   // [channels, PIXELS, BATCH], per byte
@group(0) @binding(4) var<storage, read> heads: array<u32>;            // [BATCH, NODES], first word of every node
@group(0) @binding(5) var<storage, read_write> shares: array<f32>;     // [BATCH, EDGES, PARTS]
@group(0) @binding(6) var<storage, read_write> gradient: array<f32>;   // [EDGES, BATCH]
@group(0) @binding(7) var<storage, read_write> slopes: array<vec4f>;   // [workgroups, NODES, LANES]

fn image_gradient_at(channel: u32, quad: u32, image: u32) -> vec4f {
  var result: vec4f;
  for (var within = 0u; within < 4u; within++) {
    let pixel = quad * 4u + within;
    if (pixel < PIXELS) {
      result[within] = image_gradient[(channel * PIXELS + pixel) * BATCH + image];
    }
  }
  return result;
}

struct Hls {
  h: vec4f,
  l: vec4f,
  s: vec4f,
}

fn one_of(index: vec4u, r: vec4f, g: vec4f, b: vec4f) -> vec4f {
  return select(select(b, g, index == vec4u(1)), r, index == vec4u(0));
}

// Gradient by hue, lightness and saturation, all from 0 to 255 as colour.wgsl reads them, of one by red, green and blue.
fn pull_colour(hls: Hls, r: vec4f, g: vec4f, b: vec4f) -> Hls {
  let lightness = hls.l / 255.0;
  let saturation = hls.s / 255.0;
  let spread = 1.0 - abs(2.0 * lightness - 1.0);
  let sixth = (hls.h % vec4f(180.0)) / 30.0;
  let within = sixth % vec4f(2.0) - 1.0;
  let sector = min(vec4u(sixth), vec4u(5));
  // Which of red, green and blue is lightness + chroma / 2, and which the one that hue moves.
  let dominant = one_of(((sector + 1u) / vec4u(2)) % vec4u(3), r, g, b);
  let moved = one_of((7u - sector) % vec4u(3), r, g, b);
  let sum = r + g + b;
  let dchroma = dominant + moved * (1.0 - abs(within)) - 0.5 * sum;
  return Hls(
    -sign(within) * moved * spread * saturation * (255.0 / 30.0),
    sum - 2.0 * sign(2.0 * lightness - 1.0) * saturation * dchroma,
    dchroma * spread,
  );
}

fn adjoint_at(slot: u32) -> vec4f {
  return value_at(SLOTS + slot);
}

fn set_adjoint(slot: u32, adjoint: vec4f) {
  set_value(SLOTS + slot, adjoint);
}

fn forward(genome: Genome, quad: u32, own_slopes: u32) {
  let seen = inputs_at(quad, WIDTH, frame);
  set_value(0u, seen.x);
  set_value(1u, seen.y);
  set_value(2u, seen.distance);
  set_value(3u, vec4f(1.0));
  for (var input = 0u; input < 4u; input++) {
    set_adjoint(input, vec4f(0.0));
  }
  var word = genome.start;
  var at = own_slopes;
  for (var node = 0u; node < genome.nodes; node++) {
    let head = program[word];
    let last = word + edges_of(head) * 2u;
    var sum = vec4f(0.0);
    while (word < last) {
      sum += bitcast<f32>(program[word + 2u]) * value_at(program[word + 1u]);
      word += 2u;
    }
    word++;
    let value = activate(activation_of(head), sum);
    set_value(slot_of(head), value);
    set_adjoint(slot_of(head), vec4f(0.0));
    slopes[at] = slope_of(activation_of(head), sum, value);
    at += LANES;
  }
}

// Adjoints of the outputs.
fn turn(genome: Genome, image: u32, quad: u32) {
  let first = output_of(genome, 0u);
  if (genome.channels == 1u) {
    set_adjoint(first, 255.0 * sign(value_at(first)) * image_gradient_at(0u, quad, image));
  } else {
    let second = output_of(genome, 1u);
    let third = output_of(genome, 2u);
    let d = pull_colour(
      Hls(255.0 * abs(value_at(first)), 255.0 * abs(value_at(second)), 255.0 * abs(value_at(third))),
      image_gradient_at(2u * REVERSE_CHANNELS, quad, image),
      image_gradient_at(1u, quad, image),
      image_gradient_at(2u - 2u * REVERSE_CHANNELS, quad, image),
    );
    set_adjoint(first, 255.0 * sign(value_at(first)) * d.h);
    set_adjoint(second, 255.0 * sign(value_at(second)) * d.l);
    set_adjoint(third, 255.0 * sign(value_at(third)) * d.s);
  }
}

fn backward(genome: Genome, image: u32, own_slopes: u32, own_shares: u32) {
  for (var behind = genome.nodes; behind > 0u; behind--) {
    let node = behind - 1u;
    let word = heads[image * NODES + node];
    let head = program[word];
    let slope = slopes[own_slopes + node * LANES];
    let dsum = clamp(slope * adjoint_at(slot_of(head)), vec4f(-STEEPEST), vec4f(STEEPEST));
    // Before a node's head are those of the nodes before it, and two words for every edge.
    var share = own_shares + ((word - genome.start - node) / 2u) * PARTS;
    let last = word + edges_of(head) * 2u;
    for (var edge = word; edge < last; edge += 2u) {
      let source = program[edge + 1u];
      shares[share] += dot(dsum, value_at(source));
      set_adjoint(source, adjoint_at(source) + bitcast<f32>(program[edge + 2u]) * dsum);
      share += PARTS;
    }
  }
}

fn pull_image(image: u32, part: u32, own_slopes: u32) {
  let genome = genomes[image];
  let own_shares = image * EDGES * PARTS + part;
  for (var edge = 0u; edge < EDGES; edge++) {
    shares[own_shares + edge * PARTS] = 0.0;
  }
  for (var quad = part; quad < (PIXELS + 3u) / 4u; quad += PARTS) {
    forward(genome, quad, own_slopes);
    turn(genome, image, quad);
    backward(genome, image, own_slopes, own_shares);
  }
}

@compute @workgroup_size(LANES)
fn pull(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = workgroup.y * workgroups.x + workgroup.x;
  open_values(index, lane);
  pull_image(workgroup.y, workgroup.x * LANES + lane, index * NODES * LANES + lane);
}

@compute @workgroup_size(LANES)
fn pull_several(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = workgroup.y * workgroups.x + workgroup.x;
  open_values(index, lane);
  for (var image = workgroup.y; image < BATCH; image += workgroups.y) {
    pull_image(image, workgroup.x * LANES + lane, index * NODES * LANES + lane);
  }
}

@compute @workgroup_size(LANES)
fn add(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index >= EDGES * BATCH) {
    return;
  }
  let start = ((index % BATCH) * EDGES + index / BATCH) * PARTS;
  var total = 0.0;
  for (var part = 0u; part < PARTS; part++) {
    total += shares[start + part];
  }
  gradient[index] = total;
}
