// Stochastic gradient descent with momentum and weight decay, as Caffe defines it.
//
//   velocity = momentum · velocity + rate · (gradient + decay · weight);  weight = weight − velocity

// @use grid

override COUNT: u32 = 1u; // in vec4s

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
  let moved = step.momentum * velocity[index] + step.rate * (gradient[index] + step.decay * weight[index]);
  velocity[index] = moved;
  weight[index] -= moved;
}
