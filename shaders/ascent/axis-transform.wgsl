// The coefficients of another basis along one axis of a tensor.
//
//   y[o, j, i] = Σ_k basis[k, j] · x[o, k, i]
//
// The axis may be any: o runs over those before it, i over those behind it. A tile is 4·ROWS values of j by COLUMNS
// vec4s of neighbouring (o, i), in registers; a workgroup has one j tile, so that what it reads of the basis is the same
// for all of its lanes, while neighbouring lanes read x side by side.

override OUTER: u32 = 1u;
override SIZE: u32 = 1u;  // of the axis
override INNER: u32 = 1u; // in vec4s
override PITCH: u32 = 1u; // vec4s of a row of the basis: ⌈SIZE / 4⌉
override LANES: u32 = 64u;

const ROWS = 2u; // @tile
const COLUMNS = 2u; // @tile

@group(0) @binding(0) var<storage, read> x: array<vec4f>;       // [OUTER, SIZE, INNER]
@group(0) @binding(1) var<storage, read> basis: array<vec4f>;   // [SIZE, PITCH]
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>; // [OUTER, SIZE, INNER]

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first_row = workgroup.y * ROWS;
  let first_column = workgroup.x * LANES * COLUMNS + lane;
  var start: array<u32, COLUMNS>; // of x[o, 0, i]
  // @unroll
  for (var q = 0u; q < COLUMNS; q++) {
    let column = min(first_column + q * LANES, OUTER * INNER - 1u);
    start[q] = (column / INNER) * SIZE * INNER + column % INNER;
  }
  var sum: array<vec4f, 4u * ROWS * COLUMNS>;
  for (var k = 0u; k < SIZE; k++) {
    var value: array<vec4f, COLUMNS>;
    // @unroll
    for (var q = 0u; q < COLUMNS; q++) {
      value[q] = x[start[q] + k * INNER];
    }
    // @unroll
    for (var r = 0u; r < ROWS; r++) {
      let b = basis[k * PITCH + min(first_row + r, PITCH - 1u)];
      // @unroll
      for (var q = 0u; q < COLUMNS; q++) {
        sum[(r * 4u + 0u) * COLUMNS + q] += b.x * value[q];
        sum[(r * 4u + 1u) * COLUMNS + q] += b.y * value[q];
        sum[(r * 4u + 2u) * COLUMNS + q] += b.z * value[q];
        sum[(r * 4u + 3u) * COLUMNS + q] += b.w * value[q];
      }
    }
  }
  // @unroll
  for (var r = 0u; r < 4u * ROWS; r++) {
    let j = first_row * 4u + r;
    // @unroll
    for (var q = 0u; q < COLUMNS; q++) {
      if (j < SIZE && first_column + q * LANES < OUTER * INNER) {
        y[start[q] + j * INNER] = sum[r * COLUMNS + q];
      }
    }
  }
}
