//! One error type, with a stable code for programs and a sentence for people.

/// Result of every fallible call of the library.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong; [`Error::code`] is stable, the sentence may change.
#[derive(Debug, thiserror::Error)]
#[error("{kind}")]
pub struct Error {
    kind: ErrorKind,
}

/// The kinds of [`Error`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    #[error(
        "This file is not a picture that can be read ({0}). Use PNG, JPEG, WebP, GIF, BMP or TIFF."
    )]
    NotAnImage(String),
    #[error("This picture is {width}x{height} pixels; at least {minimum} on each side are needed.")]
    ImageTooSmall { width: usize, height: usize, minimum: usize },
    #[error("{bytes} bytes do not make a picture of {width}x{height} pixels.")]
    ImageSize { bytes: usize, width: usize, height: usize },
    #[error(
        "{0} pictures cannot be seen together. Give one, or two of which the first is labelled."
    )]
    ImageCount(usize),
    #[error(
        "This task sees {wanted} picture(s) at a time, not {found}. Open as many together as it was begun with."
    )]
    ImagesOfTask { found: usize, wanted: usize },
    #[error(
        "The label is {label_width}x{label_height} pixels, its picture {width}x{height}. Give both the same size."
    )]
    LabelSize { label_width: usize, label_height: usize, width: usize, height: usize },
    #[error(
        "The label holds class {value}, the task has {channels} channels. Use 0 to {channels}, 254 for unpainted, 255 for unknown."
    )]
    LabelValue { value: u8, channels: usize },
    #[error(
        "{values} values do not make {channels} layers of {width}x{height} pixels. Give one layer a channel, row by row."
    )]
    LabelLayers { values: usize, channels: usize, width: usize, height: usize },
    #[error("The map holds {0}. Scale its values to 0 to 1, with NaN where nothing is known.")]
    LabelRange(f32),
    #[error(
        "The label has {points} keypoints, the task {channels} channels. Give one a channel, in order, also for those not visible."
    )]
    LabelPoints { points: usize, channels: usize },
    #[error(
        "The point ({x}, {y}) is not in the picture of {width}x{height} pixels. Give pixels from its top left corner."
    )]
    LabelPoint { x: f32, y: f32, width: usize, height: usize },
    #[error("A point has channel {channel}, the task has {channels}. Count channels from 0.")]
    LabelChannel { channel: usize, channels: usize },
    #[error("A brush needs a width above 0 pixels.")]
    LabelBrush,
    #[error("This task is of kind '{kind}' and cannot learn from {label}. Give it {wanted}.")]
    LabelKind { kind: &'static str, label: &'static str, wanted: &'static str },
    #[error("A task of kind '{kind}' has no {answer}.")]
    AnswerKind { kind: &'static str, answer: &'static str },
    #[error(
        "Tiles of {tile} pixels that share {overlap} of their side cannot be. Use 64 pixels or more, and 0 to 0.5."
    )]
    Tiles { tile: usize, overlap: f32 },
    #[error("There is no {what} with number {id}.")]
    NotFound { what: &'static str, id: u32 },
    #[error("There is no kind of task '{0}'. Use 'mask', 'keypoints', 'map', 'density' or 'tags'.")]
    UnsupportedKind(String),
    #[error("A task needs 1 to 253 channels with different, non-empty names.")]
    Channels,
    #[error(
        "'{0}' cannot be a tag. Use at most 1000 names that are not empty and differ by more than case and space."
    )]
    TagNames(String),
    #[error("The label says something of {values} tags, the task has {tags}.")]
    LabelTags { values: usize, tags: usize },
    #[error("There is no operation '{0}'. Use 'and', 'or' or 'minus'.")]
    Operation(String),
    #[error("Nothing is labelled yet. Label at least one picture first.")]
    EmptySupport,
    #[error("The weights' list cannot be read ({0}). Download the weights again.")]
    WeightsManifest(String),
    #[error(
        "These weights have format {found}, this version reads format {expected}. Use weights and library of one release."
    )]
    WeightsVersion { found: u32, expected: u32 },
    #[error("The weights file {file} has {found} bytes instead of {expected}. Download it again.")]
    WeightsTruncated { file: String, found: usize, expected: usize },
    #[error("The weights file {0} is damaged: its hash differs from the list. Download it again.")]
    WeightsHash(String),
    #[error("The weights lack {0}. Download them again.")]
    WeightsMissing(String),
    #[error(
        "This adapter does not fit ({0}). Adapt the task again, or use the weights it was made with."
    )]
    Adapter(String),
    #[error(
        "This is no session file that can be opened ({0}). What was open before is unchanged; open another one, or save this one again."
    )]
    SessionFile(String),
    #[error(
        "A newer anolis saved this session (format {found}, this one reads up to {expected}). Update anolis, then open it again."
    )]
    SessionVersion { found: u64, expected: u32 },
    #[error("The GPU cannot be used ({0}). The CPU is used instead; nothing is lost.")]
    AdapterRefused(String),
    #[error("The GPU stopped answering ({0}). Reload the page, or go on with the CPU.")]
    DeviceLost(String),
}

impl Error {
    /// A short name in kebab case that never changes.
    pub fn code(&self) -> &'static str {
        match self.kind {
            ErrorKind::NotAnImage(_) => "not-an-image",
            ErrorKind::ImageTooSmall { .. } => "image-too-small",
            ErrorKind::ImageSize { .. } => "image-size",
            ErrorKind::ImageCount(_) | ErrorKind::ImagesOfTask { .. } => "image-count",
            ErrorKind::LabelSize { .. } => "label-size",
            ErrorKind::LabelValue { .. } => "label-value",
            ErrorKind::LabelLayers { .. } => "label-size",
            ErrorKind::LabelRange(_) => "label-range",
            ErrorKind::LabelPoints { .. } => "label-points",
            ErrorKind::LabelPoint { .. } => "label-point",
            ErrorKind::LabelChannel { .. } => "label-channel",
            ErrorKind::LabelBrush => "label-brush",
            ErrorKind::LabelKind { .. } => "label-kind",
            ErrorKind::AnswerKind { .. } => "answer-kind",
            ErrorKind::Tiles { .. } => "tiles",
            ErrorKind::NotFound { .. } => "not-found",
            ErrorKind::UnsupportedKind(_) => "unsupported-kind",
            ErrorKind::Channels | ErrorKind::TagNames(_) => "channels",
            ErrorKind::Operation(_) => "operation",
            ErrorKind::LabelTags { .. } => "label-tags",
            ErrorKind::EmptySupport => "empty-support",
            ErrorKind::WeightsManifest(_) => "weights-manifest",
            ErrorKind::WeightsVersion { .. } => "weights-version",
            ErrorKind::WeightsTruncated { .. } => "weights-truncated",
            ErrorKind::WeightsHash(_) => "weights-hash",
            ErrorKind::WeightsMissing(_) => "weights-missing",
            ErrorKind::Adapter(_) => "adapter",
            ErrorKind::SessionFile(_) => "session-file",
            ErrorKind::SessionVersion { .. } => "session-version",
            ErrorKind::AdapterRefused(_) => "adapter-refused",
            ErrorKind::DeviceLost(_) => "device-lost",
        }
    }

    /// A device that no longer answers; `reason` is what Burn reports.
    pub(crate) fn device_lost(reason: impl std::fmt::Debug) -> Self {
        ErrorKind::DeviceLost(format!("{reason:?}")).into()
    }

    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self { kind }
    }
}
