// LayerNorm of four taps, each level a mixture of them; its twin is `reweight` in src/model/matching.rs.

struct Size {
    tokens: u32,
    // Columns, in fours.
    columns: u32,
    temperature: f32,
}

const EPSILON: f32 = 1e-5;

// [tokens, columns]
@group(0) @binding(0) var<storage, read> first: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> second: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> third: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> fourth: array<vec4<f32>>;
// [columns]
@group(0) @binding(4) var<storage, read> gamma: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read> beta: array<vec4<f32>>;
// [levels, taps], logits
@group(0) @binding(6) var<storage, read> alpha: array<vec4<f32>>;
// [levels, tokens, columns]
@group(0) @binding(7) var<storage, read_write> out: array<vec4<f32>>;
@group(0) @binding(8) var<uniform> size: Size;

fn shares(level: u32) -> vec4<f32> {
    let logits = alpha[level] / size.temperature;
    let largest = max(max(logits.x, logits.y), max(logits.z, logits.w));
    let powers = exp(logits - largest);
    return powers / dot(powers, vec4(1.0));
}

// The same place of all taps as columns.
fn taps(at: u32) -> mat4x4<f32> {
    return mat4x4(first[at], second[at], third[at], fourth[at]);
}

fn sums(columns: mat4x4<f32>) -> vec4<f32> {
    return vec4(1.0) * columns;
}

// A token an invocation.
@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= size.tokens {
        return;
    }
    let start = id.x * size.columns;
    let count = 4.0 * f32(size.columns);
    var total = vec4(0.0);
    for (var i = 0u; i < size.columns; i++) {
        total += sums(taps(start + i));
    }
    let mean = total / count;
    var squares = vec4(0.0);
    for (var i = 0u; i < size.columns; i++) {
        let here = taps(start + i);
        let a = here[0] - mean.x;
        let b = here[1] - mean.y;
        let c = here[2] - mean.z;
        let d = here[3] - mean.w;
        squares += vec4(dot(a, a), dot(b, b), dot(c, c), dot(d, d));
    }
    let factor = inverseSqrt(squares / count + EPSILON);
    let mixture = mat4x4(shares(0u), shares(1u), shares(2u), shares(3u));
    let level = size.tokens * size.columns;
    for (var i = 0u; i < size.columns; i++) {
        let here = taps(start + i);
        let normal = mat4x4(
            (here[0] - mean.x) * factor.x * gamma[i] + beta[i],
            (here[1] - mean.y) * factor.y * gamma[i] + beta[i],
            (here[2] - mean.z) * factor.z * gamma[i] + beta[i],
            (here[3] - mean.w) * factor.w * gamma[i] + beta[i],
        );
        let mixed = normal * mixture;
        out[start + i] = mixed[0];
        out[level + start + i] = mixed[1];
        out[2u * level + start + i] = mixed[2];
        out[3u * level + start + i] = mixed[3];
    }
}
