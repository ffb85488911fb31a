// The inner product of two tensors, of every image on its own: the square of a norm when both are the same.
//
//   partial[part, image] = Σ over values part, part + PARTS, … of  a[value, image] · b[value, image]
//
// The reader of the parts adds them up: a fixed order, which does not depend on the adapter.

// @use grid

override VALUES: u32 = 1u;
override BATCH: u32 = 1u; // in vec4s
override PARTS: u32 = 256u;

@group(0) @binding(0) var<storage, read> a: array<vec4f>; // [VALUES, BATCH]
@group(0) @binding(1) var<storage, read> b: array<vec4f>; // [VALUES, BATCH]
@group(0) @binding(2) var<storage, read_write> partial: array<vec4f>; // [PARTS, BATCH]

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index >= PARTS * BATCH) {
    return;
  }
  var sum = vec4f(0.0);
  for (var at = index; at < VALUES * BATCH; at += PARTS * BATCH) {
    sum += a[at] * b[at];
  }
  partial[index] = sum;
}
