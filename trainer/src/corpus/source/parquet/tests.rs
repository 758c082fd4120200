//! Tests of the Parquet reader on files made here.

use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use spanlight_tests::random::Random;
use spanlight_tests::refusal::assert_refusal;

use super::*;

/// Two groups of rows; every third text is null.
fn write(path: &Path, compression: Compression, texts: &[String]) {
    let schema = "message m { required binary id (UTF8); optional binary text (UTF8); \
                  required int32 year; optional group tags (LIST) { repeated group list { \
                  optional binary element (UTF8); } } }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = WriterProperties::builder()
        .set_compression(compression)
        .build();
    let file = File::create(path).unwrap();
    let mut writer = SerializedFileWriter::new(file, schema, properties.into()).unwrap();
    for part in texts.chunks(texts.len().div_ceil(2)) {
        let mut group = writer.next_row_group().unwrap();
        let mut place = 0;
        while let Some(mut column) = group.next_column().unwrap() {
            let bytes = |text: &String| ByteArray::from(text.as_str());
            let defined = |i: usize| i16::from(i % 3 != 2);
            let levels: Vec<i16> = (0..part.len()).map(defined).collect();
            match place {
                0 => {
                    let ids: Vec<ByteArray> = part.iter().map(bytes).collect();
                    column
                        .typed::<ByteArrayType>()
                        .write_batch(&ids, None, None)
                        .unwrap();
                }
                1 => {
                    let kept = part.iter().enumerate().filter(|(i, _)| defined(*i) == 1);
                    let kept: Vec<ByteArray> = kept.map(|(_, text)| bytes(text)).collect();
                    let column = column.typed::<ByteArrayType>();
                    column.write_batch(&kept, Some(&levels), None).unwrap();
                }
                2 => {
                    let years = vec![1; part.len()];
                    let column = column.typed::<parquet::data_type::Int32Type>();
                    column.write_batch(&years, None, None).unwrap();
                }
                _ => {
                    let none = vec![0; part.len()];
                    let column = column.typed::<ByteArrayType>();
                    column.write_batch(&[], Some(&none), Some(&none)).unwrap();
                }
            }
            column.close().unwrap();
            place += 1;
        }
        group.close().unwrap();
    }
    writer.close().unwrap();
}

fn read(path: &Path, names: &[&str]) -> Result<Vec<String>, CorpusError> {
    let names = names.iter().map(|name| (*name).to_string()).collect();
    let mut passages = Parquet::open(path, names, &Arc::default())?;
    let mut found = Vec::new();
    while let Some((_, passage)) = passages.next()? {
        found.push(passage.unwrap());
    }
    Ok(found)
}

#[test]
fn columns_are_read_in_step_and_nulls_are_empty() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let texts: Vec<String> = (0..1001).map(|i| format!("Text {i}")).collect();
    let zstd = Compression::ZSTD(ZstdLevel::default());
    for compression in [Compression::UNCOMPRESSED, Compression::SNAPPY, zstd] {
        write(&path, compression, &texts);
        let half = texts.len().div_ceil(2);
        let expected: Vec<String> = texts
            .iter()
            .enumerate()
            .map(|(i, text)| {
                if i % half % 3 == 2 {
                    String::new()
                } else {
                    text.clone()
                }
            })
            .collect();
        assert_eq!(read(&path, &["text"]).unwrap(), expected);
        assert_eq!(read(&path, &["1"]).unwrap(), texts);
        let both = read(&path, &["id", "text"]).unwrap();
        assert_eq!(
            (both[0].as_str(), both[2].as_str()),
            ("Text 0\n\nText 0", "Text 2")
        );
    }
}

#[test]
fn compressed_files_are_decompressed_first() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let texts: Vec<String> = (0..10).map(|i| format!("Text {i}")).collect();
    write(&path, Compression::SNAPPY, &texts);
    let bytes = std::fs::read(&path).unwrap();

    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    Write::write_all(&mut gzip, &bytes).unwrap();
    let packed = folder.path().join("a.parquet.gz");
    std::fs::write(&packed, gzip.finish().unwrap()).unwrap();
    assert_eq!(read(&packed, &["id"]).unwrap(), texts);

    let packed = folder.path().join("a.parquet.zst");
    std::fs::write(&packed, zstd::encode_all(&bytes[..], 0).unwrap()).unwrap();
    assert_eq!(read(&packed, &["id"]).unwrap(), texts);

    let whole = std::fs::read(&packed).unwrap();
    std::fs::write(&packed, &whole[..whole.len() / 2]).unwrap();
    let error = read(&packed, &["id"]).unwrap_err().to_string();
    assert!(error.contains("fetch or compress it again"), "{error}");
    std::fs::write(&packed, "no table").unwrap();
    let error = read(&packed, &["id"]).unwrap_err().to_string();
    assert!(error.contains("damaged or cut off"), "{error}");
}

#[test]
fn a_file_that_unpacks_without_end_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb.parquet.gz");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..100 {
        Write::write_all(&mut gzip, &vec![0; 1 << 20]).unwrap();
    }
    std::fs::write(&path, gzip.finish().unwrap()).unwrap();
    let error = read(&path, &["text"]).unwrap_err().to_string();
    assert_refusal(
        &error,
        "bomb.parquet.gz",
        "",
        "more than 67108864 bytes",
        "unpack it yourself",
    );
}

#[test]
fn a_page_that_claims_two_gigabytes_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.parquet");
    // One column `text`, packed with Snappy, of one page: 13 bytes that claim to be 2^31 - 1.
    let start =
        b"PAR1\x15\x00\x15\xfe\xff\xff\xff\x0f\x15\x1a\x2c\x15\x02\x15\x00\x15\x06\x15\x06\x00\x00";
    let page = b"\xff\xff\xff\xff\x07\0\0\0\0\0\0\0\0";
    let schema =
        b"\x15\x02\x19\x2c\x48\x06schema\x15\x02\x00\x15\x0c\x25\x00\x18\x04text\x25\x00\x00";
    let group = b"\x16\x02\x19\x1c\x19\x1c\x26\x08\x1c\x15\x0c\x19\x15\x00\x19\x18\x04text\x15\x02\x16\x02\x16\xa8\x80\x80\x80\x10\x16\x44\x26\x08\x00\x00\x16\x44\x16\x02\x00";
    let end = b"\x00\x47\0\0\0PAR1";
    let bytes = [&start[..], page, schema, group, end].concat();
    std::fs::write(&path, bytes).unwrap();
    let error = read(&path, &["text"]).unwrap_err().to_string();
    assert!(
        error.contains("13 bytes that claims to hold 2147483647"),
        "{error}"
    );
    assert_refusal(
        &error,
        "page.parquet",
        "line 0",
        "claims to hold",
        "fetch or compress it again",
    );
}

#[test]
fn long_cells_are_refused_by_column() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    write(
        &path,
        Compression::SNAPPY,
        &["x".repeat(RECORD_LIMIT + 1), "fine".into()],
    );
    let mut passages = Parquet::open(&path, vec!["id".into()], &Arc::default()).unwrap();
    let (location, long) = passages.next().unwrap().unwrap();
    let flaw = long.unwrap_err();
    assert_eq!((location.line, flaw.field.as_str()), (1, "id"));
    assert!(flaw.problem.contains("split it"), "{}", flaw.problem);
    assert_eq!(passages.next().unwrap().unwrap().1.unwrap(), "fine");
}

#[test]
fn damaged_files_never_panic() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let texts: Vec<String> = (0..50).map(|i| format!("Text {}", i % 7)).collect();
    write(&path, Compression::SNAPPY, &texts);
    let whole = std::fs::read(&path).unwrap();
    let (mut random, mut refused) = (Random(3), 0);
    for _ in 0..3000 {
        let mut bytes = whole.clone();
        for _ in 0..3 {
            let at = random.below(bytes.len());
            bytes[at] = random.below(256) as u8;
        }
        std::fs::write(&path, bytes).unwrap();
        let Ok(mut passages) = Parquet::open(&path, vec!["text".into()], &Arc::default()) else {
            refused += 1;
            continue;
        };
        for _ in 0..200 {
            match passages.next() {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => {
                    refused += 1;
                    break;
                }
            }
        }
    }
    assert!(refused > 500, "{refused}");
}

#[test]
fn missing_columns_and_damaged_files_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    write(&path, Compression::SNAPPY, &["One".into(), "Two".into()]);
    for name in ["body", "year", "tags.list.element", "9", "0"] {
        let error = read(&path, &[name]).unwrap_err().to_string();
        assert!(
            error.contains(&format!("a.parquet: no column `{name}`")),
            "{error}"
        );
        assert!(
            error.contains("columns of text are `id`, `text`"),
            "{error}"
        );
    }
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 10]).unwrap();
    let error = read(&path, &["text"]).unwrap_err().to_string();
    assert!(error.contains("a.parquet: damaged or cut off"), "{error}");
}
