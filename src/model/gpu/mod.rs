//! What is faster than Burn's operators on a GPU: whole parts of the network by shaders of our own, without gradients.
//!
//! Each part asks here first and goes on with tensors where the answer is `None`: on another device, where a gradient may be
//! asked for, and for shapes that the shaders do not know. A shader in `shaders/` is one pipeline for all layers; Burn's runtime
//! launches it in order with its own operators. docs/kernels.md has what each gains.

mod attention;
mod convolution;
mod decoder;
mod label_encoder;
mod matching;
mod norm;
mod product;
mod resize;
#[cfg(test)]
mod tests;
mod tokens;
mod trunk;

use burn::backend::Wgpu;
use burn::backend::wgpu::CubeTensor;
use burn::cubecl::ir::metadata::Info;
use burn::cubecl::ir::{ElemType, FloatKind, UIntKind};
use burn::cubecl::prelude::{
    AddressType, CubeCount, ExecutionMode, KernelDefinition, KernelId, KernelMetadata,
    KernelSettings, Scope,
};
use burn::cubecl::server::{KernelArguments, MetadataBindingInfo};
use burn::cubecl::{CubeDim, CubeKernel, PrecompiledSource};
use burn::tensor::{DType, Shape, Tensor};

pub use decoder::decode;
pub use label_encoder::{label_blocks, label_tokens};
pub use matching::{linear, matched, projected};
pub use resize::{pool, up2};
pub use tokens::tokens;
pub use trunk::features;

/// The values of a tensor that is on a GPU and has no gradient, in row-major order. Within a part of the network they may be
/// [`narrow`](Values::narrow).
#[derive(Clone)]
struct Values(CubeTensor);

impl Values {
    fn of<const D: usize>(tensor: Tensor<D>) -> Option<Self> {
        let count = tensor.shape().num_elements();
        // A copy, if they do not lie in order.
        Some(Self(tensor.reshape([count]).try_into_primitive::<Wgpu>().ok()?))
    }

    /// Room for other values on the same device.
    fn room(&self, count: usize) -> Self {
        self.room_of(count, DType::F32)
    }

    /// The same for values of f32 or f16.
    fn room_of(&self, count: usize, values: DType) -> Self {
        let CubeTensor { client, device, .. } = &self.0;
        let handle = client.empty(count * values.size());
        let shape = Shape::from([count]);
        Self(CubeTensor::new_contiguous(client.clone(), device.clone(), shape, handle, values))
    }

    /// The smallest type that shaders read and write on the device: f16 where it has `shader-f16`.
    fn narrow(&self) -> DType {
        let half = ElemType::Float(FloatKind::F16);
        if self.0.client.properties().supports_type(half) { DType::F16 } else { DType::F32 }
    }

    fn is_half(&self) -> bool {
        self.0.dtype == DType::F16
    }

    /// `count` of the values, from `start` on, in the same memory; `None` where a binding cannot begin there.
    fn part(&self, start: usize, count: usize) -> Option<Self> {
        let [start, end] = [start, start + count].map(|at| (at * size_of::<f32>()) as u64);
        if !start.is_multiple_of(ALIGNMENT) {
            return None;
        }
        let CubeTensor { client, handle, device, dtype, .. } = self.0.clone();
        let behind = handle.size_in_used() - end;
        let handle = handle.offset_start(start).offset_end(behind);
        let shape = Shape::from([count]);
        Some(Self(CubeTensor::new_contiguous(client, device, shape, handle, dtype)))
    }

    fn into_tensor<const D: usize>(self, shape: [usize; D]) -> Tensor<D> {
        Tensor::<1>::from_primitive::<Wgpu>(self.0).reshape(shape)
    }
}

/// Values that a shader takes at a time, in most places.
const FOUR: usize = 4;

/// Of where a binding begins, in bytes: what WebGPU asks for at most.
const ALIGNMENT: u64 = 256;

/// A shader in `shaders/` whose entry point is `main`.
#[derive(Clone, Copy)]
struct Shader {
    name: &'static str,
    source: &'static str,
    /// Invocations of a workgroup, as in the source.
    group: [u32; 3],
    /// Whether its aliases `Read` and `Written` are f16 instead of f32.
    half: [bool; 2],
}

/// How a source declares its aliases, and what they are instead.
const ALIASES: [[&str; 2]; 2] =
    [["alias Read = f32;", "alias Read = f16;"], ["alias Written = f32;", "alias Written = f16;"]];

macro_rules! shader {
    ($name:literal, $group:expr) => {
        $crate::model::gpu::Shader {
            name: $name,
            source: include_str!(concat!("../../../shaders/", $name, ".wgsl")),
            group: $group,
            half: [false; 2],
        }
    };
}
use shader;

impl Shader {
    /// The variant that reads and writes such values.
    fn between(self, read: &Values, written: &Values) -> Self {
        Self { half: [read, written].map(Values::is_half), ..self }
    }

    fn variant(self) -> String {
        let mut source = self.source.to_owned();
        for ([full, half], _) in ALIASES.iter().zip(self.half).filter(|(_, is_half)| *is_half) {
            source = source.replace(full, half);
        }
        let extension = if self.half.contains(&true) { "enable f16;\n" } else { "" };
        extension.to_owned() + &source
    }

    /// Runs at least `invocations` with `bindings` and, as the last binding, `size`: its words in their order.
    fn launch(self, invocations: [usize; 3], bindings: &[&Values], size: &[u32]) {
        let count = |axis: usize| (invocations[axis] as u32).div_ceil(self.group[axis]);
        let buffers = bindings.iter().map(|values| values.0.handle.clone().binding()).collect();
        // A uniform's size is a multiple of 16 bytes.
        let word = |at: usize| u64::from(size.get(at).copied().unwrap_or(0));
        let pairs = 2 * size.len().div_ceil(4);
        let size = (0..pairs).map(|pair| word(2 * pair) | word(2 * pair + 1) << 32).collect();
        let arguments = KernelArguments::new()
            .with_buffers(buffers)
            .with_info(MetadataBindingInfo::custom(size));
        let groups = CubeCount::Static(count(0), count(1), count(2));
        bindings[0].0.client.launch(Box::new(self), groups, arguments);
    }
}

impl KernelMetadata for Shader {
    fn id(&self) -> KernelId {
        KernelId::new::<Self>().info((self.name, self.half))
    }

    fn address_type(&self) -> ElemType {
        UIntKind::U32.into()
    }
}

impl CubeKernel for Shader {
    fn define(&self) -> KernelDefinition {
        let [x, y, z] = self.group;
        let dim = CubeDim::new_3d(x, y, z);
        let settings = KernelSettings::new(dim.0, ExecutionMode::Checked, AddressType::U32);
        let body = Scope::root(settings.clone());
        KernelDefinition { body, settings, info: Info::default() }
    }

    fn source(&self) -> Option<PrecompiledSource> {
        Some(PrecompiledSource {
            source: self.variant(),
            entrypoint_name: "main".to_owned(),
            lang: "wgsl",
        })
    }
}
