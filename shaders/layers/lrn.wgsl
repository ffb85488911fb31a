// Local response normalisation across neighbouring channels, as Caffe defines it.
//
//   s[c] = K + (ALPHA / SIZE) · Σ_{j near c} x[j]²;   forward: y[c] = x[c] · s[c]^−BETA
//   input_gradient:  dx[c] = dy[c] · s[c]^−BETA − 2·(ALPHA·BETA / SIZE) · x[c] · Σ_{j near c} dy[j] · x[j] · s[j]^(−BETA − 1)
//
// near: at most SIZE / 2 channels away. The scale s is computed again for the gradient rather than kept: five
// multiplications cost less than a tensor.

// @use grid
// @use vector

override CHANNELS: u32 = 1u;
override PLANE: u32 = 1u; // height × width × batch, in Images
override SIZE: u32 = 5u;
override ALPHA: f32 = 1e-4;
override BETA: f32 = 0.75;
override K: f32 = 1.0;

alias Images = Vector;

@group(0) @binding(0) var<storage, read> x: array<Images>;        // [CHANNELS, PLANE]
@group(0) @binding(1) var<storage, read_write> y: array<Images>;  // forward
@group(0) @binding(2) var<storage, read> dy: array<Images>;       // gradient
@group(0) @binding(3) var<storage, read_write> dx: array<Images>; // gradient

fn first_near(channel: u32) -> u32 {
  return max(channel, SIZE / 2u) - SIZE / 2u;
}

fn end_near(channel: u32) -> u32 {
  return min(channel + SIZE / 2u + 1u, CHANNELS);
}

fn scale(channel: u32, place: u32) -> Images {
  var sum = Images(0.0);
  for (var j = first_near(channel); j < end_near(channel); j++) {
    let value = x[j * PLANE + place];
    sum += value * value;
  }
  return K + ALPHA / f32(SIZE) * sum;
}

@compute @workgroup_size(LANES)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index < CHANNELS * PLANE) {
    y[index] = x[index] * pow(scale(index / PLANE, index % PLANE), Images(-BETA));
  }
}

@compute @workgroup_size(LANES)
fn input_gradient(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index >= CHANNELS * PLANE) {
    return;
  }
  let channel = index / PLANE;
  let place = index % PLANE;
  var sum = Images(0.0);
  for (var j = first_near(channel); j < end_near(channel); j++) {
    let at = j * PLANE + place;
    sum += dy[at] * x[at] * pow(scale(j, place), Images(-BETA - 1.0));
  }
  let own = dy[index] * pow(scale(channel, place), Images(-BETA));
  dx[index] = own - 2.0 * ALPHA * BETA / f32(SIZE) * x[index] * sum;
}
