// A step of gradient ascent (paper §2.4): how far to go, going there, and keeping the books, for every image on its own.
//
//   record:  history[row, …] = value, confidence, likeliest class, ‖gradient‖, √mean(input²), log-odds;
//            improved where the score (log-odds of the watched class, else the value) exceeds the best so far, unless the best
//            has reached `until` or the gradient was lost;
//            rate, by which the gradient buffer is multiplied for a step (see `Step.rule`)
//   plain:     p ← clamp((p + d) · (1 − decay)),  d = rate · g,  or rate · sign(g)
//   momentum:  the same with d ← momentum · (last d) + rate · g
//   adam:      the same with d = size · m̂ / (√v̂ + ε) (Kingma and Ba 2015)
//   bound:     p ← clamp(p), for the start
//   tick:      counts the iteration
//
// The gradient buffer holds gradient / scale, see objective.wgsl. A gradient that is zero or no number moves nothing.

// @use grid

override VALUES: u32 = 1u;       // of the parameters
override INPUT_VALUES: u32 = 1u; // of the network's input
override BATCH: u32 = 1u;        // in vec4s
override PARTS: u32 = 256u;      // of every sum
override PATIENCE: f32 = 10.0;   // iterations without a gradient that end it
override UNIT_PARTS: u32 = 0u;   // of the sums over units of other layers, all together
const RECORDING_LANES = 32u;
// The age of an image that has reached `until`: past all steps, and one more is still the same.
const ended = 3e38;

struct Step {
  rule: u32,       // 0 constant, 1 progress, 2 normalised, 3 sign, 4 adam
  size: f32,
  largest: f32,    // progress: of the rates
  early: f32,      // progress: most to gain in a step
  late: f32,       // progress: share of what is missing to 1
  momentum: f32,
  decay: f32,
  until: f32,      // the confidence, or the value where no class is watched, that ends it; beyond all of them for never
  cooling: f32,    // iterations after which a step has half its size; beyond every number for never
  steps: f32,      // iterations after which nothing is kept any more
}

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read_write> clock: array<u32>; // iteration; row of the history and of the views
@group(0) @binding(2) var<storage, read_write> rates: array<vec4f>; // [BATCH]

@group(0) @binding(3) var<storage, read> outcome: array<vec4f>;       // [5, BATCH], of the input whose gradient is followed
@group(0) @binding(4) var<storage, read> judged: array<vec4f>;        // [5, BATCH], of the picture itself
// Sums in parts: gradient · gradient, input · input, and units of other layers, [PARTS + PARTS + UNIT_PARTS, BATCH].
@group(0) @binding(5) var<storage, read> parts: array<vec4f>;
@group(0) @binding(6) var<storage, read> watched: array<vec4u>;       // [BATCH]
@group(0) @binding(7) var<storage, read_write> history: array<vec4f>; // [rows, 6, BATCH]
@group(0) @binding(8) var<storage, read_write> best: array<vec4f>;    // [4, BATCH]: score; whether it improved now; idle iterations; age, or ended

@group(0) @binding(9) var<storage, read_write> parameters: array<vec4f>; // [VALUES, BATCH]
@group(0) @binding(10) var<storage, read> gradient: array<vec4f>;        // [VALUES, BATCH]
@group(0) @binding(11) var<storage, read> bounds: array<vec2f>;          // [VALUES] (least, most)
@group(0) @binding(12) var<storage, read_write> first_moment: array<vec4f>;  // [VALUES, BATCH]
@group(0) @binding(13) var<storage, read_write> second_moment: array<vec4f>; // [VALUES, BATCH]

const first_decay = 0.9;
const second_decay = 0.999;
// Small enough that gradients of 1e-6 a byte still count.
const epsilon = 1e-12;

var<workgroup> sums: array<mat3x4f, RECORDING_LANES>;

// Steps become shorter, so that what they overshoot averages out; those by progress do so by themselves.
fn size_at(age: vec4f) -> vec4f {
  return step.size / (1.0 + age / step.cooling);
}

fn rate_of(scale: vec4f, square: vec4f, value: vec4f, age: vec4f) -> vec4f {
  switch step.rule {
    case 0u: { return size_at(age) * scale; }
    case 1u: {
      let desired = min(vec4f(step.early), step.late * (1.0 - value));
      // min(largest, desired / ‖scale · g‖²) · scale, without the square of the scale.
      return min(step.largest * scale, max(desired, vec4f(0.0)) / (scale * square));
    }
    // A step of this length has `size` as its root mean square.
    case 2u: { return size_at(age) * sqrt(f32(VALUES)) / sqrt(square); }
    case 3u: { return size_at(age); }
    default: { return scale; }
  }
}

@compute @workgroup_size(RECORDING_LANES)
fn record(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let quad = workgroup.x;
  var mine = mat3x4f();
  for (var part = lane; part < PARTS; part += RECORDING_LANES) {
    mine[0] += parts[part * BATCH + quad];
    mine[1] += parts[(PARTS + part) * BATCH + quad];
  }
  for (var part = lane; part < UNIT_PARTS; part += RECORDING_LANES) {
    mine[2] += parts[(2u * PARTS + part) * BATCH + quad];
  }
  sums[lane] = mine;
  for (var half = RECORDING_LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      sums[lane] += sums[lane + half];
    }
  }
  if (lane > 0u) {
    return;
  }
  let square = sums[0][0];
  let value = judged[quad] + sums[0][2];
  let confidence = judged[BATCH + quad];
  let scale = outcome[3u * BATCH + quad];

  let log_odds = judged[4u * BATCH + quad];

  let row = clock[1] * 6u * BATCH + quad;
  history[row] = value;
  history[row + BATCH] = confidence;
  history[row + 2u * BATCH] = judged[2u * BATCH + quad];
  history[row + 3u * BATCH] = scale * sqrt(square);
  history[row + 4u * BATCH] = sqrt(sums[0][1] / f32(INPUT_VALUES));
  history[row + 5u * BATCH] = log_odds;

  let unwatched = watched[quad] == vec4u(0xffffffffu);
  let score = select(log_odds, value, unwatched);
  let idle = best[2u * BATCH + quad];
  let age = best[3u * BATCH + quad];
  let open = (idle < vec4f(PATIENCE)) & (age <= vec4f(step.steps));
  let improved = (score > best[quad]) & open;
  best[quad] = select(best[quad], score, improved);
  best[BATCH + quad] = select(vec4f(0.0), vec4f(1.0), improved);

  let usable = (square > vec4f(0.0)) & (square < vec4f(3e38));
  let lost = select(vec4f(PATIENCE), idle + 1.0, square == vec4f(0.0)); // what is no number will not become one
  best[2u * BATCH + quad] = select(lost, vec4f(0.0), usable);
  let reached = improved & (select(confidence, value, unwatched) >= vec4f(step.until));
  best[3u * BATCH + quad] = select(age + 1.0, vec4f(ended), reached);
  rates[quad] = select(vec4f(0.0), rate_of(scale, square, outcome[quad], age), usable);
}

@compute @workgroup_size(1)
fn tick() {
  clock[0]++;
  clock[1]++;
}

fn bounded(x: vec4f, value: u32) -> vec4f {
  return clamp(x, vec4f(bounds[value].x), vec4f(bounds[value].y));
}

fn settled(moved: vec4f, value: u32) -> vec4f {
  return bounded(moved * (1.0 - step.decay), value);
}

@compute @workgroup_size(LANES)
fn bound(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index < VALUES * BATCH) {
    parameters[index] = bounded(parameters[index], index / BATCH);
  }
}

@compute @workgroup_size(LANES)
fn plain(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index >= VALUES * BATCH) {
    return;
  }
  let rate = rates[index % BATCH];
  let slope = select(gradient[index], sign(gradient[index]), step.rule == 3u);
  let movement = select(vec4f(0.0), rate * slope, rate != vec4f(0.0));
  parameters[index] = settled(parameters[index] + movement, index / BATCH);
}

@compute @workgroup_size(LANES)
fn momentum(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index >= VALUES * BATCH) {
    return;
  }
  let rate = rates[index % BATCH];
  let movement = step.momentum * first_moment[index] + select(vec4f(0.0), rate * gradient[index], rate != vec4f(0.0));
  first_moment[index] = movement;
  parameters[index] = settled(parameters[index] + movement, index / BATCH);
}

@compute @workgroup_size(LANES)
fn adam(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index >= VALUES * BATCH) {
    return;
  }
  let rate = rates[index % BATCH];
  let slope = select(vec4f(0.0), rate * gradient[index], rate != vec4f(0.0));
  let steps = best[3u * BATCH + index % BATCH]; // this one included
  let m = first_decay * first_moment[index] + (1.0 - first_decay) * slope;
  let v = second_decay * second_moment[index] + (1.0 - second_decay) * slope * slope;
  first_moment[index] = m;
  second_moment[index] = v;
  let mean = m / (1.0 - pow(vec4f(first_decay), steps));
  let deviation = sqrt(v / (1.0 - pow(vec4f(second_decay), steps)));
  parameters[index] = settled(parameters[index] + size_at(steps - 1.0) * mean / (deviation + epsilon), index / BATCH);
}
