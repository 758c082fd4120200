//! Variables of a grid file: `${name}` in its strings.

use std::collections::BTreeMap;

use serde_json::Value;

/// Prefix of the environment variables that set variables.
const PREFIX: &str = "SPANLIGHT_";

/// Values of the declared variables: from the flags, or else the environment, or else the declared default.
///
/// # Errors
/// A message that names a flag for an undeclared variable.
pub fn resolve(
    declared: &BTreeMap<String, String>,
    flags: &BTreeMap<String, String>,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<BTreeMap<String, String>, String> {
    if let Some(name) = flags.keys().find(|name| !declared.contains_key(*name)) {
        let known: Vec<&str> = declared.keys().map(String::as_str).collect();
        return Err(format!(
            "there is no variable `{name}`; the grid's variables are {}",
            known.join(", ")
        ));
    }
    let value = |(name, default): (&String, &String)| {
        let set = flags.get(name).cloned();
        let set = set.or_else(|| environment(&environment_name(name)));
        (name.clone(), set.unwrap_or_else(|| default.clone()))
    };
    Ok(declared.iter().map(value).collect())
}

/// The environment variable that sets a variable.
pub fn environment_name(name: &str) -> String {
    format!("{PREFIX}{}", name.to_uppercase())
}

/// Replaces every `${name}` in a value and all nested values.
///
/// # Errors
/// A message that names a variable without value.
pub fn substitute(value: &mut Value, variables: &BTreeMap<String, String>) -> Result<(), String> {
    match value {
        Value::String(text) => *text = replace(text, variables)?,
        Value::Array(items) => {
            for item in items {
                substitute(item, variables)?;
            }
        }
        Value::Object(fields) => {
            for field in fields.values_mut() {
                substitute(field, variables)?;
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    Ok(())
}

fn replace(text: &str, variables: &BTreeMap<String, String>) -> Result<String, String> {
    let (mut result, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once("${") {
        let (name, behind) = after
            .split_once('}')
            .ok_or_else(|| format!("`{text}` opens a variable and does not close it; add `}}`"))?;
        let value = variables.get(name).filter(|value| !value.is_empty());
        let value = value.ok_or_else(|| {
            format!(
                "`{text}` needs the variable `{name}`; give it by --set {name}=VALUE or by the \
                 environment variable {}",
                environment_name(name)
            )
        })?;
        result.push_str(before);
        result.push_str(value);
        rest = behind;
    }
    Ok(result + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    }

    #[test]
    fn flags_win_over_the_environment_and_that_over_the_file() {
        let declared = map(&[("data_dir", "data"), ("encoder_dir", ""), ("other", "x")]);
        let environment =
            |name: &str| (name != "SPANLIGHT_OTHER").then(|| format!("{name} of the environment"));
        let found = resolve(&declared, &map(&[("data_dir", "/d")]), environment).unwrap();
        assert_eq!(found["data_dir"], "/d");
        assert_eq!(
            found["encoder_dir"],
            "SPANLIGHT_ENCODER_DIR of the environment"
        );
        assert_eq!(found["other"], "x");
        let error = resolve(&declared, &map(&[("date", "")]), |_| None).unwrap_err();
        assert!(
            error.contains("`date`") && error.contains("data_dir"),
            "{error}"
        );
    }

    #[test]
    fn variables_are_replaced_in_nested_strings() {
        let variables = map(&[("a", "1"), ("b", "2"), ("empty", "")]);
        let mut value = serde_json::json!({"x": ["${a}/${b}c", 3], "y": "$a"});
        substitute(&mut value, &variables).unwrap();
        assert_eq!(value, serde_json::json!({"x": ["1/2c", 3], "y": "$a"}));
        for (text, part) in [
            ("${c}", "SPANLIGHT_C"),
            ("${empty}", "--set empty="),
            ("${a", "close"),
        ] {
            let error = substitute(&mut serde_json::json!([text]), &variables).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }
}
