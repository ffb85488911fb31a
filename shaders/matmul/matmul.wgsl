// Matrix product with a bias for every row of the result.
//
//   c[m, n] = bias[m] + Σ_k a[k, m] · b[k, n]
//
// Both operands have k outermost. A tile's rows at one k are then consecutive vec4s of a at an address that is the same
// for the whole workgroup; its columns are one vec4 of b per lane, neighbouring lanes next to each other. Dense layers
// use it for everything: forward (a = weights, b = inputs), and with transposed operands for both gradients. For one or
// two columns Columns are one or two floats.
//
//   plain   the formula above, one sum per invocation: what the others are compared with, where nothing else runs
//   tile    4·ROWS rows × COLUMNS vec4s of columns per invocation, in registers; STEPS values of k per iteration
//   across  for few columns: lanes run along the rows, each reads its own ROWS vec4s of a and shares those of b with all others
//   sliced  for GPUs and few columns: as across, but the lanes share out k too, and add up what each has
//   staged  for GPUs: a workgroup copies some k of both operands into workgroup memory, then shares them

// @use rectify
// @use stored-place
// @use vector
// @use weights

override DEPTH: u32 = 1u;      // K
override A_PITCH: u32 = 1u;    // vec4s of a row of a: ⌈M / 4⌉
override M: u32 = 4u;
override N_VECTORS: u32 = 1u;  // Columns of a row of b and c: ⌈N / 4⌉
override LANES: u32 = 8u;

alias Columns = Vector;

const ROWS = 2u; // @tile
const COLUMNS = 2u; // @tile
const STEPS = 1u; // @tile divides DEPTH

@group(0) @binding(0) var<storage, read> a: array<StoredWeights>; // [DEPTH, A_PITCH]
@group(0) @binding(1) var<storage, read> bias: array<vec4f>;    // [A_PITCH]
@group(0) @binding(2) var<storage, read> b: array<Columns>;     // [DEPTH, N_VECTORS]
@group(0) @binding(3) var<storage, read_write> c: array<Columns>; // [M, N_VECTORS]

fn weight_at(at: u32) -> vec4f {
  return loaded(a[at]);
}

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
fn plain(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let m = workgroup.y;
  let column = workgroup.x * LANES + lane;
  if (column >= N_VECTORS) {
    return;
  }
  var sum = Columns(bias[m / 4u][m % 4u]);
  for (var k = 0u; k < DEPTH; k++) {
    sum += weight_at(k * A_PITCH + m / 4u)[m % 4u] * b[k * N_VECTORS + column];
  }
  store(m, column, sum);
}

@compute @workgroup_size(LANES)
fn tile(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first_row = workgroup.y * ROWS;
  let first_column = workgroup.x * LANES * COLUMNS + lane;
  var column: array<u32, COLUMNS>;
  // @unroll
  for (var q = 0u; q < COLUMNS; q++) {
    column[q] = min(first_column + q * LANES, N_VECTORS - 1u);
  }
  var sum: array<Columns, 4u * ROWS * COLUMNS>;
  // @unroll
  for (var r = 0u; r < ROWS; r++) {
    let start = bias[min(first_row + r, A_PITCH - 1u)];
    // @unroll
    for (var q = 0u; q < COLUMNS; q++) {
      sum[(r * 4u + 0u) * COLUMNS + q] = Columns(start.x);
      sum[(r * 4u + 1u) * COLUMNS + q] = Columns(start.y);
      sum[(r * 4u + 2u) * COLUMNS + q] = Columns(start.z);
      sum[(r * 4u + 3u) * COLUMNS + q] = Columns(start.w);
    }
  }
  for (var k = 0u; k < DEPTH; k += STEPS) {
    // @unroll
    for (var s = 0u; s < STEPS; s++) {
      var value: array<Columns, COLUMNS>;
      // @unroll
      for (var q = 0u; q < COLUMNS; q++) {
        value[q] = b[(k + s) * N_VECTORS + column[q]];
      }
      // @unroll
      for (var r = 0u; r < ROWS; r++) {
        let w = weight_at((k + s) * A_PITCH + first_row + r);
        // @unroll
        for (var q = 0u; q < COLUMNS; q++) {
          sum[(r * 4u + 0u) * COLUMNS + q] += w.x * value[q];
          sum[(r * 4u + 1u) * COLUMNS + q] += w.y * value[q];
          sum[(r * 4u + 2u) * COLUMNS + q] += w.z * value[q];
          sum[(r * 4u + 3u) * COLUMNS + q] += w.w * value[q];
        }
      }
    }
  }
  // @unroll
  for (var r = 0u; r < 4u * ROWS; r++) {
    let m = first_row * 4u + r;
    // @unroll
    for (var q = 0u; q < COLUMNS; q++) {
      if (m < M && first_column + q * LANES < N_VECTORS) {
        store(m, first_column + q * LANES, sum[r * COLUMNS + q]);
      }
    }
  }
}

@compute @workgroup_size(LANES)
fn across(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first_row = workgroup.x * LANES * ROWS + lane;
  let first_column = workgroup.y * COLUMNS;
  var row: array<u32, ROWS>;
  // @unroll
  for (var p = 0u; p < ROWS; p++) {
    row[p] = min(first_row + p * LANES, A_PITCH - 1u);
  }
  var sum: array<vec4f, WIDTH * COLUMNS * ROWS>; // four rows each
  for (var k = 0u; k < DEPTH; k += STEPS) {
    // @unroll
    for (var s = 0u; s < STEPS; s++) {
      var value: array<f32, COLUMNS * WIDTH>;
      // @unroll
      for (var q = 0u; q < COLUMNS; q++) {
        let seen = components(b[(k + s) * N_VECTORS + min(first_column + q, N_VECTORS - 1u)]);
        // @unroll
        for (var n = 0u; n < WIDTH; n++) {
          value[q * WIDTH + n] = seen[n];
        }
      }
      // @unroll
      for (var p = 0u; p < ROWS; p++) {
        let w = weight_at((k + s) * A_PITCH + row[p]);
        // @unroll
        for (var q = 0u; q < COLUMNS; q++) {
          // @unroll
          for (var n = 0u; n < WIDTH; n++) {
            sum[(p * COLUMNS + q) * WIDTH + n] += w * value[q * WIDTH + n];
          }
        }
      }
    }
  }
  // @unroll
  for (var p = 0u; p < ROWS; p++) {
    let start = bias[row[p]];
    // @unroll
    for (var q = 0u; q < COLUMNS; q++) {
      // @unroll
      for (var r = 0u; r < 4u; r++) {
        let m = (first_row + p * LANES) * 4u + r;
        if (m < M && first_column + q < N_VECTORS) {
          var made: array<f32, WIDTH>;
          // @unroll
          for (var n = 0u; n < WIDTH; n++) {
            made[n] = start[r] + sum[(p * COLUMNS + q) * WIDTH + n][r];
          }
          store(m, first_column + q, of_components(made));
        }
      }
    }
  }
}

alias Rows = FourVectors;

// A workgroup has 16 vec4s of rows × one of columns; 16 invocations share the k of each, and add up in a tree.
var<workgroup> partial: array<Rows, 256>; // [16 slices of k, 16 vec4s of rows]

@compute @workgroup_size(256)
fn sliced(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first_row = workgroup.x * 16u;
  let row = min(first_row + lane % 16u, A_PITCH - 1u);
  let column = workgroup.y;
  var sum: Rows; // column r of it holds row r of the result
  for (var k = lane / 16u; k < DEPTH; k += 16u) {
    let w = weight_at(k * A_PITCH + row);
    let value = b[k * N_VECTORS + column];
    sum += Rows(w.x * value, w.y * value, w.z * value, w.w * value);
  }
  partial[lane] = sum;
  workgroupBarrier();
  for (var slices = 8u; slices > 0u; slices /= 2u) {
    if (lane < slices * 16u) {
      partial[lane] += partial[lane + slices * 16u];
    }
    workgroupBarrier();
  }
  // Each of 64 invocations stores a row.
  let m = first_row * 4u + lane;
  if (lane < 64u && m < M) {
    store(m, column, partial[lane / 4u][lane % 4u] + bias[m / 4u][m % 4u]);
  }
}

// Workgroup memory holds 8 values of k of a tile of 8·ROWS vec4s of rows × 8·COLUMNS vec4s of columns. 8 × 8 invocations
// each keep ROWS × COLUMNS of them, eight apart, so that neighbours read neighbouring vec4s.
var<workgroup> staged_a: array<vec4f, 64u * ROWS>;       // [8, 8·ROWS]
var<workgroup> staged_b: array<Columns, 64u * COLUMNS>;  // [8, 8·COLUMNS]

@compute @workgroup_size(64)
fn staged(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first_row = workgroup.y * 8u * ROWS;
  let first_column = workgroup.x * 8u * COLUMNS;
  let mine_row = lane / 8u;
  let mine_column = lane % 8u;
  var sum: array<Rows, ROWS * COLUMNS>;
  for (var start = 0u; start < DEPTH; start += 8u) {
    let k = start + lane / 8u;
    // @unroll
    for (var r = 0u; r < ROWS; r++) {
      let row = first_row + r * 8u + lane % 8u;
      let usable = k < DEPTH && row < A_PITCH;
      staged_a[(lane / 8u * ROWS + r) * 8u + lane % 8u] = select(vec4f(0.0), weight_at(select(0u, k * A_PITCH + row, usable)), usable);
    }
    // @unroll
    for (var q = 0u; q < COLUMNS; q++) {
      let column = first_column + q * 8u + lane % 8u;
      let usable = k < DEPTH && column < N_VECTORS;
      staged_b[(lane / 8u * COLUMNS + q) * 8u + lane % 8u] = select(Columns(0.0), b[select(0u, k * N_VECTORS + column, usable)], usable);
    }
    workgroupBarrier();
    for (var step = 0u; step < 8u; step++) {
      var value: array<Columns, COLUMNS>;
      // @unroll
      for (var q = 0u; q < COLUMNS; q++) {
        value[q] = staged_b[(step * COLUMNS + q) * 8u + mine_column];
      }
      // @unroll
      for (var r = 0u; r < ROWS; r++) {
        let w = staged_a[(step * ROWS + r) * 8u + mine_row];
        // @unroll
        for (var q = 0u; q < COLUMNS; q++) {
          sum[r * COLUMNS + q] += Rows(w.x * value[q], w.y * value[q], w.z * value[q], w.w * value[q]);
        }
      }
    }
    workgroupBarrier();
  }
  // @unroll
  for (var r = 0u; r < ROWS; r++) {
    let row = first_row + r * 8u + mine_row;
    let start = bias[min(row, A_PITCH - 1u)];
    // @unroll
    for (var q = 0u; q < COLUMNS; q++) {
      let column = first_column + q * 8u + mine_column;
      // @unroll
      for (var p = 0u; p < 4u; p++) {
        if (row * 4u + p < M && column < N_VECTORS) {
          store(row * 4u + p, column, sum[r * COLUMNS + q][p] + start[p]);
        }
      }
    }
  }
}
