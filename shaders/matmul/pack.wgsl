// Floats to halves, two to a word: half the memory and half the traffic of weights that are read as they are needed.
//
//   packed[i] = (x[4i], x[4i + 1], x[4i + 2], x[4i + 3]) rounded to the nearest half

// @use grid

override COUNT: u32 = 1u; // in vec4s

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> packed: array<vec2u>;

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index < COUNT) {
    packed[index] = vec2u(pack2x16float(x[index].xy), pack2x16float(x[index].zw));
  }
}
