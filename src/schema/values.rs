//! Scalars as the server decodes them: what each shape accepts, and how to say what it does not.

use super::encodings;
use super::tables::Shape;
use crate::diagnostic::LocalFix;
use crate::object::Field;
use crate::object::quantity::Quantity;
use crate::yaml::{Kind, Style, flag};

/// Why a value does not fit.
pub struct Wrong {
    /// What follows its name in a sentence: "must be an integer, not a string".
    pub why: String,
    /// What to do about it.
    pub help: Option<String>,
    /// What would mend it.
    pub fix: Option<LocalFix>,
}

/// Whether a value fits, and why not.
pub type Checked = Result<(), Box<Wrong>>;

/// Checks a value that is not null against a shape that is neither struct nor list nor map.
pub fn scalar(field: Field, shape: &Shape) -> Checked {
    match shape {
        Shape::Str => string(field),
        Shape::Int32 => integer(field, i32::MIN.into(), i32::MAX.into()),
        Shape::Int64 => integer(field, i64::MIN, i64::MAX),
        Shape::Bool => boolean(field),
        Shape::Double => double(field),
        Shape::Quantity => quantity(field),
        Shape::IntOrString => int_or_string(field),
        Shape::Time | Shape::MicroTime => time(field, shape),
        Shape::Bytes => bytes(field),
        _ => Ok(()),
    }
}

/// What `field` is, in words.
pub fn found(field: Field) -> String {
    match field.kind() {
        Kind::Null => "null".to_string(),
        Kind::Bool(_) => "a boolean".to_string(),
        Kind::Int(_) | Kind::BigInt(_) | Kind::Float(_) => "a number".to_string(),
        Kind::Str => "a string".to_string(),
        Kind::Map => "a mapping".to_string(),
        Kind::Seq => "a list".to_string(),
    }
}

/// What a shape takes, in words: "a list of strings".
pub fn expected(shape: &Shape) -> String {
    match shape {
        Shape::Str => "a string",
        Shape::Int32 | Shape::Int64 => "an integer",
        Shape::Bool => "a boolean",
        Shape::Double => "a number",
        Shape::Quantity => "a quantity",
        Shape::IntOrString => "an integer or a string",
        Shape::Time | Shape::MicroTime => "a date and time",
        Shape::Bytes => "base64 text",
        Shape::SchemaOrBool => "a schema or a boolean",
        Shape::List(inner) => return format!("a list of {}", plural(inner)),
        Shape::Map(inner) => return format!("a mapping of {}", plural(inner)),
        _ => "a mapping",
    }
    .to_string()
}

fn plural(shape: &Shape) -> &'static str {
    match shape {
        Shape::Str => "strings",
        Shape::Int32 | Shape::Int64 => "integers",
        Shape::Quantity => "quantities",
        Shape::Time | Shape::MicroTime => "dates and times",
        Shape::Bytes => "base64 texts",
        Shape::Struct(_) => "mappings",
        Shape::List(_) => "lists",
        _ => "values",
    }
}

/// A value of the wrong type.
pub fn misfit(field: Field, shape: &Shape) -> Box<Wrong> {
    let why = format!("must be {}, not {}", expected(shape), found(field));
    Box::new(Wrong { why, help: None, fix: None })
}

/// A value of the right type that says something impossible.
fn unfit(field: Field, expected: &str) -> Box<Wrong> {
    let why = format!("must be {expected}, not {}", shown(field));
    Box::new(Wrong { why, help: None, fix: None })
}

fn string(field: Field) -> Checked {
    if field.kind() == Kind::Str {
        return Ok(());
    }
    let mut wrong = misfit(field, &Shape::Str);
    if !field.is_map() && !field.is_seq() {
        let written = field.scalar();
        wrong.help = Some(match field.kind() {
            Kind::Bool(value) if written != value.to_string() => {
                format!("YAML reads `{written}` as {value}: write \"{written}\"")
            }
            Kind::Int(value) if written != value.to_string() => {
                format!("YAML reads `{written}` as {value}: write \"{written}\"")
            }
            _ => format!("quote it: \"{written}\""),
        });
        wrong.fix = replacement(field, "quote the value", format!("\"{written}\""));
    }
    Err(wrong)
}

fn integer(field: Field, least: i64, most: i64) -> Checked {
    let fits = |value: i64| (least..=most).contains(&value);
    let whole = match field.kind() {
        Kind::Int(value) if fits(value) => return Ok(()),
        // The server's YAML library writes 3.0 and 3e2 as integers before they are decoded.
        Kind::Float(value) if value.fract() == 0.0 && value.abs() < 9e18 && fits(value as i64) => return Ok(()),
        Kind::Int(_) | Kind::BigInt(_) => true,
        Kind::Float(value) => value.fract() == 0.0,
        _ => false,
    };
    if whole {
        let bits = if most == i64::MAX { 64 } else { 32 };
        return Err(unfit(field, &format!("an integer of at most {bits} bits")));
    }
    if let Kind::Float(_) = field.kind() {
        return Err(unfit(field, "a whole number"));
    }
    let mut wrong = misfit(field, &Shape::Int64);
    if let Some(text) = field.str().filter(|text| text.parse::<i64>().is_ok_and(fits)) {
        wrong.help = Some("leave the quotes out".to_string());
        wrong.fix = replacement(field, "remove the quotes", text.trim_start_matches('+').to_string());
    }
    Err(wrong)
}

fn boolean(field: Field) -> Checked {
    if matches!(field.kind(), Kind::Bool(_)) {
        return Ok(());
    }
    let mut wrong = misfit(field, &Shape::Bool);
    match field.text() {
        text @ ("true" | "false") => {
            wrong.help = Some("leave the quotes out".to_string());
            wrong.fix = replacement(field, "remove the quotes", text.to_string());
        }
        _ => wrong.help = Some("write `true` or `false`".to_string()),
    }
    Err(wrong)
}

fn double(field: Field) -> Checked {
    if matches!(field.kind(), Kind::Int(_) | Kind::BigInt(_) | Kind::Float(_)) {
        return Ok(());
    }
    let mut wrong = misfit(field, &Shape::Double);
    if let Some(text) = field.str().filter(|text| text.parse::<f64>().is_ok_and(f64::is_finite)) {
        wrong.help = Some("leave the quotes out".to_string());
        wrong.fix = replacement(field, "remove the quotes", text.to_string());
    }
    Err(wrong)
}

fn quantity(field: Field) -> Checked {
    match field.kind() {
        Kind::Int(_) | Kind::BigInt(_) | Kind::Float(_) => return Ok(()),
        Kind::Str if Quantity::parse(field.text().trim()).is_ok() => return Ok(()),
        Kind::Str => {}
        _ => return Err(misfit(field, &Shape::Quantity)),
    }
    let mut wrong = unfit(field, "a quantity");
    let Some(near) = encodings::nearest_quantity(field.text()) else {
        wrong.help = Some("write a number with at most one suffix, such as `500m`, `2` or `1Gi`".to_string());
        return Err(wrong);
    };
    wrong.help = Some(format!("did you mean `{}`?", near.text));
    let fix = replacement(field, &format!("write `{}`", near.text), near.text.clone());
    wrong.fix = fix.map(|fix| LocalFix { safe: near.sure, ..fix });
    Err(wrong)
}

fn int_or_string(field: Field) -> Checked {
    match field.kind() {
        Kind::Str => Ok(()),
        Kind::Int(_) | Kind::BigInt(_) | Kind::Float(_) => integer(field, i32::MIN.into(), i32::MAX.into()),
        _ => Err(misfit(field, &Shape::IntOrString)),
    }
}

fn time(field: Field, shape: &Shape) -> Checked {
    let Some(text) = field.str() else { return Err(misfit(field, shape)) };
    let micro = *shape == Shape::MicroTime;
    let fits = if micro { encodings::is_micro_time(text) } else { encodings::is_time(text) };
    if fits {
        return Ok(());
    }
    let mut wrong = unfit(field, &expected(shape));
    wrong.help = Some(match micro {
        true => "write it with six digits of fraction, such as `2026-11-21T08:00:00.000000Z`".to_string(),
        false => "write it as `2026-11-21T08:00:00Z`".to_string(),
    });
    Err(wrong)
}

/// Go decodes bytes from base64 text, and from a list of small numbers too.
fn bytes(field: Field) -> Checked {
    if field.is_seq() {
        let fits = |item: Field| matches!(item.kind(), Kind::Null | Kind::Int(0..=255));
        return if field.items().all(fits) { Ok(()) } else { Err(misfit(field, &Shape::Bytes)) };
    }
    let Some(text) = field.str() else { return Err(misfit(field, &Shape::Bytes)) };
    let Err(why) = encodings::base64(text) else { return Ok(()) };
    // The value is left out: whoever forgot to encode it may have written a password.
    let mut wrong = Wrong { why: format!("must be base64 text: {why}"), help: None, fix: None };
    let secret = field.parent().key() == "data" && field.object().get("kind").text() == "Secret";
    if secret {
        wrong.help = Some("encode the value, or put it as plain text under `stringData`".to_string());
    }
    Err(Box::new(wrong))
}

/// A value as messages quote it, cut after 40 characters.
fn shown(field: Field) -> String {
    let text = field.scalar();
    let short: String = text.chars().take_while(|c| *c != '\n').take(40).collect();
    let dots = if short.len() < text.len() { "…" } else { "" };
    format!("`{short}{dots}`")
}

/// A fix that puts `text` in place of a scalar written on one line; none where it came through an alias or spans lines.
fn replacement(field: Field, title: &str, text: String) -> Option<LocalFix> {
    let node = field.tree().node(field.node());
    let one_line = !matches!(node.style, Style::Literal | Style::Folded) && !node.span.is_empty();
    let here = node.flags & (flag::ALIASED | flag::SYNTHETIC) == 0;
    (one_line && here).then(|| LocalFix { title: title.to_string(), safe: true, edits: vec![(node.span, text)] })
}
