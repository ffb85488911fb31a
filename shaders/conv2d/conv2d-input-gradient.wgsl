// The weights of a convolution as conv2d.wgsl needs them to compute the gradient with respect to its input.
//
//   dx[i, r, c, n] = Σ_{o, a, b}  w[o, a, b, i] · dy[o, (r + PADDING − a) / STRIDE, (c + PADDING − b) / STRIDE, n]
//
// over the taps for which both quotients are whole. A position q makes the S rows ρ = q·S + φ − OFFSET, where S is a
// multiple of STRIDE and OFFSET = PADDING mod S: they see dy at (ρ + PADDING − a) / STRIDE, which lies among
// the T = ⌊(KERNEL − 1) / STRIDE⌋ + S / STRIDE rows that begin at
//
//   q · S / STRIDE + (PADDING − OFFSET) / STRIDE − ⌊(KERNEL − 1) / STRIDE⌋
//
// Row t of them meets tap a = φ + STRIDE · (⌊(KERNEL − 1) / STRIDE⌋ − t), with a zero where the kernel has no such tap. The
// same goes for columns. It is a convolution of dy that makes S_Y · S_X blocks of channels:
//
//   transposed[g, o, t, u, φy, φx, i] = w[g, i, a, b, o]

// @use grid

override GROUPS: u32 = 1u;
override IN_CHANNELS: u32 = 1u;  // per group
override OUT_CHANNELS: u32 = 1u; // per group
override KERNEL_HEIGHT: u32 = 1u;
override KERNEL_WIDTH: u32 = 1u;
override STRIDE: u32 = 1u;
override PHASES_Y: u32 = 1u;
override PHASES_X: u32 = 1u;

@group(0) @binding(0) var<storage, read> weights: array<f32>;      // [GROUPS, IN_CHANNELS, KERNEL_HEIGHT, KERNEL_WIDTH, OUT_CHANNELS padded to 4]
@group(0) @binding(1) var<storage, read_write> transposed: array<f32>; // [GROUPS, OUT_CHANNELS, T, U, (PHASES_Y, PHASES_X, IN_CHANNELS) padded to 4]

@compute @workgroup_size(LANES)
fn transpose_weights(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let channels = PHASES_Y * PHASES_X * IN_CHANNELS;
  let pitch = (channels + 3u) / 4u * 4u;
  let weight_pitch = (OUT_CHANNELS + 3u) / 4u * 4u;
  let reach = vec2u(KERNEL_HEIGHT - 1u, KERNEL_WIDTH - 1u) / STRIDE;
  let taps = reach + vec2u(PHASES_Y, PHASES_X) / STRIDE;
  let index = linear_index(id, workgroups);
  if (index >= GROUPS * OUT_CHANNELS * taps.x * taps.y * pitch) {
    return;
  }
  let channel = index % pitch;
  let i = channel % IN_CHANNELS;
  let phase = vec2u(channel / (IN_CHANNELS * PHASES_X), channel / IN_CHANNELS % PHASES_X);
  let tap = vec2u(index / (pitch * taps.y) % taps.x, index / pitch % taps.y);
  let o = index / (pitch * taps.x * taps.y) % OUT_CHANNELS;
  let group = index / (pitch * taps.x * taps.y * OUT_CHANNELS);
  // Taps that do not exist are at or beyond the kernel's end, also by wrapping.
  let a = phase + STRIDE * (reach - tap);
  let there = channel < channels && a.x < KERNEL_HEIGHT && a.y < KERNEL_WIDTH;
  let at = (((group * IN_CHANNELS + i) * KERNEL_HEIGHT + a.x) * KERNEL_WIDTH + a.y) * weight_pitch + o;
  transposed[index] = select(0.0, weights[select(0u, at, there)], there);
}
