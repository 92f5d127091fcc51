//! TOML into a [`Table`].

use toml::de::{DeTable, DeValue};

use super::value::{Entry, MAX_DEPTH, Node, SyntaxError, Table, Value};

/// Parses a TOML text; on failure returns every syntax error the parser could recover from.
pub fn parse_toml(text: &str) -> Result<Table, Vec<SyntaxError>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return table_of(table.get_ref(), 0).map_err(|error| vec![error]);
    }
    let errors = errors.into_iter().map(|error| SyntaxError {
        span: error.span().unwrap_or(0..0),
        message: error.message().trim().replace('\n', ", "),
    });
    Err(errors.collect())
}

fn table_of(table: &DeTable<'_>, depth: usize) -> Result<Table, SyntaxError> {
    let mut entries = Vec::new();
    for (key, value) in table {
        let node = Node { span: value.span(), value: value_of(value, depth + 1)? };
        entries.push(Entry { key: key.get_ref().clone().into_owned(), key_span: key.span(), node });
    }
    entries.sort_by_key(|entry| entry.key_span.start);
    Ok(Table { entries })
}

fn value_of(value: &toml::Spanned<DeValue<'_>>, depth: usize) -> Result<Value, SyntaxError> {
    let error = |message: &str| SyntaxError { span: value.span(), message: message.to_owned() };
    if depth > MAX_DEPTH {
        return Err(error("nested too deeply"));
    }
    Ok(match value.get_ref() {
        DeValue::Boolean(value) => Value::Boolean(*value),
        DeValue::String(text) => Value::Text(text.clone().into_owned()),
        DeValue::Datetime(time) => Value::Time(time.to_string()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Value::Integer(number),
            Err(_) => return Err(error("this number is too large")),
        },
        DeValue::Float(number) => match number.as_str().parse() {
            Ok(number) => Value::Float(number),
            Err(_) => return Err(error("this is not a number")),
        },
        DeValue::Array(list) => {
            let node =
                |item: &toml::Spanned<DeValue<'_>>| Ok(Node { span: item.span(), value: value_of(item, depth + 1)? });
            Value::List(list.iter().map(node).collect::<Result<_, _>>()?)
        }
        DeValue::Table(table) => Value::Table(table_of(table, depth)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_know_where_they_stand() {
        let text = "title = \"Sets\"\nid = 7\ncreated = 2026-02-05T12:00:00Z\ntags = [\"a\"]";
        let table = parse_toml(text).expect("it parses");
        let seen: Vec<_> = table.entries.iter().map(|e| (e.key.as_str(), &text[e.node.span.clone()])).collect();
        assert_eq!(
            seen,
            [("title", "\"Sets\""), ("id", "7"), ("created", "2026-02-05T12:00:00Z"), ("tags", "[\"a\"]")]
        );
    }

    #[test]
    fn every_syntax_error_is_reported_with_its_place() {
        let errors = parse_toml("title = \nid = 1\nid = 2\n").expect_err("two mistakes");
        assert_eq!(errors.len(), 2, "{errors:?}");
        assert_eq!(errors[1].span, 16..18);
    }
}
