// The dense layer that gives the logits, the loss behind it, and the gradient of what came into the layer.
//
//   logits[o, n] = bias[o] + Σ_k weight[k, o] · x[k, n]
//   loss[n]      = −log softmax(logits)[target];  d logits = (softmax − onehot(target)) / COUNT
//   dx[k, n]     = Σ_o weight[k, o] · d logits[o, n];  where MASKED, zero unless x > 0
//
// A workgroup has four images, a vec4, and all classes of them, so that nothing but what is asked for leaves it. It goes over the
// weights twice, as they lie. The first time a lane has every SLICES-th k of four neighbouring outputs, so that neighbours read
// neighbouring vec4s, and the lanes add up what each has. The second time a lane has whole elements of dx.
//
// Images from COUNT on are padding: their loss and gradients are zero. What is no number stays none.

// @use grid

override DEPTH: u32 = 1u;
override CLASSES: u32 = 1u;
override ROWS: u32 = 1u;      // classes in vec4s, the last one padded
override N_VECTORS: u32 = 1u; // images in vec4s
override COUNT: u32 = 4u;     // images that are no padding
override SLICES: u32 = 64u;   // LANES / ROWS
override MASKED: bool = false; // whether x comes from a rectified linear unit, and dx is the gradient of what goes into that

alias Images = vec4f;

@group(0) @binding(0) var<storage, read> weight: array<vec4f>; // [DEPTH, ROWS], zeros as padding
@group(0) @binding(1) var<storage, read> bias: array<f32>;     // [4·ROWS]
@group(0) @binding(2) var<storage, read> x: array<Images>;     // [DEPTH, N_VECTORS]
@group(0) @binding(3) var<storage, read> targets: array<vec4u>; // [N_VECTORS] class of each image
@group(0) @binding(4) var<storage, read_write> logits: array<Images>;   // [CLASSES, N_VECTORS]
@group(0) @binding(5) var<storage, read_write> loss: array<Images>;     // [N_VECTORS]
@group(0) @binding(6) var<storage, read_write> d_logits: array<Images>; // [CLASSES, N_VECTORS]
@group(0) @binding(7) var<storage, read_write> dx: array<Images>;       // [DEPTH, N_VECTORS]

var<workgroup> partial: array<mat4x4f, LANES>; // [SLICES, ROWS], column r for output r of the four
var<workgroup> value: array<Images, 4u * ROWS>; // of each class: its logit, then its gradient

// Softmax, loss and d logits of the workgroup's images.
fn differentiate(images: u32) {
  var most = value[0];
  for (var category = 1u; category < CLASSES; category++) {
    most = max(most, value[category]);
  }
  let target_class = targets[images];
  var sum = Images(0.0);
  var target_logit = Images(0.0);
  for (var category = 0u; category < CLASSES; category++) {
    let logit = value[category];
    target_logit = select(target_logit, logit, target_class == vec4u(category));
    let power = exp(logit - most);
    sum += power;
    value[category] = power;
  }
  let is_image = vec4u(4u * images) + vec4u(0u, 1u, 2u, 3u) < vec4u(COUNT);
  loss[images] = select(Images(0.0), log(sum) + most - target_logit, is_image);
  for (var category = 0u; category < CLASSES; category++) {
    let wanted = select(Images(0.0), Images(1.0), target_class == vec4u(category));
    let gradient = select(Images(0.0), (value[category] / sum - wanted) / f32(COUNT), is_image);
    value[category] = gradient;
    d_logits[category * N_VECTORS + images] = gradient;
  }
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let images = workgroup.x;
  var sums: mat4x4f;
  for (var at = lane; at < DEPTH * ROWS; at += LANES) {
    let w = weight[at];
    let input = x[at / ROWS * N_VECTORS + images];
    sums += mat4x4f(w.x * input, w.y * input, w.z * input, w.w * input);
  }
  partial[lane] = sums;
  workgroupBarrier();
  for (var output = lane; output < 4u * ROWS; output += LANES) {
    var sum = Images(0.0);
    if (output < CLASSES) {
      for (var slice = 0u; slice < SLICES; slice++) {
        sum += partial[slice * ROWS + output / 4u][output % 4u];
      }
      sum += bias[output];
      logits[output * N_VECTORS + images] = sum;
    }
    value[output] = sum;
  }
  workgroupBarrier();
  if (lane == 0u) {
    differentiate(images);
  }
  workgroupBarrier();
  for (var k = lane; k < DEPTH; k += LANES) {
    var sum = Images(0.0);
    for (var row = 0u; row < ROWS; row++) {
      let w = weight[k * ROWS + row];
      sum += w.x * value[4u * row];
      sum += w.y * value[4u * row + 1u];
      sum += w.z * value[4u * row + 2u];
      sum += w.w * value[4u * row + 3u];
    }
    let place = k * N_VECTORS + images;
    dx[place] = select(sum, Images(0.0), vec4<bool>(MASKED) & !(x[place] > Images(0.0)));
  }
}
