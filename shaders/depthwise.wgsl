// Each plane by its own filter, ReLU6; its twin is `depthwise` in kernels/src/depthwise.rs.

// What `map` and `out` hold; f16 in maps within a block, where the device has it.
alias Read = f32;
alias Written = f32;

struct Size {
    // Planes of a picture, and of the batch.
    channels: u32,
    planes: u32,
    // Of what is read and of what is written.
    input: vec2<u32>,
    output: vec2<u32>,
    kernel: u32,
    stride: u32,
    // Zeros before the first column and row.
    before: u32,
}

// [batch, channels, height, width]
@group(0) @binding(0) var<storage, read> map: array<Read>;
// [channels, kernel, kernel]
@group(0) @binding(1) var<storage, read> weight: array<f32>;
// [channels]
@group(0) @binding(2) var<storage, read> bias: array<f32>;
// [batch, channels, height / stride, width / stride]
@group(0) @binding(3) var<storage, read_write> out: array<Written>;
@group(0) @binding(4) var<uniform> size: Size;

// Four values of a row an invocation.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let fours = (size.output.x + 3u) / 4u;
    let row = id.x / fours;
    let plane = row / size.output.y;
    if plane >= size.planes {
        return;
    }
    let channel = plane % size.channels;
    let y = row % size.output.y;
    let x = 4u * (id.x % fours);
    let steps = vec4(0u, 1u, 2u, 3u);
    // Left of the map a column wraps around and is no longer below the width.
    let first = size.stride * (vec4(x) + steps) - vec4(size.before);
    var sum = vec4(bias[channel]);
    for (var i = 0u; i < size.kernel; i++) {
        let source = size.stride * y + i - size.before;
        if source >= size.input.y {
            continue;
        }
        let start = (plane * size.input.y + source) * size.input.x;
        for (var j = 0u; j < size.kernel; j++) {
            let column = first + j;
            let inside = column < vec4(size.input.x);
            let at = start + select(vec4(0u), column, inside);
            let values = vec4(f32(map[at.x]), f32(map[at.y]), f32(map[at.z]), f32(map[at.w]));
            sum += weight[(channel * size.kernel + i) * size.kernel + j] * select(vec4(0.0), values, inside);
        }
    }
    sum = clamp(sum, vec4(0.0), vec4(6.0));
    let at = row * size.output.x + x;
    let left = size.output.x - x;
    let written = vec4<Written>(sum);
    out[at] = written.x;
    if left > 1u {
        out[at + 1u] = written.y;
    }
    if left > 2u {
        out[at + 2u] = written.z;
    }
    if left > 3u {
        out[at + 3u] = written.w;
    }
}
