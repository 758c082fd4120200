//! Splits a file into JSON records, one per line or one per element of an array, and holds one at
//! a time.

use std::io::{self, BufRead, Read};

use crate::{
    defect::{Flaw, Kind, Location},
    line::{Line, read_line},
};

/// Bytes of a foreign file that are looked at to recognise it.
const START: u64 = 256;

/// How a file holds its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    Lines,
    Array,
}

/// Iterator over the records of a file: the bytes of each, or its flaw.
pub struct Records<R> {
    reader: R,
    limit: usize,
    line: usize,
    record: usize,
    layout: Layout,
    state: State,
}

/// Position in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// The array is closed; nothing may follow.
    Closed,
    Ended,
}

/// Bytes of one record.
pub type Record = Result<Vec<u8>, Flaw>;

impl<R: BufRead> Records<R> {
    /// Skips a byte order mark and white space, and looks at the first byte.
    ///
    /// # Errors
    /// Any error of the reader. The inner error is the start of the content, if it starts neither an object
    /// nor an array.
    pub fn new(mut reader: R, limit: usize) -> io::Result<Result<Self, Vec<u8>>> {
        if reader.fill_buf()?.starts_with(b"\xEF\xBB\xBF") {
            reader.consume(3);
        }
        let mut line = 1;
        let first = loop {
            match reader.fill_buf()?.first().copied() {
                Some(byte) if byte.is_ascii_whitespace() => {
                    line += usize::from(byte == b'\n');
                    reader.consume(1);
                }
                other => break other,
            }
        };
        let layout = match first {
            Some(b'[') => {
                reader.consume(1);
                Layout::Array
            }
            Some(b'{') | None => Layout::Lines,
            Some(_) => {
                let mut start = Vec::new();
                reader.take(START).read_to_end(&mut start)?;
                return Ok(Err(start));
            }
        };
        let state = if first.is_none() {
            State::Ended
        } else {
            State::Open
        };
        Ok(Ok(Self {
            reader,
            limit,
            line,
            record: 0,
            layout,
            state,
        }))
    }

    fn locate(&mut self, line: usize) -> Location {
        self.record += 1;
        Location {
            line,
            record: self.record,
            in_array: self.layout == Layout::Array,
        }
    }

    fn byte(&mut self) -> io::Result<Option<u8>> {
        let byte = self.reader.fill_buf()?.first().copied();
        if byte.is_some() {
            self.reader.consume(1);
        }
        self.line += usize::from(byte == Some(b'\n'));
        Ok(byte)
    }

    fn next_line(&mut self) -> io::Result<Option<(Location, Record)>> {
        let mut bytes = Vec::new();
        while let Some(line) = read_line(&mut self.reader, self.limit, &mut bytes)? {
            let start = self.line;
            self.line += 1;
            if line == Line::TooLong {
                return Ok(Some((self.locate(start), Err(self.too_long()))));
            }
            if !bytes.trim_ascii().is_empty() {
                return Ok(Some((self.locate(start), Ok(bytes))));
            }
        }
        self.state = State::Ended;
        Ok(None)
    }

    fn next_element(&mut self) -> io::Result<Option<(Location, Record)>> {
        let (mut start, mut bytes, mut long) = (self.line, Vec::new(), false);
        let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
        let closed = loop {
            let Some(byte) = self.byte()? else {
                self.state = State::Ended;
                return Ok(Some((self.locate(start), Err(cut_off()))));
            };
            if bytes.is_empty() && !long && byte.is_ascii_whitespace() {
                start = self.line;
                continue;
            }
            if quoted {
                quoted = byte != b'"' || escaped;
                escaped = byte == b'\\' && !escaped;
            } else {
                match byte {
                    b'"' => quoted = true,
                    b'[' | b'{' => depth += 1,
                    b',' | b']' if depth == 0 => break byte == b']',
                    b']' | b'}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
            long |= bytes.len() >= self.limit;
            if !long {
                bytes.push(byte);
            }
        };
        if closed {
            self.state = State::Closed;
            if bytes.is_empty() && !long && self.record == 0 {
                return self.trailing();
            }
        }
        let record = match (long, bytes.is_empty()) {
            (true, _) => Err(self.too_long()),
            (_, true) => Err(Flaw::new(
                Kind::Syntax,
                "",
                "no record beside a comma; remove the comma",
            )),
            _ => Ok(bytes),
        };
        Ok(Some((self.locate(start), record)))
    }

    fn trailing(&mut self) -> io::Result<Option<(Location, Record)>> {
        self.state = State::Ended;
        while let Some(byte) = self.byte()? {
            if !byte.is_ascii_whitespace() {
                let problem = "text after the `]` that closes the array; remove it";
                let flaw = Flaw::new(Kind::Syntax, "", problem);
                return Ok(Some((self.locate(self.line), Err(flaw))));
            }
        }
        Ok(None)
    }

    fn too_long(&self) -> Flaw {
        Flaw::too_long(self.limit)
    }
}

/// Yields the location of each record, and the record.
impl<R: BufRead> Iterator for Records<R> {
    type Item = io::Result<(Location, Record)>;

    fn next(&mut self) -> Option<Self::Item> {
        let record = match (self.state, self.layout) {
            (State::Ended, _) => Ok(None),
            (State::Closed, _) => self.trailing(),
            (State::Open, Layout::Lines) => self.next_line(),
            (State::Open, Layout::Array) => self.next_element(),
        };
        record.transpose()
    }
}

fn cut_off() -> Flaw {
    Flaw::new(
        Kind::Syntax,
        "",
        "the file ends before the `]` that closes the array; it is cut off, fetch it again",
    )
}
