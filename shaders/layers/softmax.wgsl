// From logits to what is asked of them; one invocation an image.
//
//   confidence:     p[class, image] = mean over its VIEWS of  e^(logit − max) / Σ e^(logit − max)
//                   log_odds[class, image] = log p − log(1 − p), where 1 − p is the mean of what the other classes have
//   cross_entropy:  loss[n] = −log softmax(logits)[target];  d logits = (softmax − onehot(target)) / COUNT
//
// Inputs from COUNT on are padding: their loss and gradients are zero, so they add nothing to any weight's gradient.

// @use grid

override CLASSES: u32 = 10u;
override PITCH: u32 = 4u;  // inputs of a row of logits
override COUNT: u32 = 1u;  // confidence: images; cross_entropy: inputs that are no padding
override VIEWS: u32 = 1u;
override OUTPUT_PITCH: u32 = 1u; // images of a row of confidences
const MOST_VIEWS = 10u;
const MOST_LOG_ODDS = 3e38;  // finite, since JSON has no word for what is not
const LEAST_LOGIT = -3.4e38;
const LEAST_SUM = 1e-30;     // far enough from the least float that no view's share is lost

@group(0) @binding(0) var<storage, read> logits: array<f32>; // [CLASSES, PITCH]
@group(0) @binding(1) var<storage, read_write> result: array<f32>; // confidence: [CLASSES, OUTPUT_PITCH]; cross_entropy: d logits [CLASSES, PITCH]
@group(0) @binding(2) var<storage, read> targets: array<u32>;      // [PITCH] class of each input
@group(0) @binding(3) var<storage, read_write> loss: array<f32>;   // [PITCH]
@group(0) @binding(4) var<uniform> first: vec4u; // confidence: x = image at which this batch starts in the result
@group(0) @binding(5) var<storage, read_write> log_odds: array<f32>; // [CLASSES, OUTPUT_PITCH]

fn largest(input: u32) -> f32 {
  var most = logits[input];
  for (var category = 1u; category < CLASSES; category++) {
    most = max(most, logits[category * PITCH + input]);
  }
  return most;
}

fn exponential_sum(input: u32, most: f32) -> f32 {
  var sum = 0.0;
  for (var category = 0u; category < CLASSES; category++) {
    sum += exp(logits[category * PITCH + input] - most);
  }
  return sum;
}

// What the classes of a view share.
struct View {
  most: f32,  // logit
  top: u32,   // the first class that has it
  rest: f32,  // Σ e^(logit − most) over the other classes; 0 where that is less than floats hold
  share: f32, // 1 / (VIEWS · Σ over all classes)
  log_share: f32,
}

// Of a class in a view, which is `seen`.
fn log_share(category: u32, input: u32, seen: View) -> f32 {
  return logits[category * PITCH + input] - seen.most + seen.log_share;
}

// log(e^a + e^b)
fn log_add(a: f32, b: f32) -> f32 {
  let most = max(a, b);
  return most + log(1.0 + exp(min(a, b) - most));
}

// Nothing that is no number becomes one here: comparisons leave it alone.
fn within_floats(odds: f32) -> f32 {
  return select(select(odds, -MOST_LOG_ODDS, odds < -MOST_LOG_ODDS), MOST_LOG_ODDS, odds > MOST_LOG_ODDS);
}

@compute @workgroup_size(LANES)
fn confidence(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let image = linear_index(id, workgroups);
  if (image >= COUNT || first.x + image >= OUTPUT_PITCH) {
    return;
  }
  var views: array<View, MOST_VIEWS>;
  // The class that all views find likeliest, else none: what the others have of it may be less than floats hold, so that
  // its sum over the views is made of logarithms.
  var agreed = CLASSES;
  var log_others = 0.0;
  for (var view = 0u; view < VIEWS; view++) {
    let input = image * VIEWS + view;
    var most = logits[input];
    var top = 0u;
    var second = LEAST_LOGIT;
    for (var category = 1u; category < CLASSES; category++) {
      let logit = logits[category * PITCH + input];
      if (logit > most) {
        second = most;
        most = logit;
        top = category;
      } else {
        second = max(second, logit);
      }
    }
    var others = 0.0; // Σ e^(logit − second) over all classes but the top one, at least 1
    for (var category = 0u; category < CLASSES; category++) {
      others += select(exp(logits[category * PITCH + input] - second), 0.0, category == top);
    }
    let rest = exp(second - most) * others;
    let sum = (1.0 + rest) * f32(VIEWS);
    views[view] = View(most, top, rest, 1.0 / sum, -log(sum));
    let log_rest = second - most + log(others) - log(sum);
    if (view == 0u) {
      agreed = top;
      log_others = log_rest;
    } else {
      agreed = select(CLASSES, top, agreed == top);
      log_others = log_add(log_others, log_rest);
    }
  }
  for (var category = 0u; category < CLASSES; category++) {
    var p = 0.0;
    var others = 0.0; // 1 − p, and never made so: near 1 nothing would be left of it
    for (var view = 0u; view < VIEWS; view++) {
      let seen = views[view];
      let power = exp(logits[category * PITCH + image * VIEWS + view] - seen.most);
      p += power * seen.share;
      // Without a class that is not the likeliest at least half of the sum is left.
      others += select(1.0 + (seen.rest - power), seen.rest, category == seen.top) * seen.share;
    }
    var log_p = log_share(category, image * VIEWS, views[0]);
    if (VIEWS > 1u) {
      if (p >= LEAST_SUM) {
        log_p = log(p);
      } else {
        // Every view has less of it than floats hold in full.
        for (var view = 1u; view < VIEWS; view++) {
          log_p = log_add(log_p, log_share(category, image * VIEWS + view, views[view]));
        }
      }
    }
    let place = category * OUTPUT_PITCH + first.x + image;
    result[place] = p;
    var odds = MOST_LOG_ODDS; // of the only class
    if (CLASSES > 1u) {
      odds = within_floats(log_p - select(log(others), log_others, category == agreed));
    }
    log_odds[place] = odds;
  }
}

@compute @workgroup_size(LANES)
fn cross_entropy(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let input = linear_index(id, workgroups);
  if (input >= PITCH) {
    return;
  }
  if (input >= COUNT) {
    loss[input] = 0.0;
    for (var category = 0u; category < CLASSES; category++) {
      result[category * PITCH + input] = 0.0;
    }
    return;
  }
  let most = largest(input);
  let sum = exponential_sum(input, most);
  let target_class = targets[input];
  loss[input] = log(sum) + most - logits[target_class * PITCH + input];
  for (var category = 0u; category < CLASSES; category++) {
    let probability = exp(logits[category * PITCH + input] - most) / sum;
    result[category * PITCH + input] = (probability - select(0.0, 1.0, category == target_class)) / f32(COUNT);
  }
}
