// What a CPPN sees at a pixel and the functions of its nodes (paper §2.3), for the shaders that draw it and that follow its
// weights: both must mean the same network.

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

// A node of a program is a word of its own, then (slot of the source, weight as float bits) per connection.
fn activation_of(head: u32) -> u32 {
  return head & 3u;
}

// Where its value goes: maybe to where one of its sources was.
fn slot_of(head: u32) -> u32 {
  return (head >> 2u) & 1023u;
}

fn edges_of(head: u32) -> u32 {
  return head >> 12u;
}

fn output_of(genome: Genome, channel: u32) -> u32 {
  return (genome.outputs >> (10u * channel)) & 1023u;
}

// Of four neighbouring pixels.
struct Inputs {
  x: vec4f,
  y: vec4f,
  distance: vec4f,
}

fn inputs_at(quad: u32, width: u32, frame: Frame) -> Inputs {
  let pixel = vec4u(quad * 4u) + vec4u(0u, 1u, 2u, 3u);
  let column = vec4f(pixel % vec4u(width));
  let row = vec4f(pixel / vec4u(width));
  let centred_x = frame.centred.x * column + frame.centred.y;
  let centred_y = frame.centred.z * row + frame.centred.w;
  return Inputs(
    frame.coordinates.x * column + frame.coordinates.y,
    frame.coordinates.z * row + frame.coordinates.w,
    sqrt(centred_x * centred_x + centred_y * centred_y),
  );
}

// sin(x) for |x| up to some 10⁵. WGSL's own is only exact to 2⁻¹¹, and only within [-π, π].
fn sine(x: vec4f) -> vec4f {
  let turns = round(x * 0.318309886);
  let p = half_wave(x, turns);
  return select(p, -p, odd(turns));
}

// cos(x), as exact as sine: from the sine around the middle between two multiples of π.
fn cosine(x: vec4f) -> vec4f {
  let turns = floor(x * 0.318309886);
  let p = half_wave(x, turns + 0.5);
  return select(-p, p, odd(turns));
}

// sin(x - turns·π), where that angle is within [-π/2, π/2].
fn half_wave(x: vec4f, turns: vec4f) -> vec4f {
  let r = ((x - turns * 3.140625) - turns * 9.67502593994140625e-4) - turns * 1.509957990978376432e-7;
  let s = r * r;
  // Minimax over [-π/2, π/2], to some 2⁻²³.
  return r + r * s * (-0.16666660 + s * (8.3330786e-3 + s * (-1.9810691e-4 + s * 2.6083160e-6)));
}

fn odd(turns: vec4f) -> vec4<bool> {
  return (vec4i(turns) & vec4i(1)) == vec4i(1);
}

fn activate(kind: u32, x: vec4f) -> vec4f {
  switch kind {
    case 0u: { return sine(x); }
    case 1u: { return 2.0 / (1.0 + exp(-clamp(x, vec4f(-30.0), vec4f(30.0)))) - 1.0; }
    case 2u: { return exp(-min(x * x, vec4f(80.0))); }
    default: { return clamp(x, vec4f(-3.0), vec4f(3.0)) / 3.0; }
  }
}

// Derivative of activate at x, where it has the value v.
fn slope_of(kind: u32, x: vec4f, v: vec4f) -> vec4f {
  switch kind {
    case 0u: { return cosine(x); }
    case 1u: { return 0.5 * (1.0 - v * v); }
    case 2u: { return -2.0 * x * v; }
    default: { return select(vec4f(0.0), vec4f(1.0 / 3.0), abs(x) < vec4f(3.0)); }
  }
}
