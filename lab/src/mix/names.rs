//! Words that look like names, and mentions without such words.

use spanlight_core::document::{Relation, Sentence};

/// Words that are no names even if capitalised.
const FUNCTION_WORDS: &str = "a after all also although an and another are as at became because before both but by \
    currently during each following for formerly from had has he her herself him himself his \
    however i if in including is it its itself later me my no not now of on one or \
    originally our ours prior she since so some someone such that the their them themselves \
    then there these they this those though through to under until us was we were when where \
    which while who whom whose with you your yours";

const ARTICLES: &str = "a an the";

/// Whether a space-separated list has a word, in any case except acronyms: `US` is not the word `us`.
fn is_one_of(words: &str, word: &str) -> bool {
    let acronym = word.len() > 1 && word.chars().all(char::is_uppercase);
    let lower = word.to_lowercase();
    !acronym && words.split(' ').any(|known| known == lower)
}

/// Whether a word has a capital letter or a digit and is no function word.
pub fn looks_like_name(word: &str) -> bool {
    word.chars().any(|c| c.is_uppercase() || c.is_numeric()) && !is_one_of(FUNCTION_WORDS, word)
}

/// The sentence with only those mentions that hold a word that looks like a name, and the relations between them.
/// The mentions lose a leading article.
pub fn names_only(sentence: &Sentence) -> Sentence {
    let (mut kept, mut indices) = (Vec::new(), Vec::new());
    for entity in &sentence.entities {
        let mut entity = entity.clone();
        let words = sentence
            .words
            .get(entity.start..entity.end)
            .unwrap_or_default();
        if let [first, _, ..] = words
            && is_one_of(ARTICLES, first)
        {
            entity.start += 1;
        }
        let name = words.iter().any(|word| looks_like_name(word));
        indices.push(name.then_some(kept.len()));
        kept.extend(name.then_some(entity));
    }
    let new_index = |old: usize| indices.get(old).copied().flatten();
    let relations = sentence.relations.iter().filter_map(|r| {
        Some(Relation {
            head: new_index(r.head)?,
            tail: new_index(r.tail)?,
            label: r.label.clone(),
        })
    });
    Sentence {
        relations: relations.collect(),
        entities: kept,
        ..sentence.clone()
    }
}

#[cfg(test)]
pub mod tests {
    use spanlight_core::document::Entity;

    use super::*;

    pub fn sentence(text: &str, spans: &[(usize, usize)], pairs: &[(usize, usize)]) -> Sentence {
        let entity = |&(start, end): &(usize, usize)| Entity {
            start,
            end,
            label: "X".into(),
        };
        let relation = |&(head, tail): &(usize, usize)| Relation {
            head,
            tail,
            label: "r".into(),
        };
        Sentence {
            words: text.split(' ').map(String::from).collect(),
            entities: spans.iter().map(entity).collect(),
            relations: pairs.iter().map(relation).collect(),
            ..Sentence::default()
        }
    }

    #[test]
    fn capitals_and_digits_make_names_and_function_words_do_not() {
        for word in ["Oslo", "iPhone", "1990", "US", "IT", "Éva", "U.S."] {
            assert!(looks_like_name(word), "{word}");
        }
        for word in ["It", "I", "The", "Themselves", "rebels", "."] {
            assert!(!looks_like_name(word), "{word}");
        }
    }

    #[test]
    fn pronouns_and_common_nouns_are_removed_with_their_relations() {
        let text = "He met the rebels and The Hague Group in 1990";
        let spans = [(0, 1), (2, 4), (5, 8), (9, 10)];
        let found = names_only(&sentence(text, &spans, &[(0, 2), (2, 3)]));
        let spans: Vec<(usize, usize)> = found.entities.iter().map(|e| (e.start, e.end)).collect();
        assert_eq!(spans, [(6, 8), (9, 10)]);
        assert_eq!((found.relations[0].head, found.relations[0].tail), (0, 1));
        assert_eq!(found.relations.len(), 1);
    }
}
