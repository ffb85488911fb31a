// Adds one tensor to another: b = a + b.

override COUNT: u32 = 1u; // in Images
override LANES: u32 = 64u;

alias Images = vec4f; // @pair alias Images = vec2f; @single alias Images = f32;

@group(0) @binding(0) var<storage, read> a: array<Images>;
@group(0) @binding(1) var<storage, read_write> b: array<Images>;

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = id.y * workgroups.x * LANES + id.x;
  if (index < COUNT) {
    b[index] += a[index];
  }
}
