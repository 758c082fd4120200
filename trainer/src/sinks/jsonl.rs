//! Writes the events of a run to a file, one JSON object per line.

use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
    time::Instant,
};

use serde::{Deserialize, Serialize};

use crate::{
    event::{Event, Sink, SinkError},
    store::{self, StoreError},
};

/// One line of the file.
#[derive(Serialize, Deserialize, Clone, Debug)]
pub struct Record {
    /// Seconds that the run had worked, without interruptions.
    pub time: f64,
    /// The event.
    #[serde(flatten)]
    pub event: Event,
}

/// Appends events to a file, except those that are for display only.
#[derive(Debug)]
pub struct Jsonl {
    path: PathBuf,
    file: File,
    length: u64,
    since: Instant,
    before: f64,
    repeats_start: bool,
}

impl Jsonl {
    /// Creates the file, or empties an existing one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn create(path: &Path) -> Result<Self, StoreError> {
        Self::open(path, 0, &[])
    }

    /// Continues the file of a run that resumes from its checkpoint at `step`. Events after the
    /// checkpoint are removed, the time continues from there, and a second [`Event::Started`] and its
    /// notes are skipped, so that the file equals that of an uninterrupted run.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::Json`] for a line that is no event, except the last one,
    /// which a killed run may have left half-written.
    pub fn resume(path: &Path, step: u64) -> Result<Self, StoreError> {
        let lines = if path.exists() { parse(path)? } else { vec![] };
        let beyond = |record: &Record| {
            record.event.step().is_some_and(|s| s > step)
                || matches!(record.event, Event::Finished { .. })
        };
        let end = lines.iter().position(|(_, record)| beyond(record));
        let kept = &lines[..end.unwrap_or(lines.len())];
        // Events after the checkpoint, such as an evaluation that was cut short, happen again.
        let saved = kept.iter().rposition(
            |(_, record)| matches!(record.event, Event::Saved { step: s, .. } if s == step),
        );
        let kept = &kept[..saved.map_or(kept.len(), |last| last + 1)];
        let length = kept.last().map_or(0, |(end, _)| *end);
        Self::open(path, length, kept)
    }

    /// Opens a file to append events, or creates it; a half-written last line is removed.
    ///
    /// # Errors
    /// As [`Self::resume`].
    pub fn append(path: &Path) -> Result<Self, StoreError> {
        let lines = if path.exists() { parse(path)? } else { vec![] };
        let length = lines.last().map_or(0, |(end, _)| *end);
        Ok(Self {
            repeats_start: false,
            ..Self::open(path, length, &lines)?
        })
    }

    fn open(path: &Path, length: u64, kept: &[(u64, Record)]) -> Result<Self, StoreError> {
        let open = || {
            let file = File::options().create(true).append(true).open(path)?;
            file.set_len(length)?;
            file.sync_all()?;
            Ok(file)
        };
        Ok(Self {
            path: path.to_owned(),
            file: open().map_err(|e| StoreError::io("open", path, e))?,
            length,
            since: Instant::now(),
            before: kept.last().map_or(0.0, |(_, record)| record.time),
            repeats_start: kept
                .iter()
                .any(|(_, record)| matches!(record.event, Event::Started { .. })),
        })
    }

    fn write(&mut self, record: &Record) -> io::Result<()> {
        let mut line = serde_json::to_vec(record)?;
        line.push(b'\n');
        if let Err(error) = self.file.write_all(&line) {
            // Half a line would spoil the next one.
            self.file.set_len(self.length)?;
            return Err(error);
        }
        self.length += line.len() as u64;
        match record.event {
            Event::Saved { .. } | Event::Finished { .. } => self.file.sync_data(),
            _ => Ok(()),
        }
    }
}

impl Sink for Jsonl {
    fn emit(&mut self, event: &Event) -> Result<(), SinkError> {
        match event {
            Event::Reading { .. } => return Ok(()),
            Event::Started { .. } | Event::Note { .. } if self.repeats_start => return Ok(()),
            _ => self.repeats_start = false,
        }
        let time = self.before + self.since.elapsed().as_secs_f64();
        let record = Record {
            time: (time * 1e3).round() / 1e3,
            event: event.clone(),
        };
        self.write(&record)
            .map_err(|e| StoreError::io("write", &self.path, e).into())
    }
}

/// Reads the events of a run, without a half-written last line.
pub(super) fn read(path: &Path) -> Result<Vec<Record>, StoreError> {
    Ok(parse(path)?.into_iter().map(|(_, record)| record).collect())
}

/// The events, each with the byte offset of the end of its line.
fn parse(path: &Path) -> Result<Vec<(u64, Record)>, StoreError> {
    let bytes = store::read(path)?;
    let mut records = Vec::new();
    let mut end = 0;
    for (index, line) in bytes.split_inclusive(|&byte| byte == b'\n').enumerate() {
        end += line.len();
        match serde_json::from_slice::<Record>(line) {
            Ok(_) if !line.ends_with(b"\n") => {}
            Ok(mut record) => {
                record.event = record.event.with_shares_apart();
                records.push((end as u64, record));
            }
            // A crash of the whole machine may leave any bytes in place of the last line.
            Err(_) if end == bytes.len() => {}
            Err(error) => {
                return Err(StoreError::Json {
                    path: path.to_owned(),
                    problem: format!("line {}: {error}", index + 1),
                });
            }
        }
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(json: serde_json::Value) -> Event {
        serde_json::from_value(json).unwrap()
    }

    fn step(step: u64) -> Event {
        event(json!({
            "event": "step", "step": step, "steps": 9, "epoch": 1, "losses": { "total": 1.5 },
            "grad_norm": 1, "learning_rate": 5e-5, "pieces": 7, "seconds": 0.25
        }))
    }

    fn saved(step: u64) -> Event {
        event(json!({ "event": "saved", "step": step, "path": "checkpoint" }))
    }

    fn started() -> Event {
        event(json!({
            "event": "started", "command": "train", "device": "CPU", "parameters": 1, "steps": 9,
            "epochs": 1, "seed": u64::MAX, "config": { "lr": 5e-5 }
        }))
    }

    fn finished() -> Event {
        event(json!({ "event": "finished", "reason": "interrupted", "seconds": 1, "best": {} }))
    }

    fn emit(sink: &mut Jsonl, events: impl IntoIterator<Item = Event>) {
        events.into_iter().for_each(|e| sink.emit(&e).unwrap());
    }

    /// The file without times.
    fn content(path: &Path) -> Vec<String> {
        let events = read(path).unwrap().into_iter().map(|record| record.event);
        events.map(|e| serde_json::to_string(&e).unwrap()).collect()
    }

    #[test]
    fn a_resumed_file_is_that_of_an_uninterrupted_run() {
        let folder = tempfile::tempdir().unwrap();
        let [whole, broken] = ["whole", "broken"].map(|name| folder.path().join(name));
        let start = || [started(), step(1), step(2), saved(2)];
        let rest = || [step(3), step(4), saved(4), finished()];
        emit(&mut Jsonl::create(&whole).unwrap(), start());
        emit(&mut Jsonl::resume(&whole, 2).unwrap(), rest());
        for tail in [vec![], vec![step(3)], vec![finished()], rest().to_vec()] {
            let mut sink = Jsonl::create(&broken).unwrap();
            emit(&mut sink, start());
            emit(&mut sink, tail);
            sink.file.write_all(b"{\"time\":4.0,\"eve").unwrap();
            let mut sink = Jsonl::resume(&broken, 2).unwrap();
            let note = event(json!({ "event": "note", "message": "reading" }));
            emit(&mut sink, [started(), note]);
            emit(&mut sink, rest());
            assert_eq!(content(&broken), content(&whole));
        }
        // A run that was killed between writing the checkpoint and its event.
        let mut sink = Jsonl::resume(&broken, 3).unwrap();
        emit(&mut sink, [step(4), saved(4), finished()]);
        assert_eq!(content(&broken), content(&whole));
    }

    #[test]
    fn time_goes_on_and_display_events_stay_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        let line = r#"{"time":7.5,"event":"saved","step":1,"path":"x"}"#;
        std::fs::write(&path, format!("{line}\n{line}")).unwrap();
        let mut sink = Jsonl::resume(&path, 1).unwrap();
        let reading = Event::Reading {
            done: 1,
            total: 2,
            sentences: 3,
        };
        emit(&mut sink, [reading, step(2)]);
        let records = read(&path).unwrap();
        assert_eq!(records.len(), 2);
        assert!(records[1].time >= 7.5);
    }

    #[test]
    fn only_the_last_line_may_be_broken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        let line = r#"{"time":0,"event":"note","message":"x"}"#;
        for tail in ["\0\0\0", "{\n", line] {
            std::fs::write(&path, format!("{line}\n{tail}")).unwrap();
            assert_eq!(read(&path).unwrap().len(), 1);
        }
        std::fs::write(&path, format!("{line}\n{{}}\n{line}\n")).unwrap();
        let error = read(&path).unwrap_err().to_string();
        assert!(error.contains("events.jsonl: line 2: missing"), "{error}");
    }
}
