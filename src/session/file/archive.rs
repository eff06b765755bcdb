//! A zip archive that nobody vouches for: what it says of itself is checked before anything is unpacked.

use std::io::{Cursor, Read, Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::damaged;
use crate::error::Result;

/// Most entries of an archive.
const MOST_ENTRIES: usize = 20_000;

/// Most bytes that an archive unpacks to.
const MOST_BYTES: u64 = 4_000_000_000;

/// An entry of more than [`SMALL`] bytes may not grow more than this many times.
const MOST_GROWTH: u64 = 200;
const SMALL: u64 = 1_000_000;

pub struct Archive<R>(ZipArchive<R>);

impl<R: Read + Seek> Archive<R> {
    /// # Errors
    /// `session-file` when it is no zip archive or holds what a session's may not.
    pub fn open(reader: R) -> Result<Self> {
        let zip = ZipArchive::new(reader).map_err(broken)?;
        if zip.has_duplicate_names() {
            return Err(damaged("a name occurs twice in it"));
        }
        if zip.len() > MOST_ENTRIES {
            return Err(damaged(format!("it has more than {MOST_ENTRIES} entries")));
        }
        let (mut all_packed, mut bytes) = (0u64, 0u64);
        for i in 0..zip.len() {
            let entry = zip.by_index_data(i).map_err(broken)?;
            let name = entry.name().map_err(broken)?;
            if name.contains("..") || name.contains('\\') || name.starts_with('/') {
                return Err(damaged(format!("the name '{}' in it", name.escape_debug())));
            }
            let plain = [CompressionMethod::Stored, CompressionMethod::Deflated];
            if entry.encrypted() || !plain.contains(&entry.compression()) {
                return Err(damaged(format!("'{name}' is encrypted or packed in an unknown way")));
            }
            let (packed, size) = (entry.compressed_size(), entry.size());
            if size > SMALL && size / MOST_GROWTH > packed {
                return Err(damaged(format!("'{name}' grows more than {MOST_GROWTH} times")));
            }
            all_packed = all_packed.saturating_add(packed);
            bytes = bytes.saturating_add(size);
        }
        // Entries that share bytes would unpack to far more than they say.
        if all_packed > zip.central_directory_start() {
            return Err(damaged("its entries overlap"));
        }
        if bytes > MOST_BYTES {
            return Err(damaged(format!("it unpacks to {bytes} bytes")));
        }
        Ok(Self(zip))
    }

    /// Unpacks an entry.
    ///
    /// # Errors
    /// `session-file` when there is none of this name or it is not what the archive says of it.
    pub fn read(&mut self, name: &str) -> Result<Vec<u8>> {
        if self.0.index_for_name(name).is_none() {
            return Err(damaged(format!("'{name}' is missing in it")));
        }
        let mut entry = self.0.by_name(name).map_err(broken)?;
        let size = entry.size();
        let mut bytes = Vec::new();
        // One byte more than there should be shows an entry that is larger than it says.
        let read = entry.by_ref().take(size + 1).read_to_end(&mut bytes);
        match read {
            Ok(read) if read as u64 == size => Ok(bytes),
            Ok(_) => Err(damaged(format!("'{name}' has another size than it says"))),
            Err(error) => Err(damaged(format!("'{name}': {error}"))),
        }
    }
}

/// An archive being made, in memory.
pub struct Writer {
    zip: ZipWriter<Cursor<Vec<u8>>>,
    entries: usize,
    bytes: u64,
}

impl Writer {
    pub fn new() -> Self {
        Self { zip: ZipWriter::new(Cursor::default()), entries: 0, bytes: 0 }
    }

    /// Adds an entry; text is deflated, what is packed already is stored.
    ///
    /// # Errors
    /// `session-file` when a name occurs twice or the archive grows beyond what is read.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.entries += 1;
        self.bytes += bytes.len() as u64;
        if self.entries > MOST_ENTRIES || self.bytes > MOST_BYTES {
            return Err(damaged(format!("it has {} files, {} bytes", self.entries, self.bytes)));
        }
        let method = match name.ends_with(".json") {
            true => CompressionMethod::Deflated,
            false => CompressionMethod::Stored,
        };
        // The same session makes the same bytes, whenever it is written.
        let options = SimpleFileOptions::default();
        let options = options.compression_method(method).last_modified_time(DateTime::default());
        self.zip.start_file(name, options).map_err(broken)?;
        self.zip.write_all(bytes).map_err(|error| damaged(error.to_string()))
    }

    pub fn finish(self) -> Result<Vec<u8>> {
        Ok(self.zip.finish().map_err(broken)?.into_inner())
    }
}

fn broken(error: zip::result::ZipError) -> crate::Error {
    damaged(error.to_string())
}
