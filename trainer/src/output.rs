//! The file that a command writes: never one of its inputs, and whole or not at all.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::data::{DataError, printable};
use crate::error::{Error, Result};
use crate::store::{StoreError, write_whole};

/// Whether a command may replace a file.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Overwrite {
    /// Replace the output file if it exists
    #[arg(long)]
    pub overwrite: bool,
}

/// A file to write.
#[derive(Debug)]
pub struct Output {
    path: PathBuf,
    /// Whether it is a pipe or device, which is written as it is.
    direct: bool,
}

impl Output {
    /// Checks the file before any work is done, so that hours of work do not end in a refusal.
    ///
    /// # Errors
    /// [`Error::Usage`] if it is a folder, one of the `inputs`, or exists and may not be replaced.
    pub fn new<'a>(
        path: &Path,
        inputs: impl IntoIterator<Item = &'a Path>,
        overwrite: Overwrite,
    ) -> Result<Self> {
        let refuse = |problem: &str| Err(Error::Usage(format!("{}: {problem}", shown(path))));
        let to = |path: &Path, direct| {
            let path = path.to_owned();
            Ok(Self { path, direct })
        };
        let Ok(about) = fs::metadata(path) else {
            return to(path, false);
        };
        if about.is_dir() {
            return refuse("is a folder; name a file to write");
        }
        // `/dev/stdout` may lead to a file.
        if !about.is_file() || path.starts_with("/dev") {
            return to(path, true);
        }
        // A link stays a link: its target is written.
        let real = fs::canonicalize(path).map_err(|e| StoreError::io("write", path, e))?;
        for input in inputs {
            if fs::canonicalize(input).is_ok_and(|input| input == real) {
                return refuse("is read by this command; name another file to write");
            }
        }
        if !overwrite.overwrite {
            return refuse("exists; name another file, or replace it with --overwrite");
        }
        to(&real, false)
    }

    /// Writes the file; if `content` fails, an existing file stays as it is.
    ///
    /// Pipes and devices, such as `/dev/stdout`, are written directly.
    ///
    /// # Errors
    /// Those of `content`, and [`Error::Store`] if the file cannot be written.
    pub fn write<T>(&self, content: impl FnOnce(&mut dyn Write) -> Result<T>) -> Result<T> {
        let whole = |file: &mut File| {
            let mut out = BufWriter::new(file);
            let value = content(&mut out)?;
            out.flush()?;
            Ok(value)
        };
        if self.direct {
            let file = File::options().write(true).open(&self.path);
            let mut file = file.map_err(|e| StoreError::io("write", &self.path, e))?;
            return whole(&mut file);
        }
        write_whole(&self.path, whole, |error| match error {
            Error::Io(error) | Error::Data(DataError::Io { source: error, .. }) => Ok(error),
            error => Err(error),
        })
    }
}

/// A path for messages, without characters that act on a terminal.
pub fn shown(path: &Path) -> String {
    printable(&path.to_string_lossy()).into_owned()
}

#[cfg(test)]
mod tests {
    use spanlight_tests::disk::Disk;
    use spanlight_tests::refusal::assert_refusal;

    use super::*;

    const FORCE: Overwrite = Overwrite { overwrite: true };
    const KEEP: Overwrite = Overwrite { overwrite: false };

    fn names(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn inputs_folders_and_existing_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (
            folder.path().join("old.json"),
            folder.path().join("new.json"),
        );
        fs::write(&old, "old").unwrap();
        let refusal = |path: &Path, overwrite| {
            Output::new(path, [old.as_path()], overwrite)
                .unwrap_err()
                .to_string()
        };
        let around = folder
            .path()
            .join("../")
            .join(folder.path().file_name().unwrap());
        for same in [old.clone(), around.join("old.json")] {
            let message = refusal(&same, FORCE);
            assert_refusal(
                &message,
                "old.json",
                "",
                "is read by this command",
                "another file",
            );
        }
        assert_refusal(
            &refusal(folder.path(), FORCE),
            "",
            "",
            "is a folder",
            "name a file",
        );
        fs::write(&new, "new").unwrap();
        assert_refusal(
            &refusal(&new, KEEP),
            "new.json",
            "",
            "exists",
            "--overwrite",
        );
        assert!(Output::new(&new, [old.as_path()], FORCE).is_ok());
        #[cfg(unix)]
        {
            let link = folder.path().join("link.json");
            std::os::unix::fs::symlink(&old, &link).unwrap();
            assert!(refusal(&link, FORCE).contains("is read by this command"));
            let output = Output::new(&link, [], FORCE).unwrap();
            output
                .write(|out| Ok(out.write_all(b"through the link")?))
                .unwrap();
            assert!(link.is_symlink());
            assert_eq!(fs::read(&old).unwrap(), b"through the link");
        }
    }

    #[test]
    fn a_failure_keeps_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.jsonl");
        fs::write(&path, "old").unwrap();
        let output = Output::new(&path, [], FORCE).unwrap();
        let failed = output.write(|out| {
            out.write_all(&vec![b'x'; 1 << 20])?;
            Err::<(), _>(Error::Usage("the input is bad".into()))
        });
        assert_eq!(failed.unwrap_err().to_string(), "the input is bad");
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(folder.path()), 1);
        output.write(|out| Ok(out.write_all(b"new")?)).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(names(folder.path()), 1);
    }

    #[test]
    fn a_full_disk_keeps_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let Some(disk) = Disk::mount(folder.path(), "size=64k") else {
            return;
        };
        let path = folder.path().join("out.jsonl");
        fs::write(&path, "old").unwrap();
        let output = Output::new(&path, [], FORCE).unwrap();
        let full = output.write(|out| Ok(out.write_all(&vec![b'x'; 1 << 20])?));
        let (kept, left) = (fs::read(&path), names(folder.path()));
        drop(disk);
        let message = full.unwrap_err().to_string();
        assert_refusal(
            &message,
            "out.jsonl",
            "",
            "the disk is full",
            "free some space",
        );
        assert_eq!((kept.unwrap(), left), (b"old".to_vec(), 1));
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let Some(disk) = Disk::mount(folder.path(), "ro") else {
            return;
        };
        let output = Output::new(&folder.path().join("out.jsonl"), [], KEEP).unwrap();
        let refused = output.write(|out| Ok(out.write_all(b"x")?));
        drop(disk);
        let message = refused.unwrap_err().to_string();
        assert!(message.contains("out.jsonl: cannot write"), "{message}");
    }

    #[cfg(unix)]
    #[test]
    fn devices_are_written_and_stay_devices() {
        let null = Path::new("/dev/null");
        let output = Output::new(null, [], KEEP).unwrap();
        output.write(|out| Ok(out.write_all(b"gone")?)).unwrap();
        assert!(!fs::metadata(null).unwrap().is_file());
    }

    #[test]
    fn a_folder_that_does_not_exist_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let output = Output::new(&folder.path().join("no/out.jsonl"), [], KEEP).unwrap();
        let message = output.write(|_| Ok(())).unwrap_err().to_string();
        assert!(message.contains("no/out.jsonl: cannot write"), "{message}");
    }
}
