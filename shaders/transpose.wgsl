// Re-lays a stack of matrices.
//
//   turned[s, j, t, i] = plain[s, i, t, j]
//
// With one stack and TAPS = 1 it is the plain transpose [ROWS, COLUMNS] → [COLUMNS, ROWS]. With the groups as stack and a
// kernel's taps it turns [in, taps, out] weights into the [out, taps, in] that a convolution's input gradient
// reads. Both innermost dimensions are padded to a multiple of 4; the padding becomes zeros.

override STACK: u32 = 1u;
override ROWS: u32 = 1u;    // i
override TAPS: u32 = 1u;    // t
override COLUMNS: u32 = 1u; // j
override LANES: u32 = 64u;

@group(0) @binding(0) var<storage, read> plain: array<f32>;         // [STACK, ROWS, TAPS, COLUMNS padded]
@group(0) @binding(1) var<storage, read_write> turned: array<f32>;  // [STACK, COLUMNS, TAPS, ROWS padded]

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let plain_pitch = (COLUMNS + 3u) / 4u * 4u;
  let turned_pitch = (ROWS + 3u) / 4u * 4u;
  let index = id.y * workgroups.x * LANES + id.x;
  if (index >= STACK * COLUMNS * TAPS * turned_pitch) {
    return;
  }
  let i = index % turned_pitch;
  let t = (index / turned_pitch) % TAPS;
  let j = (index / (turned_pitch * TAPS)) % COLUMNS;
  let s = index / (turned_pitch * TAPS * COLUMNS);
  let value = plain[((s * ROWS + min(i, ROWS - 1u)) * TAPS + t) * plain_pitch + j];
  turned[index] = select(0.0, value, i < ROWS);
}
