// Matrix product with a bias for every row, for drivers that run on the CPU.
//
//   c[m, n] = bias[m] + Σ_k a[k, m] · b[k, n]
//
// The idea is that of conv2d-quads.wgsl: lane l of a quad loads a's value of row l, swaps bring those of the other
// three, and accumulator j holds row l ^ j, another one in each lane. The products of STEPS values of k are
// added up before the sum goes back to memory.
// A tile is 4·ROWS rows × COLUMNS vec4s of columns per invocation.

enable subgroups;

// @use rectify
// @use stored-place
// @use vector

override DEPTH: u32 = 1u;      // K
override A_PITCH: u32 = 1u;    // vec4s of a row of a: ⌈M / 4⌉
override M: u32 = 4u;
override N_VECTORS: u32 = 1u;  // Columns of a row of b and c: ⌈N / 4⌉
override LANES: u32 = 4u;

alias Columns = Vector;

const ROWS = 1u; // @tile
const COLUMNS = 2u; // @tile
const STEPS = 1u; // @tile divides DEPTH

@group(0) @binding(0) var<storage, read> a: array<f32>;         // [DEPTH, 4·A_PITCH]
@group(0) @binding(1) var<storage, read> bias: array<f32>;      // [4·A_PITCH]
@group(0) @binding(2) var<storage, read> b: array<Columns>;     // [DEPTH, N_VECTORS]
@group(0) @binding(3) var<storage, read_write> c: array<Columns>; // [M, N_VECTORS]

fn store(row: u32, column: u32, value: Columns) {
  let maximum = place_of_maximum(row * N_VECTORS + column);
  // @unroll
  for (var v = 0u; v < WINDOW; v++) {
    // @unroll
    for (var h = 0u; h < WINDOW; h++) {
      c[place_in_window(row, v, h) * N_VECTORS + column] = value_in_window(finished(value), maximum, v, h);
    }
  }
}

@compute @workgroup_size(LANES)
fn quads(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
) {
  let quad_lane = subgroup_lane & 3u; // of the quad
  let first_row = workgroup.y * 4u * ROWS;
  let first_column = workgroup.x * LANES * COLUMNS + lane;

  var sum: array<f32, 4u * ROWS * COLUMNS * WIDTH>; // @registers [ROWS, swap, COLUMNS, column]
  // @unroll
  for (var r = 0u; r < ROWS; r++) {
    // @unroll
    for (var j = 0u; j < 4u; j++) {
      let start = bias[min(first_row + 4u * r, 4u * A_PITCH - 4u) + (quad_lane ^ j)];
      // @unroll
      for (var t = 0u; t < COLUMNS * WIDTH; t++) {
        sum[(r * 4u + j) * COLUMNS * WIDTH + t] = start;
      }
    }
  }

  for (var k = 0u; k < DEPTH; k += STEPS) {
    var value: array<f32, STEPS * COLUMNS * WIDTH>; // @registers [STEPS, COLUMNS, column]
    // @unroll
    for (var s = 0u; s < STEPS; s++) {
      // @unroll
      for (var q = 0u; q < COLUMNS; q++) {
        let seen = components(b[(k + s) * N_VECTORS + min(first_column + q * LANES, N_VECTORS - 1u)]);
        // @unroll
        for (var n = 0u; n < WIDTH; n++) {
          value[(s * COLUMNS + q) * WIDTH + n] = seen[n];
        }
      }
    }
    // @unroll
    for (var r = 0u; r < ROWS; r++) {
      var w: array<f32, 4u * STEPS>; // @registers
      // @unroll
      for (var s = 0u; s < STEPS; s++) {
        w[s * 4u + 0u] = a[(k + s) * 4u * A_PITCH + first_row + r * 4u + quad_lane];
        w[s * 4u + 1u] = quadSwapX(w[s * 4u + 0u]);
        w[s * 4u + 2u] = quadSwapY(w[s * 4u + 0u]);
        w[s * 4u + 3u] = quadSwapDiagonal(w[s * 4u + 0u]);
      }
      // @unroll
      for (var j = 0u; j < 4u; j++) {
        // @unroll
        for (var q = 0u; q < COLUMNS; q++) {
          // @unroll
          for (var n = 0u; n < WIDTH; n++) {
            // @unroll
            for (var s = 0u; s < STEPS; s++) {
              sum[((r * 4u + j) * COLUMNS + q) * WIDTH + n] += value[(s * COLUMNS + q) * WIDTH + n] * w[s * 4u + j];
            }
          }
        }
      }
    }
  }

  // @unroll
  for (var r = 0u; r < ROWS; r++) {
    // @unroll
    for (var j = 0u; j < 4u; j++) {
      let row = first_row + 4u * r + (quad_lane ^ j);
      // @unroll
      for (var q = 0u; q < COLUMNS; q++) {
        if (row < M && first_column + q * LANES < N_VECTORS) {
          var made: array<f32, WIDTH>;
          // @unroll
          for (var n = 0u; n < WIDTH; n++) {
            made[n] = sum[((r * 4u + j) * COLUMNS + q) * WIDTH + n];
          }
          store(row, first_column + q * LANES, of_components(made));
        }
      }
    }
  }
}
