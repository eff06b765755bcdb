//! The table of what was predicted: a row a picture, written as soon as its files are there.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::path::Path;

use csv::{ReaderBuilder, Writer, WriterBuilder};

use crate::{Result, output};

pub struct Summary {
    writer: Writer<File>,
    rows: BTreeMap<String, Vec<String>>,
}

impl Summary {
    /// Goes on with the table at `path`, or begins it. Rows of other columns are dropped, as is one that was cut off.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn open(path: &Path, columns: &[String]) -> Result<Self> {
        let mut rows = BTreeMap::new();
        if let Ok(mut reader) = ReaderBuilder::new().flexible(true).from_path(path)
            && reader.headers().is_ok_and(|found| found.iter().eq(columns))
        {
            let whole = reader.records().filter_map(|row| row.ok());
            for row in whole.filter(|row| row.len() == columns.len()) {
                rows.insert(row[0].to_owned(), row.iter().map(str::to_owned).collect());
            }
        }
        let mut whole = Writer::from_writer(Vec::new());
        whole.write_record(columns)?;
        rows.values().try_for_each(|row: &Vec<String>| whole.write_record(row))?;
        output::write(path, &whole.into_inner().map_err(|error| error.to_string())?)?;
        let file = OpenOptions::new().append(true).open(path)?;
        Ok(Self { writer: WriterBuilder::new().has_headers(false).from_writer(file), rows })
    }

    pub fn has(&self, picture: &str) -> bool {
        self.rows.contains_key(picture)
    }

    /// Adds a row; the last one of a picture counts.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add(&mut self, row: &[String]) -> Result<()> {
        self.writer.write_record(row)?;
        Ok(self.writer.flush()?)
    }
}
