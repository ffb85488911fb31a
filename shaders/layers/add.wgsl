// Adds one tensor to another: b = a + b.

// @use grid
// @use vector

override COUNT: u32 = 1u; // in Images

alias Images = Vector;

@group(0) @binding(0) var<storage, read> a: array<Images>;
@group(0) @binding(1) var<storage, read_write> b: array<Images>;

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index < COUNT) {
    b[index] += a[index];
  }
}
