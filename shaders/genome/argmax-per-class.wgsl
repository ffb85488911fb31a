// For each class, the child that the network is surest of: only these few numbers travel to the CPU.
//
//   winner[class] = (max over children of log-odds, the first child that reaches it, and its confidence,
//                    and the first child of which they are not finite)
//
// Confidences would not do: near 1 they are all the same float.
//
// One workgroup a class; lanes scan strided parts, then fold in workgroup memory. Of equals the child
// with the smaller number wins, for any number of lanes.

override CLASSES: u32 = 10u;
override CHILDREN: u32 = 1u;
const LANES = 64u;

const NO_CHILD = 0xffffffffu;
const EXPONENT = 0x7f800000u; // all of its bits: infinite, or no number

struct Candidate {
  log_odds: f32,
  child: u32,
  lost: u32,
}

struct Winner {
  log_odds: f32,
  confidence: f32,
  child: u32,
  lost: u32,
}

@group(0) @binding(0) var<storage, read> log_odds: array<f32>;   // [CLASSES, CHILDREN]
@group(0) @binding(1) var<storage, read> confidence: array<f32>; // [CLASSES, CHILDREN]
@group(0) @binding(2) var<storage, read_write> winners: array<Winner>; // [CLASSES]

var<workgroup> best: array<Candidate, LANES>;

fn better(a: Candidate, b: Candidate) -> bool {
  return a.log_odds > b.log_odds || (a.log_odds == b.log_odds && a.child < b.child);
}

fn best_of(a: Candidate, b: Candidate) -> Candidate {
  let lost = min(a.lost, b.lost);
  if (better(b, a)) {
    return Candidate(b.log_odds, b.child, lost);
  }
  return Candidate(a.log_odds, a.child, lost);
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let category = workgroup.x;
  var mine = Candidate(-3.4e38, NO_CHILD, NO_CHILD);
  for (var child = lane; child < CHILDREN; child += LANES) {
    let odds = log_odds[category * CHILDREN + child];
    // The bits, since a driver may take it for granted that every float is a number.
    if ((bitcast<u32>(odds) & EXPONENT) == EXPONENT) {
      mine.lost = min(mine.lost, child);
    } else {
      mine = best_of(mine, Candidate(odds, child, NO_CHILD));
    }
  }
  best[lane] = mine;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      best[lane] = best_of(best[lane], best[lane + half]);
    }
  }
  if (lane == 0u) {
    let child = best[0].child;
    let odds = best[0].log_odds;
    let certainty = confidence[category * CHILDREN + min(child, CHILDREN - 1u)];
    winners[category] = Winner(odds, certainty, child, best[0].lost);
  }
}
