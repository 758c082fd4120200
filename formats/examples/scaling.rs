//! How the time of every reader grows with its input, and how much memory the worst records take.
//!
//! ```sh
//! cargo run --release -p spanlight-formats --example scaling            # seconds a doubling, to 1,280,000 items
//! cargo run --release -p spanlight-formats --example scaling 320000     # to fewer items
//! cargo run --release -p spanlight-formats --example scaling blanks 64  # peak memory of one record of 64 MiB
//! ```
//!
//! Times are those of the processor, where the system tells them. A reader that is linear takes twice the time for twice the input, and one that compares all pairs four
//! times. The last column is the mean factor of a doubling, from the first size that takes longer than 5 ms.

use std::time::Instant;

use spanlight_formats::{
    Format, Options, Overlap, Source, Unit, check, line, re3d, read, subset, trainable,
};

/// A name, and a function that writes a file with that many items.
type Case = (&'static str, fn(usize) -> String);

const CASES: [Case; 17] = [
    ("DyGIE: words, mentions, relations", |n| {
        let ner = join(n, |i| format!("[{i},{i},\"T\"]"));
        let relations = join(n, |_| "[0,0,0,0,\"R\"]".into());
        format!(
            "{{\"sentences\":[[{}]],\"ner\":[[{ner}]],\"relations\":[[{relations}]]}}",
            words(n)
        )
    }),
    ("DyGIE: sentences", |n| {
        let [sentences, empty] = ["[\"a\"]", "[]"].map(|list| join(n, |_| list.into()));
        format!("{{\"sentences\":[{sentences}],\"ner\":[{empty}],\"relations\":[{empty}]}}")
    }),
    ("DyGIE: refused relations", |n| {
        let relations = join(n, |_| "[0,0,1,1,\"R\"]".into());
        format!(
            "{{\"sentences\":[[\"a\"],[\"b\"]],\"ner\":[[],[]],\"relations\":[[{relations}],[]]}}"
        )
    }),
    ("SpERT: documents", |n| {
        let line = "{\"tokens\":[\"a\"],\"entities\":[{\"type\":\"T\",\"start\":0,\"end\":1}],\"relations\":[]}\n";
        line.repeat(n)
    }),
    ("SpERT: mentions, relations", |n| {
        let entities = join(n, |i| {
            format!("{{\"type\":\"T\",\"start\":{i},\"end\":{}}}", i + 1)
        });
        let relations = join(n, |i| {
            format!("{{\"type\":\"R\",\"head\":{i},\"tail\":{}}}", n - 1 - i)
        });
        format!(
            "{{\"tokens\":[{}],\"entities\":[{entities}],\"relations\":[{relations}]}}",
            words(n)
        )
    }),
    ("SpERT: nested mentions", |n| {
        let entities = join(n, |i| {
            format!("{{\"type\":\"T\",\"start\":{i},\"end\":{n}}}")
        });
        format!(
            "{{\"tokens\":[{}],\"entities\":[{entities}],\"relations\":[]}}",
            words(n)
        )
    }),
    ("SpERT: tags", |n| {
        let tags = join(n, |_| "\"U-T\"".into());
        format!(
            "{{\"tokens\":[{}],\"tags\":[{tags}],\"relations\":[]}}",
            words(n)
        )
    }),
    ("PSPE: long mentions, relations", |n| {
        let mentions = join(n, |i| {
            format!("{{\"emId\":\"{i}\",\"offset\":[0,{n}],\"label\":\"T\"}}")
        });
        let relations = join(n, |i| {
            format!("{{\"em1Id\":\"{i}\",\"em2Id\":\"0\",\"label\":\"R\"}}")
        });
        pspe(n, &mentions, &relations)
    }),
    ("PSPE: spaces", |n| {
        pspe(0, "", "").replace("\"a", &format!("\"a{}", " ".repeat(n)))
    }),
    ("ARNOR: mentions, relations", |n| {
        let mentions = join(n, |i| {
            format!("{{\"text\":\"a a b{}\",\"label\":\"T\"}}", i % 100)
        });
        let relations = join(n, |_| {
            "{\"em1Text\":\"a\",\"em2Text\":\"a\",\"label\":\"R\"}".into()
        });
        pspe(n, &mentions, &relations)
    }),
    ("DocRED: sentences, labels", |n| {
        docred(
            n,
            &mention(0),
            &join(n, |_| "{\"h\":0,\"t\":0,\"r\":\"P6\"}".into()),
        )
    }),
    ("DocRED: mentions of one entity in one sentence", |n| {
        let mentions = join(n, |_| mention(0));
        docred(
            1,
            &mentions,
            &join(n, |_| "{\"h\":0,\"t\":0,\"r\":\"P6\"}".into()),
        )
    }),
    ("DocRED: two entities in different sentences", |n| {
        let [even, odd] = [0, 1].map(|odd| join(n / 2, |i| mention(2 * i + odd)));
        let labels = join(n, |_| "{\"h\":0,\"t\":1,\"r\":\"P6\"}".into());
        docred(n, &format!("{even}],[{odd}"), &labels)
    }),
    ("KnowledgeNet: sentences, facts", |n| {
        let facts = join(n, |i| fact(6 * i, "\"property\":\"SPOUSE\""));
        format!(
            "{{\"documentId\":\"d\",\"passageStart\":0,\"passageText\":\"{}\",\"facts\":[{facts}]}}",
            "A b. C".repeat(n)
        )
    }),
    ("KnowledgeNet: numbered properties", |n| {
        let facts = join(n, |_| fact(0, &format!("\"propertyId\":\"{}\"", n - 1)));
        let properties = join(n, |i| {
            format!("{{\"propertyId\":\"{i}\",\"propertyName\":\"SPOUSE\"}}")
        });
        format!(
            "{{\"documentId\":\"d\",\"passageStart\":0,\"passageText\":\"A b.\",\"facts\":[{facts}],\"exhaustivelyAnnotatedProperties\":[{properties}]}}"
        )
    }),
    ("KnowledgeNet: long blank mentions", |n| {
        let facts = join(n, |_| {
            format!(
                "{{\"property\":\"SPOUSE\",\"subjectStart\":1,\"subjectEnd\":{n},\"objectStart\":0,\"objectEnd\":{n}}}"
            )
        });
        format!(
            "{{\"documentId\":\"d\",\"passageStart\":0,\"passageText\":\"A{}\",\"facts\":[{facts}]}}",
            " ".repeat(n)
        )
    }),
    ("KnowledgeNet: long words", |n| {
        let facts = join(n, |i| {
            format!(
                "{{\"property\":\"SPOUSE\",\"subjectStart\":0,\"subjectEnd\":{},\"objectStart\":{i},\"objectEnd\":{n}}}",
                i + 1
            )
        });
        format!(
            "{{\"documentId\":\"d\",\"passageStart\":0,\"passageText\":\"{}\",\"facts\":[{facts}]}}",
            "-".repeat(n)
        )
    }),
];

fn join(n: usize, item: impl FnMut(usize) -> String) -> String {
    (0..n).map(item).collect::<Vec<_>>().join(",")
}

fn words(n: usize) -> String {
    join(n, |_| "\"a\"".into())
}

fn pspe(n: usize, mentions: &str, relations: &str) -> String {
    let text = format!("a{}", " a".repeat(n.saturating_sub(1)));
    format!(
        "{{\"sentText\":\"{text}\",\"entityMentions\":[{mentions}],\"relationMentions\":[{relations}]}}"
    )
}

fn mention(sentence: usize) -> String {
    format!("{{\"pos\":[0,1],\"sent_id\":{sentence},\"type\":\"PER\"}}")
}

fn docred(sentences: usize, mentions: &str, labels: &str) -> String {
    let sents = join(sentences, |_| "[\"a\"]".into());
    format!(
        "[{{\"title\":\"t\",\"sents\":[{sents}],\"vertexSet\":[[{mentions}]],\"labels\":[{labels}]}}]"
    )
}

fn fact(at: usize, property: &str) -> String {
    let [start, end] = [at, at + 1];
    format!(
        "{{{property},\"subjectStart\":{start},\"subjectEnd\":{end},\"objectStart\":{start},\"objectEnd\":{end}}}"
    )
}

/// Reads a file and does with it what the commands do; returns the steps' names and seconds.
fn steps(text: &str) -> [(&'static str, f64); 4] {
    let options = Options::default();
    let source = || Source::new("file", text.as_bytes());
    let timed = |name, work: &mut dyn FnMut()| {
        let started = Clock::start();
        work();
        (name, started.seconds())
    };
    let mut sentences = Vec::new();
    [
        timed("read", &mut || {
            if let Ok(data) = read(source(), Format::Auto, &options) {
                sentences = data.sentences;
            }
        }),
        timed("check", &mut || {
            drop(check(source(), Format::Auto, &options, None));
        }),
        timed("train", &mut || {
            drop(trainable(&sentences, Overlap::Longest));
        }),
        timed("convert", &mut || {
            for sentence in subset(&sentences, 1.0, Unit::Sentence, 1) {
                drop(line(&sentence));
            }
        }),
    ]
}

/// The time of re3d, which has three files.
fn three_files(n: usize) -> f64 {
    let lines = |line: &dyn Fn(usize) -> String| (0..n).map(line).collect::<Vec<_>>().join("\n");
    let documents = format!("{{\"_id\":\"d\",\"text\":\"{}\"}}", "A b. C".repeat(n));
    let entities = lines(&|i| {
        format!(
            "{{\"documentId\":\"d\",\"begin\":{},\"end\":{},\"type\":\"T\"}}",
            6 * i,
            6 * i + 1
        )
    });
    let relations = lines(&|i| {
        let (a, b) = (6 * i, 6 * i + 1);
        format!(
            "{{\"documentId\":\"d\",\"sourceBegin\":{a},\"sourceEnd\":{b},\"targetBegin\":{a},\"targetEnd\":{b},\"type\":\"R\"}}"
        )
    });
    let started = Clock::start();
    let source = Source::new(re3d::DOCUMENTS, documents.as_bytes())
        .with_part(re3d::PARTS[0], entities.as_bytes())
        .with_part(re3d::PARTS[1], relations.as_bytes());
    drop(read(source, Format::Auto, &Options::default()));
    started.seconds()
}

/// Counts seconds of this thread, so that other programs do not disturb the figures.
struct Clock {
    started: Instant,
    ran: Option<f64>,
}

impl Clock {
    fn start() -> Self {
        Self {
            started: Instant::now(),
            ran: Self::ran(),
        }
    }

    fn ran() -> Option<f64> {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        let nanoseconds: f64 = text.split_ascii_whitespace().next()?.parse().ok()?;
        Some(nanoseconds / 1e9)
    }

    fn seconds(&self) -> f64 {
        let ran = Self::ran().zip(self.ran).map(|(now, then)| now - then);
        ran.unwrap_or_else(|| self.started.elapsed().as_secs_f64())
    }
}

fn print(name: &str, seconds: &[f64]) {
    let long: Vec<f64> = seconds.iter().copied().filter(|s| *s > 0.005).collect();
    let mean = match &long[..] {
        [first, .., last] => (last / first).powf(1.0 / (long.len() - 1) as f64),
        _ => 0.0,
    };
    print!("{name:<58}");
    for seconds in seconds {
        print!("{seconds:>8.3}");
    }
    println!("{mean:>7.2}");
}

fn memory(kind: &str, size: usize) {
    let fill = |item: &str| {
        format!(
            "{}{item}",
            format!("{item},").repeat(size / (item.len() + 1))
        )
    };
    let text = match kind {
        "blanks" => format!("{{\"sentences\":[[{}]]}}", fill("\"\"")),
        "words" => format!("{{\"sentences\":[[{}]]}}", fill("\"a\"")),
        "numbers" => format!("{{\"sentences\":[[\"a\"]],\"x\":[{}]}}", fill("0")),
        "lists" => format!("{{\"sentences\":[[\"a\"]],\"x\":[{}]}}", fill("[]")),
        "objects" => format!("{{\"sentences\":[[\"a\"]],\"x\":[{}]}}", fill("{\"\":0}")),
        "mentions" => format!(
            "{{\"sentences\":[[\"a\"]],\"ner\":[[{}]]}}",
            fill("[0,0,\"T\"]")
        ),
        "defects" => format!(
            "{{\"sentences\":[[\"a\"]],\"ner\":[[{}]]}}",
            fill("[1,0,\"T\"]")
        ),
        "spaces" => format!(
            "{{\"sentText\":\"a{}b\",\"entityMentions\":[],\"relationMentions\":[]}}",
            " ".repeat(size)
        ),
        other => panic!("no kind `{other}`"),
    };
    let before = peak();
    let source = Source::new("file", text.as_bytes());
    let found = check(source, Format::Auto, &Options::default(), None).unwrap();
    let grown = peak() - before;
    println!(
        "{kind}: {} MiB read, {} defects, {grown} MiB more",
        text.len() >> 20,
        found.defects.len()
    );
}

/// Largest memory of the process so far in MiB; 0 where the system does not tell.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    let kib = line.and_then(|line| line.split_ascii_whitespace().nth(1)?.parse::<usize>().ok());
    kib.unwrap_or(0) / 1024
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [kind, size] = &arguments[..] {
        let size = size.parse::<usize>().unwrap_or(1) << 20;
        return memory(kind, size - 4096);
    }
    let largest = arguments
        .first()
        .and_then(|n| n.parse().ok())
        .unwrap_or(1_280_000);
    let sizes: Vec<usize> = (0..8)
        .map(|doubling| 10_000 << doubling)
        .take_while(|n| *n <= largest)
        .collect();
    print!("{:<58}", "seconds for items");
    for n in &sizes {
        print!("{n:>8}");
    }
    println!("   mean");
    for (name, case) in CASES {
        let rows: Vec<_> = sizes.iter().map(|n| steps(&case(*n))).collect();
        for step in 0..4 {
            let seconds: Vec<f64> = rows.iter().map(|row| row[step].1).collect();
            print(&format!("{name}: {}", rows[0][step].0), &seconds);
        }
    }
    let seconds: Vec<f64> = sizes.iter().map(|n| three_files(*n)).collect();
    print("re3d: sentences, mentions, relations: read", &seconds);
}
