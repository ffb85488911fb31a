// Convolution: a tile of the result per invocation.
//
//   y[o, r, c, n] = bias[o] + Σ_{i, a, b}  w[i, a, b, o] · x[i, r·STRIDE + a − PADDING, c·STRIDE + b − PADDING, n]
//
// The batch n is innermost and four images share a vec4, so whatever the stride and padding, neighbouring lanes
// read neighbouring addresses and no im2col is needed. Weights are stored with the output channel innermost:
// at one (i, a, b) the channels of a tile are consecutive vec4s at an address that is the same for the whole
// workgroup, which CPU adapters turn into one scalar load and a broadcast, and GPUs serve from the constant path.
// A tile is 4·ROWS output channels × PIXELS neighbouring output columns × four images.
//
//   tap     loops over the taps of the kernel: short code, any shape
//   row     keeps one row of the input in registers and writes out the kernel's row: fewer loads, and CPU drivers that
//           copy every accumulator once per loop iteration do so once per row
//   staged  for GPUs: a workgroup copies weights and inputs of some taps into workgroup memory, then shares them

override GROUPS: u32 = 1u;
override IN_CHANNELS: u32 = 1u;   // per group
override OUT_CHANNELS: u32 = 4u;  // per group
override IN_HEIGHT: u32 = 1u;
override IN_WIDTH: u32 = 1u;
override OUT_HEIGHT: u32 = 1u;
override OUT_WIDTH: u32 = 1u;
override KERNEL_HEIGHT: u32 = 1u;
override KERNEL_WIDTH: u32 = 1u;
override STRIDE: u32 = 1u;
override PADDING: u32 = 0u;
override BATCH: u32 = 1u;         // in vec4s
override LANES: u32 = 8u;

const ROWS = 2u; // @tile
const PIXELS = 2u; // @tile
const TAPS = 1u; // @tile row: the kernel's width
const STEP = 1u; // @tile row: the stride
const SPAN = 2u; // @tile row: columns of the input that a tile sees, (PIXELS − 1)·STEP + TAPS

@group(0) @binding(0) var<storage, read> weights: array<vec4f>; // [GROUPS, IN_CHANNELS, KERNEL_HEIGHT, KERNEL_WIDTH, OUT_CHANNELS/4]
@group(0) @binding(1) var<storage, read> bias: array<vec4f>;    // [GROUPS, OUT_CHANNELS/4]
@group(0) @binding(2) var<storage, read> x: array<vec4f>;       // [GROUPS, IN_CHANNELS, IN_HEIGHT, IN_WIDTH, BATCH]
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>; // [GROUPS, OUT_CHANNELS, OUT_HEIGHT, OUT_WIDTH, BATCH]

fn pitch() -> u32 {
  return (OUT_CHANNELS + 3u) / 4u;
}

// Where a tile lies: the same for every lane of a workgroup but for the images.
struct Place {
  group: u32,
  row: u32,    // first vec4 of output channels
  out_y: u32,
  out_x: u32,
  image: u32,  // vec4 of images, at most BATCH − 1
}

fn place_of(workgroup: vec3u, lane: u32) -> Place {
  let row_tiles = (pitch() + ROWS - 1u) / ROWS;
  let pixel_tiles = (OUT_WIDTH + PIXELS - 1u) / PIXELS;
  return Place(
    workgroup.z / row_tiles,
    (workgroup.z % row_tiles) * ROWS,
    workgroup.y / pixel_tiles,
    (workgroup.y % pixel_tiles) * PIXELS,
    min(workgroup.x * LANES + lane, BATCH - 1u),
  );
}

fn store(place: Place, channel: u32, pixel: u32, value: vec4f) {
  if (channel < OUT_CHANNELS && place.out_x + pixel < OUT_WIDTH) {
    let column = place.out_x + pixel;
    y[(((place.group * OUT_CHANNELS + channel) * OUT_HEIGHT + place.out_y) * OUT_WIDTH + column) * BATCH + place.image] = value;
  }
}

@compute @workgroup_size(LANES)
fn tap(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let place = place_of(workgroup, lane);
  var sum: array<vec4f, 4u * ROWS * PIXELS>;
  // @unroll
  for (var r = 0u; r < ROWS; r++) {
    let b = bias[place.group * pitch() + min(place.row + r, pitch() - 1u)];
    // @unroll
    for (var p = 0u; p < PIXELS; p++) {
      sum[(r * 4u + 0u) * PIXELS + p] = vec4f(b.x);
      sum[(r * 4u + 1u) * PIXELS + p] = vec4f(b.y);
      sum[(r * 4u + 2u) * PIXELS + p] = vec4f(b.z);
      sum[(r * 4u + 3u) * PIXELS + p] = vec4f(b.w);
    }
  }
  var w_at = place.group * IN_CHANNELS * KERNEL_HEIGHT * KERNEL_WIDTH * pitch() + place.row;
  for (var i = 0u; i < IN_CHANNELS; i++) {
    for (var a = 0u; a < KERNEL_HEIGHT; a++) {
      let in_y = place.out_y * STRIDE + a - PADDING; // above the image it wraps to a huge number
      let row_inside = PADDING == 0u || in_y < IN_HEIGHT;
      let row_at = ((place.group * IN_CHANNELS + i) * IN_HEIGHT + select(0u, in_y, row_inside)) * IN_WIDTH;
      for (var b = 0u; b < KERNEL_WIDTH; b++) {
        var value: array<vec4f, PIXELS>;
        // @unroll
        for (var p = 0u; p < PIXELS; p++) {
          let in_x = (place.out_x + p) * STRIDE + b - PADDING;
          let inside = PADDING == 0u || (row_inside && in_x < IN_WIDTH);
          let loaded = x[(row_at + select(0u, in_x, inside)) * BATCH + place.image];
          value[p] = select(vec4f(0.0), loaded, inside);
        }
        // @unroll
        for (var r = 0u; r < ROWS; r++) {
          let w = weights[w_at + r];
          // @unroll
          for (var p = 0u; p < PIXELS; p++) {
            sum[(r * 4u + 0u) * PIXELS + p] += w.x * value[p];
            sum[(r * 4u + 1u) * PIXELS + p] += w.y * value[p];
            sum[(r * 4u + 2u) * PIXELS + p] += w.z * value[p];
            sum[(r * 4u + 3u) * PIXELS + p] += w.w * value[p];
          }
        }
        w_at += pitch();
      }
    }
  }
  // @unroll
  for (var r = 0u; r < 4u * ROWS; r++) {
    // @unroll
    for (var p = 0u; p < PIXELS; p++) {
      store(place, place.row * 4u + r, p, sum[r * PIXELS + p]);
    }
  }
}

@compute @workgroup_size(LANES)
fn row(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let place = place_of(workgroup, lane);
  var sum: array<vec4f, 4u * ROWS * PIXELS>;
  // @unroll
  for (var r = 0u; r < ROWS; r++) {
    let b = bias[place.group * pitch() + min(place.row + r, pitch() - 1u)];
    // @unroll
    for (var p = 0u; p < PIXELS; p++) {
      sum[(r * 4u + 0u) * PIXELS + p] = vec4f(b.x);
      sum[(r * 4u + 1u) * PIXELS + p] = vec4f(b.y);
      sum[(r * 4u + 2u) * PIXELS + p] = vec4f(b.z);
      sum[(r * 4u + 3u) * PIXELS + p] = vec4f(b.w);
    }
  }
  var w_at = place.group * IN_CHANNELS * KERNEL_HEIGHT * TAPS * pitch() + place.row;
  for (var i = 0u; i < IN_CHANNELS; i++) {
    for (var a = 0u; a < KERNEL_HEIGHT; a++) {
      let in_y = place.out_y * STEP + a - PADDING;
      let row_inside = PADDING == 0u || in_y < IN_HEIGHT;
      let row_at = ((place.group * IN_CHANNELS + i) * IN_HEIGHT + select(0u, in_y, row_inside)) * IN_WIDTH;
      var value: array<vec4f, SPAN>;
      // @unroll
      for (var s = 0u; s < SPAN; s++) {
        let in_x = place.out_x * STEP + s - PADDING;
        let inside = row_inside && in_x < IN_WIDTH;
        let loaded = x[(row_at + select(0u, in_x, inside)) * BATCH + place.image];
        value[s] = select(vec4f(0.0), loaded, inside);
      }
      // @unroll
      for (var b = 0u; b < TAPS; b++) {
        // @unroll
        for (var r = 0u; r < ROWS; r++) {
          let w = weights[w_at + b * pitch() + r];
          // @unroll
          for (var p = 0u; p < PIXELS; p++) {
            sum[(r * 4u + 0u) * PIXELS + p] += w.x * value[p * STEP + b];
            sum[(r * 4u + 1u) * PIXELS + p] += w.y * value[p * STEP + b];
            sum[(r * 4u + 2u) * PIXELS + p] += w.z * value[p * STEP + b];
            sum[(r * 4u + 3u) * PIXELS + p] += w.w * value[p * STEP + b];
          }
        }
      }
      w_at += TAPS * pitch();
    }
  }
  // @unroll
  for (var r = 0u; r < 4u * ROWS; r++) {
    // @unroll
    for (var p = 0u; p < PIXELS; p++) {
      store(place, place.row * 4u + r, p, sum[r * PIXELS + p]);
    }
  }
}

// Workgroup memory holds DEPTH taps of a tile of 8 vec4s of channels × 16 vec4s of columns, a column being a pixel's
// four images. 8 × 8 invocations each keep one vec4 of channels × two vec4s of columns.
const DEPTH = 8u;
var<workgroup> staged_weights: array<vec4f, 64>;  // [DEPTH, 8]
var<workgroup> staged_columns: array<vec4f, 128>; // [DEPTH, 16]

fn input_value(group: u32, k: u32, column: u32) -> vec4f {
  let b = k % KERNEL_WIDTH;
  let a = (k / KERNEL_WIDTH) % KERNEL_HEIGHT;
  let i = k / (KERNEL_WIDTH * KERNEL_HEIGHT);
  let pixel = column / BATCH;
  let in_y = (pixel / OUT_WIDTH) * STRIDE + a - PADDING;
  let in_x = (pixel % OUT_WIDTH) * STRIDE + b - PADDING;
  if (i >= IN_CHANNELS || pixel >= OUT_HEIGHT * OUT_WIDTH || in_y >= IN_HEIGHT || in_x >= IN_WIDTH) {
    return vec4f(0.0);
  }
  return x[(((group * IN_CHANNELS + i) * IN_HEIGHT + in_y) * IN_WIDTH + in_x) * BATCH + column % BATCH];
}

@compute @workgroup_size(64)
fn staged(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let depth = IN_CHANNELS * KERNEL_HEIGHT * KERNEL_WIDTH;
  let row_tiles = (pitch() + 7u) / 8u;
  let group = workgroup.z / row_tiles;
  let first_row = (workgroup.z % row_tiles) * 8u;
  let first_column = workgroup.x * 16u;
  let mine_row = lane / 8u;
  let mine_column = lane % 8u;
  var low: mat4x4f;  // column c of these holds four images' sums for output channel c
  var high: mat4x4f;
  for (var start = 0u; start < depth; start += DEPTH) {
    let k = start + lane / 8u;
    let row = first_row + lane % 8u;
    let usable = k < depth && row < pitch();
    staged_weights[lane] = select(vec4f(0.0), weights[select(0u, (group * depth + k) * pitch() + row, usable)], usable);
    staged_columns[(lane / 8u) * 16u + lane % 8u] = input_value(group, k, first_column + lane % 8u);
    staged_columns[(lane / 8u) * 16u + lane % 8u + 8u] = input_value(group, k, first_column + lane % 8u + 8u);
    workgroupBarrier();
    for (var step = 0u; step < DEPTH; step++) {
      let w = staged_weights[step * 8u + mine_row];
      let near = staged_columns[step * 16u + mine_column];
      let far = staged_columns[step * 16u + mine_column + 8u];
      low += mat4x4f(w.x * near, w.y * near, w.z * near, w.w * near);
      high += mat4x4f(w.x * far, w.y * far, w.z * far, w.w * far);
    }
    workgroupBarrier();
  }
  let row = first_row + mine_row;
  if (row >= pitch()) {
    return;
  }
  let b = bias[group * pitch() + row];
  let columns = OUT_HEIGHT * OUT_WIDTH * BATCH;
  for (var c = 0u; c < 4u; c++) {
    let channel = row * 4u + c;
    let at = (group * OUT_CHANNELS + channel) * columns;
    if (channel < OUT_CHANNELS && first_column + mine_column < columns) {
      y[at + first_column + mine_column] = low[c] + b[c];
    }
    if (channel < OUT_CHANNELS && first_column + mine_column + 8u < columns) {
      y[at + first_column + mine_column + 8u] = high[c] + b[c];
    }
  }
}
