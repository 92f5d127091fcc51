//! Archives: all records of a store at one moment, in one file.
//!
//! ```text
//! educa backup 1\n          so that a person can see what the file is
//! zstd(
//!   format                  u64, big-endian: of the records, see `folder`
//!   record*                 table (u8: place of its name below), key, value; each of both as length (u32, big-endian) and bytes
//!   255                     the end
//!   digest                  32 bytes: BLAKE3 of everything from `format` to the end
//! )
//! ```
//!
//! Tables are written by name at their first record (254, length, name), so the order of tables may change.

use std::io::{self, Read, Write};

use crate::store::table::{TABLE_NAMES, Table};

const MAGIC: &[u8] = b"educa backup 1\n";
const END: u8 = 255;
const NAME: u8 = 254;

/// Longer keys and values are damage: no record comes near.
const MAX_PART: usize = 64 * 1024 * 1024;

/// What an archive holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Records, indexes among them.
    pub records: u64,
    /// Bytes of keys and values.
    pub bytes: u64,
}

/// Where a record stands, under which key, and its bytes.
pub type Record = (Table, Vec<u8>, Vec<u8>);

/// Writes an archive.
pub struct ArchiveWriter<W: Write> {
    out: zstd::Encoder<'static, W>,
    hasher: blake3::Hasher,
    named: Vec<Table>,
    summary: Summary,
}

impl<W: Write> ArchiveWriter<W> {
    pub fn new(mut out: W, format: u64) -> io::Result<Self> {
        out.write_all(MAGIC)?;
        let out = zstd::Encoder::new(out, 3)?;
        let (hasher, named, summary) = (blake3::Hasher::new(), Vec::new(), Summary::default());
        let mut writer = Self { out, hasher, named, summary };
        writer.put(&format.to_be_bytes())?;
        Ok(writer)
    }

    pub fn record(&mut self, table: Table, key: &[u8], value: &[u8]) -> io::Result<()> {
        let at = match self.named.iter().position(|named| *named == table) {
            Some(at) => at,
            None => {
                self.put(&[NAME])?;
                self.part(TABLE_NAMES[table as usize].as_bytes())?;
                self.named.push(table);
                self.named.len() - 1
            }
        };
        self.put(&[at as u8])?;
        self.part(key)?;
        self.part(value)?;
        self.summary.records += 1;
        self.summary.bytes += (key.len() + value.len()) as u64;
        Ok(())
    }

    pub fn finish(mut self) -> io::Result<(Summary, W)> {
        self.put(&[END])?;
        let digest = self.hasher.finalize();
        self.out.write_all(digest.as_bytes())?;
        Ok((self.summary, self.out.finish()?))
    }

    fn part(&mut self, bytes: &[u8]) -> io::Result<()> {
        let length = u32::try_from(bytes.len()).map_err(|_| io::Error::other("a record of more than 4 GB"))?;
        self.put(&length.to_be_bytes())?;
        self.put(bytes)
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        self.out.write_all(bytes)
    }
}

/// An archive that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It is something else.
    #[error("this is not a backup of educa")]
    NotAnArchive,
    /// It was cut short or changed.
    #[error("the backup is damaged ({0}); nothing was restored")]
    Damaged(&'static str),
    /// A newer educa wrote it.
    #[error("a newer educa wrote this backup (it knows \"{0}\"); update educa")]
    Newer(String),
    /// It could not be read to its end.
    #[error("the backup cannot be read: {0}")]
    Unreadable(io::Error),
}

/// Reads an archive record by record. What it says is only true once [`ArchiveReader::next`] came to the end.
pub struct ArchiveReader<R: Read> {
    input: zstd::Decoder<'static, io::BufReader<R>>,
    hasher: blake3::Hasher,
    named: Vec<Table>,
    /// Of the records; see `folder`.
    pub format: u64,
}

impl<R: Read> ArchiveReader<R> {
    pub fn new(mut input: R) -> Result<Self, ArchiveError> {
        let mut magic = [0; MAGIC.len()];
        input.read_exact(&mut magic).map_err(|_| ArchiveError::NotAnArchive)?;
        if magic != MAGIC {
            return Err(ArchiveError::NotAnArchive);
        }
        let input = zstd::Decoder::new(input).map_err(ArchiveError::Unreadable)?;
        let mut reader = Self { input, hasher: blake3::Hasher::new(), named: Vec::new(), format: 0 };
        reader.format = u64::from_be_bytes(reader.array()?);
        Ok(reader)
    }

    /// The next record; nothing at the end, which is then known to be whole.
    pub fn next(&mut self) -> Result<Option<Record>, ArchiveError> {
        loop {
            match self.array::<1>()? {
                [END] => return self.end().map(|()| None),
                [NAME] => {
                    let name = self.part()?;
                    self.named.push(table(&name)?);
                }
                [at] => {
                    let table =
                        *self.named.get(usize::from(at)).ok_or(ArchiveError::Damaged("a table without a name"))?;
                    return Ok(Some((table, self.part()?, self.part()?)));
                }
            }
        }
    }

    fn end(&mut self) -> Result<(), ArchiveError> {
        let expected = self.hasher.finalize();
        let digest: [u8; 32] = self.array()?;
        if expected == digest { Ok(()) } else { Err(ArchiveError::Damaged("its digest is another")) }
    }

    fn part(&mut self) -> Result<Vec<u8>, ArchiveError> {
        let length = u32::from_be_bytes(self.array()?) as usize;
        if length > MAX_PART {
            return Err(ArchiveError::Damaged("a record that is too long"));
        }
        let mut bytes = Vec::new();
        let mut part = (&mut self.input).take(length as u64);
        part.read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() < length {
            return Err(ArchiveError::Damaged("it was cut short"));
        }
        self.hasher.update(&bytes);
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ArchiveError> {
        let mut bytes = [0; N];
        self.input.read_exact(&mut bytes).map_err(unreadable)?;
        self.hasher.update(&bytes);
        Ok(bytes)
    }
}

fn table(name: &[u8]) -> Result<Table, ArchiveError> {
    let at = TABLE_NAMES.iter().position(|known| known.as_bytes() == name);
    let newer = || ArchiveError::Newer(String::from_utf8_lossy(name).into_owned());
    at.map(|at| Table::ALL[at]).ok_or_else(newer)
}

fn unreadable(error: io::Error) -> ArchiveError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => ArchiveError::Damaged("it was cut short"),
        // What zstd says of bytes that it did not write.
        io::ErrorKind::Other | io::ErrorKind::InvalidData => ArchiveError::Damaged("it cannot be decompressed"),
        _ => ArchiveError::Unreadable(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive() -> Vec<u8> {
        let mut writer = ArchiveWriter::new(Vec::new(), 2).expect("begun");
        for number in 0..200_u8 {
            let table = if number % 2 == 0 { Table::Accounts } else { Table::Seats };
            writer.record(table, &[number], &vec![number; usize::from(number)]).expect("written");
        }
        let (summary, bytes) = writer.finish().expect("finished");
        assert_eq!(summary.records, 200);
        bytes
    }

    fn read(bytes: &[u8]) -> Result<(u64, Vec<Record>), ArchiveError> {
        let mut reader = ArchiveReader::new(bytes)?;
        let mut records = Vec::new();
        while let Some(record) = reader.next()? {
            records.push(record);
        }
        Ok((reader.format, records))
    }

    #[test]
    fn what_is_written_is_read() {
        let (format, records) = read(&archive()).expect("read");
        assert_eq!((format, records.len()), (2, 200));
        for (table, key, value) in records {
            assert_eq!(table == Table::Accounts, key[0] % 2 == 0);
            assert_eq!(value, vec![key[0]; usize::from(key[0])]);
        }
    }

    #[test]
    fn one_that_was_cut_short_or_changed_is_never_another() {
        let bytes = archive();
        let whole = read(&bytes).expect("read");
        for length in 0..bytes.len() {
            assert!(read(&bytes[..length]).is_err(), "{length}");
        }
        // Not every bit of zstd's means something.
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(read(&flipped).is_ok_and(|read| read == whole) || read(&flipped).is_err(), "bit {bit}");
        }
        assert!(matches!(read(b"something else entirely"), Err(ArchiveError::NotAnArchive)));
    }
}
