// Convolution and the maximum over windows that lie side by side: what is between them is never written.
//
//   s[o, r, c, n] = bias[o] + Σ_{i, a, b}  w[i, a, b, o] · x[i, r·STRIDE + a − PADDING, c·STRIDE + b − PADDING, n]
//   y[o, r, c, n] = max_{v, h} s[o, r·SIZE + v, c·SIZE + h, n];  argmax = v·SIZE + h of the first maximum
//
// Layouts are those of conv2d.wgsl and max-pool.wgsl, which compute the same in two kernels. A tile holds all sums of a window, so
// that what is stored is a quarter of them for windows of 2 × 2, and nothing is read again.
//
//   plain   the formula, one window of one channel per invocation: what the others are compared with
//   staged  for GPUs: a workgroup copies weights and inputs of some taps into workgroup memory, then shares them

// @use conv-shape
// @use vector

override LANES: u32 = 8u;

alias Images = Vector;
alias Places = Indices;

const SIZE = 2u; // @tile of the windows, rows and columns of sums
const ROWS = 1u; // @tile

@group(0) @binding(0) var<storage, read> weights: array<vec4f>; // [GROUPS, IN_CHANNELS, KERNEL_HEIGHT, KERNEL_WIDTH, OUT_CHANNELS/4]
@group(0) @binding(1) var<storage, read> bias: array<vec4f>;    // [GROUPS, OUT_CHANNELS/4]
@group(0) @binding(2) var<storage, read> x: array<Images>;       // [GROUPS, IN_CHANNELS, IN_HEIGHT, IN_WIDTH, BATCH]
@group(0) @binding(3) var<storage, read_write> y: array<Images>; // [GROUPS, OUT_CHANNELS, OUT_HEIGHT, OUT_WIDTH, BATCH]
@group(0) @binding(4) var<storage, read_write> argmax: array<u32>; // [GROUPS, OUT_CHANNELS, OUT_HEIGHT, OUT_WIDTH, BATCH]

fn pitch() -> u32 {
  return (OUT_CHANNELS + 3u) / 4u;
}

// Where the taps of a window's first sum begin; above and left of the image it wraps to huge numbers.
fn start_of(window: vec2u) -> vec2u {
  return window * SIZE * vec2u(STRIDE_X, STRIDE_Y) - vec2u(PADDING_X, PADDING_Y);
}

fn input_at(group: u32, i: u32, at: vec2u, image: u32) -> Images {
  if (i >= IN_CHANNELS || at.y >= IN_HEIGHT || at.x >= IN_WIDTH) {
    return Images(0.0);
  }
  return x[(((group * IN_CHANNELS + i) * IN_HEIGHT + at.y) * IN_WIDTH + at.x) * BATCH + image];
}

fn store(group: u32, channel: u32, window: vec2u, image: u32, best: Images, place: Places) {
  if (channel < OUT_CHANNELS && window.x < OUT_WIDTH && window.y < OUT_HEIGHT) {
    let at = (((group * OUT_CHANNELS + channel) * OUT_HEIGHT + window.y) * OUT_WIDTH + window.x) * BATCH + image;
    y[at] = best;
    argmax[at] = packed_indices(place);
  }
}

@compute @workgroup_size(LANES)
fn plain(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (workgroup.y * workgroups.x + workgroup.x) * LANES + lane;
  let image = index % BATCH;
  let window = vec2u(index / BATCH % OUT_WIDTH, index / BATCH / OUT_WIDTH);
  let group = workgroup.z / OUT_CHANNELS;
  let channel = workgroup.z % OUT_CHANNELS;
  var best: Images;
  var place = Places(0u);
  for (var p = 0u; p < SIZE * SIZE; p++) {
    let start = start_of(window) + vec2u(p % SIZE, p / SIZE) * vec2u(STRIDE_X, STRIDE_Y);
    var sum = Images(bias[group * pitch() + channel / 4u][channel % 4u]);
    for (var i = 0u; i < IN_CHANNELS; i++) {
      for (var a = 0u; a < KERNEL_HEIGHT; a++) {
        for (var b = 0u; b < KERNEL_WIDTH; b++) {
          let tap = ((group * IN_CHANNELS + i) * KERNEL_HEIGHT + a) * KERNEL_WIDTH + b;
          let w = weights[tap * pitch() + channel / 4u][channel % 4u];
          sum += w * input_at(group, i, start + vec2u(b, a), image);
        }
      }
    }
    // NaN wins, and stays: what overflows is not to look like an answer.
    let larger = (sum > best) | !(sum == sum);
    place = select(place, Places(p), larger);
    best = select(best, sum, larger);
    if (p == 0u) {
      best = sum;
      place = Places(0u);
    }
  }
  store(group, channel, window, image, best, place);
}

// Workgroup memory holds DEPTH taps of a tile of 8·ROWS vec4s of channels × the sums of 8 columns, a column being a window's
// Images. 8 × 8 invocations each keep ROWS × the SIZE·SIZE sums of one of them.
const DEPTH = 8u;
alias Outputs = FourVectors;
var<workgroup> staged_weights: array<vec4f, 64u * ROWS>;         // [DEPTH, 8·ROWS]
var<workgroup> staged_columns: array<Images, 64u * SIZE * SIZE>; // [DEPTH, SIZE·SIZE, 8]

@compute @workgroup_size(64)
fn staged(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let depth = IN_CHANNELS * KERNEL_HEIGHT * KERNEL_WIDTH;
  let row_tiles = (pitch() + 8u * ROWS - 1u) / (8u * ROWS);
  let group = workgroup.z / row_tiles;
  let first_row = (workgroup.z % row_tiles) * 8u * ROWS;
  // The column that a lane copies is the one whose sums it keeps.
  let mine_row = lane / 8u;
  let mine_column = lane % 8u;
  let column = (workgroup.y * workgroups.x + workgroup.x) * 8u + mine_column;
  let image = column % BATCH;
  let window = vec2u(column / BATCH % OUT_WIDTH, column / BATCH / OUT_WIDTH);
  let start = start_of(window);
  var sum: array<Outputs, ROWS * SIZE * SIZE>; // column c of each holds the images' sums for output channel c
  for (var first_tap = 0u; first_tap < depth; first_tap += DEPTH) {
    let k = first_tap + lane / 8u;
    // @unroll
    for (var r = 0u; r < ROWS; r++) {
      let row = first_row + r * 8u + lane % 8u;
      let usable = k < depth && row < pitch();
      staged_weights[(lane / 8u * ROWS + r) * 8u + lane % 8u] = select(vec4f(0.0), weights[select(0u, (group * depth + k) * pitch() + row, usable)], usable);
    }
    let tap = start + vec2u(k % KERNEL_WIDTH, k / KERNEL_WIDTH % KERNEL_HEIGHT);
    // @unroll
    for (var v = 0u; v < SIZE; v++) {
      // @unroll
      for (var h = 0u; h < SIZE; h++) {
        let at = tap + vec2u(h, v) * vec2u(STRIDE_X, STRIDE_Y);
        staged_columns[(lane / 8u * SIZE * SIZE + v * SIZE + h) * 8u + mine_column] = input_at(group, k / (KERNEL_WIDTH * KERNEL_HEIGHT), at, image);
      }
    }
    workgroupBarrier();
    for (var step = 0u; step < DEPTH; step++) {
      var value: array<Images, SIZE * SIZE>;
      // @unroll
      for (var p = 0u; p < SIZE * SIZE; p++) {
        value[p] = staged_columns[(step * SIZE * SIZE + p) * 8u + mine_column];
      }
      // @unroll
      for (var r = 0u; r < ROWS; r++) {
        let w = staged_weights[(step * ROWS + r) * 8u + mine_row];
        // @unroll
        for (var p = 0u; p < SIZE * SIZE; p++) {
          sum[r * SIZE * SIZE + p] += Outputs(w.x * value[p], w.y * value[p], w.z * value[p], w.w * value[p]);
        }
      }
    }
    workgroupBarrier();
  }
  // @unroll
  for (var r = 0u; r < ROWS; r++) {
    let row = first_row + r * 8u + mine_row;
    let b = bias[group * pitch() + min(row, pitch() - 1u)];
    // @unroll
    for (var c = 0u; c < 4u; c++) {
      var best = sum[r * SIZE * SIZE][c] + b[c];
      var place = Places(0u);
      // @unroll
      for (var p = 0u; p < SIZE * SIZE; p++) {
        if (p > 0u) {
          let other = sum[r * SIZE * SIZE + p][c] + b[c];
          let larger = (other > best) | !(other == other);
          best = select(best, other, larger);
          place = select(place, Places(p), larger);
        }
      }
      store(group, row * 4u + c, window, image, best, place);
    }
  }
}
