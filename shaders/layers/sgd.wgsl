// Stochastic gradient descent with momentum and weight decay, as Caffe defines it.
//
//   velocity = momentum · velocity + rate · (gradient + decay · weight);  weight = weight − velocity
//
//   main     the step
//   turning  the step, and the weights once more as the backward pass reads them:
//            turned[g, o, T − 1 − t, i] = weight[g, i, t, o], of groups, inputs, taps of a kernel, outputs
//
// Biases follow the weights; they learn twice as fast, and do not decay.

// @use grid

override COUNT: u32 = 1u; // in vec4s
override FIRST_BIAS: u32 = 1u; // in vec4s

struct Step {
  rate: f32,
  momentum: f32,
  decay: f32,
  unused: f32,
}

// Weights of a layer, from one vec4 to before another, and where they begin among the turned ones, in floats.
struct Turning {
  first: u32,
  end: u32,
  inputs: u32,
  taps: u32,
  outputs: u32,
  place: u32,
}

@group(0) @binding(0) var<storage, read_write> weight: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> velocity: array<vec4f>;
@group(0) @binding(2) var<storage, read> gradient: array<vec4f>;
@group(0) @binding(3) var<uniform> step: Step;
@group(0) @binding(4) var<storage, read> turnings: array<Turning>;
@group(0) @binding(5) var<storage, read_write> turned: array<f32>; // of each: [groups, outputs, taps, inputs padded to 4]

fn updated(index: u32) -> vec4f {
  let is_bias = index >= FIRST_BIAS;
  let rate = select(step.rate, 2.0 * step.rate, is_bias);
  let decay = select(step.decay, 0.0, is_bias);
  let moved = step.momentum * velocity[index] + rate * (gradient[index] + decay * weight[index]);
  velocity[index] = moved;
  weight[index] -= moved;
  return weight[index];
}

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index < COUNT) {
    _ = updated(index);
  }
}

@compute @workgroup_size(LANES)
fn turning(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index >= COUNT) {
    return;
  }
  let value = updated(index);
  for (var l = 0u; l < arrayLength(&turnings); l++) {
    let layer = turnings[l];
    if (index < layer.first || index >= layer.end) {
      continue;
    }
    let at = 4u * (index - layer.first);
    let pitch = (layer.outputs + 3u) / 4u * 4u;
    let turned_pitch = (layer.inputs + 3u) / 4u * 4u;
    let output = at % pitch;
    let tap = at / pitch % layer.taps;
    let input = at / (pitch * layer.taps) % layer.inputs;
    let group = at / (pitch * layer.taps * layer.inputs);
    for (var c = 0u; c < 4u && output + c < layer.outputs; c++) {
      let row = ((group * layer.outputs + output + c) * layer.taps + layer.taps - 1u - tap) * turned_pitch;
      turned[layer.place + row + input] = value[c];
    }
  }
}
