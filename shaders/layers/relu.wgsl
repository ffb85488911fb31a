// Rectified linear unit.
//
//   forward:         y = max(x, 0), where NaN stays NaN
//   input_gradient:  dx = dy where y > 0, else 0

// @use grid
// @use rectify
// @use vector

override COUNT: u32 = 1u; // in Images

alias Images = Vector;

@group(0) @binding(0) var<storage, read> x: array<Images>; // forward: input; gradient: the forward pass's output y
@group(0) @binding(1) var<storage, read_write> y: array<Images>; // forward: output; gradient: dx
@group(0) @binding(2) var<storage, read> dy: array<Images>; // gradient alone

@compute @workgroup_size(LANES)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index < COUNT) {
    y[index] = rectified(x[index]);
  }
}

@compute @workgroup_size(LANES)
fn input_gradient(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index < COUNT) {
    y[index] = select(Images(0.0), dy[index], x[index] > Images(0.0));
  }
}
