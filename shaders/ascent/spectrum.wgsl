// Amplitudes of waves, scaled by frequency and mixed over the channels.
//
//   y[d, k, l, n] = scale[k, l] · Σ_c mix[d, c] · x[c, k, l, n]
//
// Its adjoint is the same with the transposed mix.

// @use grid

override CHANNELS: u32 = 3u; // at most 3
override WAVES: u32 = 1u;    // k × l
override BATCH: u32 = 1u;    // in vec4s

@group(0) @binding(0) var<storage, read> x: array<vec4f>;       // [CHANNELS, WAVES, BATCH]
@group(0) @binding(1) var<storage, read> scale: array<f32>;     // [WAVES]
@group(0) @binding(2) var<uniform> mix_columns: mat3x3f;        // mix_columns[c][d] = mix[d, c]
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>; // as x

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index >= WAVES * BATCH) {
    return;
  }
  var mixed: array<vec4f, 3>;
  for (var c = 0u; c < CHANNELS; c++) {
    let value = scale[index / BATCH] * x[c * WAVES * BATCH + index];
    let column = mix_columns[c];
    mixed[0] += column.x * value;
    mixed[1] += column.y * value;
    mixed[2] += column.z * value;
  }
  for (var d = 0u; d < CHANNELS; d++) {
    y[d * WAVES * BATCH + index] = mixed[d];
  }
}
