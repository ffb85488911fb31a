// For each class, the child that the network is surest of: only these few numbers travel to the CPU.
//
//   winner[class] = (max over children of log-odds, the first child that reaches it, and its confidence)
//
// Confidences would not do: near 1 they are all the same float.
//
// One workgroup a class; lanes scan strided parts, then fold in workgroup memory. Of equals the child
// with the smaller number wins, whatever the number of lanes.

override CLASSES: u32 = 10u;
override CHILDREN: u32 = 1u;
const LANES = 64u;

struct Candidate {
  log_odds: f32,
  child: u32,
}

struct Winner {
  log_odds: f32,
  confidence: f32,
  child: u32,
}

@group(0) @binding(0) var<storage, read> log_odds: array<f32>;   // [CLASSES, CHILDREN]
@group(0) @binding(1) var<storage, read> confidence: array<f32>; // [CLASSES, CHILDREN]
@group(0) @binding(2) var<storage, read_write> winners: array<Winner>; // [CLASSES]

var<workgroup> best: array<Candidate, LANES>;

fn better(a: Candidate, b: Candidate) -> bool {
  return a.log_odds > b.log_odds || (a.log_odds == b.log_odds && a.child < b.child);
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let category = workgroup.x;
  var mine = Candidate(-3.4e38, 0xffffffffu);
  for (var child = lane; child < CHILDREN; child += LANES) {
    let other = Candidate(log_odds[category * CHILDREN + child], child);
    if (better(other, mine)) {
      mine = other;
    }
  }
  best[lane] = mine;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half && better(best[lane + half], best[lane])) {
      best[lane] = best[lane + half];
    }
  }
  if (lane == 0u) {
    let child = best[0].child;
    winners[category] = Winner(best[0].log_odds, confidence[category * CHILDREN + min(child, CHILDREN - 1u)], child);
  }
}
