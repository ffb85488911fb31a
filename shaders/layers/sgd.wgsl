// Stochastic gradient descent with momentum and weight decay, as Caffe defines it.
//
//   velocity = momentum · velocity + rate · (gradient + decay · weight);  weight = weight − velocity
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

@group(0) @binding(0) var<storage, read_write> weight: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> velocity: array<vec4f>;
@group(0) @binding(2) var<storage, read> gradient: array<vec4f>;
@group(0) @binding(3) var<uniform> step: Step;

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index >= COUNT) {
    return;
  }
  let is_bias = index >= FIRST_BIAS;
  let rate = select(step.rate, 2.0 * step.rate, is_bias);
  let decay = select(step.decay, 0.0, is_bias);
  let moved = step.momentum * velocity[index] + rate * (gradient[index] + decay * weight[index]);
  velocity[index] = moved;
  weight[index] -= moved;
}
