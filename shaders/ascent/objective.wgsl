// What an ascent maximises, of the logits z of every image: a sum over the classes of weighted probabilities p = softmax(z), logits
// and logarithms of probabilities (paper §2.4).
//
//   value = Σ_k P[k] · p[k] + Z[k] · z[k] + L[k] · log p[k]
//   differentiate:  d value / d z[k] = p[k] · (P[k] − Σ_j P[j] · p[j]) + Z[k] + L[k] − p[k] · Σ_j L[j]
//   judge:  the value without the gradient
//
// Beside the value stand the confidence p of the watched class w and its log-odds log p − log(1 − p), which do not end where
// p rounds to 1:  z[w] − log Σ_{j ≠ w} e^z[j]
//
// One workgroup makes four images, its lanes share the classes. A probability of 1e-20 has a gradient whose square no float
// holds, so that with RESCALE the gradient of each image is divided by the power of two next below its largest element; the
// power is in the outcome, and nothing is rounded by it.

override CLASSES: u32 = 10u;
override BATCH: u32 = 1u; // in vec4s
override RESCALE: bool = true;
const LANES = 32u;
const MOST_LOG_ODDS = 3e38; // finite, since JSON has no word for what is not

const UNWATCHED = 0xffffffffu;

@group(0) @binding(0) var<storage, read> logits: array<vec4f>;    // [CLASSES, BATCH]
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;   // P, Z and L: [3, CLASSES, BATCH]
@group(0) @binding(2) var<storage, read> watched: array<vec4u>;   // [BATCH] class whose probability is the confidence; or UNWATCHED
@group(0) @binding(3) var<storage, read_write> outcome: array<vec4f>;  // [5, BATCH]: value, confidence, likeliest class, scale, log-odds
@group(0) @binding(4) var<storage, read_write> gradient: array<vec4f>; // [CLASSES, BATCH]

var<workgroup> shared_values: array<vec4f, LANES>;

fn sum_over_lanes(lane: u32, mine: vec4f) -> vec4f {
  shared_values[lane] = mine;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      shared_values[lane] += shared_values[lane + half];
    }
  }
  workgroupBarrier();
  let total = shared_values[0];
  workgroupBarrier();
  return total;
}

fn largest_over_lanes(lane: u32, mine: vec4f) -> vec4f {
  shared_values[lane] = mine;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      shared_values[lane] = max(shared_values[lane], shared_values[lane + half]);
    }
  }
  workgroupBarrier();
  let most = shared_values[0];
  workgroupBarrier();
  return most;
}

struct Softmax {
  most: vec4f, // logit
  sum: vec4f,  // of e^(z − most)
}

fn softmax_of(quad: u32, lane: u32) -> Softmax {
  var most = vec4f(-3.4e38);
  for (var k = lane; k < CLASSES; k += LANES) {
    most = max(most, logits[k * BATCH + quad]);
  }
  most = largest_over_lanes(lane, most);
  var sum = vec4f(0.0);
  for (var k = lane; k < CLASSES; k += LANES) {
    sum += exp(logits[k * BATCH + quad] - most);
  }
  return Softmax(most, sum_over_lanes(lane, sum));
}

fn probability(k: u32, quad: u32, softmax: Softmax) -> vec4f {
  return exp(logits[k * BATCH + quad] - softmax.most) / softmax.sum;
}

fn weight(measure: u32, k: u32, quad: u32) -> vec4f {
  return weights[(measure * CLASSES + k) * BATCH + quad];
}

fn logits_of(classes: vec4u, quad: u32) -> vec4f {
  return vec4f(
    logits[classes.x * BATCH + quad].x,
    logits[classes.y * BATCH + quad].y,
    logits[classes.z * BATCH + quad].z,
    logits[classes.w * BATCH + quad].w,
  );
}

// The others are summed on a scale of their own, so that nothing is lost where they have next to nothing.
fn log_odds_of(classes: vec4u, quad: u32, lane: u32) -> vec4f {
  var rival = vec4f(-3.4e38);
  for (var k = lane; k < CLASSES; k += LANES) {
    rival = select(max(rival, logits[k * BATCH + quad]), rival, classes == vec4u(k));
  }
  rival = largest_over_lanes(lane, rival);
  var others = vec4f(0.0);
  for (var k = lane; k < CLASSES; k += LANES) {
    others += select(exp(logits[k * BATCH + quad] - rival), vec4f(0.0), classes == vec4u(k));
  }
  others = sum_over_lanes(lane, others);
  if (CLASSES == 1u) {
    return vec4f(MOST_LOG_ODDS);
  }
  let odds = logits_of(classes, quad) - rival - log(others);
  let beyond = select(odds, vec4f(MOST_LOG_ODDS), odds > vec4f(MOST_LOG_ODDS));
  return select(beyond, vec4f(-MOST_LOG_ODDS), odds < vec4f(-MOST_LOG_ODDS));
}

// Value, confidence, likeliest class and log-odds.
fn judge_quad(quad: u32, lane: u32, softmax: Softmax) {
  var value = vec4f(0.0);
  var likeliest = vec4f(f32(CLASSES)); // the first of equals
  var confidence = vec4f(0.0);
  for (var k = lane; k < CLASSES; k += LANES) {
    let z = logits[k * BATCH + quad];
    let p = probability(k, quad, softmax);
    let log_p = z - softmax.most - log(softmax.sum);
    value += weight(0u, k, quad) * p + weight(1u, k, quad) * z + weight(2u, k, quad) * log_p;
    likeliest = min(likeliest, select(vec4f(f32(CLASSES)), vec4f(f32(k)), z == softmax.most));
    confidence += select(vec4f(0.0), p, watched[quad] == vec4u(k));
  }
  value = sum_over_lanes(lane, value);
  confidence = sum_over_lanes(lane, confidence);
  likeliest = -largest_over_lanes(lane, -likeliest);
  // Where logits are no numbers, none of them is the largest.
  let named = min(vec4u(likeliest), vec4u(CLASSES - 1u));
  let log_odds = log_odds_of(select(watched[quad], named, watched[quad] == vec4u(UNWATCHED)), quad, lane);
  if (lane == 0u) {
    outcome[quad] = value;
    outcome[BATCH + quad] = select(confidence, 1.0 / softmax.sum, watched[quad] == vec4u(UNWATCHED));
    outcome[2u * BATCH + quad] = likeliest;
    outcome[4u * BATCH + quad] = log_odds;
  }
}

fn power_below(x: vec4f) -> vec4f {
  let exponent = bitcast<vec4u>(x) & vec4u(0x7f800000u);
  let unusable = (exponent == vec4u(0u)) | (exponent == vec4u(0x7f800000u));
  return select(bitcast<vec4f>(exponent), vec4f(1.0), unusable);
}

@compute @workgroup_size(LANES)
fn judge(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let softmax = softmax_of(workgroup.x, lane);
  judge_quad(workgroup.x, lane, softmax);
}

@compute @workgroup_size(LANES)
fn differentiate(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let quad = workgroup.x;
  let softmax = softmax_of(quad, lane);
  judge_quad(quad, lane, softmax);
  var expected = vec4f(0.0);
  var logarithms = vec4f(0.0);
  for (var k = lane; k < CLASSES; k += LANES) {
    expected += weight(0u, k, quad) * probability(k, quad, softmax);
    logarithms += weight(2u, k, quad);
  }
  expected = sum_over_lanes(lane, expected);
  logarithms = sum_over_lanes(lane, logarithms);
  var largest = vec4f(0.0);
  for (var k = lane; k < CLASSES; k += LANES) {
    let p = probability(k, quad, softmax);
    let slope = p * (weight(0u, k, quad) - expected) + weight(1u, k, quad) + weight(2u, k, quad) - p * logarithms;
    gradient[k * BATCH + quad] = slope;
    largest = max(largest, abs(slope));
  }
  largest = largest_over_lanes(lane, largest);
  let scale = select(vec4f(1.0), power_below(largest), RESCALE);
  for (var k = lane; k < CLASSES; k += LANES) {
    gradient[k * BATCH + quad] /= scale;
  }
  if (lane == 0u) {
    outcome[3u * BATCH + quad] = scale;
  }
}
