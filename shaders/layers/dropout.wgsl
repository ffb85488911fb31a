// Dropout, for training alone: every value is dropped with probability RATE, the others grow so that the mean stays.
//
//   forward:         y = x / (1 − RATE) where kept, else 0
//   input_gradient:  the same of dy, with the same values kept
//
// What is kept follows from (key of the step; layer, place) by threefry.wgsl, which stands in front: nothing is remembered
// between the passes.

// @use grid
// @use threefry

override COUNT: u32 = 1u; // in vec4s
override RATE: f32 = 0.5;
override LAYER: u32 = 0u;

@group(0) @binding(0) var<storage, read> x: array<vec4f>;       // gradient: dy
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>; // gradient: dx
@group(0) @binding(2) var<storage, read> key: vec4u;            // of this step; two words are used

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index >= COUNT) {
    return;
  }
  let low = threefry(key.xy, vec2u(2u * index, LAYER));
  let high = threefry(key.xy, vec2u(2u * index + 1u, LAYER));
  let random = vec4f(uniform_of(low.x), uniform_of(low.y), uniform_of(high.x), uniform_of(high.y));
  y[index] = select(vec4f(0.0), x[index] / (1.0 - RATE), random >= vec4f(RATE));
}
