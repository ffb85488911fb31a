// Rectified linear unit.
//
//   forward:         y = max(x, 0), where NaN stays NaN: what overflows is not to look like an answer
//   input_gradient:  dx = dy where y > 0, else 0

override COUNT: u32 = 1u; // in Images
override LANES: u32 = 64u;

alias Images = vec4f; // @pair alias Images = vec2f; @single alias Images = f32;

@group(0) @binding(0) var<storage, read> x: array<Images>; // forward: input; gradient: the forward pass's output y
@group(0) @binding(1) var<storage, read_write> y: array<Images>; // forward: output; gradient: dx
@group(0) @binding(2) var<storage, read> dy: array<Images>; // gradient alone

@compute @workgroup_size(LANES)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = id.y * workgroups.x * LANES + id.x;
  if (index < COUNT) {
    y[index] = select(x[index], Images(0.0), x[index] < Images(0.0));
  }
}

@compute @workgroup_size(LANES)
fn input_gradient(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = id.y * workgroups.x * LANES + id.x;
  if (index < COUNT) {
    y[index] = select(Images(0.0), dy[index], x[index] > Images(0.0));
  }
}
