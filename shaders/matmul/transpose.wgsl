// Re-lays a matrix.
//
//   transposed[j, i] = matrix[i, j]
//
// Rows of memory are padded to a multiple of 4 values; the padding becomes zeros. Values are copied as they are: words of
// 32 bits, or with PACKED halves, two to a word.

// @use grid

override ROWS: u32 = 1u;    // i
override COLUMNS: u32 = 1u; // j
override PACKED: bool = false;

@group(0) @binding(0) var<storage, read> matrix: array<u32>;         // [ROWS, COLUMNS padded]
@group(0) @binding(1) var<storage, read_write> transposed: array<u32>;  // [COLUMNS, ROWS padded]

fn value_at(i: u32, j: u32) -> u32 {
  let pitch = (COLUMNS + 3u) / 4u * 4u;
  let at = min(i, ROWS - 1u) * pitch + j;
  let word = matrix[select(at, at / 2u, PACKED)];
  let value = select(word, (word >> (16u * (at % 2u))) & 0xffffu, PACKED);
  return select(0u, value, i < ROWS);
}

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let values = select(1u, 2u, PACKED); // of a word
  let pitch = (ROWS + 3u) / 4u * 4u / values;
  let index = linear_index(id, workgroups);
  if (index >= COLUMNS * pitch) {
    return;
  }
  let i = index % pitch * values;
  let j = index / pitch;
  transposed[index] = select(value_at(i, j), value_at(i, j) | (value_at(i + 1u, j) << 16u), PACKED);
}
