//! Files made to harm: to act on a terminal, to take endless time or memory.

use spanlight_tests::random::Random;

use std::time::{Duration, Instant};

use super::fuzz::mutate;
use super::*;

const ACTING: [&str; 6] = [
    "\u{1b}[2J",
    "\u{7}",
    "\u{9b}1m",
    "\u{7f}",
    "\u{202e}",
    "\u{2028}",
];

fn acts(c: char) -> bool {
    c.is_control() && c != '\n' || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// All messages about a file: the error, the report and every defect.
fn messages(name: &str, bytes: &[u8]) -> Vec<String> {
    let mut all = Vec::new();
    for (_, format) in Format::NAMES {
        let options = Options::default();
        match read(Source::new(name, bytes), format, &options) {
            Ok(data) => {
                all.extend(data.defects.iter().map(ToString::to_string));
                all.extend(write(&data.sentences).err().map(|e| e.to_string()));
            }
            Err(error) => all.push(error.to_string()),
        }
        let schema = Schema {
            entities: vec!["\u{1b}A".into()],
            ..Schema::default()
        };
        match check(Source::new(name, bytes), format, &options, Some(&schema)) {
            Ok(found) => all.push(found.to_string()),
            Err(error) => all.push(error.to_string()),
        }
    }
    all
}

#[test]
fn no_message_holds_a_character_that_acts_on_a_terminal() {
    let mut random = Random(17);
    let mut seen = 0;
    let mut look = |bytes: &[u8]| {
        for message in messages("folder/\u{1b}]0;x\u{7}.json", bytes) {
            assert!(!message.contains(acts), "{message:?}");
            seen += usize::from(message.contains("\\u{"));
        }
    };
    look(b"{\"sentences\": \"\\u001b]0;owned\\u0007\\u001b[2J\"}\n");
    look(b"{\"tokens\": [\"a\"], \"tags\": [\"\\u001b[2J\\u001b[H fake\"], \"relations\": []}\n");
    look("\u{1b}[2J plain".as_bytes());
    for (line, _) in ALL {
        let letters: Vec<usize> = line
            .match_indices(|c: char| c.is_alphabetic())
            .map(|(at, _)| at)
            .collect();
        for i in 0..60 {
            // A character into a text, a label, an id or the name of a field; often with further damage.
            let at = letters[(i * 7919 + 13) % letters.len()];
            let acting = ACTING[i % ACTING.len()];
            let escaped: Vec<String> = acting
                .chars()
                .map(|c| format!("\\u{:04x}", c as u32))
                .collect();
            let escaped = escaped.concat();
            let hostile = format!("{}{escaped}{}", &line[..at], &line[at..]);
            look(hostile.as_bytes());
            look(&mutate(&hostile, &mut random));
            look(format!("{}{acting}{}", &line[..at], &line[at..]).as_bytes());
        }
    }
    assert!(seen > 1000, "{seen}");
}

#[test]
fn deep_nesting_is_an_error() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        for depth in [200, 1_000_000] {
            let deep = format!("{}1{}\n", open.repeat(depth), close.repeat(depth));
            for text in [
                deep.clone(),
                format!("[{deep}]"),
                format!("{{\"tokens\": {deep}}}"),
            ] {
                let message = parse(&text, Format::Auto).unwrap_err().to_string();
                assert!(
                    message.contains("recursion limit") && message.contains("line 1"),
                    "{message}"
                );
            }
        }
    }
}

#[test]
fn names_of_documents_are_short() {
    let long = DYGIE.replace("\"d1\"", &format!("\"{}\"", "d".repeat(2000)));
    let message = problem(&long, Kind::TooLong);
    assert_refusal(&message, NAME, "line 1", "field `doc_key`", "shorten it");
}

#[test]
fn a_blank_word_is_replaced_not_removed() {
    let message = problem(&SPERT.replace("\"leads\"", "\" \""), Kind::Word);
    assert_refusal(
        &message,
        NAME,
        "line 1",
        "field `tokens`",
        "every offset stays valid",
    );
    // The advice holds: the annotations of the mended record are those of the original.
    let mended = good(&SPERT.replace("\"leads\"", "\"_\""));
    assert_eq!(
        mended.sentences[0].entities,
        good(SPERT).sentences[0].entities
    );
}

#[test]
fn the_remedy_fits_the_missing_field() {
    for (line, field, remedy) in [
        (PSPE, "\"emId\": \"E1\", ", "name the mention"),
        (PSPE, "\"offset\": [0, 2], ", "add the offset"),
        (SPERT, ", \"end\": 2", "add the offset"),
        (SPERT, "\"type\": \"Peop\", ", "add the label"),
        (SPERT, "\"head\": 0, ", "name the mention"),
        (
            SPERT,
            "\"relations\": [{\"type\": \"Work_For\", \"head\": 0, \"tail\": 1}], ",
            "an empty list if there is none",
        ),
        (KNOWLEDGENET, "\"passageStart\": 10, ", "add the offset"),
    ] {
        assert!(line.contains(field), "{field}");
        let message = problem(&line.replacen(field, "", 1), Kind::Missing);
        let name = field.split('"').nth(1).unwrap();
        assert_refusal(&message, NAME, "line 1", &format!("`{name}`"), remedy);
    }
}

/// A sentence's words, mentions and relations: `n` of each.
pub(super) fn many_dygie(n: usize) -> String {
    let words = vec!["\"a\""; n].join(",");
    let ner: Vec<String> = (0..n).map(|i| format!("[{i},{i},\"T\"]")).collect();
    let relations = vec!["[0,0,0,0,\"R\"]"; n].join(",");
    format!(
        "{{\"sentences\":[[{words}]],\"ner\":[[{}]],\"relations\":[[{relations}]]}}",
        ner.join(",")
    )
}

/// `n` sentences and `n` labels of one entity.
fn many_docred(n: usize) -> String {
    let sents = vec!["[\"a\"]"; n].join(",");
    let labels = vec!["{\"h\":0,\"t\":0,\"r\":\"P6\"}"; n].join(",");
    format!(
        "[{{\"title\":\"t\",\"sents\":[{sents}],\"vertexSet\":[[{{\"pos\":[0,1],\"sent_id\":0,\"type\":\"PER\"}}]],\"labels\":[{labels}]}}]"
    )
}

/// The time is generous: with comparisons of all pairs, each of these takes minutes.
#[test]
fn many_mentions_and_relations_take_no_quadratic_time() {
    let started = Instant::now();
    let data = good(&many_dygie(20_000));
    assert_eq!(
        (
            data.sentences[0].entities.len(),
            data.sentences[0].relations.len()
        ),
        (20_000, 20_000)
    );
    assert!(
        check(
            source(many_dygie(20_000).as_bytes()),
            Format::Auto,
            &Options::default(),
            None
        )
        .unwrap()
        .usable
    );
    assert_eq!(trainable(&data.sentences, Overlap::Longest).0.len(), 0);
    let docred = good(&many_docred(20_000));
    assert_eq!(docred.sentences.len(), 20_000);
    assert_eq!(docred.defects.len(), 1);
    assert!(
        started.elapsed() < Duration::from_secs(20),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn relations_that_hold_everywhere_are_bounded() {
    let mention = |i: usize, e: usize| {
        format!(
            "{{\"pos\":[{e},{}],\"sent_id\":{i},\"type\":\"PER\"}}",
            e + 1
        )
    };
    let mentions = |e: usize| {
        (0..2000)
            .map(|i| mention(i, e))
            .collect::<Vec<_>>()
            .join(",")
    };
    let labels = |count: usize| {
        (0..count)
            .map(|i| format!("{{\"h\":0,\"t\":1,\"r\":\"P{i}\"}}"))
            .collect::<Vec<_>>()
            .join(",")
    };
    let document = |count: usize| {
        format!(
            "[{{\"title\":\"t\",\"sents\":[{}],\"vertexSet\":[[{}],[{}]],\"labels\":[{}]}}]",
            vec!["[\"a\",\"b\"]"; 2000].join(","),
            mentions(0),
            mentions(1),
            labels(count)
        )
    };
    assert_eq!(good(&document(3)).sentences[1999].relations.len(), 3);
    let message = problem(&document(2000), Kind::TooLong);
    assert_refusal(
        &message,
        NAME,
        "record 1",
        "labels[499]",
        "split the document",
    );
}

#[test]
fn mentions_of_a_whole_sentence_are_not_written_out_a_million_times() {
    let words = vec!["word".to_owned(); 20_000];
    let entity = |start| spanlight_core::document::Entity {
        start,
        end: 20_000,
        label: "X".into(),
    };
    let sentence = Sentence {
        words,
        entities: (0..10_000).map(entity).collect(),
        ..Sentence::default()
    };
    let error = write(&[sentence]).unwrap_err().to_string();
    assert!(error.contains("split the sentence"), "{error}");
}
