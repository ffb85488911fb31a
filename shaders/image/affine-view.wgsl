// What the network sees of pictures that are moved, rotated and enlarged, and how a gradient goes the way back.
//
//   forward:  x[c, r, k, n] = SCALE[c] · Σ_{z, y} hat(p_z − z) · hat(p_y − y) · (image(c', y, z) − mean(c, y, z))
//   adjoint:  dX[c, y, z, n] = SCALE[c] · Σ_{r, k} hat(p_z − z) · hat(p_y − y) · dinput[c, r, k, n]
//   (p_z, p_y) = (m_a · k + m_c · r + m_tx, m_b · k + m_d · r + m_ty),  hat(t) = max(0, 1 − |t|)
//
// That is bilinear interpolation at p, in pixels of the image, whose centres lie at whole numbers. Beyond the edge lies the
// mean image, or with CLAMP the nearest pixel inside. Of image n, the map is in place n of the table's row clock[1]:
// what is bound once serves every iteration. c' is c, or counted from the other end where the network wants blue first.
//
// The adjoint gathers, so that no two invocations add to one value and the order of a sum is always the same: the places
// that see a pixel lie in the preimage of the square of two pixels' side around it, and that in a box of the input. The
// four images of a vec4 go through their boxes in step, each its own. Where a map holds whole numbers alone (crop, mirror,
// jitter), its places fall on pixels, and a square of one pixel's side will do: one place instead of nine.

// @use grid

override CHANNELS: u32 = 1u;
override IMAGE_HEIGHT: u32 = 28u;
override IMAGE_WIDTH: u32 = 28u;
override HEIGHT: u32 = 28u;
override WIDTH: u32 = 28u;
override BATCH: u32 = 1u; // in vec4s
override CLAMP: bool = false;
override REVERSE_CHANNELS: bool = false;
override SCALE_0: f32 = 1.0; // of the network's first channel
override SCALE_1: f32 = 1.0;
override SCALE_2: f32 = 1.0;

struct Map {
  turn: vec4f,  // a, b, c, d, as gl-matrix orders a mat2d
  shift: vec4f, // tx, ty, and nothing
}

@group(0) @binding(0) var<storage, read> images: array<u32>;     // bytes [image, CHANNELS, IMAGE_HEIGHT·IMAGE_WIDTH padded to 4]
@group(0) @binding(1) var<storage, read> mean: array<f32>;       // [CHANNELS, IMAGE_HEIGHT, IMAGE_WIDTH], in the network's channel order
@group(0) @binding(2) var<storage, read> maps: array<Map>;       // [steps, image]
@group(0) @binding(3) var<storage, read> clock: array<u32>;      // clock[1]: row of maps
@group(0) @binding(4) var<storage, read_write> x: array<vec4f>;  // [CHANNELS, HEIGHT, WIDTH, BATCH]
@group(0) @binding(5) var<storage, read> dinput: array<f32>;     // as x, image by image
@group(0) @binding(6) var<storage, read_write> dx: array<vec4f>; // [CHANNELS, IMAGE_HEIGHT, IMAGE_WIDTH, BATCH]

fn map_of(image: u32) -> Map {
  return maps[clock[1] * 4u * BATCH + image];
}

fn scale_of(channel: u32) -> f32 {
  return select(select(SCALE_0, SCALE_1, channel == 1u), SCALE_2, channel == 2u);
}

// The pixel minus the mean.
fn centred(image: u32, channel: u32, row: i32, column: i32) -> f32 {
  let last = vec2i(i32(IMAGE_HEIGHT), i32(IMAGE_WIDTH)) - 1;
  let place = vec2i(row, column);
  let inside = clamp(place, vec2i(0), last);
  if (!CLAMP && any(inside != place)) {
    return 0.0;
  }
  let at = u32(inside.x) * IMAGE_WIDTH + u32(inside.y);
  let plane = (IMAGE_HEIGHT * IMAGE_WIDTH + 3u) / 4u;
  let from_channel = select(channel, CHANNELS - 1u - channel, REVERSE_CHANNELS);
  let word = images[(image * CHANNELS + from_channel) * plane + at / 4u];
  let byte = (word >> (8u * (at % 4u))) & 255u;
  return f32(byte) - mean[channel * IMAGE_HEIGHT * IMAGE_WIDTH + at];
}

fn seen(image: u32, channel: u32, row: f32, column: f32) -> f32 {
  let map = map_of(image);
  let place = map.turn.xy * column + map.turn.zw * row + map.shift.xy;
  let first = vec2i(floor(place));
  let part = place - floor(place);
  if (all(part == vec2f(0.0))) {
    return centred(image, channel, first.y, first.x);
  }
  let upper = mix(centred(image, channel, first.y, first.x), centred(image, channel, first.y, first.x + 1), part.x);
  let lower = mix(centred(image, channel, first.y + 1, first.x), centred(image, channel, first.y + 1, first.x + 1), part.x);
  return mix(upper, lower, part.y);
}

@compute @workgroup_size(LANES)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index >= CHANNELS * HEIGHT * WIDTH * BATCH) {
    return;
  }
  let image = index % BATCH * 4u;
  let place = index / BATCH;
  let column = f32(place % WIDTH);
  let row = f32(place / WIDTH % HEIGHT);
  let channel = place / (WIDTH * HEIGHT);
  x[index] = scale_of(channel) * vec4f(
    seen(image, channel, row, column),
    seen(image + 1u, channel, row, column),
    seen(image + 2u, channel, row, column),
    seen(image + 3u, channel, row, column),
  );
}

// An interval of each of four images.
struct Range {
  low: vec4f,
  high: vec4f,
}

// Where a place must fall along one side of the image to see a pixel. With CLAMP a pixel at the edge is also seen from
// beyond, as far as any place of the input falls: there at + turn · (column, row) has its extremes in the corners.
fn seeing(pixel: u32, side: u32, half: vec4f, by_column: vec4f, by_row: vec4f, at: vec4f) -> Range {
  var range = Range(f32(pixel) - half, f32(pixel) + half);
  let columns = by_column * (f32(WIDTH) - 1.0);
  let rows = by_row * (f32(HEIGHT) - 1.0);
  if (CLAMP && pixel == 0u) {
    range.low = min(range.low, at + min(columns, vec4f(0.0)) + min(rows, vec4f(0.0)));
  }
  if (CLAMP && pixel == side - 1u) {
    range.high = max(range.high, at + max(columns, vec4f(0.0)) + max(rows, vec4f(0.0)));
  }
  return range;
}

// Places along one side of the input, per image; none where count is not above 0.
struct Box {
  first: vec4i,
  count: vec4i,
}

// All of the side where the map is degenerate. Whatever the numbers, even NaN, a box ends where the input does.
fn box_of(centre: vec4f, half: vec4f, degenerate: vec4<bool>, side: u32) -> Box {
  let slack = 0.01; // for rounding; places so far beyond the square add nothing
  let most = i32(side) - 1;
  let low = clamp(ceil(centre - half - slack), vec4f(0.0), vec4f(f32(side)));
  let high = clamp(floor(centre + half + slack), vec4f(-1.0), vec4f(f32(most)));
  let first = select(clamp(vec4i(low), vec4i(0), vec4i(most + 1)), vec4i(0), degenerate);
  let last = select(clamp(vec4i(high), vec4i(-1), vec4i(most)), vec4i(most), degenerate);
  return Box(first, last - first + 1);
}

fn largest(v: vec4i) -> i32 {
  return max(max(v.x, v.y), max(v.z, v.w));
}

// How much the value at p is that of the pixel.
fn weight(place: vec4f, pixel: u32, side: u32) -> vec4f {
  let inside = select(place, clamp(place, vec4f(0.0), vec4f(f32(side) - 1.0)), CLAMP);
  return max(vec4f(0.0), 1.0 - abs(inside - f32(pixel)));
}

@compute @workgroup_size(LANES)
fn adjoint(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index >= CHANNELS * IMAGE_HEIGHT * IMAGE_WIDTH * BATCH) {
    return;
  }
  let image = index % BATCH * 4u;
  let pixel = index / BATCH;
  let z = pixel % IMAGE_WIDTH;
  let y = pixel / IMAGE_WIDTH % IMAGE_HEIGHT;
  let channel = pixel / (IMAGE_WIDTH * IMAGE_HEIGHT);

  let m = array(map_of(image), map_of(image + 1u), map_of(image + 2u), map_of(image + 3u));
  let a = vec4f(m[0].turn.x, m[1].turn.x, m[2].turn.x, m[3].turn.x);
  let b = vec4f(m[0].turn.y, m[1].turn.y, m[2].turn.y, m[3].turn.y);
  let c = vec4f(m[0].turn.z, m[1].turn.z, m[2].turn.z, m[3].turn.z);
  let d = vec4f(m[0].turn.w, m[1].turn.w, m[2].turn.w, m[3].turn.w);
  let tx = vec4f(m[0].shift.x, m[1].shift.x, m[2].shift.x, m[3].shift.x);
  let ty = vec4f(m[0].shift.y, m[1].shift.y, m[2].shift.y, m[3].shift.y);

  let whole = (a == floor(a)) & (b == floor(b)) & (c == floor(c)) & (d == floor(d)) & (tx == floor(tx))
    & (ty == floor(ty));
  let reach = select(vec4f(1.0), vec4f(0.5), whole);
  let across = seeing(z, IMAGE_WIDTH, reach, a, c, tx);
  let down = seeing(y, IMAGE_HEIGHT, reach, b, d, ty);
  let centre_z = 0.5 * (across.low + across.high) - tx;
  let centre_y = 0.5 * (down.low + down.high) - ty;
  let half_z = 0.5 * (across.high - across.low);
  let half_y = 0.5 * (down.high - down.low);
  let determinant = a * d - b * c;
  let degenerate = determinant == vec4f(0.0);
  let inverse = 1.0 / select(determinant, vec4f(1.0), degenerate);
  let columns = box_of(
    (d * centre_z - c * centre_y) * inverse,
    (abs(d) * half_z + abs(c) * half_y) * abs(inverse),
    degenerate,
    WIDTH,
  );
  let rows = box_of(
    (a * centre_y - b * centre_z) * inverse,
    (abs(b) * half_z + abs(a) * half_y) * abs(inverse),
    degenerate,
    HEIGHT,
  );

  let most_columns = largest(columns.count);
  let most_rows = largest(rows.count);
  var sum = vec4f(0.0);
  for (var i = 0; i < most_rows; i++) {
    for (var j = 0; j < most_columns; j++) {
      let row = rows.first + i;
      let column = columns.first + j;
      let place_z = a * vec4f(column) + c * vec4f(row) + tx;
      let place_y = b * vec4f(column) + d * vec4f(row) + ty;
      let in_box = (vec4i(i) < rows.count) & (vec4i(j) < columns.count);
      let share = weight(place_z, z, IMAGE_WIDTH) * weight(place_y, y, IMAGE_HEIGHT);
      let at = ((channel * HEIGHT + vec4u(row)) * WIDTH + vec4u(column)) * (4u * BATCH) + image + vec4u(0u, 1u, 2u, 3u);
      let safe = select(vec4u(0u), at, in_box);
      let given = vec4f(dinput[safe.x], dinput[safe.y], dinput[safe.z], dinput[safe.w]);
      sum += select(vec4f(0.0), share * given, in_box);
    }
  }
  dx[index] = scale_of(channel) * sum;
}
