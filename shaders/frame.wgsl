// A frame, fitted into the square that the network sees; its twin is `fit` in src/gpu/frame.rs.

struct Size {
    // Pixels of the frame.
    frame: vec2<u32>,
    // Pixels of the square that hold it.
    fitted: vec2<u32>,
    // Side of the square in pixels.
    side: u32,
}

@group(0) @binding(0) var<uniform> size: Size;
@group(0) @binding(1) var frame: texture_2d<f32>;
// [3, side, side], RGB in [0, 1]
@group(0) @binding(2) var<storage, read_write> square: array<f32>;

// What the trunk's normalisation maps to zero.
const PADDING: f32 = 127.0 / 255.0;

// The first and one past the last pixel that a fitted pixel reads, of `length`.
fn reach(centre: f32, scale: f32, length: u32) -> vec2<u32> {
    let first = u32(clamp(floor(centre - scale), 0.0, f32(length - 1u)));
    let end = u32(clamp(ceil(centre + scale), f32(first + 1u), f32(length)));
    return vec2(first, end);
}

// What a pixel of the frame counts for a fitted one: a triangle, as wide as what a fitted pixel covers.
fn weight(pixel: u32, centre: f32, scale: f32) -> f32 {
    return max(1.0 - abs((f32(pixel) - (centre - 0.5)) / scale), 0.0);
}

@compute @workgroup_size(8, 8)
fn fit(@builtin(global_invocation_id) id: vec3<u32>) {
    if any(id.xy >= vec2(size.side)) {
        return;
    }
    var colour = vec3(PADDING);
    if all(id.xy < size.fitted) {
        let ratio = vec2<f32>(size.frame) / vec2<f32>(size.fitted);
        let scale = max(ratio, vec2(1.0));
        let centre = (vec2<f32>(id.xy) + 0.5) * ratio;
        let columns = reach(centre.x, scale.x, size.frame.x);
        let rows = reach(centre.y, scale.y, size.frame.y);
        var sum = vec3(0.0);
        var total = 0.0;
        for (var y = rows.x; y < rows.y; y++) {
            let row = weight(y, centre.y, scale.y);
            for (var x = columns.x; x < columns.y; x++) {
                let share = row * weight(x, centre.x, scale.x);
                let pixel = textureLoad(frame, vec2(x, y), 0);
                // What is transparent becomes white.
                sum += share * mix(vec3(1.0), pixel.rgb, pixel.a);
                total += share;
            }
        }
        // Pictures come as whole numbers, and so must frames.
        colour = floor(sum / total * 255.0 + 0.5) / 255.0;
    }
    let plane = size.side * size.side;
    let at = id.y * size.side + id.x;
    square[at] = colour.r;
    square[plane + at] = colour.g;
    square[2u * plane + at] = colour.b;
}
