// Maps of twice the height and width, bilinear with half-pixel centres, plus `skip`; its twin is `up2` in src/model/resize.rs.

struct Size {
    // Of what is read.
    input: vec2<u32>,
    // Of all maps of the batch, and of one.
    planes: u32,
    channels: u32,
    // Whether `skip` counts.
    skips: u32,
}

// [batch, channels, height, width]
@group(0) @binding(0) var<storage, read> map: array<f32>;
// [channels, 2 height, 2 width], the same for the whole batch
@group(0) @binding(1) var<storage, read> skip: array<f32>;
// [batch, channels, 2 height, 2 width]
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
@group(0) @binding(3) var<uniform> size: Size;

// A pixel of `map` becomes a square of four an invocation.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let x = id.x % size.input.x;
    let y = id.x / size.input.x % size.input.y;
    let plane = id.x / (size.input.x * size.input.y);
    if plane >= size.planes {
        return;
    }
    let last = size.input - 1u;
    let start = plane * size.input.x * size.input.y;
    let columns = vec3(max(x, 1u) - 1u, x, min(x + 1u, last.x));
    let above = start + (max(y, 1u) - 1u) * size.input.x + columns;
    let at = start + y * size.input.x + columns;
    let below = start + min(y + 1u, last.y) * size.input.x + columns;
    let upper = 0.25 * vec3(map[above.x], map[above.y], map[above.z]);
    let middle = vec3(map[at.x], map[at.y], map[at.z]);
    let lower = 0.25 * vec3(map[below.x], map[below.y], map[below.z]);
    let rows = mat2x3(upper + 0.75 * middle, lower + 0.75 * middle);
    let width = 2u * size.input.x;
    for (var i = 0u; i < 2u; i++) {
        let row = rows[i];
        let local = (2u * y + i) * width + 2u * x;
        let from_skip = plane % size.channels * 4u * size.input.x * size.input.y + local;
        let to = 4u * start + local;
        var pair = vec2(0.25 * row.x + 0.75 * row.y, 0.75 * row.y + 0.25 * row.z);
        if size.skips != 0u {
            pair += vec2(skip[from_skip], skip[from_skip + 1u]);
        }
        out[to] = pair.x;
        out[to + 1u] = pair.y;
    }
}
