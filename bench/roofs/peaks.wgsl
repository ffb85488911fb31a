// What an adapter reaches at most, for comparison: arithmetic and functions in registers, a copy that streams, a launch of
// nothing.

// @use vector

override LANES: u32 = 64u;
override STEPS: u32 = 1024u;
override COUNT: u32 = 1u; // Elements that are copied

const CHAINS = 8u; // @tile accumulators that do not wait for each other

alias Element = Vector;

@group(0) @binding(0) var<storage, read> source: array<Element>;
@group(0) @binding(1) var<storage, read_write> result: array<Element>;

@compute @workgroup_size(LANES)
fn multiply_add(@builtin(global_invocation_id) id: vec3u) {
  let factor = source[id.x % 4u];
  let term = source[id.x % 4u + 4u];
  var sum: array<Element, CHAINS>; // @registers
  // @unroll
  for (var c = 0u; c < CHAINS; c++) {
    sum[c] = Element(f32(c));
  }
  for (var step = 0u; step < STEPS; step++) {
    // @unroll
    for (var c = 0u; c < CHAINS; c++) {
      sum[c] = sum[c] * factor + term;
    }
  }
  var total = Element(0.0);
  // @unroll
  for (var c = 0u; c < CHAINS; c++) {
    total += sum[c];
  }
  result[id.x] = total;
}

// A sine and an exponential per chain and step, of values that stay near one.
@compute @workgroup_size(LANES)
fn functions(@builtin(global_invocation_id) id: vec3u) {
  let start = source[id.x % 4u];
  var value: array<Element, CHAINS>; // @registers
  // @unroll
  for (var c = 0u; c < CHAINS; c++) {
    value[c] = start + Element(f32(c));
  }
  for (var step = 0u; step < STEPS; step++) {
    // @unroll
    for (var c = 0u; c < CHAINS; c++) {
      value[c] = sin(exp(-value[c]));
    }
  }
  var total = Element(0.0);
  // @unroll
  for (var c = 0u; c < CHAINS; c++) {
    total += value[c];
  }
  result[id.x] = total;
}

@compute @workgroup_size(LANES)
fn copy(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = id.y * workgroups.x * LANES + id.x;
  if (index < COUNT) {
    result[index] = source[index];
  }
}

@compute @workgroup_size(1)
fn nothing(@builtin(global_invocation_id) id: vec3u) {
  if (id.x > STEPS) {
    result[0] = source[0];
  }
}
