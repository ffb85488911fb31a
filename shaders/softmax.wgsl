// From logits to what is asked of them; one invocation an image.
//
//   confidence:     confidence[class, image] = mean over its VIEWS of  e^(logit − max) / Σ e^(logit − max)
//   cross_entropy:  loss[n] = −log softmax(logits)[target];  d logits = (softmax − onehot(target)) / COUNT
//
// Slots from COUNT on are padding: their loss and gradients are zero, so they add nothing to any weight's gradient.

override CLASSES: u32 = 10u;
override PITCH: u32 = 4u;  // slots of a row of logits
override COUNT: u32 = 1u;  // confidence: images; cross_entropy: slots in use
override VIEWS: u32 = 1u;
override OUTPUT_PITCH: u32 = 1u; // images of a row of confidences
override LANES: u32 = 32u;

@group(0) @binding(0) var<storage, read> logits: array<f32>; // [CLASSES, PITCH]
@group(0) @binding(1) var<storage, read_write> result: array<f32>; // confidence: [CLASSES, OUTPUT_PITCH]; cross_entropy: d logits [CLASSES, PITCH]
@group(0) @binding(2) var<storage, read> targets: array<u32>;      // [PITCH] class of each slot
@group(0) @binding(3) var<storage, read_write> loss: array<f32>;   // [PITCH]
@group(0) @binding(4) var<uniform> first: vec4u; // confidence: x = image at which this batch starts in the result

fn largest(slot: u32) -> f32 {
  var most = logits[slot];
  for (var category = 1u; category < CLASSES; category++) {
    most = max(most, logits[category * PITCH + slot]);
  }
  return most;
}

fn exponential_sum(slot: u32, most: f32) -> f32 {
  var sum = 0.0;
  for (var category = 0u; category < CLASSES; category++) {
    sum += exp(logits[category * PITCH + slot] - most);
  }
  return sum;
}

@compute @workgroup_size(LANES)
fn confidence(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let image = id.y * workgroups.x * LANES + id.x;
  if (image >= COUNT || first.x + image >= OUTPUT_PITCH) {
    return;
  }
  for (var category = 0u; category < CLASSES; category++) {
    result[category * OUTPUT_PITCH + first.x + image] = 0.0;
  }
  for (var view = 0u; view < VIEWS; view++) {
    let slot = image * VIEWS + view;
    let most = largest(slot);
    let share = 1.0 / (exponential_sum(slot, most) * f32(VIEWS));
    for (var category = 0u; category < CLASSES; category++) {
      result[category * OUTPUT_PITCH + first.x + image] += exp(logits[category * PITCH + slot] - most) * share;
    }
  }
}

@compute @workgroup_size(LANES)
fn cross_entropy(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let slot = id.y * workgroups.x * LANES + id.x;
  if (slot >= PITCH) {
    return;
  }
  if (slot >= COUNT) {
    loss[slot] = 0.0;
    for (var category = 0u; category < CLASSES; category++) {
      result[category * PITCH + slot] = 0.0;
    }
    return;
  }
  let most = largest(slot);
  let sum = exponential_sum(slot, most);
  let target_class = targets[slot];
  loss[slot] = log(sum) + most - logits[target_class * PITCH + slot];
  for (var category = 0u; category < CLASSES; category++) {
    let probability = exp(logits[category * PITCH + slot] - most) / sum;
    result[category * PITCH + slot] = (probability - select(0.0, 1.0, category == target_class)) / f32(COUNT);
  }
}
