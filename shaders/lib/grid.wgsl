// Numbers the invocations of a grid of any size: one dimension of it ends at 65,535 workgroups, so that it may have two.

override LANES: u32 = 64u; // invocations of a workgroup

fn linear_index(id: vec3u, workgroups: vec3u) -> u32 {
  return id.y * workgroups.x * LANES + id.x;
}
