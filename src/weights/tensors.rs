//! Parameters by name: between safetensors files and the network.

use std::collections::{BTreeMap, BTreeSet};

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::{Tensor, TensorData, Transaction};
use half::f16;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use super::int8;
use crate::error::{Error, ErrorKind, Result};

/// Values in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedTensor {
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

/// Tensors by their path in the network, for instance `label_encoder.blocks.0.qkv.weight`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NamedTensors(pub BTreeMap<String, NamedTensor>);

impl NamedTensors {
    /// Adds the tensors of a safetensors file; f16, f32 and int8 with its scales (`weights::int8`) are read.
    ///
    /// # Errors
    /// `weights-manifest` when the file is none, or holds another type, or int8 without scales that fit.
    pub fn read(&mut self, bytes: &[u8]) -> Result<()> {
        let broken = |reason: String| ErrorKind::WeightsManifest(reason);
        let file = SafeTensors::deserialize(bytes).map_err(|e| broken(e.to_string()))?;
        for (name, view) in file.tensors() {
            if name.ends_with(int8::SCALE) {
                continue;
            }
            let values = match view.dtype() {
                Dtype::I8 => file.tensor(&(name.clone() + int8::SCALE)).ok().and_then(|scales| {
                    int8::restored(view.shape(), view.data(), &floats(&scales)?)
                }),
                _ => floats(&view),
            };
            let odd = || broken(format!("{name} cannot be read as {:?}", view.dtype()));
            let values = values.ok_or_else(odd)?;
            self.0.insert(name, NamedTensor { shape: view.shape().to_vec(), values });
        }
        Ok(())
    }

    /// Adds the public EfficientNet-Lite0 checkpoint under the network's names: `block3.dw.bias` becomes `trunk.blocks.3.depthwise.bias`.
    ///
    /// # Errors
    /// As [`NamedTensors::read`].
    pub fn read_trunk(&mut self, bytes: &[u8]) -> Result<()> {
        let mut checkpoint = Self::default();
        checkpoint.read(bytes)?;
        for (name, tensor) in checkpoint.0 {
            let name = match name.strip_prefix("block") {
                Some(rest) => format!("trunk.blocks.{}", rest.replace(".dw.", ".depthwise.")),
                None => format!("trunk.{name}"),
            };
            self.0.insert(name, tensor);
        }
        Ok(())
    }

    /// These tensors, moved by a share of the way to `other`, which has the same.
    pub fn towards(&self, other: &Self, share: f32) -> Self {
        let moved = self.0.iter().map(|(name, tensor)| {
            let pairs = tensor.values.iter().zip(&other.0[name].values);
            let values = pairs.map(|(from, to)| from + share * (to - from)).collect();
            (name.clone(), NamedTensor { shape: tensor.shape.clone(), values })
        });
        Self(moved.collect())
    }

    /// One safetensors file of f16 values.
    ///
    /// # Errors
    /// `weights-manifest` when a shape and its values disagree.
    pub fn write_f16(&self) -> Result<Vec<u8>> {
        let entries = self.0.iter().map(|(name, tensor)| Entry::f16(name, tensor));
        write(entries.collect())
    }

    /// One safetensors file of f32 values.
    ///
    /// # Errors
    /// As [`NamedTensors::write_f16`].
    pub fn write_f32(&self) -> Result<Vec<u8>> {
        let entries = self.0.iter().map(|(name, NamedTensor { shape, values })| Entry {
            name: name.clone(),
            dtype: Dtype::F32,
            shape: shape.clone(),
            bytes: values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        });
        write(entries.collect())
    }

    /// One safetensors file of matrices and convolutions in eight bits with scales, and what is small or felt in f16.
    ///
    /// # Errors
    /// As [`NamedTensors::write_f16`].
    pub fn write_int8(&self) -> Result<Vec<u8>> {
        let mut entries = Vec::new();
        for (name, tensor) in &self.0 {
            if !int8::suits(name, &tensor.shape) {
                entries.push(Entry::f16(name, tensor));
                continue;
            }
            let (whole, scales) = int8::quantised(tensor);
            entries.push(Entry {
                name: name.clone(),
                dtype: Dtype::I8,
                shape: tensor.shape.clone(),
                bytes: whole.into_iter().map(i8::cast_unsigned).collect(),
            });
            entries.push(Entry {
                name: name.clone() + int8::SCALE,
                dtype: Dtype::F16,
                shape: vec![scales.len()],
                bytes: scales.into_iter().flat_map(f16::to_le_bytes).collect(),
            });
        }
        write(entries)
    }

    /// The parameters of a module, read back from its device.
    pub fn of<M: Module>(module: &M) -> Self {
        let tensors = Gatherer::visit(module).into_iter().map(|(name, shape, tensor)| {
            (name, NamedTensor { shape, values: values(tensor.into_data()) })
        });
        Self(tensors.collect())
    }

    /// As [`NamedTensors::of`] on devices that cannot be waited for.
    ///
    /// # Errors
    /// `device-lost`.
    pub async fn of_async<M: Module>(module: &M) -> Result<Self> {
        let mut transaction = Transaction::default();
        let mut names = Vec::new();
        for (name, shape, tensor) in Gatherer::visit(module) {
            names.push((name, shape));
            transaction = transaction.register(tensor);
        }
        let data = transaction.execute_async().await.map_err(Error::device_lost)?;
        let tensors = names.into_iter().zip(data);
        let tensors = tensors
            .map(|((name, shape), data)| (name, NamedTensor { shape, values: values(data) }));
        Ok(Self(tensors.collect()))
    }

    /// Gives a module the parameters that stand under `prefix`; every one of them must be there.
    ///
    /// # Errors
    /// `weights-missing` with the first parameter that is absent or of another shape.
    pub fn apply<M: Module>(&self, module: M, prefix: &str) -> Result<M> {
        let Loaded { module, missing, .. } = self.load(module, prefix);
        match missing.into_iter().next() {
            Some(name) => Err(ErrorKind::WeightsMissing(name).into()),
            None => Ok(module),
        }
    }

    /// Gives a module those of its parameters that are here; the others stay.
    ///
    /// # Errors
    /// `weights-missing` when something here is no parameter of the module, or of another shape.
    pub fn apply_some<M: Module>(&self, module: M) -> Result<M> {
        let Loaded { module, found, .. } = self.load(module, "");
        match self.0.keys().find(|name| !found.contains(*name)) {
            Some(name) => Err(ErrorKind::WeightsMissing(name.clone()).into()),
            None => Ok(module),
        }
    }

    fn load<M: Module>(&self, module: M, prefix: &str) -> Loaded<M> {
        let path = prefix.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let mut loader =
            Loader { tensors: self, path, found: BTreeSet::new(), missing: Vec::new() };
        let module = module.map(&mut loader);
        Loaded { module, found: loader.found, missing: loader.missing }
    }
}

/// A tensor of a file.
struct Entry {
    name: String,
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Entry {
    fn f16(name: &str, NamedTensor { shape, values }: &NamedTensor) -> Self {
        let bytes = values.iter().flat_map(|&value| f16::from_f32(value).to_le_bytes()).collect();
        Self { name: name.to_owned(), dtype: Dtype::F16, shape: shape.clone(), bytes }
    }
}

fn write(entries: Vec<Entry>) -> Result<Vec<u8>> {
    let broken = |e: safetensors::SafeTensorError| ErrorKind::WeightsManifest(e.to_string());
    let mut views = Vec::with_capacity(entries.len());
    for Entry { name, dtype, shape, bytes } in &entries {
        let view = TensorView::new(*dtype, shape.clone(), bytes).map_err(broken)?;
        views.push((name.as_str(), view));
    }
    Ok(safetensors::serialize(views, None).map_err(broken)?)
}

/// Values of f16 or f32; `None` for other types.
fn floats(view: &TensorView) -> Option<Vec<f32>> {
    let bytes = view.data();
    match view.dtype() {
        Dtype::F32 => Some(
            bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(),
        ),
        Dtype::F16 => {
            Some(bytes.chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32()).collect())
        }
        _ => None,
    }
}

fn values(data: TensorData) -> Vec<f32> {
    data.try_into_vec_as::<f32>().expect("float parameters convert to f32")
}

/// Name, shape and flattened values of a parameter, still on its device.
type Parameter = (String, Vec<usize>, Tensor<1>);

#[derive(Default)]
struct Gatherer {
    parameters: Vec<Parameter>,
    path: Vec<String>,
}

impl Gatherer {
    fn visit<M: Module>(module: &M) -> Vec<Parameter> {
        let mut gatherer = Self::default();
        module.visit(&mut gatherer);
        gatherer.parameters
    }
}

impl ModuleVisitor for Gatherer {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = param.val();
        let shape = tensor.dims().to_vec();
        let count = shape.iter().product::<usize>();
        self.parameters.push((self.path.join("."), shape, tensor.reshape([count])));
    }
}

/// A module with the parameters that fitted, and the names of those that did and did not.
struct Loaded<M> {
    module: M,
    found: BTreeSet<String>,
    missing: Vec<String>,
}

struct Loader<'a> {
    tensors: &'a NamedTensors,
    path: Vec<String>,
    found: BTreeSet<String>,
    missing: Vec<String>,
}

impl ModuleMapper for Loader<'_> {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = self.path.join(".");
        let shape = param.lazy_shape().to_vec();
        match self.tensors.0.get(&name).filter(|tensor| tensor.shape == shape) {
            Some(tensor) => {
                let device = param.lazy_device();
                let data = TensorData::new(tensor.values.clone(), shape);
                self.found.insert(name);
                Param::initialized(ParamId::new(), Tensor::from_data(data, &device))
            }
            None => {
                self.missing.push(name);
                param
            }
        }
    }
}
