// Gradient of a convolution with respect to its weights and its biases. That of a dense layer is the same of one pixel.
//
//   dw[i, a, b, o] = Σ_{r, c, n}  x[i, r·STRIDE + a − PADDING, c·STRIDE + b − PADDING, n] · dy[o, r, c, n]
//   db[o] = Σ_{r, c, n}  dy[o, r, c, n]
//
//   plain   the formulas above, four output channels of a tap or of the bias per invocation: what the others are compared with
//   row     for kernels of few taps and many pixels, see below
//   staged  for GPUs and many taps: a workgroup copies some images of both operands into workgroup memory, then shares them
//
// A workgroup of row makes a tile of four output channels × a whole row of TAPS taps of one input channel. Its lanes walk over
// the rows of pixels of all images, each keeping sums of its own; at the end the lanes' sums are added up in a tree in workgroup
// memory, always in the same order, so that training can be repeated bit for bit.
// At one row of pixels, dy's four values meet TAPS values of x, of which the next pixel uses all but one again.
// Behind the input channels, one more workgroup for every four output channels sums up what the biases get.

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
override BATCH: u32 = 1u; // in vec4s

const LANES = 16u; // @tile a power of two
const ROWS = 1u; // @tile of staged
const TAPS = 1u; // @tile of row the kernel's width

@group(0) @binding(0) var<storage, read> x: array<vec4f>;        // [GROUPS, IN_CHANNELS, IN_HEIGHT, IN_WIDTH, BATCH]
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;       // [GROUPS, OUT_CHANNELS, OUT_HEIGHT, OUT_WIDTH, BATCH]
@group(0) @binding(2) var<storage, read_write> dw: array<vec4f>; // [GROUPS, IN_CHANNELS, KERNEL_HEIGHT, KERNEL_WIDTH, OUT_CHANNELS/4]
@group(0) @binding(3) var<storage, read_write> db: array<vec4f>; // [GROUPS, OUT_CHANNELS/4]

// Four neighbouring output channels of a group. Those beyond the last repeat it; their results are cleared.
fn channels_of(quad: u32) -> vec4u {
  return min(vec4u(quad * 4u) + vec4u(0u, 1u, 2u, 3u), vec4u(OUT_CHANNELS - 1u));
}

fn cleared(sum: vec4f, quad: u32) -> vec4f {
  return select(vec4f(0.0), sum, (vec4u(quad * 4u) + vec4u(0u, 1u, 2u, 3u)) < vec4u(OUT_CHANNELS));
}

fn sum_of(v: vec4f) -> f32 {
  return dot(v, vec4f(1.0));
}

// What reaches four output channels in every so many pixels and images.
fn bias_sum(group: u32, quad: u32, first: u32, step: u32) -> vec4f {
  let plane = OUT_HEIGHT * OUT_WIDTH * BATCH;
  let start = (group * OUT_CHANNELS + channels_of(quad)) * plane;
  var sum = mat4x4f();
  for (var at = first; at < plane; at += step) {
    sum += mat4x4f(dy[start.x + at], dy[start.y + at], dy[start.z + at], dy[start.w + at]);
  }
  return cleared(vec4f(sum_of(sum[0]), sum_of(sum[1]), sum_of(sum[2]), sum_of(sum[3])), quad);
}

@compute @workgroup_size(LANES)
fn plain(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let pitch = (OUT_CHANNELS + 3u) / 4u;
  let index = (workgroup.y * workgroups.x + workgroup.x) * LANES + lane;
  let quad = index % pitch;
  let tap = index / pitch;
  let b = tap % KERNEL_WIDTH;
  let a = tap / KERNEL_WIDTH % KERNEL_HEIGHT;
  let i = tap / (KERNEL_WIDTH * KERNEL_HEIGHT); // among the channels of all groups
  if (i >= GROUPS * IN_CHANNELS) {
    let group = tap - GROUPS * IN_CHANNELS * KERNEL_HEIGHT * KERNEL_WIDTH;
    if (group < GROUPS) {
      db[group * pitch + quad] = bias_sum(group, quad, 0u, 1u);
    }
    return;
  }
  var sum = vec4f(0.0);
  for (var o = 0u; o < 4u; o++) {
    let channel = quad * 4u + o;
    if (channel < OUT_CHANNELS) {
      for (var r = 0u; r < OUT_HEIGHT; r++) {
        for (var c = 0u; c < OUT_WIDTH; c++) {
          let at = vec2u(c, r) * STRIDE + vec2u(b, a) - PADDING;
          if (at.y < IN_HEIGHT && at.x < IN_WIDTH) {
            let x_at = ((i * IN_HEIGHT + at.y) * IN_WIDTH + at.x) * BATCH;
            let dy_at = (((i / IN_CHANNELS * OUT_CHANNELS + channel) * OUT_HEIGHT + r) * OUT_WIDTH + c) * BATCH;
            for (var image = 0u; image < BATCH; image++) {
              sum[o] += dot(x[x_at + image], dy[dy_at + image]);
            }
          }
        }
      }
    }
  }
  dw[index] = sum;
}

var<workgroup> partial: array<vec4f, TAPS * LANES / 2u>; // four output channels of each tap, of half of the lanes

@compute @workgroup_size(LANES)
fn row(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let pitch = (OUT_CHANNELS + 3u) / 4u;
  let group = workgroup.z / pitch;
  let quad = workgroup.z % pitch;
  let i = workgroup.y;
  let a = workgroup.x;
  let is_bias = i == IN_CHANNELS;
  if (is_bias && a > 0u) {
    return;
  }
  let plane = OUT_HEIGHT * OUT_WIDTH * BATCH;
  let first_dy = (group * OUT_CHANNELS + channels_of(quad)) * plane;

  var sum: array<vec4f, 4u * TAPS>;
  if (is_bias) {
    sum[0u] = bias_sum(group, quad, lane, LANES);
  } else {
    for (var position = lane; position < OUT_HEIGHT * BATCH; position += LANES) {
      let r = position / BATCH;
      let image = position % BATCH;
      let in_y = r * STRIDE + a - PADDING;
      if (in_y < IN_HEIGHT) {
        let x_at = (((group * IN_CHANNELS + i) * IN_HEIGHT + in_y) * IN_WIDTH) * BATCH + image;
        let dy_at = first_dy + r * OUT_WIDTH * BATCH + image;
        for (var c = 0u; c < OUT_WIDTH; c++) {
          let d0 = dy[dy_at.x + c * BATCH];
          let d1 = dy[dy_at.y + c * BATCH];
          let d2 = dy[dy_at.z + c * BATCH];
          let d3 = dy[dy_at.w + c * BATCH];
          // @unroll
          for (var b = 0u; b < TAPS; b++) {
            let in_x = c * STRIDE + b - PADDING;
            let inside = in_x < IN_WIDTH;
            let value = select(vec4f(0.0), x[x_at + select(0u, in_x, inside) * BATCH], inside);
            sum[b * 4u + 0u] += d0 * value;
            sum[b * 4u + 1u] += d1 * value;
            sum[b * 4u + 2u] += d2 * value;
            sum[b * 4u + 3u] += d3 * value;
          }
        }
      }
    }
    // From here on sum[b] has the four output channels of a tap.
    // @unroll
    for (var b = 0u; b < TAPS; b++) {
      sum[b] = vec4f(
        sum_of(sum[b * 4u + 0u]),
        sum_of(sum[b * 4u + 1u]),
        sum_of(sum[b * 4u + 2u]),
        sum_of(sum[b * 4u + 3u]),
      );
    }
  }
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (lane >= half && lane < 2u * half) {
      // @unroll
      for (var b = 0u; b < TAPS; b++) {
        partial[b * (LANES / 2u) + lane - half] = sum[b];
      }
    }
    workgroupBarrier();
    if (lane < half) {
      // @unroll
      for (var b = 0u; b < TAPS; b++) {
        sum[b] += partial[b * (LANES / 2u) + lane];
      }
    }
    workgroupBarrier();
  }
  if (lane > 0u) {
    return;
  }
  if (is_bias) {
    db[group * pitch + quad] = sum[0u];
    return;
  }
  // @unroll
  for (var b = 0u; b < TAPS; b++) {
    dw[(((group * IN_CHANNELS + i) * KERNEL_HEIGHT + a) * TAPS + b) * pitch + quad] = cleared(sum[b], quad);
  }
}

// Workgroup memory holds eight vec4s of images at a pixel, or of several pixels, of 8·TAPS taps and of 32·ROWS output channels.
// 8 × 8 invocations each make TAPS taps × ROWS vec4s of channels of it, eight apart, so that neighbours read and write
// neighbouring vec4s; a vec4 of room behind each row lets them copy whole runs of images without meeting in a bank.
// Behind the last tap stands one that sees ones everywhere: its gradient is that of the biases.
const TAP_PITCH = 8u * TAPS + 1u;
const CHANNEL_PITCH = 32u * ROWS + 1u;
var<workgroup> staged_x: array<vec4f, 8u * TAP_PITCH>;      // [8, 8·TAPS]
var<workgroup> staged_dy: array<vec4f, 8u * CHANNEL_PITCH>; // [8, ROWS, 4, 8]: eight vec4s of channels, component by component

@compute @workgroup_size(64)
fn staged(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = workgroup.z;
  let taps = IN_CHANNELS * KERNEL_HEIGHT * KERNEL_WIDTH;
  let pitch = (OUT_CHANNELS + 3u) / 4u;
  let depth = OUT_HEIGHT * OUT_WIDTH * BATCH;
  let first_tap = workgroup.x * 8u * TAPS;
  let first_quad = workgroup.y * 8u * ROWS;
  let copied = lane / 8u; // tap or channel of eight that this invocation copies, and makes of the taps
  let other = lane % 8u; // vec4 of images that it copies, and vec4 of channels that it makes

  var sum: array<vec4f, 4u * ROWS * TAPS>; // [TAPS, ROWS, 4]
  for (var start = 0u; start < depth; start += 8u) {
    let k = start + other;
    let pixel = min(k, depth - 1u) / BATCH;
    let image = min(k, depth - 1u) % BATCH;
    let top = pixel / OUT_WIDTH * STRIDE;
    let left = pixel % OUT_WIDTH * STRIDE;
    // @unroll
    for (var t = 0u; t < TAPS; t++) {
      let tap = first_tap + t * 8u + copied;
      let in_y = top + tap / KERNEL_WIDTH % KERNEL_HEIGHT - PADDING;
      let in_x = left + tap % KERNEL_WIDTH - PADDING;
      let plane = group * IN_CHANNELS + tap / (KERNEL_HEIGHT * KERNEL_WIDTH);
      let inside = tap < taps && k < depth && in_y < IN_HEIGHT && in_x < IN_WIDTH;
      let outside = select(0.0, 1.0, tap == taps && k < depth);
      let value = x[select(0u, ((plane * IN_HEIGHT + in_y) * IN_WIDTH + in_x) * BATCH + image, inside)];
      staged_x[other * TAP_PITCH + t * 8u + copied] = select(vec4f(outside), value, inside);
    }
    // @unroll
    for (var c = 0u; c < 4u * ROWS; c++) {
      let channel = (first_quad + c / 4u * 8u + copied) * 4u + c % 4u;
      let usable = k < depth && channel < OUT_CHANNELS;
      let slope = dy[select(0u, (group * OUT_CHANNELS + channel) * depth + k, usable)];
      staged_dy[other * CHANNEL_PITCH + c * 8u + copied] = select(vec4f(0.0), slope, usable);
    }
    workgroupBarrier();
    for (var step = 0u; step < 8u; step++) {
      var value: array<vec4f, TAPS>;
      // @unroll
      for (var t = 0u; t < TAPS; t++) {
        value[t] = staged_x[step * TAP_PITCH + t * 8u + copied];
      }
      // @unroll
      for (var c = 0u; c < 4u * ROWS; c++) {
        let slope = staged_dy[step * CHANNEL_PITCH + c * 8u + other];
        // @unroll
        for (var t = 0u; t < TAPS; t++) {
          sum[t * 4u * ROWS + c] += value[t] * slope;
        }
      }
    }
    workgroupBarrier();
  }
  // @unroll
  for (var t = 0u; t < TAPS; t++) {
    let tap = first_tap + t * 8u + copied;
    // @unroll
    for (var r = 0u; r < ROWS; r++) {
      let quad = first_quad + r * 8u + other;
      let made = vec4f(
        sum_of(sum[(t * ROWS + r) * 4u + 0u]),
        sum_of(sum[(t * ROWS + r) * 4u + 1u]),
        sum_of(sum[(t * ROWS + r) * 4u + 2u]),
        sum_of(sum[(t * ROWS + r) * 4u + 3u]),
      );
      if (quad < pitch) {
        if (tap < taps) {
          dw[(group * taps + tap) * pitch + quad] = made;
        } else if (tap == taps) {
          db[group * pitch + quad] = made;
        }
      }
    }
  }
}
