// out = skip + act(bias + the convolution of ReLU'd or scaled maps) over all channels; its twin is `stem` in kernels/src/stem.rs.

struct Size {
    channels: vec2<u32>,
    // Of what is read and of what is written.
    input: vec2<u32>,
    output: vec2<u32>,
    kernel: u32,
    stride: u32,
    // Zeros before the first column and row.
    before: u32,
    // Sum of the constants below.
    what: u32,
    // What is read is `factor value + shift`, and the zeros around it are zeros.
    factor: f32,
    shift: f32,
}

const RELU_BEFORE: u32 = 1u;
const RELU: u32 = 2u;
const RELU6: u32 = 4u;
const GELU: u32 = 8u;
const SKIP: u32 = 16u;
// What is written lies as [batch, height, width, channel], and the batch shares `skip`.
const TOKENS: u32 = 32u;

// [batch, channels.x, height, width]
@group(0) @binding(0) var<storage, read> map: array<f32>;
// [channels.y, channels.x, kernel, kernel]; channels.y is a multiple of four
@group(0) @binding(1) var<storage, read> weight: array<f32>;
// [channels.y]
@group(0) @binding(2) var<storage, read> bias: array<f32>;
// [batch, channels.y, height / stride, width / stride]
@group(0) @binding(3) var<storage, read> skip: array<f32>;
// The same.
@group(0) @binding(4) var<storage, read_write> out: array<f32>;
@group(0) @binding(5) var<uniform> size: Size;

fn has(what: u32) -> bool {
    return (size.what & what) != 0u;
}

// Abramowitz and Stegun, 7.1.26.
fn erf(x: vec4<f32>) -> vec4<f32> {
    let t = 1.0 / (1.0 + 0.3275911 * abs(x));
    let series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
    return sign(x) * (1.0 - series * exp(-x * x));
}

fn write(channel: u32, batch: u32, y: u32, x: u32, value: f32) {
    if x >= size.output.x {
        return;
    }
    let plane = size.output.x * size.output.y;
    var at = channel * plane + y * size.output.x + x;
    var skip_at = at + batch * size.channels.y * plane;
    if has(TOKENS) {
        at = (y * size.output.x + x) * size.channels.y + channel;
        skip_at = at;
    }
    var written = value;
    if has(SKIP) {
        written += skip[skip_at];
    }
    out[at + batch * size.channels.y * plane] = written;
}

fn finish(channel: u32, batch: u32, y: u32, x: u32, sum: vec4<f32>) {
    var value = sum;
    if has(RELU) {
        value = max(value, vec4(0.0));
    }
    if has(RELU6) {
        value = clamp(value, vec4(0.0), vec4(6.0));
    }
    if has(GELU) {
        value = 0.5 * value * (1.0 + erf(value * 0.70710678));
    }
    write(channel, batch, y, x, value.x);
    write(channel, batch, y, x + 1u, value.y);
    write(channel, batch, y, x + 2u, value.z);
    write(channel, batch, y, x + 3u, value.w);
}

// Four values of a row in four channels an invocation.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let fours = (size.output.x + 3u) / 4u;
    let x = 4u * (id.x % fours);
    let y = id.x / fours % size.output.y;
    let channel = 4u * (id.x / (fours * size.output.y));
    if channel >= size.channels.y {
        return;
    }
    // Left of the map a column wraps around and is no longer below the width.
    let first = size.stride * (vec4(x) + vec4(0u, 1u, 2u, 3u)) - vec4(size.before);
    let taps = size.kernel * size.kernel;
    let filter_size = size.channels.x * taps;
    let lowest = select(-3e38, 0.0, has(RELU_BEFORE));
    // Columns are channels, each of four values of the row.
    var sum = mat4x4<f32>();
    for (var c = 0u; c < size.channels.x; c++) {
        for (var i = 0u; i < size.kernel; i++) {
            let source = size.stride * y + i - size.before;
            if source >= size.input.y {
                continue;
            }
            let start = ((id.z * size.channels.x + c) * size.input.y + source) * size.input.x;
            for (var j = 0u; j < size.kernel; j++) {
                let column = first + j;
                let inside = column < vec4(size.input.x);
                let at = start + select(vec4(0u), column, inside);
                let read = vec4(map[at.x], map[at.y], map[at.z], map[at.w]);
                let scaled = max(size.factor * read + size.shift, vec4(lowest));
                let values = select(vec4(0.0), scaled, inside);
                let tap = channel * filter_size + c * taps + i * size.kernel + j;
                sum += mat4x4(
                    weight[tap] * values,
                    weight[tap + filter_size] * values,
                    weight[tap + 2u * filter_size] * values,
                    weight[tap + 3u * filter_size] * values,
                );
            }
        }
    }
    for (var i = 0u; i < 4u; i++) {
        finish(channel + i, id.z, y, x, sum[i] + bias[channel + i]);
    }
}
