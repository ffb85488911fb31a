// What an adapter reaches at most in arithmetic of halves, as peaks.wgsl measures that of floats.

enable f16;

override LANES: u32 = 64u;
override STEPS: u32 = 1024u;

const CHAINS = 8u; // @tile accumulators that do not wait for each other

alias Element = vec4h; // @single alias Element = f16;

@group(0) @binding(0) var<storage, read> source: array<Element>;
@group(0) @binding(1) var<storage, read_write> result: array<Element>;

@compute @workgroup_size(LANES)
fn multiply_add(@builtin(global_invocation_id) id: vec3u) {
  let factor = source[id.x % 4u];
  let term = source[id.x % 4u + 4u];
  var sum: array<Element, CHAINS>; // @registers
  // @unroll
  for (var c = 0u; c < CHAINS; c++) {
    sum[c] = Element(f16(c));
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
