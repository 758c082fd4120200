//! Abbreviations and initials, whose dot belongs to the word.

use super::chars::{char_at, skip_openers, skip_whitespace};

/// How likely a sentence ends at the dot of an abbreviation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Short {
    /// "e.g.", "Dr.", "Fig.": never; another word always follows.
    Never,
    /// "No.", "p.": an abbreviation if a number follows, else an ordinary word.
    Numbered,
    /// "U.S.", "Inc.", "al.": only before a word that typically starts a sentence.
    Seldom,
    /// "etc.": as likely as not.
    Neutral,
}

/// Length, in bytes, of the longest word that is looked up, so that every look-up takes constant time.
pub(super) const LONGEST: usize = 24;

const NEVER: &[&str] = &[
    "approx", "ca", "cf", "e.g", "eq", "eqn", "eqns", "eqs", "esp", "fig", "figs", "i.e", "incl",
    "resp", "viz", "vs",
];

const TITLES: &[&str] = &[
    "Capt", "Col", "Dr", "Drs", "Gen", "Gov", "Hon", "Lt", "Messrs", "Mlle", "Mme", "Mr", "Mrs",
    "Ms", "Mt", "Pres", "Prof", "Profs", "Rep", "Reps", "Rev", "Sen", "Sens", "Sgt", "St",
];

const NUMBERED: &[&str] = &[
    "alg", "app", "art", "ch", "chap", "cor", "def", "ex", "lem", "no", "nos", "nr", "p", "par",
    "pp", "prop", "ref", "refs", "sec", "secs", "sect", "tab", "thm", "vol", "vols",
];

const SELDOM: &[&str] = &["al", "m.sc", "b.sc", "ph.d", "v.s"];

const SELDOM_CAPITALISED: &[&str] = &[
    "Ala", "Apr", "Ariz", "Ark", "Assn", "Assoc", "Aug", "Bros", "Calif", "Co", "Colo", "Conf",
    "Conn", "Corp", "Dec", "Dept", "Feb", "Fla", "Ga", "Inc", "Inst", "Int", "Intl", "Jan", "Jr",
    "Jul", "Jun", "Kan", "Ky", "Lab", "Ltd", "Mar", "Md", "Mich", "Minn", "Nat", "Natl", "Neb",
    "Nev", "Nov", "Oct", "Okla", "Ore", "Proc", "Sep", "Sept", "Sr", "Tenn", "Tex", "Univ", "Va",
    "Vt", "Wis",
];

/// The kind of abbreviation that a word in front of a dot is, given without the dot; `None` for other
/// words.
pub(super) fn short_form(word: &str) -> Option<Short> {
    if word.is_empty() || word.len() > LONGEST {
        return None;
    }
    let listed = |list: &[&str]| list.iter().any(|entry| entry.eq_ignore_ascii_case(word));
    // "MT" is not the title "Mt", and "IE" not "i.e.": only the case of the first letter may differ.
    let acronym = word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_uppercase());
    if TITLES.contains(&word) || (!acronym && listed(NEVER)) {
        Some(Short::Never)
    } else if word.eq_ignore_ascii_case("etc") {
        Some(Short::Neutral)
    } else if !acronym && listed(NUMBERED) {
        Some(Short::Numbered)
    } else if is_dotted(word) || listed(SELDOM) || SELDOM_CAPITALISED.contains(&word) {
        Some(Short::Seldom)
    } else {
        None
    }
}

/// Whether a number such as "5", "(3)" or "IV" follows at byte `at`, which makes a [`Short::Numbered`] an
/// abbreviation.
pub(super) fn number_follows(text: &str, at: usize) -> bool {
    let at = skip_openers(text, skip_whitespace(text, at));
    let rest = text.get(at..).unwrap_or_default();
    // A single Roman digit may be the pronoun "I" or an initial.
    let roman = rest
        .bytes()
        .take(LONGEST)
        .take_while(|b| b"IVX".contains(b))
        .count();
    rest.starts_with(char::is_numeric)
        || (roman > 1
            && !rest
                .as_bytes()
                .get(roman)
                .is_some_and(u8::is_ascii_alphanumeric))
}

/// "U.S", "i.i.d": single letters with dots between them.
fn is_dotted(word: &str) -> bool {
    word.contains('.')
        && word
            .split('.')
            .all(|part| is_single(part, char::is_alphabetic))
}

/// Whether a word is a single character of a kind.
pub(super) fn is_single(word: &str, kind: fn(char) -> bool) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(kind) && letters.next().is_none()
}

/// Whether the dot at `at` belongs to the word `first..at` in front of it; no letter follows.
pub(super) fn keeps_dot(text: &str, first: usize, at: usize) -> bool {
    if at - first > LONGEST || char_at(text, at + 1) == Some('.') {
        return false;
    }
    let word = text.get(first..at).unwrap_or_default();
    let next = skip_whitespace(text, at + 1);
    match short_form(word.rsplit('-').next().unwrap_or(word)) {
        Some(Short::Numbered) => number_follows(text, next),
        Some(_) => true,
        None => {
            next > at + 1 && is_single(word, char::is_alphabetic) && continues(text, word, next)
        }
    }
}

/// "J." before "Smith" and the spaced "i." before "e.".
fn continues(text: &str, initial: &str, next: usize) -> bool {
    let Some(c) = char_at(text, next) else {
        return false;
    };
    if initial.chars().all(char::is_uppercase) {
        return c.is_uppercase();
    }
    c.is_lowercase() && char_at(text, next + c.len_utf8()) == Some('.')
}

const STARTERS: &str = "\
    A According After Again All Also Although An And Another Any As At Because Before Besides \
    Both But By Consequently Despite During Each Either Even Every Experimental Experiments \
    Finally First For From Further Furthermore Given He Hence Here His How However If In Indeed \
    Instead It Its Last Later Like Many Meanwhile Moreover Most Much Nevertheless Next No Nor Not \
    Now On Once One Only Other Our Over Results Second Secondly Several She Similarly Since So \
    Some Specifically Still Such That The Their Then There Therefore These They Third This Those \
    Though Through Thus To Today Two Under Unfortunately Unlike Until Using We What When Where \
    Whereas Whether Which While Who Why With Within Without You Your";

/// Starters that are surnames or initials too: after "K." they continue a name.
const SURNAMES: &[&str] = &["A", "An", "He", "Last", "So", "You"];

/// Whether this capitalised word typically starts a sentence.
pub(super) fn is_starter(word: &str) -> bool {
    STARTERS.split(' ').any(|starter| starter == word)
}

/// Whether this starter may follow an initial as a surname.
pub(super) fn is_surname(word: &str) -> bool {
    SURNAMES.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abbreviations_differ_from_words() {
        assert_eq!(short_form("e.g"), Some(Short::Never));
        assert_eq!(short_form("Fig"), Some(Short::Never));
        assert_eq!(short_form("Gen"), Some(Short::Never));
        assert_eq!(short_form("gen"), None);
        assert_eq!(short_form("No"), Some(Short::Numbered));
        assert_eq!(short_form("U.S"), Some(Short::Seldom));
        assert_eq!(short_form("MT"), None);
        assert_eq!(short_form("3.5"), None);
        assert_eq!(short_form("a..b"), None);
        assert_eq!(short_form("ETC"), Some(Short::Neutral));
        assert_eq!(short_form(&"x".repeat(100)), None);
    }

    #[test]
    fn numbers_are_digits_or_roman() {
        assert!(
            [" 5", "(3)", " IV.", "\n[12]"]
                .iter()
                .all(|text| number_follows(text, 0))
        );
        assert!(
            ["", " I think", " Viola", " IVth"]
                .iter()
                .all(|text| !number_follows(text, 0))
        );
    }

    #[test]
    fn every_surname_is_a_starter() {
        assert!(SURNAMES.iter().all(|word| is_starter(word)));
    }
}
