//! A pod template as the controllers dump it for hashing: the Go struct with all its fields, in the notation of the spew library
//! (types before values, pointers as their type, no addresses, maps sorted).

use std::fmt::Write;

use serde_json::Value;

use super::go::{GoField, GoType, Types};
use crate::object::Quantity;
use crate::plan::labels::entry;
use crate::schema::Version;

/// The text over which the `pod-template-hash` is made. `template` is a template as stored, defaults filled in.
pub fn pod_template(template: &Value, version: Version) -> String {
    let mut dump = Dump { out: String::with_capacity(8192), types: Types::of(version) };
    dump.typed("v1.PodTemplateSpec", template);
    dump.out
}

/// `(*v1.Probe)<nil>`: what stands for a field of the type that is not set.
pub fn unset(go_type: &str, types: &Types) -> String {
    let mut dump = Dump { out: String::new(), types };
    dump.typed(go_type, &Value::Null);
    dump.out
}

struct Dump<'a> {
    out: String,
    types: &'a Types,
}

impl Dump<'_> {
    /// `(string)web`, `(*int64)30`, `(*v1.Probe)<nil>`: a value where Go prints its type, as in fields of structs.
    fn typed(&mut self, go_type: &str, value: &Value) {
        // Once for each of 200 fields: pieces are put together faster than a format is filled in.
        self.push(["(", go_type, ")"]);
        match go_type.strip_prefix('*') {
            Some(_) if value.is_null() => self.out.push_str("<nil>"),
            Some(inner) => self.bare(inner, value),
            None => self.bare(go_type, value),
        }
    }

    /// The value alone, as in lists, in maps and behind a pointer's type.
    fn bare(&mut self, go_type: &str, value: &Value) {
        if let Some(element) = go_type.strip_prefix("[]") {
            return self.list(element, value);
        }
        if let Some(element) = go_type.strip_prefix("map[").and_then(|rest| rest.split_once(']')).map(|(_, element)| element) {
            return self.map(element, value);
        }
        match go_type {
            "string" | "types.UID" => self.out.push_str(value.as_str().unwrap_or("")),
            "bool" => self.print(value.as_bool().unwrap_or(false)),
            "int32" | "int64" => self.print(value.as_i64().unwrap_or(0)),
            "resource.Quantity" => self.quantity(value),
            "intstr.IntOrString" => self.int_or_string(value),
            "v1.Time" => self.time(value),
            "v1.FieldsV1" => self.raw(value),
            _ => match self.types.get(go_type) {
                Some(GoType::Alias(inner)) => self.bare(inner, value),
                Some(GoType::Struct(fields)) => self.fields(fields, value),
                None => {}
            },
        }
    }

    fn push<const N: usize>(&mut self, pieces: [&str; N]) {
        pieces.into_iter().for_each(|piece| self.out.push_str(piece));
    }

    fn print(&mut self, value: impl std::fmt::Display) {
        let _ = write!(self.out, "{value}");
    }

    /// `{Name:(string)web Image:(string)nginx}`.
    fn fields(&mut self, fields: &[GoField], value: &Value) {
        self.out.push('{');
        for (at, field) in fields.iter().enumerate() {
            self.push([if at > 0 { " " } else { "" }, field.name, ":"]);
            let value = field.json.map_or(value, |json| entry(value, json).unwrap_or(&Value::Null));
            match value {
                // Most are not set.
                Value::Null if !field.unset.is_empty() => self.out.push_str(&field.unset),
                _ => self.typed(field.go_type, value),
            }
        }
        self.out.push('}');
    }

    /// `[a b]`. Controllers read objects in a form that has no empty lists.
    fn list(&mut self, element: &str, value: &Value) {
        let Some(items) = value.as_array().filter(|items| !items.is_empty()) else {
            return self.out.push_str("<nil>");
        };
        self.out.push('[');
        for (at, item) in items.iter().enumerate() {
            self.out.push_str(if at > 0 { " " } else { "" });
            self.bare(element, item);
        }
        self.out.push(']');
    }

    /// `map[app:web tier:front]`, sorted by the bytes of the keys.
    fn map(&mut self, element: &str, value: &Value) {
        let Some(entries) = value.as_object().filter(|entries| !entries.is_empty()) else {
            return self.out.push_str("<nil>");
        };
        let mut entries: Vec<(&String, &Value)> = entries.iter().collect();
        entries.sort_by_key(|(key, _)| *key);
        self.out.push_str("map[");
        for (at, (key, value)) in entries.into_iter().enumerate() {
            let gap = if at > 0 { " " } else { "" };
            let _ = write!(self.out, "{gap}{key}:");
            self.bare(element, value);
        }
        self.out.push(']');
    }

    /// A port by number is of type 0, one by name of type 1.
    fn int_or_string(&mut self, value: &Value) {
        let (kind, text) = value.as_str().map_or((0, ""), |text| (1, text));
        let number = value.as_i64().unwrap_or(0);
        let _ = write!(self.out, "{{Type:(intstr.Type){kind} IntVal:(int32){number} StrVal:(string){text}}}");
    }

    /// All that Go keeps of an amount, private fields too.
    fn quantity(&mut self, value: &Value) {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Null => "0".to_string(),
            number => number.to_string(),
        };
        let Ok(quantity) = Quantity::parse(&text) else { return };
        let (mut number, mut scale, mut decimal) = (0, 0, "<nil>".to_string());
        match quantity.in_go() {
            (mantissa, exponent, true) => (number, scale) = (mantissa, exponent),
            (mantissa, exponent, false) => decimal = big(mantissa, exponent),
        }
        // A plain zero is kept as it is, and nobody sets its format.
        let (kept, format) = if text == "0" { ("0", "") } else { (quantity.kept().unwrap_or(""), quantity.format_name()) };
        let _ = write!(
            self.out,
            "{{i:(resource.int64Amount){{value:(int64){number} scale:(resource.Scale){scale}}} \
             d:(resource.infDecAmount){{Dec:(*inf.Dec){decimal}}} s:(string){kept} Format:(resource.Format){format}}}"
        );
    }

    /// A time that is not set is nil all through. One that is has whole seconds since the year 1 in the controller's own zone,
    /// which in its published image is one without a name file: UTC.
    fn time(&mut self, value: &Value) {
        let time = value.as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
        let since_year_1 = time.map_or(0, |time| time.as_second() + 62_135_596_800);
        let zone = match time {
            None => "<nil>",
            Some(_) => {
                "{name:(string)UTC zone:([]time.zone)<nil> tx:([]time.zoneTrans)<nil> extend:(string) cacheStart:(int64)0 \
                 cacheEnd:(int64)0 cacheZone:(*time.zone)<nil>}"
            }
        };
        let _ = write!(self.out, "{{Time:(time.Time){{wall:(uint64)0 ext:(int64){since_year_1} loc:(*time.Location){zone}}}}}");
    }

    /// Free-form JSON as its bytes.
    fn raw(&mut self, value: &Value) {
        let text = if value.is_null() { String::new() } else { value.to_string() };
        let bytes: Vec<String> = text.bytes().map(|byte| byte.to_string()).collect();
        let bytes = if bytes.is_empty() { "<nil>".to_string() } else { format!("[{}]", bytes.join(" ")) };
        let _ = write!(self.out, "{{Raw:([]uint8){bytes}}}");
    }
}

/// A decimal of any length: its digits in words of 64 bits, the lowest first, and how many places stand behind the point.
fn big(mantissa: i128, exponent: i32) -> String {
    let size = mantissa.unsigned_abs();
    let words = match ((size >> 64) as u64, size as u64) {
        (0, 0) => "<nil>".to_string(),
        (0, low) => format!("[{low}]"),
        (high, low) => format!("[{low} {high}]"),
    };
    let (negative, places) = (mantissa < 0, -exponent);
    format!("{{unscaled:(big.Int){{neg:(bool){negative} abs:(big.nat){words}}} scale:(inf.Scale){places}}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dumped(go_type: &str, value: Value) -> String {
        let mut dump = Dump { out: String::new(), types: Types::of(Version(36)) };
        dump.typed(go_type, &value);
        dump.out
    }

    #[test]
    fn each_kind_of_field() {
        for (go_type, value, text) in [
            ("string", "a b".into(), "(string)a b"),
            ("string", Value::Null, "(string)"),
            ("*string", Value::Null, "(*string)<nil>"),
            ("*string", "".into(), "(*string)"),
            ("*bool", false.into(), "(*bool)false"),
            ("*int64", (-1).into(), "(*int64)-1"),
            ("v1.PullPolicy", "Always".into(), "(v1.PullPolicy)Always"),
            ("*v1.HostPathType", "Directory".into(), "(*v1.HostPathType)Directory"),
            ("[]string", serde_json::json!(["a", "b c"]), "([]string)[a b c]"),
            ("[]string", serde_json::json!([]), "([]string)<nil>"),
            ("[]v1.Capability", serde_json::json!(["ALL"]), "([]v1.Capability)[ALL]"),
            ("map[string]string", serde_json::json!({"b": "2", "a": "", "B": "1"}), "(map[string]string)map[B:1 a: b:2]"),
            ("map[string]string", serde_json::json!({}), "(map[string]string)<nil>"),
            ("intstr.IntOrString", 80.into(), "(intstr.IntOrString){Type:(intstr.Type)0 IntVal:(int32)80 StrVal:(string)}"),
            ("intstr.IntOrString", "web".into(), "(intstr.IntOrString){Type:(intstr.Type)1 IntVal:(int32)0 StrVal:(string)web}"),
            ("*v1.SleepAction", serde_json::json!({}), "(*v1.SleepAction){Seconds:(int64)0}"),
            (
                "[]v1.LocalObjectReference",
                serde_json::json!([{"name": "a"}, {}]),
                "([]v1.LocalObjectReference)[{Name:(string)a} {Name:(string)}]",
            ),
            (
                "*v1.SecretEnvSource",
                serde_json::json!({"name": "a", "optional": true}),
                "(*v1.SecretEnvSource){LocalObjectReference:(v1.LocalObjectReference){Name:(string)a} Optional:(*bool)true}",
            ),
            ("v1.Time", Value::Null, "(v1.Time){Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}"),
            ("*v1.Time", Value::Null, "(*v1.Time)<nil>"),
        ] {
            assert_eq!(dumped(go_type, value), text);
        }
    }

    #[test]
    fn quantities() {
        let dump = |number: i64, scale: i32, decimal: &str, kept: &str, format: &str| {
            format!(
                "(resource.Quantity){{i:(resource.int64Amount){{value:(int64){number} scale:(resource.Scale){scale}}} \
                 d:(resource.infDecAmount){{Dec:(*inf.Dec){decimal}}} s:(string){kept} Format:(resource.Format){format}}}"
            )
        };
        let big = |word: &str, places: i32| {
            format!("{{unscaled:(big.Int){{neg:(bool)false abs:(big.nat)[{word}]}} scale:(inf.Scale){places}}}")
        };
        for (text, expected) in [
            ("0", dump(0, 0, "<nil>", "0", "")),
            ("1", dump(1, 0, "<nil>", "1", "DecimalSI")),
            ("-5m", dump(-5, -3, "<nil>", "-5m", "DecimalSI")),
            ("100m", dump(100, -3, "<nil>", "100m", "DecimalSI")),
            ("128Mi", dump(134_217_728, 0, "<nil>", "", "BinarySI")),
            ("100Mi", dump(104_857_600, 0, "<nil>", "100Mi", "BinarySI")),
            ("1e3", dump(1, 3, "<nil>", "1e3", "DecimalExponent")),
            ("100Ti", dump(0, 0, &big("109951162777600", 0), "", "BinarySI")),
            ("1Ei", dump(0, 0, &big("1152921504606846976", 0), "", "BinarySI")),
            ("1234567890123456789m", dump(0, 0, &big("1234567890123456789", 3), "", "DecimalSI")),
            ("100000000000000000001", dump(0, 0, &big("7766279631452241921 5", 0), "", "DecimalSI")),
        ] {
            assert_eq!(dumped("resource.Quantity", text.into()), expected, "{text}");
        }
    }
}
