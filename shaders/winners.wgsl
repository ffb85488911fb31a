// For each class, the child that the network is surest of: only these few numbers travel to the CPU.
//
//   winner[class] = (max over children of confidence, the first child that reaches it)
//
// One workgroup a class; lanes scan strided parts, then fold in workgroup memory. Of equal confidences the child
// with the smaller number wins, whatever the number of lanes.

override CLASSES: u32 = 10u;
override CHILDREN: u32 = 1u;
const LANES = 64u;

struct Winner {
  confidence: f32,
  child: u32,
}

@group(0) @binding(0) var<storage, read> confidence: array<f32>; // [CLASSES, CHILDREN]
@group(0) @binding(1) var<storage, read_write> winners: array<Winner>; // [CLASSES]

var<workgroup> best: array<Winner, LANES>;

fn better(a: Winner, b: Winner) -> bool {
  return a.confidence > b.confidence || (a.confidence == b.confidence && a.child < b.child);
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let category = workgroup.x;
  var mine = Winner(-1.0, 0xffffffffu);
  for (var child = lane; child < CHILDREN; child += LANES) {
    let other = Winner(confidence[category * CHILDREN + child], child);
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
    winners[category] = best[0];
  }
}
