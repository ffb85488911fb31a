// Turns images of hue, lightness and saturation into red, green and blue, in place (paper §2.3).
//
// All are 8-bit: hue is in half degrees, so that 180 is a full turn and larger values wrap, as OpenCV stores HLS.

// @use grid

override PLANE: u32 = 1u; // u32 words of one channel: four pixels each
override IMAGES: u32 = 1u;

@group(0) @binding(0) var<storage, read_write> images: array<u32>; // bytes [image, 3, pixels padded to 4]

fn rgb_of(h: u32, l: u32, s: u32) -> vec3u {
  let lightness = f32(l) / 255.0;
  let chroma = (1.0 - abs(2.0 * lightness - 1.0)) * f32(s) / 255.0;
  let sixth = f32(h % 180u) / 30.0;
  let second = chroma * (1.0 - abs(sixth % 2.0 - 1.0));
  var rgb = vec3f(chroma, 0.0, second);
  if (sixth < 1.0) {
    rgb = vec3f(chroma, second, 0.0);
  } else if (sixth < 2.0) {
    rgb = vec3f(second, chroma, 0.0);
  } else if (sixth < 3.0) {
    rgb = vec3f(0.0, chroma, second);
  } else if (sixth < 4.0) {
    rgb = vec3f(0.0, second, chroma);
  } else if (sixth < 5.0) {
    rgb = vec3f(second, 0.0, chroma);
  }
  return vec3u(round((rgb + lightness - 0.5 * chroma) * 255.0));
}

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index >= IMAGES * PLANE) {
    return;
  }
  let start = (index / PLANE) * 3u * PLANE + index % PLANE;
  let h = images[start];
  let l = images[start + PLANE];
  let s = images[start + 2u * PLANE];
  var packed = vec3u(0u);
  for (var shift = 0u; shift < 32u; shift += 8u) {
    packed |= rgb_of((h >> shift) & 255u, (l >> shift) & 255u, (s >> shift) & 255u) << vec3u(shift);
  }
  images[start] = packed.x;
  images[start + PLANE] = packed.y;
  images[start + 2u * PLANE] = packed.z;
}
